//! Labels that two Map states have.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::Subject;

rule! {
    /// Two Map states have the same `Label`, which becomes part of the name of their runs.
    ///
    /// AWS refuses it with `DUPLICATE_LABEL_NAME`.
    "ASL1013" "duplicate-label" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for item in subject.objects.iter().filter(|item| item.shape.name == "Map") {
        let Some(label) = item.value.get("Label").and_then(Json::as_str) else { continue };
        let at = item.at.join("Label");
        if let Some(first) = seen.insert(label, at.clone()) {
            findings.push(
                RULE.finding(at.clone(), format!("another Map state has the label `{label}`"))
                    .aws("DUPLICATE_LABEL_NAME", Some(at))
                    .help("labels are unique in the state machine: change one of the two")
                    .related(first, "the other one"),
            );
        }
    }
}
