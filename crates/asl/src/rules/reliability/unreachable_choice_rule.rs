//! Rules of Choice states that never apply.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for rules of Choice states that never apply.
    ///
    /// A rule never applies if an earlier rule of the state has the same condition, or if the `Condition` of an
    /// earlier rule is the value `true`.
    ///
    /// ## Why is this bad?
    ///
    /// Step Functions follows the first rule that applies, so the `Next` of the later rule is never used. The rule is
    /// often a copy whose condition was not changed, and the workflow takes the wrong path for the values that it was
    /// meant for.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "CheckStatus",
    ///   "States": {
    ///     "CheckStatus": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "Variable": "$.status",
    ///           "StringEquals": "PAID",
    ///           "Next": "OrderPaid"
    ///         },
    ///         {
    ///           "Variable": "$.status",
    ///           "StringEquals": "PAID",
    ///           "Next": "OrderRefunded"
    ///         }
    ///       ],
    ///       "Default": "OrderFailed"
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderRefunded": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderFailed": {
    ///       "Type": "Fail",
    ///       "Error": "OrderFailed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "CheckStatus",
    ///   "States": {
    ///     "CheckStatus": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "Variable": "$.status",
    ///           "StringEquals": "PAID",
    ///           "Next": "OrderPaid"
    ///         },
    ///         {
    ///           "Variable": "$.status",
    ///           "StringEquals": "REFUNDED",
    ///           "Next": "OrderRefunded"
    ///         }
    ///       ],
    ///       "Default": "OrderFailed"
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderRefunded": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderFailed": {
    ///       "Type": "Fail",
    ///       "Error": "OrderFailed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Choice State](https://states-language.net/#choice-state)
    "ASL7006" "unreachable-choice-rule" ["dead-rule"] Warning
    Choice => check
}

/// Members of a rule that are not a part of its condition.
const CONSEQUENCES: &[&str] = &["Next", "Assign", "Output", "Comment"];

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let mut earlier: Vec<(Vec<(&String, &Json)>, usize)> = Vec::new();
    let mut always: Option<usize> = None;
    for (index, rule) in node
        .value
        .get("Choices")
        .and_then(Json::as_array)
        .unwrap_or(&[])
        .iter()
        .enumerate()
    {
        let Some(members) = rule.as_object().filter(|_| rule.is_known()) else {
            continue;
        };
        let mut condition: Vec<(&String, &Json)> = members
            .iter()
            .filter(|(key, _)| !CONSEQUENCES.contains(&key.as_str()))
            .collect();
        condition.sort_by_key(|(key, _)| *key);
        let at = node.at.join("Choices").join(index);
        let same = earlier
            .iter()
            .find(|(other, _)| *other == condition)
            .map(|(_, index)| *index);
        if let Some(first) = always.or(same) {
            let why = if always.is_some() {
                "an earlier rule always applies"
            } else {
                "an earlier rule has the same condition"
            };
            findings.push(
                RULE.finding(at, format!("this rule never applies: {why}"))
                    .help("remove it, or put it first")
                    .related(node.at.join("Choices").join(first), "the earlier rule"),
            );
        } else if condition
            .iter()
            .any(|(key, value)| *key == "Condition" && **value == Json::Bool(true))
        {
            always = Some(index);
        }
        // The number of compared rules is limited, so that the time is proportional to the size of the text.
        if earlier.len() < 64 {
            earlier.push((condition, index));
        }
    }
}
