//! Terraform's values.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::number::Number;
use crate::types::Type;

/// A value as Terraform has it: known, null, or not known before apply.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// A map or object, or a block, in the order in which it was built or decoded. Terraform itself has no such order: two
    /// maps with the same entries are equal.
    Map(IndexMap<String, Value>),
    /// The value of a dynamic attribute with the type it came with, so that it goes back as it was.
    Typed(Box<Typed>),
}

/// A value with its own type.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The type as written by the sender.
    pub ty: Type,
    /// The value, itself never `Value::Typed`.
    pub value: Value,
}

impl Value {
    /// An object of these entries, in their order.
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The value without the type it came with.
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

    /// Whether the value and everything in it is known.
    pub fn is_wholly_known(&self) -> bool {
        match self.plain() {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// The string, where it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self.plain() { Some(text) } else { None }
    }

    /// The boolean, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self.plain() { Some(*flag) } else { None }
    }

    /// The number, where it is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self.plain() { Some(number) } else { None }
    }

    /// The whole number, where it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The elements of a list, set or tuple.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(elements) = self.plain() { Some(elements) } else { None }
    }

    /// The entries of a map, object or block.
    pub fn as_map(&self) -> Option<&IndexMap<String, Value>> {
        if let Self::Map(entries) = self.plain() { Some(entries) } else { None }
    }

    /// The text of an attribute; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or("")
    }

    /// The attribute of this name; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.as_map().and_then(|entries| entries.get(name)).unwrap_or(&NULL)
    }

    /// Sets an attribute of an object, which keeps its place if it is already there; any other value becomes an object of
    /// this one attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Self::Map(entries) = self {
            entries.insert(name.to_owned(), value.into());
        } else {
            *self = Self::object([(name, value.into())]);
        }
    }

    /// Adds the entries of another object; those of the same name are replaced.
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

    /// The strings of a list, leaving out what is not a known string.
    pub fn strings(&self) -> Vec<String> {
        self.as_list().unwrap_or(&[]).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// The entries of a map whose values are known strings.
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
