//! `data "sfn_state_machine"`.

use asl::Json;
use async_trait::async_trait;
use sfn_aws::state_machine::{self, Described};
use sfn_aws::{Tags, tags};
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use super::{arn_of, either, missing, object};
use crate::configuration::Shared;
use crate::{messages, timeouts};

/// The data source.
pub struct StateMachine {
    shared: Shared,
}

impl StateMachine {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for StateMachine {
    fn type_name(&self) -> &'static str {
        "sfn_state_machine"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let (string, flag) = (Type::String, Type::Bool);
        let logging = object([
            ("level", string.clone()),
            ("include_execution_data", flag.clone()),
            ("log_destination", string.clone()),
        ]);
        let encryption = object([
            ("type", string.clone()),
            ("kms_key_id", string),
            ("kms_data_key_reuse_period_seconds", Type::Number),
        ]);
        let attributes = vec![
            Attribute::optional_computed("name", Type::String, "Name; this or `arn`."),
            Attribute::optional_computed("arn", Type::String, "ARN; this or `name`."),
            text("id", "The ARN."),
            text("type", "`STANDARD` or `EXPRESS`."),
            text("status", "`ACTIVE` or `DELETING`."),
            text("role_arn", "ARN of the role that it runs with."),
            text("definition", "The definition as JSON."),
            Attribute::computed(
                "asl",
                Type::Dynamic,
                "The definition as a value, such as `asl.States.Charge.Resource`.",
            ),
            text("description", "The comment of the definition."),
            text("revision_id", "The revision of definition, role and settings."),
            text("creation_date", "When it was created."),
            text("state_machine_version_arn", "ARN of the newest version; null without any."),
            Attribute::computed("logging_configuration", logging, "Its logs."),
            Attribute::computed("tracing_configuration", object([("enabled", flag)]), "Whether X-Ray traces it."),
            Attribute::computed("encryption_configuration", encryption, "Its encryption at rest."),
            Attribute::computed("tags", Type::map(Type::String), "Its tags."),
        ];
        let description = "A state machine that exists.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        either(config, "name", "arn")
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let (configured, call) = (self.shared.get()?, timeouts::read(cx));
        let (arn, attribute) = arn_of(&configured, &call, &config, "stateMachine").await?;
        let refused = |error| messages::of_aws(&format!("read the state machine `{arn}`"), &error);
        let found = state_machine::describe(&configured.aws, &call, &arn).await.map_err(refused)?;
        let found = found.ok_or_else(|| missing("state machine", &arn, attribute))?;
        let version = state_machine::newest_version(&configured.aws, &call, &found.arn).await.map_err(refused)?;
        let tags = tags::read(&configured.aws, &call, &found.arn).await.map_err(refused)?;
        Ok((state(&found, version, tags), Diagnostics::default()))
    }
}

fn state(found: &Described, version: Option<String>, tags: Tags) -> Value {
    let definition = asl::parse(&found.definition).map(|(document, _)| document.root).unwrap_or(Json::Null);
    let comment = definition.get("Comment").and_then(Json::as_str).map(str::to_owned);
    let logging = Value::object([
        ("level", found.logging.level.as_str().into()),
        ("include_execution_data", found.logging.include_execution_data.into()),
        ("log_destination", found.logging.destination.clone().into()),
    ]);
    let encryption = found.encryption.as_ref().map_or(Value::Null, |encryption| {
        Value::object([
            ("type", encryption.kind.as_str().into()),
            ("kms_key_id", encryption.kms_key_id.clone().into()),
            (
                "kms_data_key_reuse_period_seconds",
                encryption.reuse_seconds.map_or(Value::Null, |s| i64::from(s).into()),
            ),
        ])
    });
    let tracing = Value::object([("enabled", found.tracing.unwrap_or_default().into())]);
    Value::object([
        ("name", found.name.as_str().into()),
        ("arn", found.arn.as_str().into()),
        ("id", found.arn.as_str().into()),
        ("type", found.kind.as_str().into()),
        ("status", found.status.as_str().into()),
        ("role_arn", found.role_arn.as_str().into()),
        ("definition", found.definition.as_str().into()),
        ("asl", asl_hcl::any_from_json(&definition).unwrap_or(Value::Null)),
        ("description", comment.into()),
        ("revision_id", found.revision_id.clone().into()),
        ("creation_date", found.creation_date.as_str().into()),
        ("state_machine_version_arn", version.into()),
        ("logging_configuration", logging),
        ("tracing_configuration", tracing),
        ("encryption_configuration", encryption),
        ("tags", tags.into()),
    ])
}
