//! Validation based on the facts of a schema.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::path::AttributePath;
use crate::schema::{Attribute, Block, NestedBlock, Nesting};
use crate::value::Value;

impl Block {
    /// Checks each value, and conflicts. Unknown values are checked once they are known.
    pub fn check(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        self.check_at(config, &AttributePath::default(), &mut diagnostics);
        diagnostics
    }

    fn check_at(&self, config: &Value, at: &AttributePath, diagnostics: &mut Diagnostics) {
        for attribute in &self.attributes {
            let path = at.clone().attribute(attribute.name.clone());
            attribute.check(config.get(&attribute.name), &path, diagnostics);
            if attribute.is_written(config) {
                self.check_conflicts(
                    config,
                    &attribute.name,
                    &attribute.facts.conflicts_with,
                    &path,
                    diagnostics,
                );
            }
        }
        for nested in &self.blocks {
            let path = at.clone().attribute(nested.name.clone());
            nested.check(config.get(&nested.name), &path, diagnostics);
            if nested.is_written(config) {
                self.check_conflicts(
                    config,
                    &nested.name,
                    &nested.facts.conflicts_with,
                    &path,
                    diagnostics,
                );
            }
        }
    }

    fn check_conflicts(
        &self,
        config: &Value,
        name: &str,
        others: &[&str],
        path: &AttributePath,
        diagnostics: &mut Diagnostics,
    ) {
        for other in others.iter().filter(|other| self.is_written(config, other)) {
            let detail = format!("Remove `{name}` or `{other}`.");
            diagnostics.push(
                Diagnostic::error(format!("`{name}` conflicts with `{other}`"), detail)
                    .at(path.clone()),
            );
        }
    }

    /// Whether the attribute or block with this name is known to be set, and not to an empty value.
    pub fn is_written(&self, config: &Value, name: &str) -> bool {
        self.attribute(name)
            .is_some_and(|attribute| attribute.is_written(config))
            || self
                .nested(name)
                .is_some_and(|nested| nested.is_written(config))
    }
}

impl Attribute {
    fn is_written(&self, config: &Value) -> bool {
        let value = config.get(&self.name);
        !value.is_unknown() && !self.is_empty(value)
    }

    fn check(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        // An empty value counts as not set, unless the attribute is required.
        let is_absent = value.is_null() || (!self.required && self.is_empty(value));
        if value.is_unknown() || is_absent {
            return;
        }
        if !self.deprecation.is_empty() {
            let warning = Diagnostic::warning("Argument is deprecated", self.deprecation.clone());
            diagnostics.push(warning.at(path.clone()));
        }
        let problem = self
            .facts
            .validators
            .iter()
            .find_map(|validator| validator.check(&self.name, value));
        diagnostics.extend(problem.map(|problem| problem.at(path.clone())));
    }
}

impl NestedBlock {
    fn is_written(&self, config: &Value) -> bool {
        match config.get(&self.name).plain() {
            Value::Null | Value::Unknown => false,
            Value::List(items) => !items.is_empty(),
            Value::Map(entries) => self.nesting == Nesting::Single || !entries.is_empty(),
            _ => true,
        }
    }

    fn check(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        match (self.nesting, value.plain()) {
            (Nesting::List, Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.block
                        .check_at(item, &path.clone().index(index), diagnostics);
                }
            }
            // Terraform cannot resolve paths to elements of a set.
            (Nesting::Set, Value::List(items)) => {
                items
                    .iter()
                    .for_each(|item| self.block.check_at(item, path, diagnostics));
            }
            (Nesting::Map, Value::Map(entries)) => {
                for (label, item) in entries {
                    self.block
                        .check_at(item, &path.clone().key(label.clone()), diagnostics);
                }
            }
            (Nesting::Single, Value::Map(_)) => self.block.check_at(value, path, diagnostics),
            _ => {}
        }
    }
}
