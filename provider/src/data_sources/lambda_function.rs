//! `data "sfn_lambda_function"`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sfn_aws::Tags;
use sfn_aws::function::{self, Described, Vpc};
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use super::Object;
use crate::resources::lambda_function::invoke_arn;
use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::{Lookup, not_found};
use crate::shared::managed::{Operation, Refusal};

const FUNCTION: &str = "function_name";
/// Value of `reserved_concurrent_executions` for a function without reserved concurrency.
const NOT_RESERVED: i32 = -1;

/// Provides details about a Lambda function.
#[derive(Debug, Clone, Model)]
pub struct Function {
    /// Name or ARN of the function.
    #[tf(required)]
    function_name: Attr<String>,
    /// Version or alias of the function. Defaults to `$LATEST`, the unpublished version.
    #[tf(optional)]
    qualifier: Attr<String>,
    /// Name of the function.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the function, without a version or an alias.
    #[tf(computed)]
    arn: Attr<String>,
    /// ARN of the function, with its version or alias.
    #[tf(computed)]
    qualified_arn: Attr<String>,
    /// ARN to invoke the function from API Gateway.
    #[tf(computed)]
    invoke_arn: Attr<String>,
    /// Version of the function. `$LATEST` for the unpublished version.
    #[tf(computed)]
    version: Attr<String>,
    /// Description of the function.
    #[tf(computed)]
    description: Attr<String>,
    /// ARN of the execution role.
    #[tf(computed)]
    role: Attr<String>,
    /// Entry point in the code.
    #[tf(computed)]
    handler: Attr<String>,
    /// Runtime, such as `python3.13`.
    #[tf(computed)]
    runtime: Attr<String>,
    /// State of the function: `Active`, `Pending`, `Inactive` or `Failed`.
    #[tf(computed)]
    state: Attr<String>,
    /// Date and time of the last change.
    #[tf(computed)]
    last_modified: Attr<String>,
    /// Base64-encoded SHA-256 hash of the code.
    #[tf(computed)]
    source_code_hash: Attr<String>,
    /// URI of the container image. Null for a function from a zip file.
    #[tf(computed)]
    image_uri: Attr<String>,
    /// ARN of the KMS key that encrypts environment variables.
    #[tf(computed)]
    kms_key_arn: Attr<String>,
    /// ARN of the destination for failed asynchronous invocations.
    #[tf(computed)]
    dead_letter_target_arn: Attr<String>,
    /// Size of the code in bytes.
    #[tf(computed)]
    source_code_size: Attr<i64>,
    /// Memory of the function in MiB.
    #[tf(computed)]
    memory_size: Attr<i32>,
    /// Maximum time of an invocation in seconds.
    #[tf(computed)]
    timeout: Attr<i32>,
    /// Size of the `/tmp` directory in MiB.
    #[tf(computed)]
    ephemeral_storage: Attr<i32>,
    /// Number of concurrent executions that are reserved for the function. `-1` without reserved
    /// concurrency.
    #[tf(computed)]
    reserved_concurrent_executions: Attr<i32>,
    /// Instruction set architecture: `x86_64` or `arm64`.
    #[tf(computed)]
    architectures: Attr<Vec<String>>,
    /// ARNs of the layer versions.
    #[tf(computed)]
    layers: Attr<Vec<String>>,
    /// Mode of tracing with AWS X-Ray: `Active` or `PassThrough`.
    #[tf(computed)]
    tracing_mode: Attr<String>,
    /// Environment variables.
    #[tf(computed, sensitive)]
    environment: Attr<BTreeMap<String, String>>,
    /// VPC of the function: `subnet_ids` and `security_group_ids`. Null without a VPC.
    #[tf(computed)]
    vpc_config: Attr<Object<VpcConfig>>,
    /// Tags of the function.
    #[tf(computed)]
    tags: Attr<Tags>,
}

/// VPC of a function.
#[derive(Debug, Clone, Model)]
struct VpcConfig {
    /// IDs of the subnets.
    #[tf(computed)]
    subnet_ids: Attr<Vec<String>>,
    /// IDs of the security groups.
    #[tf(computed)]
    security_group_ids: Attr<Vec<String>>,
}

impl From<Vpc> for Object<VpcConfig> {
    fn from(found: Vpc) -> Self {
        Self(VpcConfig {
            subnet_ids: found.subnets.into(),
            security_group_ids: found.security_groups.into(),
        })
    }
}

impl Function {
    /// The function, as read with this qualifier.
    fn of(self, found: Described, qualifier: Option<&str>) -> Self {
        let configuration = found.configuration;
        let qualified_arn = format!("{}:{}", found.arn, qualifier.unwrap_or(&found.version));
        Self {
            id: found.name.into(),
            qualified_arn: qualified_arn.into(),
            invoke_arn: invoke_arn(&found.arn).into(),
            arn: found.arn.into(),
            version: found.version.into(),
            description: configuration.description.into(),
            role: configuration.role.into(),
            handler: configuration.handler.into(),
            runtime: configuration.runtime.into(),
            state: found.state.into(),
            last_modified: found.last_modified.into(),
            source_code_hash: found.code_sha256.into(),
            image_uri: found.image_uri.into(),
            kms_key_arn: configuration.kms_key_arn.into(),
            dead_letter_target_arn: configuration.dead_letter.into(),
            source_code_size: found.code_size.into(),
            memory_size: configuration.memory_size.into(),
            timeout: configuration.timeout.into(),
            ephemeral_storage: configuration.ephemeral_storage.into(),
            reserved_concurrent_executions: found
                .reserved_concurrency
                .unwrap_or(NOT_RESERVED)
                .into(),
            architectures: found.architectures.into(),
            layers: configuration.layers.into(),
            tracing_mode: configuration.tracing.into(),
            environment: configuration.environment.into(),
            vpc_config: configuration.vpc.map(Object::<VpcConfig>::from).into(),
            tags: found.tags.into(),
            ..self
        }
    }
}

#[async_trait]
impl Lookup for Function {
    const TYPE: &'static str = "sfn_lambda_function";

    fn title(&self) -> String {
        let function = self.function_name.text().unwrap_or("?");
        match self.qualifier.text() {
            Some(qualifier) => format!("function `{function}:{qualifier}`"),
            None => format!("function `{function}`"),
        }
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        arns::FUNCTION
            .validate(&self.function_name, FUNCTION)
            .into_iter()
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let written = arns::FUNCTION.get(&self.function_name, FUNCTION)?;
        let (name, qualifier) = (self.function_name.get()?, self.qualifier.text());
        let found = function::describe_qualified(aws, call, name, qualifier).await?;
        let found = found.ok_or_else(|| not_found(&self.title(), FUNCTION))?;
        let qualifier = qualifier.map(str::to_owned).or(written.qualifier);
        Ok((self.of(found, qualifier.as_deref()), Diagnostics::default()))
    }
}
