//! `data "sfn_alias"`.

use async_trait::async_trait;
use sfn_aws::alias::{self, Route};
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use super::missing;
use crate::configuration::Shared;
use crate::{messages, timeouts};

/// The data source.
pub struct Alias {
    shared: Shared,
}

impl Alias {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Alias {
    fn type_name(&self) -> &'static str {
        "sfn_alias"
    }

    fn schema(&self) -> Schema {
        let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let route = [("state_machine_version_arn", Type::String), ("weight", Type::Number)];
        let route = Type::Object(route.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect());
        let attributes = vec![
            Attribute::required("name", Type::String, "Name."),
            Attribute::required("statemachine_arn", Type::String, "ARN of the state machine."),
            computed("id", "The ARN."),
            computed("arn", "ARN, by which executions are started."),
            computed("description", "A text for people."),
            computed("creation_date", "When it was created."),
            Attribute::computed(
                "routing_configuration",
                Type::list(route),
                "The versions that it leads to, with their shares in percent.",
            ),
        ];
        let description = "An alias of a state machine that exists.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let configured = self.shared.get()?;
        let text = |name: &str| config.get(name).as_str().unwrap_or_default();
        let arn = format!("{}:{}", text("statemachine_arn"), text("name"));
        let found = alias::describe(&configured.aws, &timeouts::read(cx), &arn).await;
        let found = found.map_err(|error| messages::of_aws(&format!("read the alias `{arn}`"), &error))?;
        let found = found.ok_or_else(|| missing("alias", &arn, "name"))?;
        let route = |route: Route| {
            let version = ("state_machine_version_arn", Value::from(route.version_arn));
            Value::object([version, ("weight", i64::from(route.weight).into())])
        };
        let mut state = config;
        state.set("id", found.arn.as_str());
        state.set("arn", found.arn);
        state.set("description", found.wanted.description);
        state.set("creation_date", found.creation_date);
        state.set("routing_configuration", Value::List(found.wanted.routes.into_iter().map(route).collect()));
        Ok((state, Diagnostics::default()))
    }
}
