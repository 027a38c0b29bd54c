//! Fields of Map states that do not fit the processing mode.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

/// Fields of a Map state that require distributed mode (specification, "Map State").
const DISTRIBUTED_ONLY: &[&str] = &[
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
];

rule! {
    /// ## What it does
    ///
    /// Checks for Map states whose fields do not fit their processing mode.
    ///
    /// A distributed Map state needs an `ExecutionType` in its `ProcessorConfig`. An inline Map state has none. A Map
    /// state without `Mode` is inline.
    ///
    /// The following fields require distributed mode and are reported as warnings in an inline Map state:
    /// `ItemReader`, `ItemBatcher`, `ResultWriter`, `Label`, `ToleratedFailurePercentage`,
    /// `ToleratedFailurePercentagePath`, `ToleratedFailureCount`, and `ToleratedFailureCountPath`.
    ///
    /// ## Why is this bad?
    ///
    /// If `ExecutionType` is missing in distributed mode or present in inline mode, AWS rejects the definition with
    /// `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated. Fields of the distributed mode in an
    /// inline Map state are ignored or rejected when the state runs.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED"
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
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED",
    ///       "ExecutionType": "EXPRESS"
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
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    /// - [Map workflow state](https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html)
    "ASL1017" "invalid-processor-config" ["processor-config"] Error
    ProcessorConfig => check, Map => distributed_only
}

/// Reports an `ExecutionType` that does not match the mode.
fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let mode = node.value.get("Mode");
    let execution_type = node.value.get("ExecutionType");
    if mode.and_then(Json::as_str) == Some("DISTRIBUTED") && execution_type.is_none() {
        findings.push(
            RULE.finding(
                node.at.clone(),
                "a distributed Map state needs an `ExecutionType`",
            )
            .schema(&node.at)
            .help("write `STANDARD`, or `EXPRESS` for items that take less than five minutes"),
        );
    }
    let inline = mode.is_none() || mode.and_then(Json::as_str) == Some("INLINE");
    if inline && node.value.is_set("ExecutionType") {
        findings.push(
            RULE.finding(
                node.at.join("ExecutionType"),
                "an inline Map state has no `ExecutionType`",
            )
            .schema(&node.at)
            .help("remove it, or write `Mode: \"DISTRIBUTED\"`"),
        );
    }
}

/// Reports fields of distributed mode in an inline Map state.
fn distributed_only(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    if !is_inline(node) {
        return;
    }
    let present: Vec<_> = DISTRIBUTED_ONLY
        .iter()
        .copied()
        .filter(|field| node.value.is_set(field))
        .collect();
    for field in present {
        findings.push(
            RULE.finding(node.at.join(field), format!("`{field}` requires a distributed Map state"))
                .as_warning()
                .help("write `ProcessorConfig` with `Mode: \"DISTRIBUTED\"` and an `ExecutionType`, or remove it"),
        );
    }
}

fn is_inline(node: &Node<'_>) -> bool {
    let processor = ["ItemProcessor", "Iterator"]
        .iter()
        .find_map(|field| node.value.get(field));
    let Some(processor) = processor.filter(|processor| !matches!(processor, Json::Unknown)) else {
        return false;
    };
    match processor.get("ProcessorConfig") {
        None => true,
        Some(config) => match config.get("Mode") {
            None => !matches!(config, Json::Unknown),
            Some(mode) => mode.as_str() == Some("INLINE"),
        },
    }
}
