//! Values with the wrong type.

use serde_json::Number;

use crate::diagnostic::{Diagnostic, SCHEMA};
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::JsonPointer;
use crate::schema::FieldType;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for fields whose value does not have the required type.
    ///
    /// An example is a string in place of a number. The rule also checks the elements of arrays, such as those of
    /// `Catch`, and that the definition itself is an object. `Assign` must be an object. Where a whole number is
    /// required, `5.0` is accepted as well. Fields that take a number or a boolean also accept an expression between
    /// `{%` and `%}`, but only in states whose query language is JSONata. In a JSONPath state, use the variant of the
    /// field with the suffix `Path`, where it exists, to read the value from the input, for example `SecondsPath`.
    /// `InputPath`, `OutputPath` and `ResultPath` also accept `null`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": "60",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": 60,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    /// - [Amazon States Language: Wait State](https://states-language.net/#wait-state)
    "ASL1002" "wrong-type" [] Error
    Whole => check_root, Any => check
}

fn check_root(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    if !matches!(model.root, Json::Object(_) | Json::Unknown) {
        let message = format!("the definition is {}", model.root.kind());
        findings.push(
            RULE.finding(JsonPointer::root(), message)
                .aws(SCHEMA, None)
                .help("write one JSON object"),
        );
    }
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.known_members() {
        if field.name == "Assign" && !matches!(value, Json::Object(_)) {
            let at = node.at.join(&field.name);
            let message = format!("`Assign` is {}, not an object", value.kind());
            findings.push(
                RULE.finding(at.clone(), message)
                    .schema(&at)
                    .help("write variables by name"),
            );
            continue;
        }
        let expressions = model.language_of(node) != Some(QueryLanguage::JSONPath);
        if !fits(&field.shape, value, expressions) {
            let at = node.at.join(&field.name);
            let wanted = wanted(&field.shape, expressions);
            let message = format!("`{}` is {}, not {wanted}", field.name, value.kind());
            let text = value.as_str().unwrap_or("");
            let twin = format!("{}Path", field.name);
            let help = if text.starts_with('$') && node.shape.field(&twin).is_some() {
                format!("write `{twin}` to look it up")
            } else if text.starts_with("{%") {
                format!("write `QueryLanguage: \"JSONata\"` in the state, or {wanted}")
            } else {
                format!("write {wanted}")
            };
            findings.push(RULE.finding(at.clone(), message).schema(&at).help(help));
            continue;
        }
        if let (FieldType::Strings | FieldType::Objects(_), Json::Array(elements)) =
            (&field.shape, value)
        {
            let (wanted, fits): (_, fn(&Json) -> bool) = match &field.shape {
                FieldType::Strings => ("a string", |element| {
                    matches!(element, Json::String(_) | Json::Unknown)
                }),
                _ => ("an object", |element| {
                    matches!(element, Json::Object(_) | Json::Unknown)
                }),
            };
            let at = node.at.join(&field.name);
            for (index, element) in elements
                .iter()
                .enumerate()
                .filter(|(_, element)| !fits(element))
            {
                let message = format!(
                    "an element of `{}` is {}, not {wanted}",
                    field.name,
                    element.kind()
                );
                let finding = RULE
                    .finding(at.join(index), message)
                    .schema(&at.join(index));
                findings.push(finding.help(format!("write {wanted}")));
            }
        }
    }
}

fn fits(shape: &FieldType, value: &Json, expressions: bool) -> bool {
    match (shape, value) {
        (FieldType::Json, _)
        | (FieldType::String | FieldType::Enum(_) | FieldType::NullableString, Json::String(_))
        | (FieldType::NullableString, Json::Null)
        | (FieldType::Boolean | FieldType::BooleanOrExpression, Json::Bool(_))
        | (FieldType::Number | FieldType::NumberOrExpression, Json::Number(_))
        | (FieldType::Strings | FieldType::Objects(_), Json::Array(_))
        | (FieldType::Object(_) | FieldType::States, Json::Object(_)) => true,
        (FieldType::Integer | FieldType::IntegerOrExpression, Json::Number(number)) => {
            is_whole(number)
        }
        (
            FieldType::BooleanOrExpression
            | FieldType::IntegerOrExpression
            | FieldType::NumberOrExpression,
            Json::String(text),
        ) => expressions && text.contains("{%"),
        _ => false,
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

fn wanted(shape: &FieldType, expressions: bool) -> &'static str {
    match shape {
        FieldType::BooleanOrExpression if !expressions => "a boolean",
        FieldType::IntegerOrExpression if !expressions => "a whole number",
        FieldType::NumberOrExpression if !expressions => "a number",
        FieldType::String | FieldType::Enum(_) => "a string",
        FieldType::NullableString => "a string or null",
        FieldType::Boolean => "a boolean",
        FieldType::Integer => "a whole number",
        FieldType::Number => "a number",
        FieldType::BooleanOrExpression => "a boolean or a JSONata expression",
        FieldType::IntegerOrExpression => "a whole number or a JSONata expression",
        FieldType::NumberOrExpression => "a number or a JSONata expression",
        FieldType::Strings => "an array of strings",
        FieldType::Json => "any value",
        FieldType::Object(_) | FieldType::States => "an object",
        FieldType::Objects(_) => "an array of objects",
    }
}
