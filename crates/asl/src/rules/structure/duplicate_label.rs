//! Labels of more than one Map state.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::SemanticModel;

rule! {
    /// ## What it does
    ///
    /// Checks for Map states that have the same `Label` as another Map state of the state machine.
    ///
    /// A label becomes part of the name of the Map Runs. It must be unique in the whole state machine, including Map
    /// states in branches and item processors.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `DUPLICATE_LABEL_NAME` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ReserveItems",
    ///   "States": {
    ///     "ReserveItems": {
    ///       "Type": "Map",
    ///       "Label": "items",
    ///       "ItemProcessor": {
    ///         "ProcessorConfig": {
    ///           "Mode": "DISTRIBUTED",
    ///           "ExecutionType": "STANDARD"
    ///         },
    ///         "StartAt": "ReserveStock",
    ///         "States": {
    ///           "ReserveStock": {
    ///             "Type": "Task",
    ///             "Resource": "arn:aws:states:::lambda:invoke",
    ///             "Parameters": {
    ///               "FunctionName": "reserve-stock",
    ///               "Payload.$": "$"
    ///             },
    ///             "End": true
    ///           }
    ///         }
    ///       },
    ///       "Next": "ShipItems"
    ///     },
    ///     "ShipItems": {
    ///       "Type": "Map",
    ///       "Label": "items",
    ///       "ItemProcessor": {
    ///         "ProcessorConfig": {
    ///           "Mode": "DISTRIBUTED",
    ///           "ExecutionType": "STANDARD"
    ///         },
    ///         "StartAt": "ShipItem",
    ///         "States": {
    ///           "ShipItem": {
    ///             "Type": "Task",
    ///             "Resource": "arn:aws:states:::lambda:invoke",
    ///             "Parameters": {
    ///               "FunctionName": "ship-item",
    ///               "Payload.$": "$"
    ///             },
    ///             "End": true
    ///           }
    ///         }
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
    ///   "StartAt": "ReserveItems",
    ///   "States": {
    ///     "ReserveItems": {
    ///       "Type": "Map",
    ///       "Label": "reserve-items",
    ///       "ItemProcessor": {
    ///         "ProcessorConfig": {
    ///           "Mode": "DISTRIBUTED",
    ///           "ExecutionType": "STANDARD"
    ///         },
    ///         "StartAt": "ReserveStock",
    ///         "States": {
    ///           "ReserveStock": {
    ///             "Type": "Task",
    ///             "Resource": "arn:aws:states:::lambda:invoke",
    ///             "Parameters": {
    ///               "FunctionName": "reserve-stock",
    ///               "Payload.$": "$"
    ///             },
    ///             "End": true
    ///           }
    ///         }
    ///       },
    ///       "Next": "ShipItems"
    ///     },
    ///     "ShipItems": {
    ///       "Type": "Map",
    ///       "Label": "ship-items",
    ///       "ItemProcessor": {
    ///         "ProcessorConfig": {
    ///           "Mode": "DISTRIBUTED",
    ///           "ExecutionType": "STANDARD"
    ///         },
    ///         "StartAt": "ShipItem",
    ///         "States": {
    ///           "ShipItem": {
    ///             "Type": "Task",
    ///             "Resource": "arn:aws:states:::lambda:invoke",
    ///             "Parameters": {
    ///               "FunctionName": "ship-item",
    ///               "Payload.$": "$"
    ///             },
    ///             "End": true
    ///           }
    ///         }
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Using Map state in Distributed mode for large-scale parallel workloads in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html)
    "ASL1013" "duplicate-label" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for node in model.objects.iter().filter(|node| node.shape.name == "Map") {
        let Some(label) = node.value.get("Label").and_then(Json::as_str) else {
            continue;
        };
        let at = node.at.join("Label");
        if let Some(first) = seen.insert(label, at.clone()) {
            findings.push(
                RULE.finding(
                    at.clone(),
                    format!("another Map state has the label `{label}`"),
                )
                .aws("DUPLICATE_LABEL_NAME", Some(at))
                .help("labels must be unique in the state machine: change one of the two")
                .related(first, "the other one"),
            );
        }
    }
}
