//! Members that a template makes twice.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pointer::{Pointer, Way};
use crate::subject::Subject;

rule! {
    /// A payload template has the same member twice, once with `.$` and once without.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Specification, "Payload Template".
    "ASL3004" "duplicate-template-key" Error check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (item, field, value) in super::templates(subject) {
        let container = item.at.join(&field.name);
        visit(value, &Way::Start(&container), &container, findings);
    }
}

fn visit(value: &Json, way: &Way<'_>, container: &Pointer, findings: &mut Vec<Diagnostic>) {
    match value {
        Json::Object(members) => {
            for (key, inner) in members {
                let way = Way::Member(way, key);
                if let Some(plain) = key.strip_suffix(".$").filter(|plain| members.contains_key(*plain)) {
                    let message = format!("both `{plain}` and `{key}` are there");
                    let help = "both make the same member: remove one of the two";
                    findings.push(RULE.finding(way.pointer(), message).schema(container).help(help));
                }
                visit(inner, &way, container, findings);
            }
        }
        Json::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                visit(inner, &Way::Element(way, index), container, findings);
            }
        }
        _ => {}
    }
}
