//! Planning based on the facts of a schema.

use crate::path::AttributePath;
use crate::schema::{Attribute, Block, NestedBlock, Nesting};
use crate::value::Value;

/// Plan of a change that follows from the schema alone.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    /// The state after the change.
    pub value: Value,
    /// Attributes that cannot change in place.
    pub requires_replace: Vec<AttributePath>,
}

impl Block {
    /// Plans a change: defaults for attributes that are not configured, unknown for computed
    /// values, and the prior value if it equals the configured one.
    pub fn plan(&self, prior: Option<&Value>, config: &Value) -> Planned {
        let value = self.planned(prior, config);
        let mut requires_replace = Vec::new();
        if let Some(prior) = prior {
            self.collect_replaced(
                prior,
                &value,
                &AttributePath::default(),
                &mut requires_replace,
            );
        }
        Planned {
            value,
            requires_replace,
        }
    }

    /// The minimal configuration for this state, without computed values, defaults, and values that
    /// count as not set.
    #[must_use]
    pub fn configuration(&self, state: &Value) -> Value {
        if state.is_null() {
            return Value::Null;
        }
        let attributes = self.attributes.iter().map(|attribute| {
            let value = state.get(&attribute.name);
            let is_written = (attribute.required || attribute.optional)
                && !attribute.is_same(value, &Value::Null);
            (
                attribute.name.clone(),
                if is_written {
                    value.clone()
                } else {
                    Value::Null
                },
            )
        });
        let blocks = self.blocks.iter().map(|nested| {
            (
                nested.name.clone(),
                nested.configuration(state.get(&nested.name)),
            )
        });
        Value::object(attributes.chain(blocks))
    }

    fn planned(&self, prior: Option<&Value>, config: &Value) -> Value {
        if config.is_null() || config.is_unknown() {
            return config.clone();
        }
        let attributes = self.attributes.iter().map(|attribute| {
            let before = prior.map(|prior| prior.get(&attribute.name));
            (
                attribute.name.clone(),
                attribute.planned(before, config.get(&attribute.name)),
            )
        });
        let blocks = self.blocks.iter().map(|nested| {
            let before = prior.map(|prior| prior.get(&nested.name));
            (
                nested.name.clone(),
                nested.planned(before, config.get(&nested.name)),
            )
        });
        Value::object(attributes.chain(blocks))
    }

    /// The paths of changes that cannot be made in place.
    fn collect_replaced(
        &self,
        prior: &Value,
        planned: &Value,
        at: &AttributePath,
        paths: &mut Vec<AttributePath>,
    ) {
        for attribute in self
            .attributes
            .iter()
            .filter(|attribute| attribute.facts.replace)
        {
            if !attribute.is_same(prior.get(&attribute.name), planned.get(&attribute.name)) {
                paths.push(at.clone().attribute(attribute.name.clone()));
            }
        }
        for nested in &self.blocks {
            let (before, after) = (prior.get(&nested.name), planned.get(&nested.name));
            let path = at.clone().attribute(nested.name.clone());
            if nested.facts.replace {
                if !nested.is_same(before, after) {
                    paths.push(path);
                }
            } else if nested.nesting == Nesting::Single && !before.is_null() && !after.is_null() {
                nested.block.collect_replaced(before, after, &path, paths);
            }
        }
    }
}

impl Attribute {
    fn planned(&self, prior: Option<&Value>, written: &Value) -> Value {
        if !written.is_null() {
            // An empty value counts as not set. The value that the provider set is kept, unless
            // there is a default.
            let keeps_prior =
                self.computed && self.facts.default.is_none() && self.is_empty(written);
            if let Some(prior) = prior.filter(|prior| keeps_prior && !prior.is_null()) {
                return prior.clone();
            }
            // Terraform accepts the prior value in place of an equal one, but not in place of null.
            let kept = prior.filter(|prior| {
                !prior.is_null() && !written.is_unknown() && self.is_same(prior, written)
            });
            return kept.unwrap_or(written).clone();
        }
        if !self.computed {
            // Null has a type if the attribute is dynamic.
            return written.clone();
        }
        match (&self.facts.default, prior) {
            // The state may contain the default in another form.
            (Some(default), Some(prior)) if !prior.is_null() && self.is_same(prior, default) => {
                prior.clone()
            }
            (Some(default), _) => default.clone(),
            (None, Some(prior)) => prior.clone(),
            (None, None) => Value::Unknown,
        }
    }
}

impl NestedBlock {
    fn configuration(&self, state: &Value) -> Value {
        match state.plain() {
            Value::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.block.configuration(item))
                    .collect(),
            ),
            Value::Map(entries) if self.nesting == Nesting::Map => Value::object(
                entries
                    .iter()
                    .map(|(label, item)| (label.clone(), self.block.configuration(item))),
            ),
            Value::Map(_) if self.facts.empty_is_absent && self.is_same(state, &Value::Null) => {
                Value::Null
            }
            value => self.block.configuration(value),
        }
    }

    fn planned(&self, prior: Option<&Value>, config: &Value) -> Value {
        match (self.nesting, config.plain()) {
            (Nesting::List | Nesting::Set, Value::List(items)) => {
                let before = |index: usize| prior.and_then(|prior| prior.as_list()?.get(index));
                let in_order = self.nesting == Nesting::List;
                let items = items.iter().enumerate();
                let items = items
                    .map(|(at, item)| self.block.planned(before(at).filter(|_| in_order), item));
                Value::List(items.collect())
            }
            (Nesting::Map, Value::Map(entries)) => {
                let before = |label: &str| {
                    prior
                        .map(|prior| prior.get(label))
                        .filter(|before| !before.is_null())
                };
                let entries = entries
                    .iter()
                    .map(|(label, item)| (label.clone(), self.block.planned(before(label), item)));
                Value::object(entries)
            }
            (Nesting::Single, Value::Map(_)) => self
                .block
                .planned(prior.filter(|prior| !prior.is_null()), config),
            _ => config.clone(),
        }
    }
}
