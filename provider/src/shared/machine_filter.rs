//! Which state machines of an account and region are meant: by prefix, type and tags.

use std::collections::BTreeMap;

use sfn_aws::state_machine::{self, Listed};
use sfn_aws::{Aws, AwsError, Call, tags};
use tfplugin::schema::Attribute;
use tfplugin::{AttributePath, Diagnostics, Type, Value};

use crate::messages;

/// What a configuration asks for.
pub struct MachineFilter {
    prefix: String,
    ty: Option<String>,
    tags: BTreeMap<String, String>,
}

/// The attributes.
pub fn attributes() -> Vec<Attribute> {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    vec![
        string("name_prefix", "What their names begin with."),
        string("type", "`STANDARD` or `EXPRESS`."),
        Attribute::optional(
            "tags",
            Type::map(Type::String),
            "Tags that they have, with these values. The tags of each one that is left are read by a call of their own.",
        ),
    ]
}

/// Checks them.
pub fn validate(config: &Value) -> Diagnostics {
    let ty = messages::one_of(config.get("type"), AttributePath::root("type"), &["STANDARD", "EXPRESS"]);
    ty.into_iter().collect()
}

impl MachineFilter {
    /// Reads a configuration.
    pub fn of(config: &Value) -> Self {
        Self {
            prefix: config.text("name_prefix").to_owned(),
            ty: config.get("type").as_str().map(str::to_owned),
            tags: config.get("tags").string_map(),
        }
    }

    /// The state machines of this prefix and type, in the order of their names.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn list(&self, aws: &Aws, call: &Call) -> Result<Vec<Listed>, AwsError> {
        let mut found = state_machine::list(aws, call).await?;
        let is_of_type = |machine: &Listed| self.ty.as_ref().is_none_or(|ty| machine.kind == *ty);
        found.retain(|machine| machine.name.starts_with(&self.prefix) && is_of_type(machine));
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Whether a state machine has the tags; AWS is asked only where some are wanted.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn has_tags(&self, aws: &Aws, call: &Call, machine: &Listed) -> Result<bool, AwsError> {
        if self.tags.is_empty() {
            return Ok(true);
        }
        let found = tags::read(aws, call, &machine.arn).await?;
        Ok(self.tags.iter().all(|(key, value)| found.get(key) == Some(value)))
    }
}
