//! Catchers that replace the input.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for catchers that replace the input with the error.
    ///
    /// This is the case when a catcher has no `ResultPath`, or in JSONata no `Output`. A catcher whose `Next` is a
    /// Fail state is not reported, because the workflow ends there.
    ///
    /// ## Why is this bad?
    ///
    /// The next state receives only the error, without the order, payment, or other object that failed. It cannot undo or
    /// report the work.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "Catch": [
    ///         {
    ///           "ErrorEquals": ["States.ALL"],
    ///           "Next": "ReleaseStock"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "ReleaseStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "release-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "Catch": [
    ///         {
    ///           "ErrorEquals": ["States.ALL"],
    ///           "ResultPath": "$.error",
    ///           "Next": "ReleaseStock"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "ReleaseStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "release-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Errors](https://states-language.net/#errors)
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    "ASL6002" "lost-input" [] Lint
    Catcher => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (field, help) = match model.language_of(node) {
        Some(QueryLanguage::JSONPath) => (
            "ResultPath",
            "write `ResultPath`, such as `$.error`, to keep the input",
        ),
        Some(QueryLanguage::JSONata) => (
            "Output",
            "write `Output` with `$states.input` and `$states.errorOutput` to keep the input",
        ),
        None => return,
    };
    let target = node.value.get("Next").and_then(crate::Json::as_str);
    let target = model.state_of(node).zip(target).and_then(|(state, name)| {
        model
            .states
            .get(model.graph.state_named(state.namespace, name)?)
    });
    let fails = target.is_some_and(|target| target.ty == "Fail");
    if node.value.get(field).is_none() && !fails {
        findings.push(
            RULE.finding(node.at.clone(), "the error replaces the input")
                .help(help),
        );
    }
}
