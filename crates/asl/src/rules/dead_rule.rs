//! Rules of Choice states that never count.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// A rule of a Choice state never counts: an earlier one asks the same, or always holds.
    "ASL7006" "dead-rule" Warning Choice => check
}

/// Members of a rule that say what happens when it holds.
const CONSEQUENCES: &[&str] = &["Next", "Assign", "Output", "Comment"];

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let mut earlier: Vec<(Vec<(&String, &Json)>, usize)> = Vec::new();
    let mut always: Option<usize> = None;
    for (index, rule) in item.value.get("Choices").and_then(Json::as_array).unwrap_or(&[]).iter().enumerate() {
        let Some(members) = rule.as_object().filter(|_| rule.is_known()) else { continue };
        let mut condition: Vec<(&String, &Json)> =
            members.iter().filter(|(key, _)| !CONSEQUENCES.contains(&key.as_str())).collect();
        condition.sort_by_key(|(key, _)| *key);
        let at = item.at.join("Choices").join(index);
        let same = earlier.iter().find(|(other, _)| *other == condition).map(|(_, index)| *index);
        if let Some(first) = always.or(same) {
            let why = if always.is_some() { "an earlier one always holds" } else { "an earlier one asks the same" };
            findings.push(
                RULE.finding(at, format!("this rule never counts: {why}"))
                    .help("remove it, or put it first")
                    .related(item.at.join("Choices").join(first), "the earlier rule"),
            );
        } else if condition.iter().any(|(key, value)| *key == "Condition" && **value == Json::Bool(true)) {
            always = Some(index);
        }
        // Long lists are compared only so far, so that the work stays in proportion to the text.
        if earlier.len() < 64 {
            earlier.push((condition, index));
        }
    }
}
