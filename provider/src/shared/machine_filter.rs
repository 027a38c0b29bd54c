//! Selection of state machines of an account and region by prefix, type and tags.

use sfn_aws::state_machine::{self, Listed};
use sfn_aws::{Aws, AwsError, Call, Tags, tags};
use tfplugin::model::{Attr, Model};

/// Arguments of a data source or list resource that select state machines.
#[derive(Debug, Clone, Model)]
pub struct MachineFilter {
    /// Prefix of the names of the state machines.
    #[tf(optional)]
    name_prefix: Attr<String>,
    /// Type of the state machines.
    #[tf(optional, name = "type", one_of = ["STANDARD", "EXPRESS"])]
    kind: Attr<String>,
    /// Tags that the state machines must have. Requires an API call for each state machine with
    /// this prefix and type.
    #[tf(optional)]
    tags: Attr<Tags>,
}

impl MachineFilter {
    /// State machines with this prefix and type, ordered by name.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn list(&self, aws: &Aws, call: &Call) -> Result<Vec<Listed>, AwsError> {
        let mut found = state_machine::list(aws, call).await?;
        found.retain(|machine| self.has_name_and_type(machine));
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn has_name_and_type(&self, machine: &Listed) -> bool {
        let has_prefix = self
            .name_prefix
            .text()
            .is_none_or(|prefix| machine.name.starts_with(prefix));
        has_prefix && self.kind.text().is_none_or(|kind| machine.kind == kind)
    }

    /// Whether the state machine with this ARN has the tags. Calls AWS only if tags are set.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn has_tags(&self, aws: &Aws, call: &Call, arn: &str) -> Result<bool, AwsError> {
        let Some(wanted) = self.tags.known() else {
            return Ok(true);
        };
        let found = tags::read(aws, call, arn).await?;
        Ok(wanted
            .iter()
            .all(|(key, value)| found.get(key) == Some(value)))
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::Value;

    use super::*;

    #[test]
    fn state_machines_are_selected_by_prefix_and_type() {
        let machine = Listed {
            arn: "arn:aws:states:eu-west-1:123456789012:stateMachine:orders".into(),
            name: "orders".into(),
            kind: "STANDARD".into(),
            creation_date: "2026-11-03T09:30:00Z".into(),
        };
        for (prefix, kind, expected) in [
            (Value::Null, Value::Null, true),
            ("".into(), "".into(), true),
            ("ord".into(), "STANDARD".into(), true),
            ("pay".into(), Value::Null, false),
            (Value::Null, "EXPRESS".into(), false),
        ] {
            let config = Value::object([("name_prefix", prefix), ("type", kind)]);
            assert_eq!(
                MachineFilter::from_value(&config).has_name_and_type(&machine),
                expected,
                "{config:?}"
            );
        }
    }
}
