//! Rules of Choice states without a comparison, or with several.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::schema::{ExpressionKind, FieldType};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Choice rules that have a `Variable` and no comparison, or more than one.
    ///
    /// A rule with a `Variable` has exactly one comparison, such as `StringEquals` or `IsPresent`. To combine several
    /// comparisons, use `And`. A rule without a comparison but with an unknown field, such as a misspelled
    /// comparison, is reported by the rule ASL1001 instead.
    ///
    /// A string comparison with a value that begins with `$.` or `$$.` is reported as a warning: `StringEquals`
    /// compares with the text itself. To compare with the value at the path, use the field whose name ends in `Path`,
    /// such as `StringEqualsPath`.
    ///
    /// ## Why is this bad?
    ///
    /// If a rule has no comparison or several comparisons, AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`
    /// when the state machine is created or updated. AWS accepts a path in place of a text, but the rule then
    /// compares with the text of the path and does not match as intended.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "CheckTotal",
    ///   "States": {
    ///     "CheckTotal": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "Variable": "$.total",
    ///           "NumericGreaterThan": 0,
    ///           "NumericLessThan": 1000,
    ///           "Next": "OrderAccepted"
    ///         }
    ///       ],
    ///       "Default": "OrderRejected"
    ///     },
    ///     "OrderAccepted": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderRejected": {
    ///       "Type": "Fail",
    ///       "Error": "OrderRejected"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "CheckTotal",
    ///   "States": {
    ///     "CheckTotal": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "And": [
    ///             {
    ///               "Variable": "$.total",
    ///               "NumericGreaterThan": 0
    ///             },
    ///             {
    ///               "Variable": "$.total",
    ///               "NumericLessThan": 1000
    ///             }
    ///           ],
    ///           "Next": "OrderAccepted"
    ///         }
    ///       ],
    ///       "Default": "OrderRejected"
    ///     },
    ///     "OrderAccepted": {
    ///       "Type": "Succeed"
    ///     },
    ///     "OrderRejected": {
    ///       "Type": "Fail",
    ///       "Error": "OrderRejected"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Choice State](https://states-language.net/#choice-state)
    /// - [Choice workflow state](https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html)
    "ASL1016" "invalid-comparison" ["comparison"] Error
    ChoiceRule | Comparison => check, ChoiceRule | Comparison => paths_of_operands
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    if node.value.get("Variable").is_none() {
        return;
    }
    // All fields that only JSONPath has are comparisons, except the variable and the fields that combine comparisons.
    let is_comparison = |name: &&String| {
        let field = node.shape.field(name);
        !matches!(name.as_str(), "Variable" | "And" | "Or" | "Not")
            && field.is_some_and(|field| field.language == Some(QueryLanguage::JSONPath))
    };
    let members = node
        .value
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys());
    let present: Vec<&str> = members.filter(is_comparison).map(String::as_str).collect();
    let unknown = node.fields.iter().any(Option::is_none);
    let finding = match present.as_slice() {
        [_] => return,
        // A misspelled comparison is reported as an unknown field.
        [] if unknown => return,
        [] => {
            RULE.finding(
                node.at.clone(),
                "the rule has a `Variable` and no comparison",
            )
            .help("write a comparison, such as `StringEquals`, `NumericGreaterThan` or `IsPresent`")
        }
        several => RULE
            .finding(
                node.at.clone(),
                format!(
                    "the rule has several comparisons: {}",
                    crate::rules::list(several.iter().copied())
                ),
            )
            .help("write one comparison, or combine several with `And`"),
    };
    findings.push(finding.schema(&node.at));
}

/// Reports paths in place of text: `StringEquals: "$.x"` compares with the text, not with the value at the path.
fn paths_of_operands(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.members() {
        let name = field.name.as_str();
        let Some(text) = value
            .as_str()
            .filter(|text| text.starts_with("$.") || text.starts_with("$$."))
        else {
            continue;
        };
        let twin = format!("{name}Path");
        let has_twin = node
            .shape
            .field(&twin)
            .is_some_and(|other| other.reads == ExpressionKind::ReferencePath);
        if has_twin && field.shape == FieldType::String {
            findings.push(
                RULE.finding(
                    node.at.join(name),
                    format!("`{text}` is compared as text, not as a path"),
                )
                .as_warning()
                .help(format!(
                    "write `{twin}` to compare with the value at the path"
                )),
            );
        }
    }
}
