//! `data "sfn_state_machine_versions"`.

use async_trait::async_trait;
use sfn_aws::state_machine;
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use crate::configuration::Shared;
use crate::{messages, timeouts};

/// The data source.
pub struct Versions {
    shared: Shared,
}

impl Versions {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Versions {
    fn type_name(&self) -> &'static str {
        "sfn_state_machine_versions"
    }

    fn schema(&self) -> Schema {
        let versions = "ARNs of all versions, the newest first.";
        let attributes = vec![
            Attribute::required("statemachine_arn", Type::String, "ARN of the state machine."),
            Attribute::computed("id", Type::String, "The ARN of the state machine."),
            Attribute::computed("statemachine_versions", Type::list(Type::String), versions),
        ];
        let description = "The versions of a state machine.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let configured = self.shared.get()?;
        let arn = config.get("statemachine_arn").as_str().unwrap_or_default().to_owned();
        let versions = state_machine::versions(&configured.aws, &timeouts::read(cx), &arn).await;
        let versions = versions.map_err(|error| messages::of_aws(&format!("list the versions of `{arn}`"), &error))?;
        let mut state = config;
        state.set("id", arn);
        state.set("statemachine_versions", Value::List(versions.into_iter().map(Value::from).collect()));
        Ok((state, Diagnostics::default()))
    }
}
