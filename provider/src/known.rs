//! Values after an apply, when nothing may be unknown any more.

use tfplugin::Value;

/// The value with null in place of all that is unknown.
pub fn known(value: Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(items) => Value::List(items.into_iter().map(known).collect()),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, value)| (key, known(value))).collect()),
        other => other,
    }
}
