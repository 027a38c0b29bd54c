//! Encoding of values: MessagePack between Terraform and the provider, JSON in a stored state.
//!
//! Both are decoded to the same tree, so that one traversal of the schema handles both. They only
//! differ in dynamic values, which are `[type, value]` in MessagePack and `{"type": …, "value": …}`
//! in JSON.

use std::fmt;

use indexmap::IndexMap;
use rmpv::{Integer, Value as Wire};
use serde_json::Value as Json;

use crate::number::Number;
use crate::schema::{Block, NestedBlock, Nesting};
use crate::types::Type;
use crate::value::{Typed, Value};

/// Extension type of an unknown value.
const UNKNOWN: i8 = 0;
/// Extension type of an unknown value with refinements, which are ignored.
const REFINED_UNKNOWN: i8 = 12;

/// Bytes that do not fit the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecError(String);

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CodecError {}

fn mismatch<T>(wire: &Wire, ty: &Type) -> Result<T, CodecError> {
    let kind = match wire {
        Wire::Nil => "null",
        Wire::Boolean(_) => "a boolean",
        Wire::Integer(_) | Wire::F32(_) | Wire::F64(_) => "a number",
        Wire::String(_) => "a string",
        Wire::Binary(_) => "bytes",
        Wire::Array(_) => "an array",
        Wire::Map(_) => "a map",
        Wire::Ext(..) => "an extension",
    };
    Err(CodecError(format!(
        "found {kind} where the schema has {}",
        ty.to_json()
    )))
}

/// Decodes the MessagePack of a block, such as the configuration or state of a resource.
///
/// # Errors
///
/// When the bytes are not MessagePack or do not match the block.
pub fn decode(bytes: &[u8], block: &Block) -> Result<Value, CodecError> {
    decode_block(&parse_msgpack(bytes)?, block, None)
}

/// Encodes a block as MessagePack. Attributes that `value` lacks are null.
pub fn encode(value: &Value, block: &Block) -> Vec<u8> {
    to_bytes(&encode_block(value, block))
}

/// Decodes the JSON of a block from a stored state. Missing attributes are null, and additional
/// attributes are ignored.
///
/// # Errors
///
/// When the bytes are not JSON or do not match the block.
pub fn decode_json(bytes: &[u8], block: &Block) -> Result<Value, CodecError> {
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|error| CodecError(format!("invalid JSON: {error}")))?;
    decode_block(&json_to_wire(&json), block, None)
}

/// Encodes a wholly known block as JSON for a stored state.
pub fn encode_json(value: &Value, block: &Block) -> Vec<u8> {
    wire_to_json(&encode_block(value, block))
        .to_string()
        .into_bytes()
}

/// Decodes the MessagePack of a value of this type, such as an argument of a function.
///
/// # Errors
///
/// When the bytes are not MessagePack or do not match the type.
pub fn decode_value(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    decode_type(&parse_msgpack(bytes)?, ty)
}

/// Encodes a value of this type as MessagePack.
pub fn encode_value(value: &Value, ty: &Type) -> Vec<u8> {
    to_bytes(&encode_type(value, ty))
}

fn parse_msgpack(mut bytes: &[u8]) -> Result<Wire, CodecError> {
    rmpv::decode::read_value(&mut bytes)
        .map_err(|error| CodecError(format!("invalid MessagePack: {error}")))
}

fn to_bytes(wire: &Wire) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = rmpv::encode::write_value(&mut bytes, wire);
    bytes
}

fn is_unknown(wire: &Wire) -> bool {
    matches!(wire, Wire::Ext(UNKNOWN | REFINED_UNKNOWN, _))
}

/// Null or unknown, in place of a whole block or collection.
fn absent(wire: &Wire) -> Option<Value> {
    match wire {
        Wire::Nil => Some(Value::Null),
        other if is_unknown(other) => Some(Value::Unknown),
        _ => None,
    }
}

fn field<'a>(entries: &'a [(Wire, Wire)], name: &str) -> &'a Wire {
    entries
        .iter()
        .find(|(key, _)| key.as_str() == Some(name))
        .map_or(&Wire::Nil, |(_, value)| value)
}

/// Splits a dynamic value into type and value, in either encoding.
fn split_dynamic(wire: &Wire) -> Result<(Type, &Wire), CodecError> {
    let (ty, value) = match wire {
        Wire::Array(parts) => match parts.as_slice() {
            [Wire::Binary(ty), value] => (serde_json::from_slice(ty).ok(), value),
            _ => (None, wire),
        },
        Wire::Map(entries) => (
            Some(wire_to_json(field(entries, "type"))),
            field(entries, "value"),
        ),
        _ => (None, wire),
    };
    let ty = ty.as_ref().and_then(Type::from_json);
    ty.map(|ty| (ty, value))
        .ok_or_else(|| CodecError("found a dynamic value without its type".into()))
}

/// Decodes a block. `actual` is the type from an enclosing dynamic value, if there is one.
fn decode_block(wire: &Wire, block: &Block, actual: Option<&Type>) -> Result<Value, CodecError> {
    if let Some(absent) = absent(wire) {
        return Ok(absent);
    }
    let Wire::Map(entries) = wire else {
        return mismatch(wire, &block.value_type());
    };
    let part = |name: &str| match actual {
        Some(Type::Object(attributes)) => attributes.get(name),
        _ => None,
    };
    let mut value = IndexMap::with_capacity(block.attributes.len() + block.blocks.len());
    for attribute in &block.attributes {
        let (wire, declared) = (field(entries, &attribute.name), attribute.value_type());
        let decoded = match (part(&attribute.name), &declared) {
            (Some(actual), Type::Dynamic) if *actual != Type::Dynamic => {
                Value::Typed(Box::new(Typed {
                    ty: actual.clone(),
                    value: decode_type(wire, actual)?,
                }))
            }
            _ => decode_type(wire, &declared)?,
        };
        value.insert(attribute.name.clone(), decoded);
    }
    for nested in &block.blocks {
        let decoded = decode_nested(field(entries, &nested.name), nested, part(&nested.name))?;
        value.insert(nested.name.clone(), decoded);
    }
    Ok(Value::Map(value))
}

fn decode_nested(
    wire: &Wire,
    nested: &NestedBlock,
    actual: Option<&Type>,
) -> Result<Value, CodecError> {
    if let Some(absent) = absent(wire) {
        return Ok(absent);
    }
    let dynamic;
    let (wire, actual) = match actual {
        Some(Type::Dynamic) | None if nested.is_dynamic() => {
            let (ty, inner) = split_dynamic(wire)?;
            dynamic = ty;
            (inner, Some(&dynamic))
        }
        other => (wire, other),
    };
    let element = |index: usize, key: &str| match actual {
        Some(Type::Tuple(elements)) => elements.get(index),
        Some(Type::Object(attributes)) => attributes.get(key),
        Some(Type::List(element) | Type::Set(element) | Type::Map(element)) => {
            Some(element.as_ref())
        }
        _ => None,
    };
    match (nested.nesting, wire) {
        (_, wire) if absent(wire).is_some() => Ok(absent(wire).unwrap_or_default()),
        (Nesting::Single, wire) => decode_block(wire, &nested.block, actual),
        (Nesting::List | Nesting::Set, Wire::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| decode_block(item, &nested.block, element(index, "")))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Nesting::Map, Wire::Map(entries)) => entries
            .iter()
            .map(|(key, item)| {
                let key = key.as_str().unwrap_or("");
                Ok((
                    key.to_owned(),
                    decode_block(item, &nested.block, element(0, key))?,
                ))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (nesting, wire) => mismatch(wire, &nesting.of(nested.block.value_type())),
    }
}

fn decode_type(wire: &Wire, ty: &Type) -> Result<Value, CodecError> {
    if let Some(absent) = absent(wire) {
        return Ok(absent);
    }
    match (ty, wire) {
        (Type::Dynamic, wire) => {
            let (ty, inner) = split_dynamic(wire)?;
            Ok(Value::Typed(Box::new(Typed {
                value: decode_type(inner, &ty)?,
                ty,
            })))
        }
        (Type::Bool, Wire::Boolean(flag)) => Ok(Value::Bool(*flag)),
        (Type::Number, wire) => decode_number(wire).map(Value::Number),
        (Type::String, Wire::String(text)) => {
            Ok(Value::String(text.as_str().unwrap_or("").to_owned()))
        }
        (Type::List(element) | Type::Set(element), Wire::Array(items)) => items
            .iter()
            .map(|item| decode_type(item, element))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Tuple(elements), Wire::Array(items)) if elements.len() == items.len() => items
            .iter()
            .zip(elements)
            .map(|(item, element)| decode_type(item, element))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Map(element), Wire::Map(entries)) => entries
            .iter()
            .map(|(key, item)| {
                Ok((
                    key.as_str().unwrap_or("").to_owned(),
                    decode_type(item, element)?,
                ))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(attributes), Wire::Map(entries)) => attributes
            .iter()
            .map(|(name, ty)| Ok((name.clone(), decode_type(field(entries, name), ty)?)))
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (ty, wire) => mismatch(wire, ty),
    }
}

fn decode_number(wire: &Wire) -> Result<Number, CodecError> {
    let number = match wire {
        Wire::Integer(integer) => integer
            .as_i64()
            .map(Number::from)
            .or_else(|| integer.as_u64().map(Number::from))
            .map(Ok),
        Wire::F64(float) => Some(Number::try_from(*float)),
        Wire::F32(float) => Some(Number::try_from(f64::from(*float))),
        Wire::String(text) => text.as_str().map(str::parse),
        _ => None,
    };
    match number {
        Some(number) => number.map_err(|error| CodecError(error.to_string())),
        None => mismatch(wire, &Type::Number),
    }
}

fn unknown() -> Wire {
    Wire::Ext(UNKNOWN, vec![0])
}

fn encode_number(number: &Number) -> Wire {
    if let Some(integer) = number.as_i64() {
        Wire::Integer(Integer::from(integer))
    } else if let Some(integer) = number.as_u64() {
        Wire::Integer(Integer::from(integer))
    } else if let Some(float) = number.as_exact_f64() {
        Wire::F64(float)
    } else {
        Wire::from(number.to_string())
    }
}

fn encode_dynamic(value: &Value, ty: &Type) -> Wire {
    match value {
        Value::Null if *ty == Type::Dynamic => Wire::Nil,
        Value::Unknown if *ty == Type::Dynamic => unknown(),
        value => Wire::Array(vec![Wire::Binary(ty.to_bytes()), encode_type(value, ty)]),
    }
}

fn encode_type(value: &Value, ty: &Type) -> Wire {
    let plain = value.plain();
    match (ty, plain) {
        (Type::Dynamic, _) => encode_dynamic(plain, &Type::of(value)),
        (_, Value::Null | Value::Typed(_)) => Wire::Nil,
        (_, Value::Unknown) => unknown(),
        (_, Value::Bool(flag)) => Wire::Boolean(*flag),
        (_, Value::Number(number)) => encode_number(number),
        (_, Value::String(text)) => Wire::from(text.as_str()),
        (Type::Tuple(types), Value::List(items)) => Wire::Array(
            items
                .iter()
                .zip(types)
                .map(|(item, ty)| encode_type(item, ty))
                .collect(),
        ),
        (Type::List(ty) | Type::Set(ty), Value::List(items)) => {
            Wire::Array(items.iter().map(|item| encode_type(item, ty)).collect())
        }
        (Type::Object(types), Value::Map(_)) => Wire::Map(
            types
                .iter()
                .map(|(name, ty)| (Wire::from(name.as_str()), encode_type(plain.get(name), ty)))
                .collect(),
        ),
        (Type::Map(ty), Value::Map(entries)) => Wire::Map(
            entries
                .iter()
                .map(|(key, item)| (Wire::from(key.as_str()), encode_type(item, ty)))
                .collect(),
        ),
        // A collection whose declared type is not a collection is encoded with its own type.
        (_, Value::List(_) | Value::Map(_)) => encode_type(plain, &Type::of(plain)),
    }
}

/// Terraform has no null for repeated blocks. Missing blocks are empty collections.
fn block_or_empty(value: &Value, nesting: Nesting) -> Value {
    match (value.plain(), nesting) {
        (Value::Null, Nesting::List | Nesting::Set) => Value::List(Vec::new()),
        (Value::Null, Nesting::Map) => Value::Map(IndexMap::new()),
        (other, _) => other.clone(),
    }
}

fn encode_block(value: &Value, block: &Block) -> Wire {
    let plain = value.plain();
    match plain {
        Value::Null => return Wire::Nil,
        Value::Unknown => return unknown(),
        _ => {}
    }
    let attributes = block.attributes.iter().map(|attribute| {
        (
            Wire::from(attribute.name.as_str()),
            encode_type(plain.get(&attribute.name), &attribute.value_type()),
        )
    });
    let blocks = block.blocks.iter().map(|nested| {
        let value = block_or_empty(plain.get(&nested.name), nested.nesting);
        (
            Wire::from(nested.name.as_str()),
            encode_nested(&value, nested),
        )
    });
    Wire::Map(attributes.chain(blocks).collect())
}

fn encode_nested(value: &Value, nested: &NestedBlock) -> Wire {
    if nested.is_dynamic() && !value.is_unknown() {
        let ty = actual_nested_type(value, nested);
        return encode_dynamic(&complete_nested(value, nested), &ty);
    }
    match value {
        Value::Unknown if nested.is_dynamic() => unknown(),
        Value::List(items) => Wire::Array(
            items
                .iter()
                .map(|item| encode_block(item, &nested.block))
                .collect(),
        ),
        Value::Map(entries) if nested.nesting == Nesting::Map => Wire::Map(
            entries
                .iter()
                .map(|(key, item)| (Wire::from(key.as_str()), encode_block(item, &nested.block)))
                .collect(),
        ),
        other => encode_block(other, &nested.block),
    }
}

/// Adds empty collections for missing repeated blocks, at every depth.
fn complete_nested(value: &Value, nested: &NestedBlock) -> Value {
    match value {
        Value::List(items) => Value::List(
            items
                .iter()
                .map(|item| complete_block(item, &nested.block))
                .collect(),
        ),
        Value::Map(entries) if nested.nesting == Nesting::Map => Value::object(
            entries
                .iter()
                .map(|(key, item)| (key.as_str(), complete_block(item, &nested.block))),
        ),
        other => complete_block(other, &nested.block),
    }
}

fn complete_block(value: &Value, block: &Block) -> Value {
    let Value::Map(entries) = value else {
        return value.clone();
    };
    let mut entries = entries.clone();
    for nested in &block.blocks {
        let inner = block_or_empty(value.get(&nested.name), nested.nesting);
        entries.insert(nested.name.clone(), complete_nested(&inner, nested));
    }
    Value::Map(entries)
}

/// The type of a block's value. Each dynamic part has the type of its value.
fn actual_block_type(value: &Value, block: &Block) -> Type {
    if !matches!(value, Value::Map(_)) {
        return block.value_type();
    }
    let attributes = block.attributes.iter().map(|attribute| {
        let declared = attribute.value_type();
        let ty = if declared == Type::Dynamic {
            Type::of(value.get(&attribute.name))
        } else {
            declared
        };
        (attribute.name.clone(), ty)
    });
    let blocks = block.blocks.iter().map(|nested| {
        let inner = block_or_empty(value.get(&nested.name), nested.nesting);
        (nested.name.clone(), actual_nested_type(&inner, nested))
    });
    Type::Object(attributes.chain(blocks).collect())
}

fn actual_nested_type(value: &Value, nested: &NestedBlock) -> Type {
    if nested.is_dynamic() {
        match value {
            Value::List(items) => Type::Tuple(
                items
                    .iter()
                    .map(|i| actual_block_type(i, &nested.block))
                    .collect(),
            ),
            Value::Map(entries) => Type::Object(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), actual_block_type(item, &nested.block)))
                    .collect(),
            ),
            _ => Type::Dynamic,
        }
    } else if nested.nesting == Nesting::Single {
        actual_block_type(value, &nested.block)
    } else {
        nested.nesting.of(nested.block.value_type())
    }
}

fn json_to_wire(json: &Json) -> Wire {
    match json {
        Json::Null => Wire::Nil,
        Json::Bool(flag) => Wire::Boolean(*flag),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Wire::from(number.to_string()), Wire::from),
        Json::String(text) => Wire::from(text.as_str()),
        Json::Array(items) => Wire::Array(items.iter().map(json_to_wire).collect()),
        Json::Object(entries) => Wire::Map(
            entries
                .iter()
                .map(|(key, item)| (Wire::from(key.as_str()), json_to_wire(item)))
                .collect(),
        ),
    }
}

fn wire_to_json(wire: &Wire) -> Json {
    match wire {
        Wire::Array(parts) => match parts.as_slice() {
            // Bytes only occur as the type of a dynamic value.
            [Wire::Binary(ty), value] => {
                let ty: Json = serde_json::from_slice(ty).unwrap_or_default();
                serde_json::json!({ "value": wire_to_json(value), "type": ty })
            }
            items => items.iter().map(wire_to_json).collect(),
        },
        Wire::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, item)| (key.as_str().unwrap_or("").to_owned(), wire_to_json(item)));
            Json::Object(entries.collect())
        }
        Wire::Boolean(flag) => Json::Bool(*flag),
        Wire::Integer(integer) => integer
            .as_i64()
            .map(Json::from)
            .or(integer.as_u64().map(Json::from))
            .into(),
        // All digits are written. As a float, the number would be decoded with another value.
        Wire::F64(float) => {
            let number = Number::try_from(*float)
                .ok()
                .and_then(|number| number.to_string().parse().ok());
            number.map_or(Json::Null, Json::Number)
        }
        Wire::String(text) => Json::from(text.as_str().unwrap_or("")),
        Wire::Nil | Wire::F32(_) | Wire::Binary(_) | Wire::Ext(..) => Json::Null,
    }
}
