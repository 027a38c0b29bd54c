//! Results that replace the input.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Parallel states whose array of results replaces the input.
    ///
    /// Only a state with `Next` is reported. A state with one of the fields `ResultPath`, `ResultSelector`,
    /// `OutputPath`, `Output`, or `Assign` is not reported.
    ///
    /// ## Why is this bad?
    ///
    /// The states that follow can no longer read the input of the workflow, and must read each result by the position
    /// of its branch. When you insert or reorder branches, these positions change.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "CheckOrder",
    ///   "States": {
    ///     "CheckOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "CheckStock",
    ///           "States": {
    ///             "CheckStock": {
    ///               "Type": "Task",
    ///               "Resource": "arn:aws:states:::lambda:invoke",
    ///               "Parameters": {
    ///                 "FunctionName": "check-stock",
    ///                 "Payload.$": "$"
    ///               },
    ///               "End": true
    ///             }
    ///           }
    ///         }
    ///       ],
    ///       "Next": "ChargeCard"
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
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
    ///   "StartAt": "CheckOrder",
    ///   "States": {
    ///     "CheckOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "CheckStock",
    ///           "States": {
    ///             "CheckStock": {
    ///               "Type": "Task",
    ///               "Resource": "arn:aws:states:::lambda:invoke",
    ///               "Parameters": {
    ///                 "FunctionName": "check-stock",
    ///                 "Payload.$": "$"
    ///               },
    ///               "End": true
    ///             }
    ///           }
    ///         }
    ///       ],
    ///       "ResultPath": "$.checks",
    ///       "Next": "ChargeCard"
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
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
    /// - [Amazon States Language: Parallel State](https://states-language.net/#parallel-state)
    "ASL6003" "replaced-input" [] Lint
    Parallel => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let has = |field: &str| node.value.get(field).is_some();
    let keeps = [
        "ResultPath",
        "ResultSelector",
        "OutputPath",
        "Output",
        "Assign",
    ]
    .iter()
    .any(|field| has(field));
    if has("Next") && !keeps && model.language_of(node).is_some() {
        let help = match model.language_of(node) {
            Some(QueryLanguage::JSONata) => {
                "write `Output` with `$states.input` and `$states.result` to keep both"
            }
            _ => "write `ResultPath`, such as `$.results`, to keep the input",
        };
        let name = node.at.state_name().unwrap_or("");
        let message = format!("the results of state `{name}` replace the input");
        findings.push(RULE.finding(node.at.clone(), message).help(help));
    }
}
