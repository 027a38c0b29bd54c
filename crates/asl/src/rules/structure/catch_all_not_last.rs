//! `States.ALL` with other errors, or not in the last entry.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for `States.ALL` together with other errors, or in a retrier or catcher that is not the last one.
    ///
    /// Write `States.ALL` alone in `ErrorEquals`, and only in the last entry of `Retry` or `Catch`.
    ///
    /// ## Why is this bad?
    ///
    /// `States.ALL` is a wildcard for all errors. Other errors in its entry and entries after it have no effect.
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "charge-card",
    ///     "Payload.$": "$"
    ///   },
    ///   "Retry": [
    ///     {
    ///       "ErrorEquals": ["States.ALL"],
    ///       "MaxAttempts": 1
    ///     },
    ///     {
    ///       "ErrorEquals": ["GatewayBusy"],
    ///       "MaxAttempts": 5
    ///     }
    ///   ],
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
    ///     "FunctionName": "charge-card",
    ///     "Payload.$": "$"
    ///   },
    ///   "Retry": [
    ///     {
    ///       "ErrorEquals": ["GatewayBusy"],
    ///       "MaxAttempts": 5
    ///     },
    ///     {
    ///       "ErrorEquals": ["States.ALL"],
    ///       "MaxAttempts": 1
    ///     }
    ///   ],
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Errors](https://states-language.net/#errors)
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    "ASL1014" "catch-all-not-last" ["catch-all-last"] Error
    State => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for list in ["Retry", "Catch"] {
        let entries = node.value.get(list).and_then(Json::as_array).unwrap_or(&[]);
        for (index, entry) in entries.iter().enumerate() {
            let errors = entry
                .get("ErrorEquals")
                .and_then(Json::as_array)
                .unwrap_or(&[]);
            let Some(position) = errors
                .iter()
                .position(|error| error.as_str() == Some("States.ALL"))
            else {
                continue;
            };
            let message = match (errors.len(), index + 1 == entries.len()) {
                (1, true) => continue,
                (1, false) => format!("`States.ALL` must be in the last entry of `{list}`"),
                _ => "`States.ALL` cannot be combined with other errors".to_owned(),
            };
            let at = node
                .at
                .join(list)
                .join(index)
                .join("ErrorEquals")
                .join(position);
            findings.push(RULE.finding(at.clone(), message).schema(&at).help(format!(
                "write it alone, in the last entry of `{list}`: it matches every error"
            )));
        }
    }
}
