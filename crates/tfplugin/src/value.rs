//! Terraform's values.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::number::Number;
use crate::types::Type;

/// A value in Terraform: known, null, or unknown before apply.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not set.
    #[default]
    Null,
    /// Only known after apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// A map, object or block, in the order in which it was built or decoded. Terraform does not
    /// keep this order, so maps with the same entries are equal.
    Map(IndexMap<String, Value>),
    /// A value of a dynamic attribute with its type, so that it can be sent back unchanged.
    Typed(Box<Typed>),
}

/// A value with its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The type from the sender.
    pub ty: Type,
    /// The value. Never `Value::Typed`.
    pub value: Value,
}

impl Value {
    /// An object with these entries, in this order.
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// The value without its type.
    pub fn plain(&self) -> &Value {
        match self {
            Self::Typed(typed) => &typed.value,
            other => other,
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Self::Null)
    }

    /// Whether the value itself is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self.plain(), Self::Unknown)
    }

    /// Whether the value and all its parts are known.
    pub fn is_wholly_known(&self) -> bool {
        match self.plain() {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self.plain() {
            Some(text)
        } else {
            None
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self.plain() {
            Some(*flag)
        } else {
            None
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self.plain() {
            Some(number)
        } else {
            None
        }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The elements of a list, set or tuple.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(elements) = self.plain() {
            Some(elements)
        } else {
            None
        }
    }

    /// The entries of a map, object or block.
    pub fn as_map(&self) -> Option<&IndexMap<String, Value>> {
        if let Self::Map(entries) = self.plain() {
            Some(entries)
        } else {
            None
        }
    }

    /// The text of an attribute. Empty if it is not set.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or("")
    }

    /// The attribute with this name. Null if it is not set.
    pub fn get(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.as_map()
            .and_then(|entries| entries.get(name))
            .unwrap_or(&NULL)
    }

    /// Sets an attribute of an object. An existing attribute keeps its position. Any other value
    /// becomes an object with only this attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Self::Map(entries) = self {
            entries.insert(name.to_owned(), value.into());
        } else {
            *self = Self::object([(name, value.into())]);
        }
    }

    /// Adds the entries of another object, which replace those with the same name.
    pub fn extend(&mut self, other: Value) {
        if let (Self::Map(entries), Self::Map(others)) = (self, other) {
            entries.extend(others);
        }
    }

    /// The object without the attributes that have these values.
    #[must_use]
    pub fn without(mut self, attributes: &[(&str, Value)]) -> Self {
        for (name, value) in attributes {
            if self.get(name).plain() == value {
                self.set(name, Value::Null);
            }
        }
        self
    }

    /// The known strings of a list.
    pub fn strings(&self) -> Vec<String> {
        self.as_list()
            .unwrap_or(&[])
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// The entries of a map that are known strings.
    pub fn string_map(&self) -> BTreeMap<String, String> {
        self.as_map()
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<BTreeMap<String, T>> for Value {
    fn from(entries: BTreeMap<String, T>) -> Self {
        Self::object(entries.into_iter().map(|(key, value)| (key, value.into())))
    }
}
