//! Incomplete result writers.

use crate::diagnostic::Diagnostic;
use crate::json::{Json, Members};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for a `ResultWriter` that is empty or incomplete, or that has an unsupported resource.
    ///
    /// A `ResultWriter` has a `WriterConfig`, or `Resource` and `Parameters` (`Arguments` in JSONata), or all of
    /// them. `Parameters` or `Arguments` name the bucket. The `Resource` is `arn:aws:states:::s3:putObject`. An empty
    /// `ResultWriter` is reported as a warning.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated. AWS
    /// accepts an empty `ResultWriter`, but writes no results.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ResultWriter": {
    ///     "Resource": "arn:aws:states:::s3:putObject"
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
    ///   "ResultWriter": {
    ///     "Resource": "arn:aws:states:::s3:putObject",
    ///     "Parameters": {
    ///       "Bucket": "order-results",
    ///       "Prefix": "reservations"
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
    /// - [ResultWriter (Map)](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html)
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    "ASL1019" "invalid-result-writer" ["result-writer"] Error
    ResultWriter => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = node.value.get("Resource");
    let payload = ["Parameters", "Arguments"]
        .iter()
        .any(|field| node.value.get(field).is_some());
    let message = match (resource, payload, node.value.get("WriterConfig")) {
        (None, false, None) => "`ResultWriter` has neither a `Resource` nor a `WriterConfig`",
        (Some(_), false, _) => "`ResultWriter` has no bucket",
        (None, true, _) => "`ResultWriter` has no `Resource`",
        _ => "",
    };
    let help = "write `Resource: \"arn:aws:states:::s3:putObject\"` and the `Bucket` and `Prefix`, or a `WriterConfig`";
    // AWS accepts an empty writer and writes no results.
    if node.value.as_object().is_some_and(Members::is_empty) {
        findings.push(
            RULE.finding(node.at.clone(), message)
                .help(help)
                .as_warning(),
        );
    } else if !message.is_empty() {
        findings.push(
            RULE.finding(node.at.clone(), message)
                .schema(&node.at)
                .help(help),
        );
    }
    let foreign = resource
        .and_then(Json::as_str)
        .filter(|resource| !resource.ends_with(":states:::s3:putObject"));
    if let Some(resource) = foreign {
        let at = node.at.join("Resource");
        findings.push(
            RULE.finding(
                at.clone(),
                format!("results cannot be written to `{resource}`"),
            )
            .schema(&at)
            .help("write `arn:aws:states:::s3:putObject`"),
        );
    }
}
