//! Values of the wrong type.

use serde_json::Number;

use crate::diagnostic::{Diagnostic, SCHEMA};
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::Pointer;
use crate::shape::Shape;
use crate::subject::{Item, Subject};

rule! {
    /// A field holds a value of another type than the language has there, such as a string in place of a number.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1002" "wrong-type" Error Whole => check_root, Any => check
}

fn check_root(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !matches!(subject.root, Json::Object(_) | Json::Unknown) {
        let message = format!("the definition is {}", subject.root.kind());
        findings.push(RULE.finding(Pointer::root(), message).aws(SCHEMA, None).help("write one JSON object"));
    }
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.known_members() {
        if field.name == "Assign" && !matches!(value, Json::Object(_)) {
            let at = item.at.join(&field.name);
            let message = format!("`Assign` is {}, not an object", value.kind());
            findings.push(RULE.finding(at.clone(), message).schema(&at).help("write variables by name"));
            continue;
        }
        let expressions = subject.language_of(item) != Some(QueryLanguage::JSONPath);
        if !fits(&field.shape, value, expressions) {
            let at = item.at.join(&field.name);
            let wanted = wanted(&field.shape, expressions);
            let message = format!("`{}` is {}, not {wanted}", field.name, value.kind());
            let text = value.as_str().unwrap_or("");
            let twin = format!("{}Path", field.name);
            let help = if text.starts_with('$') && item.shape.field(&twin).is_some() {
                format!("write `{twin}` to look it up")
            } else if text.starts_with("{%") {
                format!("write `QueryLanguage: \"JSONata\"` in the state, or {wanted}")
            } else {
                format!("write {wanted}")
            };
            findings.push(RULE.finding(at.clone(), message).schema(&at).help(help));
            continue;
        }
        if let (Shape::Strings | Shape::Objects(_), Json::Array(elements)) = (&field.shape, value) {
            let (wanted, fits): (_, fn(&Json) -> bool) = match &field.shape {
                Shape::Strings => ("a string", |element| matches!(element, Json::String(_) | Json::Unknown)),
                _ => ("an object", |element| matches!(element, Json::Object(_) | Json::Unknown)),
            };
            let at = item.at.join(&field.name);
            for (index, element) in elements.iter().enumerate().filter(|(_, element)| !fits(element)) {
                let message = format!("an element of `{}` is {}, not {wanted}", field.name, element.kind());
                let finding = RULE.finding(at.join(index), message).schema(&at.join(index));
                findings.push(finding.help(format!("write {wanted}")));
            }
        }
    }
}

fn fits(shape: &Shape, value: &Json, expressions: bool) -> bool {
    match (shape, value) {
        (Shape::Json, _)
        | (Shape::String | Shape::Enum(_) | Shape::NullableString, Json::String(_))
        | (Shape::NullableString, Json::Null)
        | (Shape::Boolean | Shape::BooleanOrExpression, Json::Bool(_))
        | (Shape::Number | Shape::NumberOrExpression, Json::Number(_))
        | (Shape::Strings | Shape::Objects(_), Json::Array(_))
        | (Shape::Object(_) | Shape::States, Json::Object(_)) => true,
        (Shape::Integer | Shape::IntegerOrExpression, Json::Number(number)) => is_whole(number),
        (Shape::BooleanOrExpression | Shape::IntegerOrExpression | Shape::NumberOrExpression, Json::String(text)) => {
            expressions && text.contains("{%")
        }
        _ => false,
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

fn wanted(shape: &Shape, expressions: bool) -> &'static str {
    match shape {
        Shape::BooleanOrExpression if !expressions => "a boolean",
        Shape::IntegerOrExpression if !expressions => "a whole number",
        Shape::NumberOrExpression if !expressions => "a number",
        Shape::String | Shape::Enum(_) => "a string",
        Shape::NullableString => "a string or null",
        Shape::Boolean => "a boolean",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::BooleanOrExpression => "a boolean or a JSONata expression",
        Shape::IntegerOrExpression => "a whole number or a JSONata expression",
        Shape::NumberOrExpression => "a number or a JSONata expression",
        Shape::Strings => "an array of strings",
        Shape::Json => "any value",
        Shape::Object(_) | Shape::States => "an object",
        Shape::Objects(_) => "an array of objects",
    }
}
