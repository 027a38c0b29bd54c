//! `data "sfn_definition"`: a workflow, or a part of one, without a state machine.

use asl::policy::{Settings, derive};
use async_trait::async_trait;
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use crate::configuration::Shared;
use crate::{checks, definition};

/// The data source.
pub struct Definition {
    shared: Shared,
}

impl Definition {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Definition {
    fn type_name(&self) -> &'static str {
        "sfn_definition"
    }

    fn schema(&self) -> Schema {
        let mut attributes = definition::attributes();
        attributes.push(checks::attribute());
        attributes.push(Attribute::computed("json", Type::String, "The definition as JSON."));
        attributes.push(Attribute::computed(
            "policy_json",
            Type::String,
            "The permissions that the workflow needs, as a policy document. Accounts and regions that no ARN names are `*`.",
        ));
        let description = "Renders a workflow to the Amazon States Language, for the `definition` of a branch or item processor, or \
                           for anything else that takes it. Asks AWS nothing.";
        let block =
            Block { attributes, blocks: definition::blocks(), description: description.into(), ..Block::default() };
        Schema { version: 0, block }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        definition::evaluate(config, &self.shared.checks().selection(config)).diagnostics
    }

    async fn read(&self, config: Value, _: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let evaluated = definition::evaluate(&config, &self.shared.checks().selection(&config));
        let warnings = evaluated.diagnostics.into_result()?;
        let mut state = config;
        if let Some(definition) = &evaluated.definition {
            let settings = Settings { name: "*".into(), ..Settings::default() };
            state.set("policy_json", derive(definition, &settings).0.to_json());
        }
        state.set("json", Value::from(evaluated.text));
        Ok((state, warnings))
    }
}
