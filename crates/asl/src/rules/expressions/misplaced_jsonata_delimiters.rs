//! Incomplete or misplaced delimiters of JSONata expressions.

use crate::diagnostic::Diagnostic;
use crate::jsonata::{Delimited, delimited};
use crate::model::QueryLanguage;
use crate::pointer::PathBuilder;
use crate::schema::ExpressionKind;
use crate::semantic::{Content, Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for JSONata expressions whose delimiters are incomplete or in the wrong place.
    ///
    /// An expression begins with `{%` and ends with `%}`. The whole string must be the expression, without spaces or
    /// other text before or after it. To combine text and an expression, use the operator `&` inside the delimiters,
    /// such as `{% 'order ' & $states.input.id %}`. The rule also reports expressions in states with the query
    /// language JSONPath, which are not evaluated there. To use them, set `QueryLanguage` to `JSONata` in the state
    /// or in the state machine.
    ///
    /// ## Why is this bad?
    ///
    /// If `%}` is missing at the end, AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state
    /// machine is created or updated. In all other cases, AWS accepts the definition and the state passes the
    /// expression on as text. These cases are reported as warnings.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "orderId": "{% $states.input.order.id"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "orderId": "{% $states.input.order.id %}"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL3101" "misplaced-jsonata-delimiters" ["jsonata-delimiters"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let help =
            "combine text and expression with `&`, such as `{% 'order ' & $states.input.id %}`";
        let finding = |message: &str| RULE.finding(expression.at.clone(), message).help(help);
        match expression.content {
            Content::Unclosed => findings
                .push(finding("the expression begins with `{%` and does not end with `%}`").schema(&expression.at)),
            Content::Embedded => findings.push(
                finding("text with an expression in it is passed on as text: the whole string must be the expression")
                    .as_warning(),
            ),
            _ => {}
        }
    }
    if model.language_of(node) == Some(QueryLanguage::JSONPath) {
        in_jsonpath(node, findings);
    }
}

/// Reports expressions in a state with JSONPath, which passes them on as text.
fn in_jsonpath(node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.members() {
        let is_read = matches!(
            field.reads,
            ExpressionKind::Template | ExpressionKind::Expression
        );
        if node.state.is_none() || !is_read || field.language == Some(QueryLanguage::JSONata) {
            continue;
        }
        value.walk(
            &PathBuilder::Field(&node.at, &field.name),
            &mut |way, inner| {
                if inner
                    .as_str()
                    .is_some_and(|text| matches!(delimited(text), Delimited::Expression(..)))
                {
                    let message =
                        "a JSONata expression in a state with JSONPath is passed on as text";
                    let help =
                        "write `QueryLanguage: \"JSONata\"` in the state or in the state machine";
                    findings.push(RULE.finding(way.pointer(), message).as_warning().help(help));
                }
                true
            },
        );
    }
}
