//! JSONata that does not end, or is in the wrong place.

use crate::diagnostic::Diagnostic;
use crate::jsonata::{Delimited, delimited};
use crate::model::QueryLanguage;
use crate::pointer::Way;
use crate::shape::Reads;
use crate::subject::{Content, Item, Subject};

rule! {
    /// A JSONata expression begins with `{%` and does not end with `%}`, or the other way round. The whole string must be
    /// the expression, without blanks around it. In a state of JSONPath nothing is looked up between them.
    ///
    /// AWS refuses the first with `SCHEMA_VALIDATION_FAILED`, and takes the second as text.
    "ASL3101" "jsonata-delimiters" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let help = "put text and expression together with `&`, such as `{% 'order ' & $states.input.id %}`";
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
    if subject.language_of(item) == Some(QueryLanguage::JSONPath) {
        in_jsonpath(item, findings);
    }
}

/// Expressions that a state of JSONPath passes on as text.
fn in_jsonpath(item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.members() {
        let is_read = matches!(field.reads, Reads::Template | Reads::Expression);
        if item.state.is_none() || !is_read || field.language == Some(QueryLanguage::JSONata) {
            continue;
        }
        value.walk(&Way::Field(&item.at, &field.name), &mut |way, inner| {
            if inner.as_str().is_some_and(|text| matches!(delimited(text), Delimited::Expression(..))) {
                let message = "a JSONata expression in a state of JSONPath is passed on as text";
                let help = "write `QueryLanguage: \"JSONata\"` in the state or in the state machine";
                findings.push(RULE.finding(way.pointer(), message).as_warning().help(help));
            }
            true
        });
    }
}
