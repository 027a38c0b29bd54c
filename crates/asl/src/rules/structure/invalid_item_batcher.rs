//! Item batchers without a batch size.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for an `ItemBatcher` that does not set the size of a batch.
    ///
    /// An `ItemBatcher` needs at least one of `MaxItemsPerBatch`, `MaxItemsPerBatchPath`, `MaxInputBytesPerBatch`,
    /// and `MaxInputBytesPerBatchPath`.
    ///
    /// ## Why is this bad?
    ///
    /// Without a size, it is not defined how many items are put into one batch. AWS rejects the definition with
    /// `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemBatcher": {
    ///     "BatchInput": {
    ///       "warehouse": "Dublin"
    ///     }
    ///   },
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED",
    ///       "ExecutionType": "STANDARD"
    ///     },
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
    ///   "ItemBatcher": {
    ///     "MaxItemsPerBatch": 100,
    ///     "BatchInput": {
    ///       "warehouse": "Dublin"
    ///     }
    ///   },
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED",
    ///       "ExecutionType": "STANDARD"
    ///     },
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
    /// - [ItemBatcher (Map)](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html)
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    "ASL1020" "invalid-item-batcher" ["item-batcher"] Error
    ItemBatcher => check
}

const SIZES: [&str; 4] = [
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
];

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    if !SIZES.iter().any(|field| node.value.get(field).is_some()) {
        findings.push(
            RULE.finding(node.at.clone(), "the batches have no size")
                .schema(&node.at)
                .help("write `MaxItemsPerBatch` or `MaxInputBytesPerBatch`"),
        );
    }
}
