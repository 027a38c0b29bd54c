//! Values of DynamoDB of the wrong type.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::pointer::{Pointer, Way};
use crate::subject::{Item, Subject};

/// The types of values (DynamoDB API reference, AttributeValue).
const TYPES: &[&str] = &["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"];

rule! {
    /// A value for DynamoDB has a type that does not exist, or content that its type does not take: `N` takes a number
    /// written as a string, not a number and not a moment in time.
    ///
    /// AWS takes the definition, and DynamoDB refuses the call.
    "ASL5009" "dynamodb-value" Warning Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = item.resource.map(|(_, resource)| resource);
    if !matches!(resource, Some(Resource::Optimized(called)) if called.service == "dynamodb") {
        return;
    }
    for (field, payload) in item.payloads() {
        for members in ["Item", "Key", "ExpressionAttributeValues"] {
            let Some(Json::Object(values)) = payload.get(members) else { continue };
            let at = item.at.join(field).join(members);
            for (name, value) in values.iter().filter(|(name, _)| !name.ends_with(".$")) {
                check_value(value, &Way::Member(&Way::Start(&at), name), findings);
            }
        }
    }
}

fn check_value(value: &Json, way: &Way<'_>, findings: &mut Vec<Diagnostic>) {
    // A plain string stands for a text; AWS's own samples write it so.
    let Json::Object(members) = value else { return };
    for (key, content) in members {
        let (ty, looked_up) = key.strip_suffix(".$").map_or((key.as_str(), false), |ty| (ty, true));
        let at = Way::Member(way, key);
        let mut say = |at: Pointer, message: String, help: &str| findings.push(RULE.finding(at, message).help(help));
        match (ty, content) {
            (ty, _) if !TYPES.contains(&ty) => {
                say(
                    at.pointer(),
                    format!("DynamoDB has no type `{ty}`"),
                    &format!("it has {}", super::list(TYPES.iter().copied())),
                );
            }
            ("N" | "S", Json::Number(number)) => {
                say(
                    at.pointer(),
                    format!("`{ty}` takes a string, and this is a number"),
                    &format!("write `\"{number}\"`"),
                );
            }
            ("N", Json::String(text)) if looked_up => {
                if matches!(
                    text.as_str(),
                    "$$.State.EnteredTime" | "$$.Execution.StartTime" | "$$.Execution.RedriveTime"
                ) {
                    let help = "write the type `S`: the moment is a text such as `2026-01-31T12:00:00Z`";
                    say(at.pointer(), format!("`{text}` is a moment in time, and no number"), help);
                }
            }
            ("N", Json::String(text)) if !text.starts_with("{%") && text.parse::<f64>().is_err() => {
                say(at.pointer(), format!("`{text}` is no number"), "write the number as a string, such as `\"5\"`");
            }
            ("M", Json::Object(inner)) => {
                for (name, value) in inner.iter().filter(|(name, _)| !name.ends_with(".$")) {
                    check_value(value, &Way::Member(&at, name), findings);
                }
            }
            ("L", Json::Array(elements)) => {
                for (index, value) in elements.iter().enumerate() {
                    check_value(value, &Way::Element(&at, index), findings);
                }
            }
            _ => {}
        }
    }
}
