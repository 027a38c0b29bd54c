//! Choice states without `Default`.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Choice states without `Default`.
    ///
    /// A state is not reported if one of its rules always applies, such as a `Condition` that is `true`, or if two
    /// rules test one variable for opposite values, such as `IsPresent` with `true` and with `false`.
    ///
    /// ## Why is this bad?
    ///
    /// If no rule applies to the input, the execution fails with `States.NoChoiceMatched`. A Choice state has no
    /// `Retry` and no `Catch`, so it cannot handle this error.
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
    ///         }
    ///       ]
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
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
    ///         }
    ///       ],
    ///       "Default": "OrderNotPaid"
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderNotPaid": {
    ///       "Type": "Fail",
    ///       "Error": "OrderNotPaid"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Choice State](https://states-language.net/#choice-state)
    "ASL7005" "missing-default" [] Lint
    Choice => check
}

/// Comparisons with a boolean.
const TWO_WAYS: &[&str] = &[
    "BooleanEquals",
    "IsPresent",
    "IsNull",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
    "Condition",
];

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let rules = node
        .value
        .get("Choices")
        .and_then(Json::as_array)
        .unwrap_or(&[]);
    if node.value.get("Default").is_some()
        || rules.is_empty()
        || rules.iter().any(|rule| covers_all(rule, rules))
    {
        return;
    }
    let name = node.at.state_name().unwrap_or("");
    findings.push(
        RULE.finding(node.at.clone(), format!("state `{name}` has no `Default`"))
            .help("name the state that runs if no rule applies, such as a Fail state"),
    );
}

/// Whether a rule always applies, or another rule applies whenever it does not.
fn covers_all(rule: &Json, rules: &[Json]) -> bool {
    let always = match rule.get("Condition") {
        Some(Json::Bool(true) | Json::Unknown) => true,
        Some(Json::String(text)) => {
            text.trim_start_matches("{%").trim_end_matches("%}").trim() == "true"
        }
        _ => matches!(rule, Json::Unknown),
    };
    let opposite = |field: &str| {
        let Some(Json::Bool(flag)) = rule.get(field) else {
            return false;
        };
        rules.iter().any(|other| {
            other.get("Variable") == rule.get("Variable")
                && other.get(field) == Some(&Json::Bool(!flag))
        })
    };
    always || TWO_WAYS.iter().any(|field| opposite(field))
}
