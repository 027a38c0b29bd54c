//! Fields that must be there.

use crate::diagnostic::Diagnostic;
use crate::subject::{Item, Subject};

rule! {
    /// A field is missing without which the object means nothing, such as the `Resource` of a Task.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1003" "missing-field" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (item.shape, item.value, &item.at);
    for field in object.fields.iter().filter(|field| field.required && value.get(&field.name).is_none()) {
        if super::states_are_elsewhere(subject, field, at) {
            continue;
        }
        let owner = Subject::state_name(at)
            .filter(|_| crate::shape::Language::get().state(&object.name).is_some())
            .map_or_else(|| object.name.clone(), |name| format!("state `{name}`"));
        let message = match object.name.as_str() {
            "Definition" => format!("the state machine has no `{}`", field.name),
            _ => format!("{owner} has no `{}`", field.name),
        };
        findings.push(RULE.finding(at.clone(), message).schema(at).help(wanted(field)));
    }
}

/// What the field is, as an instruction.
fn wanted(field: &crate::shape::Field) -> String {
    let description = field.description.trim_end_matches('.');
    let mut letters = description.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("write `{}`: {first}{}", field.name, letters.as_str())
}
