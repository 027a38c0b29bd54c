//! Tasks that do not handle failures.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::semantic::{Node, SemanticModel};

/// Transient errors of function calls (developer guide, "Handle transient Lambda service exceptions").
const TRANSIENT: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "States.TaskFailed",
    "States.ALL",
];

rule! {
    /// ## What it does
    ///
    /// Checks for Task states that do not handle failures.
    ///
    /// A Task state is reported if it has neither `Retry` nor `Catch`. An empty list counts as absent. A task that
    /// calls a Lambda function is also reported if no retrier handles the transient errors of Lambda: add
    /// `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException`, and
    /// `Lambda.TooManyRequestsException`. A retrier for one of them, for `States.TaskFailed`, or for `States.ALL` is
    /// enough for this rule.
    ///
    /// ## Why is this bad?
    ///
    /// One failed call ends the execution. Calls of Lambda functions fail occasionally with transient errors of the
    /// service, even if the function is correct. Use `Retry` for transient errors, and `Catch` for all others.
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
    ///       "ErrorEquals": [
    ///         "Lambda.ServiceException",
    ///         "Lambda.AWSLambdaException",
    ///         "Lambda.SdkClientException",
    ///         "Lambda.TooManyRequestsException"
    ///       ],
    ///       "IntervalSeconds": 1,
    ///       "MaxAttempts": 3,
    ///       "BackoffRate": 2
    ///     }
    ///   ],
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    /// - [Best practices for Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html)
    "ASL7003" "unhandled-failure" [] Lint
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let name = node.at.state_name().unwrap_or("");
    let list = |field: &str| {
        node.value
            .get(field)
            .is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    };
    if !list("Retry") && !list("Catch") {
        findings.push(
            RULE.finding(
                node.at.clone(),
                format!("state `{name}` does not handle failures"),
            )
            .help("write `Retry` for transient errors, and `Catch` for all others"),
        );
    } else if calls_function(node) && !retries_transient(node) {
        findings.push(
            RULE.finding(node.at.clone(), format!("state `{name}` does not retry transient errors of Lambda"))
                .help("add a retrier for `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException` and `Lambda.TooManyRequestsException`"),
        );
    }
}

fn calls_function(node: &Node<'_>) -> bool {
    match node.resource.map(|(_, resource)| resource) {
        Some(Resource::Function { .. }) => true,
        Some(Resource::Optimized(called)) => called.service == "lambda",
        _ => false,
    }
}

fn retries_transient(node: &Node<'_>) -> bool {
    let Some(retriers) = node.value.get("Retry") else {
        return false;
    };
    let Some(retriers) = retriers.as_array() else {
        return true;
    };
    retriers
        .iter()
        .filter_map(|retrier| retrier.get("ErrorEquals"))
        .any(|errors| {
            let errors = errors.as_array().unwrap_or(&[]);
            errors
                .iter()
                .any(|error| error.as_str().is_none_or(|name| TRANSIENT.contains(&name)))
        })
}
