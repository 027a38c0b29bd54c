//! Invalid labels of Map states.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

/// The longest label, in characters.
const MAX_CHARACTERS: usize = 40;

rule! {
    /// ## What it does
    ///
    /// Checks for Map states whose `Label` is empty, too long, or has a character that is not allowed.
    ///
    /// A label has from 1 to 40 characters. Whitespace, control characters, and the following characters are not
    /// allowed: ``? * < > { } [ ] : ; , \ | ^ ~ $ # % & ` "``.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `INVALID_LABEL_NAME` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "Label": "reserve stock",
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
    ///   "Label": "reserve-stock",
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
    /// - [Using Map state in Distributed mode for large-scale parallel workloads in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html)
    "ASL1012" "invalid-label" [] Error
    Map => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(label) = node.value.get("Label").and_then(Json::as_str) else {
        return;
    };
    let characters = label.chars().count();
    let forbidden = label
        .chars()
        .find(|c| c.is_whitespace() || c.is_control() || r#"?*<>{}[]:;,\|^~$#%&`""#.contains(*c));
    let message = match forbidden {
        _ if characters == 0 => "the label is empty".to_owned(),
        _ if characters > MAX_CHARACTERS => format!("the label has {characters} characters"),
        Some(c) => format!("a label cannot have the character {c:?}"),
        None => return,
    };
    let at = node.at.join("Label");
    let help = format!("use from 1 to {MAX_CHARACTERS} letters, digits, `-`, `_` and `.`");
    findings.push(
        RULE.finding(at.clone(), message)
            .aws("INVALID_LABEL_NAME", Some(at))
            .help(help),
    );
}
