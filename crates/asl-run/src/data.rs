//! Values that the parts of an execution share.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use serde_json::Value;

use crate::jsonata::Converted;

/// How deep values may be nested: an endless loop must not exhaust the stack. It is the limit of the JSON library
/// Jackson.
pub(crate) const MAX_DEPTH: usize = 1_000;

/// A JSON value that is never copied: states, events and variables share it.
#[derive(Debug, Clone)]
pub struct Data(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    value: Value,
    /// The value as JSONata reads it, made when the first expression needs it.
    converted: OnceCell<Converted>,
    size: OnceCell<usize>,
    too_deep: OnceCell<bool>,
}

impl Data {
    /// Shares a value.
    pub fn new(value: Value) -> Self {
        Self(Rc::new(Shared {
            value,
            converted: OnceCell::new(),
            size: OnceCell::new(),
            too_deep: OnceCell::new(),
        }))
    }

    /// The empty object.
    pub(crate) fn empty() -> Self {
        Self::new(Value::Object(serde_json::Map::new()))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The value as owned JSON. It is copied if others share it.
    pub fn into_value(self) -> Value {
        match Rc::try_unwrap(self.0) {
            Ok(shared) => shared.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// The value as JSONata reads it.
    pub(crate) fn converted(&self) -> &Converted {
        self.0
            .converted
            .get_or_init(|| Converted::from(&self.0.value))
    }

    /// Size as JSON text without whitespace, in bytes.
    pub(crate) fn size(&self) -> usize {
        *self.0.size.get_or_init(|| {
            let mut counter = Counter(0);
            // Writing to a counter cannot fail, and neither can the conversion of a JSON value.
            match serde_json::to_writer(&mut counter, &self.0.value) {
                Ok(()) => counter.0,
                Err(_) => usize::MAX,
            }
        })
    }

    /// Whether the value is nested more than [`MAX_DEPTH`] deep.
    pub(crate) fn is_too_deep(&self) -> bool {
        let is_deep = || self.size() > 2 * MAX_DEPTH && is_deeper(&self.0.value, MAX_DEPTH);
        *self.0.too_deep.get_or_init(is_deep)
    }
}

/// The result of looking up a list of member names in a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found<'a> {
    /// A value.
    Value(Cow<'a, Value>),
    /// No value.
    Nothing,
    /// An array is on the way, so that there can be several values.
    Several,
}

impl<'a> Found<'a> {
    /// Looks up a member, a member of it, and so on.
    pub(crate) fn of(value: &'a Value, names: &[String]) -> Self {
        let mut value = value;
        for name in names {
            value = match value {
                Value::Array(_) => return Self::Several,
                Value::Object(members) => match members.get(name) {
                    Some(member) => member,
                    None => return Self::Nothing,
                },
                _ => return Self::Nothing,
            };
        }
        Self::Value(Cow::Borrowed(value))
    }

    /// The same without a borrowed value.
    pub(crate) fn into_owned<'b>(self) -> Found<'b> {
        match self {
            Self::Value(value) => Found::Value(Cow::Owned(value.into_owned())),
            Self::Nothing => Found::Nothing,
            Self::Several => Found::Several,
        }
    }
}

/// Whether arrays and objects are nested more than `limit` deep.
fn is_deeper(value: &Value, limit: usize) -> bool {
    let inside = |value| limit == 0 || is_deeper(value, limit - 1);
    match value {
        Value::Array(elements) => elements.iter().any(inside),
        Value::Object(members) => members.values().any(inside),
        _ => false,
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

/// Counts the bytes that are written.
struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_too_deep_from_a_limit_on() {
        let nested = |depth: usize, around: fn(Value) -> Value| {
            let value = (0..depth).fold(json!("inner"), |value, _| around(value));
            Data::new(value).is_too_deep()
        };
        for around in
            [|value| json!([value]), |value| json!({ "a": value })] as [fn(Value) -> Value; 2]
        {
            assert!(!nested(MAX_DEPTH, around));
            assert!(nested(MAX_DEPTH + 1, around));
        }
        // Long, but not deep.
        assert!(!Data::new(json!(["x".repeat(4 * MAX_DEPTH)])).is_too_deep());
    }
}
