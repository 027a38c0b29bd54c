//! `data "sfn_activity"`.

use async_trait::async_trait;
use sfn_aws::activity;
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use super::{arn_of, either, missing};
use crate::configuration::Shared;
use crate::{messages, timeouts};

/// The data source.
pub struct Activity {
    shared: Shared,
}

impl Activity {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Activity {
    fn type_name(&self) -> &'static str {
        "sfn_activity"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::optional_computed("name", Type::String, "Name; this or `arn`."),
            Attribute::optional_computed("arn", Type::String, "ARN; this or `name`."),
            Attribute::computed("id", Type::String, "The ARN."),
            Attribute::computed("creation_date", Type::String, "When it was created."),
        ];
        let description = "An activity that exists.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        either(config, "name", "arn")
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let (configured, call) = (self.shared.get()?, timeouts::read(cx));
        let (arn, attribute) = arn_of(&configured, &call, &config, "activity").await?;
        let found = activity::describe(&configured.aws, &call, &arn).await;
        let found = found.map_err(|error| messages::of_aws(&format!("read the activity `{arn}`"), &error))?;
        let found = found.ok_or_else(|| missing("activity", &arn, attribute))?;
        let state = Value::object([
            ("name", found.name.into()),
            ("arn", Value::from(found.arn.as_str())),
            ("id", found.arn.into()),
            ("creation_date", found.creation_date.into()),
        ]);
        Ok((state, Diagnostics::default()))
    }
}
