//! DynamoDB values with a wrong type.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::pointer::{JsonPointer, PathBuilder};
use crate::semantic::{Node, SemanticModel};

/// The types of values (DynamoDB API reference, AttributeValue).
const TYPES: &[&str] = &["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"];

rule! {
    /// ## What it does
    ///
    /// Checks for DynamoDB values with an unknown type, or with content that does not match the type.
    ///
    /// The types are `S`, `N`, `B`, `SS`, `NS`, `BS`, `M`, `L`, `NULL` and `BOOL`. `N` takes a number that is written
    /// as a string, such as `"5"`. It takes neither a JSON number nor a timestamp such as `$$.State.EnteredTime`. `S`
    /// takes a string as well.
    ///
    /// The rule checks `Item`, `Key` and `ExpressionAttributeValues` of the optimized DynamoDB integrations,
    /// including the values inside of `M` and `L`. Values from the input of the task are not checked. A plain string
    /// in place of a typed value is accepted.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition, but DynamoDB rejects the call, and the task fails in the execution.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::dynamodb:putItem",
    ///   "Parameters": {
    ///     "TableName": "Orders",
    ///     "Item": {
    ///       "OrderId": {
    ///         "S.$": "$.orderId"
    ///       },
    ///       "Attempts": {
    ///         "N": 1
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::dynamodb:putItem",
    ///   "Parameters": {
    ///     "TableName": "Orders",
    ///     "Item": {
    ///       "OrderId": {
    ///         "S.$": "$.orderId"
    ///       },
    ///       "Attempts": {
    ///         "N": "1"
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Perform DynamoDB CRUD operations with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html)
    /// - [Amazon DynamoDB API Reference: AttributeValue](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html)
    "ASL5009" "untyped-dynamodb-value" ["dynamodb-value"] Warning
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = node.resource.map(|(_, resource)| resource);
    if !matches!(resource, Some(Resource::Optimized(called)) if called.service == "dynamodb") {
        return;
    }
    for (field, payload) in node.payloads() {
        for members in ["Item", "Key", "ExpressionAttributeValues"] {
            let Some(Json::Object(values)) = payload.get(members) else {
                continue;
            };
            let at = node.at.join(field).join(members);
            for (name, value) in values.iter().filter(|(name, _)| !name.ends_with(".$")) {
                check_value(
                    value,
                    &PathBuilder::Member(&PathBuilder::Start(&at), name),
                    findings,
                );
            }
        }
    }
}

fn check_value(value: &Json, way: &PathBuilder<'_>, findings: &mut Vec<Diagnostic>) {
    // A plain string is accepted, as in the samples of AWS.
    let Json::Object(members) = value else { return };
    for (key, content) in members {
        let (ty, looked_up) = key
            .strip_suffix(".$")
            .map_or((key.as_str(), false), |ty| (ty, true));
        let at = PathBuilder::Member(way, key);
        let mut say = |at: JsonPointer, message: String, help: &str| {
            findings.push(RULE.finding(at, message).help(help));
        };
        match (ty, content) {
            (ty, _) if !TYPES.contains(&ty) => {
                say(
                    at.pointer(),
                    format!("DynamoDB has no type `{ty}`"),
                    &format!("it has {}", crate::rules::list(TYPES.iter().copied())),
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
                    let help = "write the type `S`: the timestamp is a string such as `2026-01-31T12:00:00Z`";
                    say(
                        at.pointer(),
                        format!("`{text}` is a timestamp, not a number"),
                        help,
                    );
                }
            }
            ("N", Json::String(text))
                if !text.starts_with("{%") && text.parse::<f64>().is_err() =>
            {
                say(
                    at.pointer(),
                    format!("`{text}` is not a number"),
                    "write the number as a string, such as `\"5\"`",
                );
            }
            ("M", Json::Object(inner)) => {
                for (name, value) in inner.iter().filter(|(name, _)| !name.ends_with(".$")) {
                    check_value(value, &PathBuilder::Member(&at, name), findings);
                }
            }
            ("L", Json::Array(elements)) => {
                for (index, value) in elements.iter().enumerate() {
                    check_value(value, &PathBuilder::Element(&at, index), findings);
                }
            }
            _ => {}
        }
    }
}
