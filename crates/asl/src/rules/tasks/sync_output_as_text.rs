//! Child executions whose output is returned as text.

use crate::diagnostic::{Diagnostic, Fix};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for `states:startExecution.sync`, which returns the output of the execution as text.
    ///
    /// `.sync:2` returns the output as JSON.
    ///
    /// ## Why is this bad?
    ///
    /// The text contains JSON. Other states cannot refer to the fields of the output until the text is parsed, with
    /// `States.StringToJson` in JSONPath or `$parse` in JSONata.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::states:startExecution.sync",
    ///   "Parameters": {
    ///     "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:ShipOrder",
    ///     "Input.$": "$"
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
    ///   "Resource": "arn:aws:states:::states:startExecution.sync:2",
    ///   "Parameters": {
    ///     "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:ShipOrder",
    ///     "Input.$": "$"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Start a new AWS Step Functions state machine from a running execution](https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html)
    "ASL5013" "sync-output-as-text" ["sync-output"] Lint
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, _)) = node.resource else {
        return;
    };
    if text.ends_with(":states:startExecution.sync") {
        let at = node.at.join("Resource");
        findings.push(
            RULE.finding(
                at.clone(),
                "the output of the execution is returned as text",
            )
            .help("write `.sync:2`, which returns JSON")
            .fix(Fix::value(at, format!("{text}:2")).safe_if(false)),
        );
    }
}
