//! Fields of which only one may stand.

use crate::diagnostic::Diagnostic;
use crate::shape::Shape;
use crate::subject::{Item, Subject};

rule! {
    /// Two fields say the same thing in two ways, such as `TimeoutSeconds` and `TimeoutSecondsPath`; or none of the
    /// fields stands of which exactly one must, such as the four of a Wait state.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1006" "mutually-exclusive" Error Any => check
}

/// Fields of which exactly one must stand, by object.
const EXACTLY_ONE: &[(&str, &[&str])] = &[
    ("Wait", &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]),
    ("Map", &["ItemProcessor", "Iterator"]),
    ("ChoiceRule", &["Variable", "And", "Or", "Not", "Condition"]),
    ("Comparison", &["Variable", "And", "Or", "Not"]),
];

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (item.shape, item.value, &item.at);
    let group = EXACTLY_ONE.iter().find(|(name, _)| *name == object.name).map(|(_, group)| *group);
    if let Some(group) = group {
        // What is not known yet may still be absent.
        let present: Vec<_> = group.iter().filter(|field| value.is_set(field)).collect();
        let may_be_one = present.is_empty() && group.iter().any(|field| value.get(field).is_some());
        if present.len() != 1 && !may_be_one {
            let list = group.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
            let message = match present.as_slice() {
                [] => format!("none of {list} is there"),
                several => format!("{} of {list} are there", several.len()),
            };
            findings.push(RULE.finding(at.clone(), message).schema(at).help("write exactly one of them"));
        }
    }
    // A path that may be null, such as `ResultPath`, says where something goes and stands for no other field.
    for path in object.fields.iter().filter(|field| field.shape == Shape::String) {
        let Some(name) = path.name.strip_suffix("Path").filter(|name| value.is_set(name)) else { continue };
        let in_group = group.is_some_and(|group| group.contains(&name));
        if !in_group && value.is_set(&path.name) {
            let message = format!("both `{name}` and `{}` are there", path.name);
            let place = at.join(&path.name);
            findings.push(RULE.finding(place, message).schema(at).help("write one of them"));
        }
    }
}
