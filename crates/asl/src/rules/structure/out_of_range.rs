//! Numbers outside of their range, and empty lists.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::rules::bounds;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for numbers outside the range that AWS accepts, and for empty lists that need an element.
    ///
    /// For example, `TimeoutSeconds` of a Task state must be between 1 and 99999999, `BackoffRate` must be at
    /// least 1, and `MaxDelaySeconds` must be at most 31622400. `Branches`, `Choices` and `ErrorEquals` must
    /// have at least one element.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live"
    ///   },
    ///   "TimeoutSeconds": 0,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live"
    ///   },
    ///   "TimeoutSeconds": 30,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Amazon States Language: Errors](https://states-language.net/#errors)
    "ASL1004" "out-of-range" [] Error
    Any => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.known_members() {
        match value {
            Json::Number(number) => {
                let Some(actual) = number.as_f64() else {
                    continue;
                };
                let (minimum, maximum) = (
                    field.minimum.map(|min| min as f64),
                    field.maximum.map(|max| max as f64),
                );
                if minimum.is_some_and(|minimum| actual < minimum)
                    || maximum.is_some_and(|maximum| actual > maximum)
                {
                    let message = format!(
                        "`{}` {}, got {number}",
                        field.name,
                        bounds(field.minimum, field.maximum)
                    );
                    let at = node.at.join(&field.name);
                    findings.push(RULE.finding(at.clone(), message).schema(&at));
                }
            }
            Json::Array(elements)
                if field.min_items.is_some_and(|least| elements.len() < least) =>
            {
                let message = format!("`{}` is empty", field.name);
                let at = node.at.join(&field.name);
                findings.push(
                    RULE.finding(at.clone(), message)
                        .schema(&at)
                        .help("write at least one element"),
                );
            }
            _ => {}
        }
    }
}
