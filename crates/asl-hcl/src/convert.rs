//! Converts single values to JSON and back.

use asl::Json;
use asl::schema::{FieldType, Language, ObjectSchema};
use serde_json::Number;
use tfplugin::Value;

use crate::schema::{DEFINITION, holds_workflow};

/// The text for JSON `null` in an attribute that distinguishes `null` from absence. To Terraform, a null attribute is
/// absent.
const NULL: &str = "null";

/// The JSON of an attribute or block of this type. `None` for an absent value.
pub(crate) fn to_json(shape: &FieldType, value: &Value) -> Option<Json> {
    let value = value.plain();
    match (shape, value) {
        (_, Value::Null) => None,
        (_, Value::Unknown) => Some(Json::Unknown),
        (FieldType::NullableString, Value::String(text)) if text == NULL => Some(Json::Null),
        (
            FieldType::IntegerOrExpression
            | FieldType::NumberOrExpression
            | FieldType::BooleanOrExpression,
            Value::String(text),
        ) => Some(literal(text)),
        (FieldType::Object(name), Value::Map(_)) => Language::get()
            .object(name)
            .map(|object| object_to_json(object, value)),
        (FieldType::Objects(name), Value::List(items)) => {
            // In Terraform, absent blocks are an empty list. An empty list in an attribute is configured.
            if items.is_empty() && !Language::get().is_recursive(name) {
                return None;
            }
            let object = Language::get().object(name)?;
            Some(Json::Array(
                items
                    .iter()
                    .map(|item| object_to_json(object, item))
                    .collect(),
            ))
        }
        _ => Some(any_to_json(value)),
    }
}

/// A number or boolean in a string, as from a variable of type string.
fn literal(text: &str) -> Json {
    match text {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        _ => match text.parse::<Number>() {
            Ok(number) if !text.starts_with("{%") => Json::Number(number),
            _ => Json::String(text.to_owned()),
        },
    }
}

/// Converts an object whose members have their names in HCL. An unknown member keeps its name, so that the
/// rules report it.
pub(crate) fn object_to_json(object: &ObjectSchema, value: &Value) -> Json {
    let entries = match value.plain() {
        Value::Map(entries) => entries,
        Value::Unknown => return Json::Unknown,
        other => return any_to_json(other),
    };
    let known = object.fields.iter().filter_map(|field| {
        let json = to_json(&field.shape, entries.get(&field.hcl)?)?;
        Some((field.name.clone(), json))
    });
    let is_known = |name: &str| {
        (name == DEFINITION && holds_workflow(object))
            || object.fields.iter().any(|field| field.hcl == name)
    };
    let others = entries
        .iter()
        .filter(|(name, value)| !is_known(name) && !value.is_null());
    Json::Object(
        known
            .chain(others.map(|(name, value)| (name.clone(), any_to_json(value))))
            .collect(),
    )
}

/// Converts any value without a type.
pub fn any_to_json(value: &Value) -> Json {
    match value.plain() {
        Value::Null | Value::Typed(_) => Json::Null,
        Value::Unknown => Json::Unknown,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => number.to_string().parse().map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(any_to_json).collect()),
        Value::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), any_to_json(value)))
                .collect(),
        ),
    }
}

/// The attribute or block for the JSON of a field. `None` if HCL cannot represent it.
pub(crate) fn from_json(shape: &FieldType, json: &Json) -> Option<Value> {
    match (shape, json) {
        (FieldType::NullableString, Json::Null) => Some(NULL.into()),
        (FieldType::NullableString, Json::String(text)) if text == NULL => None,
        (_, Json::Null) => None,
        (
            FieldType::String | FieldType::NullableString | FieldType::Enum(_),
            Json::String(text),
        ) => Some(text.as_str().into()),
        (FieldType::Boolean | FieldType::BooleanOrExpression, Json::Bool(flag)) => {
            Some((*flag).into())
        }
        (
            FieldType::Integer
            | FieldType::Number
            | FieldType::IntegerOrExpression
            | FieldType::NumberOrExpression,
            Json::Number(_),
        ) => any_from_json(json),
        (
            FieldType::IntegerOrExpression
            | FieldType::NumberOrExpression
            | FieldType::BooleanOrExpression,
            Json::String(text),
        ) if text.starts_with("{%") => Some(text.as_str().into()),
        (FieldType::Strings, Json::Array(items)) => {
            let items: Option<Vec<_>> = items
                .iter()
                .map(|item| item.as_str().map(Value::from))
                .collect();
            items.map(Value::List)
        }
        (FieldType::Object(name), Json::Object(_)) => member_from_json(name, json),
        // An empty list of blocks cannot be written in HCL.
        (FieldType::Objects(_), Json::Array(items)) if items.is_empty() => None,
        (FieldType::Objects(name), Json::Array(items)) => items
            .iter()
            .map(|item| member_from_json(name, item))
            .collect::<Option<_>>()
            .map(Value::List),
        (FieldType::Json, json) => any_from_json(json),
        _ => None,
    }
}

/// Converts an object in a field. A block has all of its attributes. An object in an attribute has only those
/// that are set, in their order.
fn member_from_json(name: &str, json: &Json) -> Option<Value> {
    let language = Language::get();
    let object = language.object(name)?;
    if !language.is_recursive(name) {
        return object_from_json(object, json);
    }
    let members = json.as_object()?.iter().map(|(name, json)| {
        let field = object.field(name)?;
        Some((field.hcl.clone(), from_json(&field.shape, json)?))
    });
    members.collect::<Option<Vec<_>>>().map(Value::object)
}

/// The members of an object with their names in HCL. Absent members are null.
pub(crate) fn object_from_json(object: &ObjectSchema, json: &Json) -> Option<Value> {
    let members = json.as_object()?;
    let mut entries = Vec::new();
    for field in object
        .fields
        .iter()
        .filter(|field| field.shape != FieldType::States)
    {
        let value = match members.get(&field.name) {
            Some(json) => from_json(&field.shape, json)?,
            None => Value::Null,
        };
        entries.push((field.hcl.clone(), value));
    }
    let known = |key: &String| object.field(key).is_some();
    members.keys().all(known).then(|| Value::object(entries))
}

/// Converts any JSON to a value, with members in their order. `None` for a number that a value cannot represent.
pub fn any_from_json(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Unknown => Value::Unknown,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => Value::Number(number.to_string().parse().ok()?),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(any_from_json).collect::<Option<_>>()?),
        Json::Object(members) => {
            let entries: Option<Vec<_>> = members
                .iter()
                .map(|(key, json)| Some((key.clone(), any_from_json(json)?)))
                .collect();
            Value::object(entries?)
        }
    })
}
