//! Values that the parts of an execution share.

use std::cell::OnceCell;
use std::rc::Rc;

use serde_json::Value;

use crate::jsonata::Converted;

/// A JSON value that is never copied: states, events and variables share it.
#[derive(Debug, Clone)]
pub struct Data(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    value: Value,
    /// The value as JSONata reads it, made when the first expression needs it.
    converted: OnceCell<Converted>,
    size: OnceCell<usize>,
}

impl Data {
    /// Shares a value.
    pub fn new(value: Value) -> Self {
        Self(Rc::new(Shared {
            value,
            converted: OnceCell::new(),
            size: OnceCell::new(),
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
