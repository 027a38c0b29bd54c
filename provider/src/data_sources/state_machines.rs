//! `data "sfn_state_machines"`.

use async_trait::async_trait;
use sfn_aws::state_machine;
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use crate::configuration::Shared;
use crate::machine_filter::{self, MachineFilter};
use crate::{messages, timeouts};

/// The data source.
pub struct StateMachines {
    shared: Shared,
}

impl StateMachines {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for StateMachines {
    fn type_name(&self) -> &'static str {
        "sfn_state_machines"
    }

    fn schema(&self) -> Schema {
        let listed = ["arn", "name", "type", "creation_date"].map(|name| (name.to_owned(), Type::String));
        let mut attributes = machine_filter::attributes();
        attributes.extend([
            Attribute::computed("id", Type::String, "A fixed text."),
            Attribute::computed("arns", Type::list(Type::String), "Their ARNs, in the order of their names."),
            Attribute::computed("names", Type::list(Type::String), "Their names."),
            Attribute::computed(
                "state_machines",
                Type::list(Type::Object(listed.into_iter().collect())),
                "What is told of each.",
            ),
        ]);
        let description = "The state machines of this account and region, or some of them.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        machine_filter::validate(config)
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let (configured, call) = (self.shared.get()?, timeouts::read(cx));
        let refused = |error| messages::of_aws("list the state machines", &error);
        let filter = MachineFilter::of(&config);
        let mut listed = Vec::new();
        for machine in filter.list(&configured.aws, &call).await.map_err(refused)? {
            if filter.has_tags(&configured.aws, &call, &machine).await.map_err(refused)? {
                listed.push(machine);
            }
        }
        let texts =
            |of: fn(&state_machine::Listed) -> &str| Value::List(listed.iter().map(|it| of(it).into()).collect());
        let object = |machine: &state_machine::Listed| {
            Value::object([
                ("arn", Value::from(machine.arn.as_str())),
                ("name", machine.name.as_str().into()),
                ("type", machine.kind.as_str().into()),
                ("creation_date", machine.creation_date.as_str().into()),
            ])
        };
        let mut state = config;
        state.set("id", "state-machines");
        state.set("arns", texts(|machine| &machine.arn));
        state.set("names", texts(|machine| &machine.name));
        state.set("state_machines", Value::List(listed.iter().map(object).collect()));
        Ok((state, Diagnostics::default()))
    }
}
