//! Tasks without a timeout.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Task states without a timeout.
    ///
    /// Both `TimeoutSeconds` and `TimeoutSecondsPath` count as a timeout. The severity is Lint. It is Warning for a
    /// task that waits for a task token or an activity and has no heartbeat either.
    ///
    /// ## Why is this bad?
    ///
    /// Without a timeout, a task can run for 99,999,999 seconds, which is more than three years. A task that waits
    /// for a task token or an activity waits that long if no answer is sent, and the execution is stuck.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/payments",
    ///     "MessageBody": {
    ///       "token.$": "$$.Task.Token"
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
    ///   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/payments",
    ///     "MessageBody": {
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 300,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Best practices for Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html)
    "ASL7001" "missing-timeout" [] Lint
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let has = |field: &str| node.value.get(field).is_some();
    if has("TimeoutSeconds") || has("TimeoutSecondsPath") {
        return;
    }
    let name = node.at.state_name().unwrap_or("");
    let finding = RULE
        .finding(node.at.clone(), format!("state `{name}` has no timeout"))
        .help("write a `TimeoutSeconds` that is longer than the task is expected to take");
    let beats = has("HeartbeatSeconds") || has("HeartbeatSecondsPath");
    let resource = node.resource.map(|(_, resource)| resource);
    let waits = resource.is_some_and(|resource| resource.waits_for_callback());
    findings.push(if waits && !beats {
        finding.as_warning()
    } else {
        finding
    });
}
