//! JSONata that does not end, or is in the wrong place.

use crate::diagnostic::Diagnostic;
use crate::jsonata::{Delimited, delimited};
use crate::model::QueryLanguage;
use crate::pointer::Way;
use crate::shape::Reads;
use crate::subject::{Content, Subject};

rule! {
    /// A JSONata expression begins with `{%` and does not end with `%}`, or the other way round. The whole string must be
    /// the expression, without blanks around it. In a state of JSONPath nothing is looked up between them.
    ///
    /// AWS refuses the first with `SCHEMA_VALIDATION_FAILED`, and takes the second as text.
    "ASL3101" "jsonata-delimiters" Error check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in &subject.expressions {
        let help = "put text and expression together with `&`, such as `{% 'order ' & $states.input.id %}`";
        let finding = |message: &str| RULE.finding(expression.at.clone(), message).help(help);
        match expression.content {
            Content::Unclosed => findings.push(
                finding("the expression begins with `{%` and does not end with `%}`").schema(&expression.at),
            ),
            Content::Embedded => findings.push(
                finding("text with an expression in it is passed on as text: the whole string must be the expression")
                    .as_warning(),
            ),
            _ => {}
        }
    }
    for item in &subject.objects {
        if item.state.is_none() || subject.language_of(item) != Some(QueryLanguage::JSONPath) {
            continue;
        }
        for field in item.shape.fields.iter().filter(|field| matches!(field.reads, Reads::Template | Reads::Expression)) {
            if let Some(value) = item.value.get(&field.name).filter(|_| field.language != Some(QueryLanguage::JSONata)) {
                let at = item.at.join(&field.name);
                value.walk(&Way::Start(&at), &mut |way, inner| {
                    if inner.as_str().is_some_and(|text| matches!(delimited(text), Delimited::Expression(..))) {
                        let message = "a JSONata expression in a state of JSONPath is passed on as text";
                        let help = "write `QueryLanguage: \"JSONata\"` in the state or in the state machine";
                        findings.push(RULE.finding(way.pointer(), message).as_warning().help(help));
                    }
                    true
                });
            }
        }
    }
}
