//! Migration from hashicorp/aws: a `moved` block passes the state as stored by versions 5 and 6 of
//! that provider. The schema selects attributes with the same names. Other values are read from AWS
//! right after.

use serde_json::Value as Json;
use tfplugin::schema::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use tfplugin::{Diagnostic, Diagnostics, MoveRequest, Type, Value};

/// Suffix of the address of the source provider.
const SOURCE_PROVIDER: &str = "hashicorp/aws";

/// The stored state of an object of hashicorp/aws.
pub struct SourceState(Json);

impl SourceState {
    /// The state of a request, if it has this type of the source provider.
    ///
    /// # Errors
    /// When the state is not JSON.
    pub fn of(request: &MoveRequest, source_type: &str) -> Result<Option<Self>, Diagnostics> {
        if request.source_type != source_type || !request.source_provider.ends_with(SOURCE_PROVIDER)
        {
            return Ok(None);
        }
        match serde_json::from_slice(&request.source_state) {
            Ok(state) => Ok(Some(Self(state))),
            Err(error) => {
                let summary = format!("could not read the state of the `{source_type}`");
                Err(Diagnostic::error(summary, error.to_string()).into())
            }
        }
    }

    /// Attributes and blocks that the schema contains. Values that the source provider stores by
    /// default (an empty text, `false`, zero) are null.
    pub fn to_value(&self, block: &Block) -> Value {
        block_value(block, &self.0)
    }

    /// A text, unless it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The configured tags. Null without any.
    pub fn tags(&self) -> Value {
        self.0
            .get("tags")
            .map_or(Value::Null, |tags| value(&Type::map(Type::String), tags))
    }
}

fn block_value(block: &Block, json: &Json) -> Value {
    let member = |name: &str| json.get(name).unwrap_or(&Json::Null);
    let attributes = block.attributes.iter().map(|attribute| {
        (
            attribute.name.clone(),
            attribute_value(attribute, member(&attribute.name)),
        )
    });
    let blocks = block.blocks.iter().map(|nested| {
        (
            nested.name.clone(),
            nested_value(nested, member(&nested.name)),
        )
    });
    Value::object(attributes.chain(blocks))
}

fn attribute_value(attribute: &Attribute, json: &Json) -> Value {
    match &attribute.ty {
        AttributeType::Plain(ty) => value(ty, json),
        AttributeType::Nested(..) => Value::Null,
    }
}

/// The source provider stores a single block as a list with one element.
fn nested_value(nested: &NestedBlock, json: &Json) -> Value {
    let items = json.as_array().map(Vec::as_slice).unwrap_or(&[]);
    match nested.nesting {
        Nesting::Single => items
            .first()
            .map_or(Value::Null, |item| block_value(&nested.block, item)),
        Nesting::List | Nesting::Set => Value::List(
            items
                .iter()
                .map(|item| block_value(&nested.block, item))
                .collect(),
        ),
        Nesting::Map => Value::object::<String>([]),
    }
}

fn value(ty: &Type, json: &Json) -> Value {
    match (ty, json) {
        (Type::String, Json::String(text)) if !text.is_empty() => text.as_str().into(),
        (Type::Bool, Json::Bool(true)) => true.into(),
        (Type::Number, Json::Number(number)) => {
            match number.to_string().parse::<tfplugin::Number>() {
                Ok(number) if number.as_i64() != Some(0) => number.into(),
                _ => Value::Null,
            }
        }
        (Type::List(element) | Type::Set(element), Json::Array(items)) if !items.is_empty() => {
            Value::List(items.iter().map(|item| value(element, item)).collect())
        }
        (Type::Map(element), Json::Object(entries)) if !entries.is_empty() => Value::object(
            entries
                .iter()
                .map(|(key, item)| (key.clone(), entry(element, item))),
        ),
        _ => Value::Null,
    }
}

/// An empty text in a map is a value.
fn entry(ty: &Type, json: &Json) -> Value {
    match json {
        Json::String(text) => text.as_str().into(),
        json => value(ty, json),
    }
}
