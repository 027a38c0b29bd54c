//! `list "sfn_state_machine"`.

use async_trait::async_trait;
use sfn_aws::{state_machine, tags};
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{AttributePath, Context, Diagnostics, ListRequest, ListResource, Listing, Type, Value};

use super::{Object, push, schema, within};
use crate::configuration::Shared;
use crate::regional::Regional;
use crate::state_machine::StateMachine;
use crate::{messages, timeouts};

/// The search.
pub struct StateMachines {
    shared: Shared,
}

impl StateMachines {
    /// The search with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl ListResource for StateMachines {
    fn type_name(&self) -> &'static str {
        "sfn_state_machine"
    }

    fn schema(&self) -> Schema {
        let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
        let attributes = vec![
            string("name_prefix", "What their names begin with."),
            string("type", "`STANDARD` or `EXPRESS`."),
            Attribute::optional(
                "tags",
                Type::map(Type::String),
                "Tags that they have, with these values. The tags of each one that is left are read by a call of their own.",
            ),
        ];
        schema(attributes, "The state machines of an account and region.")
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let ty = messages::one_of(config.get("type"), AttributePath::root("type"), &["STANDARD", "EXPRESS"]);
        ty.into_iter().collect()
    }

    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics> {
        let (shared, call) = (within(&self.shared, &request.config), timeouts::read(cx));
        let aws = &shared.get()?.aws;
        let refused = |error| messages::of_aws("list the state machines", &error);
        let mut machines = state_machine::list(aws, &call).await.map_err(refused)?;
        let (prefix, ty) = (request.config.text("name_prefix"), request.config.get("type").as_str());
        machines.retain(|machine| machine.name.starts_with(prefix) && ty.is_none_or(|ty| machine.kind == ty));
        machines.sort_by(|a, b| a.name.cmp(&b.name));
        let wanted = request.config.get("tags").string_map();
        let resource = Regional::new(StateMachine::new, &self.shared);
        for machine in machines {
            if !wanted.is_empty() {
                let tags = tags::read(aws, &call, &machine.arn).await.map_err(refused)?;
                if wanted.iter().any(|(key, value)| tags.get(key) != Some(value)) {
                    continue;
                }
            }
            let identity = Value::object([("arn", Value::from(machine.arn.as_str()))]);
            let object = Object { arn: machine.arn, identity, name: machine.name };
            if !push(&resource, object, &request, found, cx).await {
                break;
            }
        }
        Ok(())
    }
}
