//! Choices that may find no way.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// A Choice state has no `Default`, so that the execution fails with `States.NoChoiceMatched` when no rule holds.
    "ASL7005" "missing-default" Lint Choice => check
}

/// Comparisons that hold for one of two values.
const TWO_WAYS: &[&str] =
    &["BooleanEquals", "IsPresent", "IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp", "Condition"];

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let rules = item.value.get("Choices").and_then(Json::as_array).unwrap_or(&[]);
    if item.value.get("Default").is_some() || rules.is_empty() || rules.iter().any(|rule| covers_all(rule, rules)) {
        return;
    }
    let name = Subject::state_name(&item.at).unwrap_or("");
    findings.push(
        RULE.finding(item.at.clone(), format!("state `{name}` has no `Default`"))
            .help("name the state that runs when no rule holds, such as a Fail state"),
    );
}

/// Whether a rule always holds, or one of the others holds when it does not.
fn covers_all(rule: &Json, rules: &[Json]) -> bool {
    let always = match rule.get("Condition") {
        Some(Json::Bool(true) | Json::Unknown) => true,
        Some(Json::String(text)) => text.trim_start_matches("{%").trim_end_matches("%}").trim() == "true",
        _ => matches!(rule, Json::Unknown),
    };
    let opposite = |field: &str| {
        let Some(Json::Bool(flag)) = rule.get(field) else { return false };
        rules
            .iter()
            .any(|other| other.get("Variable") == rule.get("Variable") && other.get(field) == Some(&Json::Bool(!flag)))
    };
    always || TWO_WAYS.iter().any(|field| opposite(field))
}
