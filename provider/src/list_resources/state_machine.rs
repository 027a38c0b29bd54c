//! `list "sfn_state_machine"`.

use async_trait::async_trait;
use tfplugin::schema::Schema;
use tfplugin::{Context, Diagnostics, ListRequest, ListResource, Listing, Value};

use super::{Object, push, schema, within};
use crate::configuration::Shared;
use crate::machine_filter::{self, MachineFilter};
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
        schema(machine_filter::attributes(), "The state machines of an account and region.")
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        machine_filter::validate(config)
    }

    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics> {
        let (shared, call) = (within(&self.shared, &request.config), timeouts::read(cx));
        let aws = &shared.get()?.aws;
        let refused = |error| messages::of_aws("list the state machines", &error);
        let filter = MachineFilter::of(&request.config);
        let resource = Regional::new(StateMachine::new, &self.shared);
        for machine in filter.list(aws, &call).await.map_err(refused)? {
            if !filter.has_tags(aws, &call, &machine).await.map_err(refused)? {
                continue;
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
