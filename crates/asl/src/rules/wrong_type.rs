//! Values of the wrong type.

use serde_json::Number;

use crate::check::Subject;
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::shape::Shape;

rule! {
    /// A field holds a value of another type than the language has there, such as a string in place of a number.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1002" "wrong-type" check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !matches!(subject.root, Json::Object(_) | Json::Unknown) {
        let message = format!("the definition is {}", subject.root.kind());
        findings.push(Diagnostic::error(RULE.code, Default::default(), message).help("write one JSON object"));
    }
    super::each_field(subject, &mut |field, value, at| {
        if !fits(&field.shape, value) {
            let message = format!("`{}` is {}, not {}", field.name, value.kind(), wanted(&field.shape));
            findings.push(Diagnostic::error(RULE.code, at, message));
            return;
        }
        if let (Shape::Strings | Shape::Objects(_), Json::Array(elements)) = (&field.shape, value) {
            let (wanted, fits): (_, fn(&Json) -> bool) = match &field.shape {
                Shape::Strings => ("a string", |element| matches!(element, Json::String(_) | Json::Unknown)),
                _ => ("an object", |element| matches!(element, Json::Object(_) | Json::Unknown)),
            };
            for (index, element) in elements.iter().enumerate().filter(|(_, element)| !fits(element)) {
                let message = format!("an element of `{}` is {}, not {wanted}", field.name, element.kind());
                findings.push(Diagnostic::error(RULE.code, at.join(index), message));
            }
        }
    });
}

fn fits(shape: &Shape, value: &Json) -> bool {
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
            text.starts_with("{%")
        }
        _ => false,
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

fn wanted(shape: &Shape) -> &'static str {
    match shape {
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
