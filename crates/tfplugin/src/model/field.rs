//! Rust types as attributes and blocks.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attr, Model, Validator};
use crate::number::Number;
use crate::schema::{Block, Nesting};
use crate::types::Type;
use crate::value::Value;

/// A Rust type for values of an attribute.
pub trait AttributeValue: Sized {
    /// Terraform type.
    fn ty() -> Type;

    /// Decodes a value. `None` if it is not wholly known.
    fn read(value: &Value) -> Option<Self>;

    /// Encodes the value.
    fn write(&self) -> Value;

    /// Whether the value counts as not set.
    fn is_empty(&self) -> bool {
        false
    }

    /// Description of the values that fit the Rust type, such as `a whole number`. `None` if all
    /// do.
    fn range() -> Option<String> {
        None
    }
}

impl AttributeValue for String {
    fn ty() -> Type {
        Type::String
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }

    fn is_empty(&self) -> bool {
        String::is_empty(self)
    }
}

impl AttributeValue for bool {
    fn ty() -> Type {
        Type::Bool
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl AttributeValue for Number {
    fn ty() -> Type {
        Type::Number
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_number().cloned()
    }

    fn write(&self) -> Value {
        self.clone().into()
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(impl AttributeValue for $integer {
            fn ty() -> Type {
                Type::Number
            }

            fn read(value: &Value) -> Option<Self> {
                <$integer>::try_from(value.as_i64()?).ok()
            }

            fn write(&self) -> Value {
                i64::from(*self).into()
            }

            fn range() -> Option<String> {
                Some(format!("a whole number between {} and {}", <$integer>::MIN, <$integer>::MAX))
            }
        })*
    };
}

integers!(i32, i64);

/// Numbers are compared by their decimal digits, not by their bits.
impl AttributeValue for f64 {
    fn ty() -> Type {
        Type::Number
    }

    fn read(value: &Value) -> Option<Self> {
        value
            .as_number()?
            .to_string()
            .parse()
            .ok()
            .filter(|number: &Self| number.is_finite())
    }

    fn write(&self) -> Value {
        self.to_string()
            .parse::<Number>()
            .map_or(Value::Null, Value::from)
    }

    fn range() -> Option<String> {
        Some(format!(
            "a number between {:e} and {:e}",
            Self::MIN,
            Self::MAX
        ))
    }
}

/// A value of any type, which can differ for each value.
impl AttributeValue for Value {
    fn ty() -> Type {
        Type::Dynamic
    }

    fn read(value: &Value) -> Option<Self> {
        Some(value.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

/// Omits null and empty elements, which modules pass for unused optional values.
fn elements<T: AttributeValue, C: FromIterator<T>>(value: &Value) -> Option<C> {
    let items = value.as_list()?.iter().filter(|item| !item.is_null());
    items
        .map(T::read)
        .filter(|item| item.as_ref().is_none_or(|item| !item.is_empty()))
        .collect()
}

impl<T: AttributeValue> AttributeValue for Vec<T> {
    fn ty() -> Type {
        Type::list(T::ty())
    }

    fn read(value: &Value) -> Option<Self> {
        elements(value)
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(T::write).collect())
    }

    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl<T: AttributeValue + Ord> AttributeValue for BTreeSet<T> {
    fn ty() -> Type {
        Type::set(T::ty())
    }

    fn read(value: &Value) -> Option<Self> {
        elements(value)
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(T::write).collect())
    }

    fn is_empty(&self) -> bool {
        BTreeSet::is_empty(self)
    }
}

/// Omits entries whose value is null.
impl<T: AttributeValue> AttributeValue for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::map(T::ty())
    }

    fn read(value: &Value) -> Option<Self> {
        let entries = value.as_map()?.iter().filter(|(_, value)| !value.is_null());
        entries
            .map(|(key, value)| Some((key.clone(), T::read(value)?)))
            .collect()
    }

    fn write(&self) -> Value {
        Value::object(self.iter().map(|(key, value)| (key.clone(), value.write())))
    }

    fn is_empty(&self) -> bool {
        BTreeMap::is_empty(self)
    }
}

/// A field that is an attribute.
pub trait AttributeField {
    /// Terraform type.
    fn ty() -> Type;

    /// Decodes the attribute.
    fn read(value: &Value) -> Self;

    /// Encodes the attribute.
    fn write(&self) -> Value;

    /// Check that a value fits the Rust type. `None` if all values do.
    fn validator() -> Option<Validator>;
}

impl<T: AttributeValue> AttributeField for Attr<T> {
    fn ty() -> Type {
        T::ty()
    }

    fn read(value: &Value) -> Self {
        match value.plain() {
            Value::Null => Self::Null,
            Value::Unknown => Self::Unknown,
            _ => match T::read(value) {
                Some(known) if known.is_empty() => Self::Null,
                Some(known) => Self::Known(known),
                None => Self::Unknown,
            },
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(value) => value.write(),
        }
    }

    fn validator() -> Option<Validator> {
        Some(Validator::Fits {
            range: T::range()?,
            fits: |value| T::read(value).is_some(),
        })
    }
}

/// A field that is a block, or a list of blocks.
pub trait BlockField {
    /// Number of occurrences of the block.
    const NESTING: Nesting;

    /// Content of the block.
    fn block() -> Block;

    /// Decodes the block.
    fn read(value: &Value) -> Self;

    /// Encodes the block.
    fn write(&self) -> Value;
}

impl<M: Model> BlockField for Attr<M> {
    const NESTING: Nesting = Nesting::Single;

    fn block() -> Block {
        M::block()
    }

    fn read(value: &Value) -> Self {
        match value.plain() {
            Value::Null => Self::Null,
            Value::Unknown => Self::Unknown,
            _ => Self::Known(M::from_value(value)),
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(model) => model.to_value(),
        }
    }
}

impl<M: Model> BlockField for Attr<Vec<M>> {
    const NESTING: Nesting = Nesting::List;

    fn block() -> Block {
        M::block()
    }

    fn read(value: &Value) -> Self {
        match value.plain() {
            Value::Unknown => Self::Unknown,
            Value::List(items) if !items.is_empty() => {
                Self::Known(items.iter().map(M::from_value).collect())
            }
            _ => Self::Null,
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::List(Vec::new()),
            Self::Unknown => Value::Unknown,
            Self::Known(models) => Value::List(models.iter().map(M::to_value).collect()),
        }
    }
}
