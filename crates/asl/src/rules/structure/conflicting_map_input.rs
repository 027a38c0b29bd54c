//! Map states with both `ItemSelector` and `Parameters`.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Map states that have both `ItemSelector` and `Parameters`.
    ///
    /// `Parameters` is the older name of `ItemSelector` in a Map state. Keep `ItemSelector`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemsPath": "$.items",
    ///   "ItemSelector": {
    ///     "order.$": "$.orderId",
    ///     "item.$": "$$.Map.Item.Value"
    ///   },
    ///   "Parameters": {
    ///     "item.$": "$$.Map.Item.Value"
    ///   },
    ///   "ItemProcessor": {
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "reserve-stock",
    ///           "Payload.$": "$"
    ///         },
    ///         "End": true
    ///       }
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
    ///   "Type": "Map",
    ///   "ItemsPath": "$.items",
    ///   "ItemSelector": {
    ///     "order.$": "$.orderId",
    ///     "item.$": "$$.Map.Item.Value"
    ///   },
    ///   "ItemProcessor": {
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "reserve-stock",
    ///           "Payload.$": "$"
    ///         },
    ///         "End": true
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [ItemSelector (Map)](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemselector.html)
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    "ASL1022" "conflicting-map-input" ["duplicate-map-input"] Error
    Map => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    if node.value.is_set("ItemSelector") && node.value.is_set("Parameters") {
        findings.push(
            RULE.finding(
                node.at.join("Parameters"),
                "`Parameters` conflicts with `ItemSelector`",
            )
            .schema(&node.at)
            .help("remove `Parameters`, the older name of `ItemSelector`"),
        );
    }
}
