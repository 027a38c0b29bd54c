//! Fields that exclude each other.

use crate::diagnostic::Diagnostic;
use crate::schema::FieldType;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that exclude each other, and for objects that lack one of several alternative fields.
    ///
    /// A field and its variant with the suffix `Path` set the same value in two ways and exclude each other, for
    /// example `TimeoutSeconds` and `TimeoutSecondsPath`. A Wait state must have exactly one of `Seconds`,
    /// `SecondsPath`, `Timestamp` and `TimestampPath`. A Map state must have exactly one of `ItemProcessor` and the
    /// older `Iterator`. A rule of a Choice state must have exactly one of `Variable`, `And`, `Or`, `Not` and, with
    /// JSONata, `Condition`. `ResultPath` is not a variant of `Result`: a Pass state can have both.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": 60,
    ///   "SecondsPath": "$.pause",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "SecondsPath": "$.pause",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Wait State](https://states-language.net/#wait-state)
    /// - [Amazon States Language: Choice State](https://states-language.net/#choice-state)
    "ASL1006" "conflicting-fields" ["mutually-exclusive"] Error
    Any => check
}

/// Groups of fields of which exactly one is required, by object.
const EXACTLY_ONE: &[(&str, &[&str])] = &[
    (
        "Wait",
        &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
    ),
    ("Map", &["ItemProcessor", "Iterator"]),
    ("ChoiceRule", &["Variable", "And", "Or", "Not", "Condition"]),
    ("Comparison", &["Variable", "And", "Or", "Not"]),
];

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (node.shape, node.value, &node.at);
    let group = EXACTLY_ONE
        .iter()
        .find(|(name, _)| *name == object.name)
        .map(|(_, group)| *group);
    if let Some(group) = group {
        // A field that is not known yet may be absent.
        let present: Vec<_> = group.iter().filter(|field| value.is_set(field)).collect();
        let may_be_one = present.is_empty() && group.iter().any(|field| value.get(field).is_some());
        if present.len() != 1 && !may_be_one {
            let list = group
                .iter()
                .map(|field| format!("`{field}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let message = match present.as_slice() {
                [] => format!("one of {list} is required"),
                several => format!("only one of {list} is allowed, got {}", several.len()),
            };
            findings.push(
                RULE.finding(at.clone(), message)
                    .schema(at)
                    .help("write exactly one of them"),
            );
        }
    }
    // A path that may be null, such as `ResultPath`, is a place for a result and not a variant of another field.
    for path in object
        .fields
        .iter()
        .filter(|field| field.shape == FieldType::String)
    {
        let Some(name) = path
            .name
            .strip_suffix("Path")
            .filter(|name| value.is_set(name))
        else {
            continue;
        };
        let in_group = group.is_some_and(|group| group.contains(&name));
        if !in_group && value.is_set(&path.name) {
            let message = format!("`{}` conflicts with `{name}`", path.name);
            let place = at.join(&path.name);
            findings.push(
                RULE.finding(place, message)
                    .schema(at)
                    .help("write one of them"),
            );
        }
    }
}
