//! Numbers and lists outside their bounds.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// A number is smaller or larger than AWS takes, or a list that must have an element has none.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1004" "out-of-range" Error Any => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.known_members() {
        match value {
            Json::Number(number) => {
                let Some(actual) = number.as_f64() else { continue };
                let (minimum, maximum) = (field.minimum.map(|min| min as f64), field.maximum.map(|max| max as f64));
                if minimum.is_some_and(|minimum| actual < minimum) || maximum.is_some_and(|maximum| actual > maximum) {
                    let message = format!("`{}` is {number}, {}", field.name, bounds(field.minimum, field.maximum));
                    let at = item.at.join(&field.name);
                    findings.push(RULE.finding(at.clone(), message).schema(&at));
                }
            }
            Json::Array(elements) if field.min_items.is_some_and(|least| elements.len() < least) => {
                let message = format!("`{}` is empty", field.name);
                let at = item.at.join(&field.name);
                findings.push(RULE.finding(at.clone(), message).schema(&at).help("write at least one element"));
            }
            _ => {}
        }
    }
}

fn bounds(minimum: Option<i64>, maximum: Option<i64>) -> String {
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("and must be from {minimum} to {maximum}"),
        (Some(minimum), None) => format!("and must be at least {minimum}"),
        (None, Some(maximum)) => format!("and must be at most {maximum}"),
        (None, None) => String::new(),
    }
}
