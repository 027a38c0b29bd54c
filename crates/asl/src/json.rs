//! JSON in which values may be unknown.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use indexmap::IndexMap;
use serde_json::{Number, Value};

use crate::pointer::{JsonPointer, PathBuilder};

/// The members of an object by name, in the order of the text.
pub type Members = IndexMap<String, Json, foldhash::fast::RandomState>;

/// A JSON value, or an unknown value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as in the text.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in the order of the text.
    Object(Members),
    /// A value that is only known later. Rules that read it report nothing.
    Unknown,
}

impl Json {
    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_object()?.get(key)
    }

    /// Whether an object has a member with a known value. A member with an unknown value may be absent.
    pub fn is_set(&self, key: &str) -> bool {
        self.get(key)
            .is_some_and(|value| !matches!(value, Self::Unknown))
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&Members> {
        if let Self::Object(members) = self {
            Some(members)
        } else {
            None
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        if let Self::Array(elements) = self {
            Some(elements)
        } else {
            None
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The value that a pointer leads to.
    pub fn at(&self, pointer: &JsonPointer) -> Option<&Json> {
        pointer
            .tokens()
            .iter()
            .try_fold(self, |value, token| match value {
                Self::Object(members) => members.get(&**token),
                Self::Array(elements) => elements.get(token.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// The value that a pointer leads to, mutable.
    pub fn at_mut(&mut self, pointer: &JsonPointer) -> Option<&mut Json> {
        pointer
            .tokens()
            .iter()
            .try_fold(self, |value, token| match value {
                Self::Object(members) => members.get_mut(&**token),
                Self::Array(elements) => elements.get_mut(token.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// Whether every value in it is known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Array(elements) => elements.iter().all(Self::is_known),
            Self::Object(members) => members.values().all(Self::is_known),
            _ => true,
        }
    }

    /// Calls `visit` for the value and the values in it, with their places. Values in a value are visited
    /// only if `visit` returns `true` for it.
    pub fn walk<'a>(
        &'a self,
        way: &PathBuilder<'_>,
        visit: &mut dyn FnMut(&PathBuilder<'_>, &'a Json) -> bool,
    ) {
        if !visit(way, self) {
            return;
        }
        match self {
            Self::Object(members) => {
                members
                    .iter()
                    .for_each(|(key, inner)| inner.walk(&PathBuilder::Member(way, key), visit));
            }
            Self::Array(elements) => {
                elements.iter().enumerate().for_each(|(index, inner)| {
                    inner.walk(&PathBuilder::Element(way, index), visit);
                });
            }
            _ => {}
        }
    }

    /// Returns the JSON type of the value, as error messages name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
            Self::Unknown => "unknown",
        }
    }

    /// Converts the value to a `serde_json` value. `None` if a part is unknown.
    pub fn to_value(&self) -> Option<Value> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.clone()),
            Self::Array(elements) => {
                Value::Array(elements.iter().map(Self::to_value).collect::<Option<_>>()?)
            }
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| Some((key.clone(), value.to_value()?)))
                    .collect::<Option<_>>()?,
            ),
            Self::Unknown => return None,
        })
    }

    /// Returns a text that is equal for all values with the same meaning: members are sorted by name, numbers
    /// are in their shortest form, and there is no whitespace. `None` if a part is unknown.
    pub fn normalized(&self) -> Option<String> {
        fn sorted(value: Value) -> Value {
            match value {
                Value::Number(number) => Value::Number(shortest(number)),
                Value::Array(elements) => elements.into_iter().map(sorted).collect(),
                Value::Object(members) => {
                    let mut members: Vec<_> = members
                        .into_iter()
                        .map(|(key, value)| (key, sorted(value)))
                        .collect();
                    members.sort_by(|(a, _), (b, _)| a.cmp(b));
                    members.into_iter().collect()
                }
                other => other,
            }
        }
        Some(sorted(self.to_value()?).to_string())
    }

    /// Whether both values have the same meaning. The order of members, whitespace, escapes and the notation
    /// of numbers are ignored. An unknown value is not equal to any value, including another unknown value.
    pub fn same_meaning(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => false,
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_meaning(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, a)| b.get(key).is_some_and(|b| a.same_meaning(b)))
            }
            (a, b) => a == b,
        }
    }
}

/// The shortest form of a number.
fn shortest(number: Number) -> Number {
    let plain = decimal(&number.to_string()).map(|number| number.normalized());
    let plain = plain.filter(|number| number.fractional_digit_count().abs() < 30);
    plain
        .and_then(|plain| plain.to_plain_string().parse().ok())
        .unwrap_or(number)
}

/// The value of a number. `None` for extreme exponents, because aligning them needs memory in proportion to their
/// distance.
fn decimal(text: &str) -> Option<BigDecimal> {
    BigDecimal::from_str(text)
        .ok()
        .filter(|number| number.fractional_digit_count().abs() < 10_000)
}

fn same_number(a: &Number, b: &Number) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    if a == b {
        return true;
    }
    matches!((decimal(&a), decimal(&b)), (Some(a), Some(b)) if a == b)
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::String(text),
            Value::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}
