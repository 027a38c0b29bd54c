//! Tasks that wait without a heartbeat.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

/// Longest timeout that does not need a heartbeat, in seconds.
const SHORT: f64 = 300.0;

rule! {
    /// ## What it does
    ///
    /// Checks for tasks that wait for a task token or an activity for a long time without a heartbeat.
    ///
    /// A task is reported if its `TimeoutSeconds` is a number greater than 300, and it has neither `HeartbeatSeconds`
    /// nor `HeartbeatSecondsPath`.
    ///
    /// ## Why is this bad?
    ///
    /// If the worker stops, the execution does not detect this before the timeout. With a heartbeat interval, the
    /// task fails as soon as a heartbeat is overdue, and you can retry it.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/parcels",
    ///     "MessageBody": {
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 3600,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/parcels",
    ///     "MessageBody": {
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 3600,
    ///   "HeartbeatSeconds": 60,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Discover service integration patterns in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html)
    "ASL7002" "missing-heartbeat" [] Lint
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = node.resource.map(|(_, resource)| resource);
    let waits = resource.is_some_and(|resource| resource.waits_for_callback());
    let beats = ["HeartbeatSeconds", "HeartbeatSecondsPath"]
        .iter()
        .any(|field| node.value.get(field).is_some());
    let long = match node.value.get("TimeoutSeconds") {
        Some(Json::Number(seconds)) => seconds.as_f64().is_some_and(|seconds| seconds > SHORT),
        _ => false,
    };
    if waits && !beats && long {
        let name = node.at.state_name().unwrap_or("");
        findings.push(
            RULE.finding(
                node.at.join("TimeoutSeconds"),
                format!("state `{name}` waits without a heartbeat"),
            )
            .help("write `HeartbeatSeconds`, and let the worker send heartbeats"),
        );
    }
}
