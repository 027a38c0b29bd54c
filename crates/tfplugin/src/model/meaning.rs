//! Equality of values, and how configured values are kept.

use super::facts::{Equality, Facts};
use crate::schema::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use crate::types::Type;
use crate::value::Value;

impl Attribute {
    /// The canonical form of all equal values.
    pub fn meaning(&self, value: &Value) -> Value {
        let plain = value.plain();
        let value = if self.facts.empty_is_absent {
            simplified(plain)
        } else {
            plain.clone()
        };
        match (&value, self.facts.fallback()) {
            (Value::Null, Some(fallback)) => fallback.clone(),
            _ => value,
        }
    }

    /// Whether a value is null, or empty if that counts as not set.
    pub(super) fn is_empty(&self, value: &Value) -> bool {
        value.is_null() || (self.facts.empty_is_absent && simplified(value).is_null())
    }

    /// Whether two values are equal.
    pub fn is_same(&self, a: &Value, b: &Value) -> bool {
        let is_set = matches!(&self.ty, AttributeType::Plain(Type::Set(_)));
        is_same(&self.facts, is_set, &self.meaning(a), &self.meaning(b))
    }
}

impl NestedBlock {
    /// Whether two values of the block, or of all blocks with its name, are equal.
    pub fn is_same(&self, a: &Value, b: &Value) -> bool {
        is_same(
            &self.facts,
            self.nesting == Nesting::Set,
            &self.meaning(a),
            &self.meaning(b),
        )
    }

    fn meaning(&self, value: &Value) -> Value {
        let one = |value: &Value| match value.plain() {
            Value::Map(_) => {
                let meaning = self.block.meaning(value);
                let is_empty = meaning
                    .as_map()
                    .is_some_and(|entries| entries.values().all(Value::is_null));
                if is_empty && self.facts.empty_is_absent {
                    Value::Null
                } else {
                    meaning
                }
            }
            other => other.clone(),
        };
        match (self.nesting, value.plain()) {
            (Nesting::List | Nesting::Set, Value::List(items)) => {
                let items: Vec<Value> = items
                    .iter()
                    .map(one)
                    .filter(|item| !item.is_null())
                    .collect();
                if items.is_empty() {
                    Value::Null
                } else {
                    Value::List(items)
                }
            }
            (Nesting::Map, Value::Map(entries)) if entries.is_empty() => Value::Null,
            (Nesting::Map, Value::Map(entries)) => Value::object(
                entries
                    .iter()
                    .map(|(label, item)| (label.clone(), one(item))),
            ),
            _ => one(value),
        }
    }
}

impl Block {
    /// The canonical form of all equal values of this block.
    pub fn meaning(&self, value: &Value) -> Value {
        if value.is_null() || value.is_unknown() {
            return value.plain().clone();
        }
        let attributes = self
            .attributes
            .iter()
            .map(|a| (a.name.clone(), a.meaning(value.get(&a.name))));
        let blocks = self
            .blocks
            .iter()
            .map(|b| (b.name.clone(), b.meaning(value.get(&b.name))));
        Value::object(attributes.chain(blocks))
    }

    /// The value that was read. Equal values keep their configured form.
    #[must_use]
    pub fn keep_written(&self, written: &Value, found: &Value) -> Value {
        if written.is_null() || found.is_null() || found.is_unknown() {
            return found.clone();
        }
        let attributes = self.attributes.iter().map(|attribute| {
            let (written, found) = (written.get(&attribute.name), found.get(&attribute.name));
            // A computed value that is not set yet was not configured.
            let is_unset = attribute.computed && written.is_null();
            let kept = if !is_unset && attribute.is_same(written, found) {
                written
            } else {
                found
            };
            (attribute.name.clone(), kept.clone())
        });
        let blocks = self.blocks.iter().map(|nested| {
            (
                nested.name.clone(),
                nested.keep_written(written.get(&nested.name), found.get(&nested.name)),
            )
        });
        Value::object(attributes.chain(blocks))
    }

    /// A value that was read and is not configured yet. Values that count as not set are null.
    #[must_use]
    pub fn imported(&self, found: &Value) -> Value {
        if found.is_null() || found.is_unknown() {
            return found.clone();
        }
        let attributes = self.attributes.iter().map(|attribute| {
            let value = found.get(&attribute.name);
            let is_nothing = !attribute.computed
                && !attribute.required
                && attribute.is_same(value, &Value::Null);
            (
                attribute.name.clone(),
                if is_nothing {
                    Value::Null
                } else {
                    value.clone()
                },
            )
        });
        let blocks = self.blocks.iter().map(|nested| {
            (
                nested.name.clone(),
                nested.imported(found.get(&nested.name)),
            )
        });
        Value::object(attributes.chain(blocks))
    }

    /// The planned value. Unknown values are replaced with those that were read.
    #[must_use]
    pub fn fill_unknown(&self, planned: &Value, found: &Value) -> Value {
        match (planned, found) {
            (Value::Unknown, found) => known(found),
            (Value::List(planned), Value::List(found)) if planned.len() == found.len() => {
                Value::List(
                    planned
                        .iter()
                        .zip(found)
                        .map(|(planned, found)| self.fill_unknown(planned, found))
                        .collect(),
                )
            }
            (Value::Map(entries), found) => Value::object(entries.iter().map(|(name, planned)| {
                (name.clone(), self.fill_unknown(planned, found.get(name)))
            })),
            (planned, _) => known(planned),
        }
    }
}

impl NestedBlock {
    fn imported(&self, found: &Value) -> Value {
        match (self.nesting, found.plain()) {
            (Nesting::Single, Value::Map(_)) if self.is_same(found, &Value::Null) => Value::Null,
            (Nesting::Single, Value::Map(_)) => self.block.imported(found),
            (Nesting::List, Value::List(items)) => {
                Value::List(items.iter().map(|item| self.block.imported(item)).collect())
            }
            _ => found.clone(),
        }
    }

    fn keep_written(&self, written: &Value, found: &Value) -> Value {
        if self.is_same(written, found) {
            return written.clone();
        }
        match (self.nesting, written.plain(), found.plain()) {
            (Nesting::Single, Value::Map(_), Value::Map(_)) => {
                self.block.keep_written(written, found)
            }
            (Nesting::List, Value::List(before), Value::List(now)) if before.len() == now.len() => {
                Value::List(
                    before
                        .iter()
                        .zip(now)
                        .map(|(a, b)| self.block.keep_written(a, b))
                        .collect(),
                )
            }
            _ => found.clone(),
        }
    }
}

fn is_same(facts: &Facts, is_set: bool, a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    if a.is_null() || b.is_null() || a.is_unknown() || b.is_unknown() {
        return false;
    }
    match facts.equality {
        Equality::Custom(same) => same(a, b),
        Equality::AnyOrder => same_elements(a, b),
        Equality::Exact => is_set && same_elements(a, b),
    }
}

fn same_elements(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_list(), b.as_list()) else {
        return false;
    };
    let mut rest: Vec<&Value> = b.iter().collect();
    let all_found = a
        .iter()
        .all(|item| match rest.iter().position(|other| *other == item) {
            Some(found) => {
                rest.swap_remove(found);
                true
            }
            None => false,
        });
    all_found && rest.is_empty()
}

/// The value without empty parts, which modules pass for unused optional values. Null if nothing
/// remains. An empty text in a map is a value.
fn simplified(value: &Value) -> Value {
    match value.plain() {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::List(items) => {
            let items: Vec<Value> = items
                .iter()
                .map(simplified)
                .filter(|item| !item.is_null())
                .collect();
            if items.is_empty() {
                Value::Null
            } else {
                Value::List(items)
            }
        }
        Value::Map(entries) => {
            let mut entries = entries.clone();
            entries.retain(|_, value| !value.is_null());
            if entries.is_empty() {
                Value::Null
            } else {
                Value::Map(entries)
            }
        }
        other => other.clone(),
    }
}

/// The value with null for all unknown values.
pub(crate) fn known(value: &Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(items) => Value::List(items.iter().map(known).collect()),
        Value::Map(entries) => Value::object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), known(value))),
        ),
        other => other.clone(),
    }
}
