//! Heartbeat intervals that are not shorter than the timeout.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks whose heartbeat interval is not shorter than their timeout.
    ///
    /// `HeartbeatSeconds` must be smaller than `TimeoutSeconds`. Only numbers are compared. Paths and JSONata
    /// expressions are not checked.
    ///
    /// ## Why is this bad?
    ///
    /// The timeout always comes first, so a lost worker is never detected by its missing heartbeats. The
    /// specification requires a heartbeat interval that is smaller than the timeout, so the definition is not valid.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/reviews",
    ///     "MessageBody": {
    ///       "order.$": "$.orderId",
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 600,
    ///   "HeartbeatSeconds": 900,
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
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/reviews",
    ///     "MessageBody": {
    ///       "order.$": "$.orderId",
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 600,
    ///   "HeartbeatSeconds": 60,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Task workflow state](https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html)
    "ASL1021" "heartbeat-not-shorter-than-timeout" ["heartbeat"] Error
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let seconds = |field: &str| match node.value.get(field) {
        Some(Json::Number(number)) => number.as_f64(),
        _ => None,
    };
    if let (Some(heartbeat), Some(timeout)) =
        (seconds("HeartbeatSeconds"), seconds("TimeoutSeconds"))
        && heartbeat >= timeout
    {
        let at = node.at.join("HeartbeatSeconds");
        findings.push(
            RULE.finding(
                at.clone(),
                format!(
                    "the heartbeat of {heartbeat} s is not shorter than the timeout of {timeout} s"
                ),
            )
            .schema(&at)
            .help("write a smaller `HeartbeatSeconds`, or a larger `TimeoutSeconds`")
            .related(node.at.join("TimeoutSeconds"), "the timeout"),
        );
    }
}
