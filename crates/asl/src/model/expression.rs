//! Values or expressions that evaluate to them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

macro_rules! or_expression {
    ($(#[$doc:meta])* $name:ident, $json_type:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Value);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": [$json_type, "string"] })
            }
        }
    };
}

or_expression!(
    /// A whole number, or a JSONata expression that evaluates to one.
    IntegerOrExpression,
    "integer"
);
or_expression!(
    /// A number, or a JSONata expression that evaluates to one.
    NumberOrExpression,
    "number"
);
or_expression!(
    /// A boolean, or a JSONata expression that evaluates to one.
    BooleanOrExpression,
    "boolean"
);

/// A path, or JSON `null`, which selects or keeps nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NullablePath {
    /// `null`.
    Null,
    /// A path.
    Path(String),
}

impl Serialize for NullablePath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Path(path) => serializer.serialize_str(path),
        }
    }
}

impl<'de> Deserialize<'de> for NullablePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map_or(Self::Null, Self::Path))
    }
}

/// Deserializes a field for which `null` is not the same as absent.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl JsonSchema for NullablePath {
    fn schema_name() -> Cow<'static, str> {
        "NullablePath".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "null"], "x-null": true })
    }
}
