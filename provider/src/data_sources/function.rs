//! `data "sfn_lambda_function"`.

use async_trait::async_trait;
use sfn_aws::function::{self, Described};
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{Context, DataSource, Diagnostics, Type, Value};

use super::{missing, object};
use crate::configuration::Shared;
use crate::function::invoke_arn;
use crate::{messages, timeouts};

/// The data source.
pub struct Function {
    shared: Shared,
}

impl Function {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Function {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_function"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let number = |name: &str, description: &str| Attribute::computed(name, Type::Number, description);
        let strings = |name: &str, description: &str| Attribute::computed(name, Type::list(Type::String), description);
        let vpc = object([("subnet_ids", Type::list(Type::String)), ("security_group_ids", Type::list(Type::String))]);
        let attributes = vec![
            Attribute::required("function_name", Type::String, "Name or ARN."),
            Attribute::optional("qualifier", Type::String, "Version or alias; the function itself if absent."),
            text("id", "The name."),
            text("arn", "ARN, without a version."),
            text("qualified_arn", "ARN with the version or alias."),
            text("invoke_arn", "ARN by which API Gateway calls the function."),
            text("version", "The version, or `$LATEST`."),
            text("description", "A text for people."),
            text("role", "ARN of the role that it runs with."),
            text("handler", "Entry point in the code."),
            text("runtime", "Such as `python3.13`."),
            text("state", "`Active`, `Pending`, `Inactive` or `Failed`."),
            text("last_modified", "When it was last changed."),
            text("source_code_hash", "SHA-256 of the code in Base64."),
            text("image_uri", "The image that it is made of."),
            text("kms_key_arn", "ARN of the key that environment variables are encrypted with."),
            text("dead_letter_target_arn", "ARN of where events go that it did not deal with."),
            number("source_code_size", "Size of the code in bytes."),
            number("memory_size", "Memory in MiB."),
            number("timeout", "The longest time a call may take, in seconds."),
            number("ephemeral_storage", "Size of `/tmp` in MiB."),
            number("reserved_concurrent_executions", "How many concurrent calls are kept for it; `-1` for none."),
            strings("architectures", "`x86_64` or `arm64`."),
            strings("layers", "ARNs of layers."),
            Attribute::computed("tracing_mode", Type::String, "`Active` or `PassThrough`."),
            Attribute::computed("environment", Type::map(Type::String), "Environment variables.").sensitive(),
            Attribute::computed("vpc_config", vpc, "Its network; null for the internet."),
            Attribute::computed("tags", Type::map(Type::String), "Its tags."),
        ];
        let description = "A Lambda function that exists.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let configured = self.shared.get()?;
        let text = |name: &str| config.get(name).as_str().filter(|text| !text.is_empty());
        let (name, qualifier) = (text("function_name").unwrap_or_default(), text("qualifier"));
        let found = function::describe_qualified(&configured.aws, &timeouts::read(cx), name, qualifier).await;
        let found = found.map_err(|error| messages::of_aws(&format!("read the function `{name}`"), &error))?;
        let found = found.ok_or_else(|| missing("function", name, "function_name"))?;
        let state = state(&found, qualifier, config.clone());
        Ok((state, Diagnostics::default()))
    }
}

fn state(found: &Described, qualifier: Option<&str>, mut state: Value) -> Value {
    let configuration = &found.configuration;
    let number = |number: Option<i32>| number.map_or(Value::Null, |number| i64::from(number).into());
    let vpc = configuration.vpc.as_ref().map_or(Value::Null, |vpc| {
        Value::object([
            ("subnet_ids", vpc.subnets.clone().into()),
            ("security_group_ids", vpc.security_groups.clone().into()),
        ])
    });
    for (name, value) in [
        ("id", Value::from(found.name.as_str())),
        ("arn", found.arn.as_str().into()),
        ("qualified_arn", format!("{}:{}", found.arn, qualifier.unwrap_or(&found.version)).into()),
        ("invoke_arn", invoke_arn(&found.arn).into()),
        ("version", found.version.as_str().into()),
        ("description", configuration.description.clone().into()),
        ("role", configuration.role.as_str().into()),
        ("handler", configuration.handler.clone().into()),
        ("runtime", configuration.runtime.clone().into()),
        ("state", found.state.as_str().into()),
        ("last_modified", found.last_modified.as_str().into()),
        ("source_code_hash", found.code_sha256.as_str().into()),
        ("image_uri", found.image_uri.clone().into()),
        ("kms_key_arn", configuration.kms_key_arn.clone().into()),
        ("dead_letter_target_arn", configuration.dead_letter.clone().into()),
        ("source_code_size", found.code_size.into()),
        ("memory_size", number(configuration.memory_size)),
        ("timeout", number(configuration.timeout)),
        ("ephemeral_storage", number(configuration.ephemeral_storage)),
        ("reserved_concurrent_executions", i64::from(found.reserved_concurrency.unwrap_or(-1)).into()),
        ("architectures", found.architectures.clone().into()),
        ("layers", configuration.layers.clone().into()),
        ("tracing_mode", configuration.tracing.clone().into()),
        ("environment", configuration.environment.clone().into()),
        ("vpc_config", vpc),
        ("tags", found.tags.clone().into()),
    ] {
        state.set(name, value);
    }
    state
}
