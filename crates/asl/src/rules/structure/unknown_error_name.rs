//! Unknown error names.

use crate::diagnostic::{Diagnostic, Fix};
use crate::semantic::{Node, SemanticModel};
use crate::suggest::{did_you_mean, is_certain};

/// The errors of Step Functions itself (developer guide, "Handling errors").
pub(crate) const ERRORS: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

rule! {
    /// ## What it does
    ///
    /// Checks for error names that begin with `States.` but that Step Functions does not have.
    ///
    /// The prefix `States.` is reserved for the errors of Step Functions. Your own error names cannot begin with it.
    /// Error names are case-sensitive. Names that begin with `States.Http.StatusCode.` are accepted.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition, but the name never matches an error. The error that the retrier or catcher is
    /// meant for is not retried or caught by it.
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
    ///   "TimeoutSeconds": 30,
    ///   "Retry": [
    ///     {
    ///       "ErrorEquals": ["States.TimeOut"]
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
    ///   "TimeoutSeconds": 30,
    ///   "Retry": [
    ///     {
    ///       "ErrorEquals": ["States.Timeout"]
    ///     }
    ///   ],
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    /// - [Amazon States Language: Errors](https://states-language.net/#errors)
    "ASL1015" "unknown-error-name" ["unknown-error"] Warning
    Any => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.known_members() {
        if field.name != "ErrorEquals" {
            continue;
        }
        for (index, error) in value.as_array().unwrap_or(&[]).iter().enumerate() {
            let Some(name) = error
                .as_str()
                .filter(|name| name.to_lowercase().starts_with("states."))
            else {
                continue;
            };
            if ERRORS.contains(&name) || name.starts_with("States.Http.StatusCode.") {
                continue;
            }
            let at = node.at.join("ErrorEquals").join(index);
            let finding = RULE.finding(at.clone(), format!("Step Functions has no error `{name}`"));
            findings.push(match did_you_mean(name, ERRORS.iter().copied()) {
                Some(known) => finding.help(format!("did you mean `{known}`?")).fix_if(
                    is_certain(name, known, ERRORS.iter().copied()),
                    Fix::value(at, known),
                ),
                None => finding.help("custom error names cannot begin with `States.`"),
            });
        }
    }
}
