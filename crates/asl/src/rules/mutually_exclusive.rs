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
        let present: Vec<_> = group.iter().filter(|field| value.get(field).is_some()).collect();
        if present.len() != 1 {
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
        let Some(name) = path.name.strip_suffix("Path").filter(|name| value.get(name).is_some()) else { continue };
        let in_group = group.is_some_and(|group| group.contains(&name));
        if !in_group && value.get(&path.name).is_some() {
            let message = format!("both `{name}` and `{}` are there", path.name);
            let place = at.join(&path.name);
            findings.push(RULE.finding(place, message).schema(at).help("write one of them"));
        }
    }
}
