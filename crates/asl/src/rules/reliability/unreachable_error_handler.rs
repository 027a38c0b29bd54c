//! Retriers and catchers that never apply.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for retriers and catchers that never apply.
    ///
    /// Step Functions uses the first entry of the list that matches the error. An entry never applies if earlier
    /// entries of the same list match all of its errors. `States.TaskFailed` matches every error of a task except
    /// `States.Timeout`; entries for `States.HeartbeatTimeout`, `States.DataLimitExceeded`, and `States.ALL` after it
    /// are not reported either. An entry for `States.Runtime` alone is reported too, because this error can neither
    /// be retried nor caught.
    ///
    /// ## Why is this bad?
    ///
    /// The entry has no effect. The error is handled by an earlier entry with other settings or another next state,
    /// or, for `States.Runtime`, it ends the execution.
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
    ///       "ErrorEquals": ["States.TaskFailed"],
    ///       "MaxAttempts": 3
    ///     },
    ///     {
    ///       "ErrorEquals": ["CardDeclined"],
    ///       "MaxAttempts": 0
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
    ///       "ErrorEquals": ["CardDeclined"],
    ///       "MaxAttempts": 0
    ///     },
    ///     {
    ///       "ErrorEquals": ["States.TaskFailed"],
    ///       "MaxAttempts": 3
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
    "ASL7004" "unreachable-error-handler" ["dead-entry"] Warning
    State => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for list in ["Retry", "Catch"] {
        let mut earlier: Vec<&str> = Vec::new();
        for (index, entry) in node
            .value
            .get(list)
            .and_then(Json::as_array)
            .unwrap_or(&[])
            .iter()
            .enumerate()
        {
            let Some(errors) = entry.get("ErrorEquals").and_then(Json::as_array) else {
                continue;
            };
            let names: Vec<&str> = errors.iter().filter_map(Json::as_str).collect();
            if names.len() != errors.len() || names.is_empty() {
                continue;
            }
            let at = node.at.join(list).join(index).join("ErrorEquals");
            let kind = if list == "Retry" {
                "retrier"
            } else {
                "catcher"
            };
            if names.iter().all(|name| covered(name, &earlier)) {
                findings.push(
                    RULE.finding(
                        at,
                        format!("this {kind} never applies: earlier ones match all of its errors"),
                    )
                    .help("put it before the more general ones, or remove it"),
                );
            } else if names == ["States.Runtime"] {
                findings.push(
                    RULE.finding(at, "`States.Runtime` can neither be retried nor caught")
                        .help("remove it, and correct the paths that cause the error"),
                );
            }
            earlier.extend(names);
        }
    }
}

fn covered(name: &str, earlier: &[&str]) -> bool {
    let timeout = matches!(
        name,
        "States.Timeout" | "States.HeartbeatTimeout" | "States.ALL" | "States.DataLimitExceeded"
    );
    earlier.contains(&name) || (earlier.contains(&"States.TaskFailed") && !timeout)
}
