//! Map states that exceed a quota.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::graph::distributed;
use crate::semantic::{Node, SemanticModel};

/// Maximum number of parallel iterations of an inline Map state (service quotas).
const INLINE_CONCURRENCY: f64 = 40.0;

rule! {
    /// ## What it does
    ///
    /// Checks for Map states that exceed a quota of Step Functions, or may do so.
    ///
    /// An inline Map state is reported if its `MaxConcurrency` is greater than 40. A distributed Map state is
    /// reported if it returns the results of all its items. It is not reported with `ResultWriter`, `ResultSelector`,
    /// or `Output`, or if its `ResultPath` is `null`.
    ///
    /// ## Why is this bad?
    ///
    /// An inline Map state processes at most 40 items at the same time, so a greater value has no effect. The results
    /// of a distributed Map state can together exceed the 256 KiB that the output of a state can have.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemsPath": "$.orders",
    ///   "MaxConcurrency": 100,
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
    ///   "ItemsPath": "$.orders",
    ///   "MaxConcurrency": 40,
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
    /// - [Using Map state in Distributed mode for large-scale parallel workloads in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html)
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL7009" "map-exceeds-limits" ["map-limits"] Lint
    Map => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(state) = model.state_of(node) else {
        return;
    };
    let distributed = distributed(node.value).is_some();
    if let Some(Json::Number(most)) = node.value.get("MaxConcurrency").filter(|_| !distributed)
        && most.as_f64().is_some_and(|most| most > INLINE_CONCURRENCY)
    {
        let at = node.at.join("MaxConcurrency");
        findings.push(
            RULE.finding(
                at,
                format!("an inline Map state processes at most {INLINE_CONCURRENCY} items at the same time"),
            )
            .help("write at most 40, or use a distributed Map state"),
        );
    }
    let dropped = matches!(node.value.get("ResultPath"), Some(Json::Null))
        || ["ResultSelector", "Output", "ResultWriter"]
            .iter()
            .any(|field| node.value.get(field).is_some());
    if distributed && !dropped {
        let message = format!(
            "state `{}` returns the results of all its items",
            state.name
        );
        findings.push(
            RULE.finding(node.at.clone(), message)
                .help("write them to S3 with `ResultWriter`, or discard them with `ResultPath: null`: the output of a state is limited to 256 KiB"),
        );
    }
}
