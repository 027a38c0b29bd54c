//! Deprecated names of fields.

use crate::diagnostic::{Diagnostic, Fix};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Map states with the older field names `Iterator` and `Parameters`.
    ///
    /// Write `ItemProcessor` instead of `Iterator`, and `ItemSelector` instead of `Parameters`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the older names, but they are deprecated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemsPath": "$.items",
    ///   "Parameters": {
    ///     "sku.$": "$$.Map.Item.Value.sku"
    ///   },
    ///   "Iterator": {
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "ReserveStock",
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
    ///     "sku.$": "$$.Map.Item.Value.sku"
    ///   },
    ///   "ItemProcessor": {
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "ReserveStock",
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
    /// - [Using Map state in Inline mode in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html)
    "ASL5014" "superseded-field" ["older-name"] Lint
    Map => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (older, name) in [
        ("Iterator", "ItemProcessor"),
        ("Parameters", "ItemSelector"),
    ] {
        if node.value.is_set(older) && node.value.get(name).is_none() {
            let at = node.at.join(older);
            findings.push(
                RULE.finding(
                    at.clone(),
                    format!("`{older}` is the older name of `{name}`"),
                )
                .help(format!("write `{name}`"))
                .fix(Fix::key(at, name.to_owned())),
            );
        }
    }
}
