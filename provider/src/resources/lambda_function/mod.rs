//! `resource "sfn_lambda_function"`.

mod apply;
mod blocks;
mod code;
mod plan;
mod policy;
mod read;
mod separate;
mod settings;
mod source;
mod update;
mod validate;

use asl::references::{FunctionInfo, Kind};
use async_trait::async_trait;
use aws_arn::{Arn, FunctionArn};
use sfn_aws::Identity;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model, Problem};

use crate::session::ProviderContext;
use crate::shared::execution_role::{FunctionRole, ManagedRole, Owner};
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::move_state::SourceState;
use crate::shared::{empty, same_function};

use blocks::DurableConfig;
use code::CodeSource;
use separate::RuntimeManagementConfig;
use settings::Settings;

/// The version of a function that is not published.
const LATEST: &str = "$LATEST";

/// Manages a Lambda function, with its code, execution role and versions. Without any argument for its
/// code, the code of the function is deployed elsewhere, and this resource manages everything else.
/// Such a function can be imported, but not created.
#[derive(Debug, Clone, Model)]
pub struct Function {
    /// Name of the function. 1–64 letters, digits, `-` and `_`.
    #[tf(required, replace, equal = same_function, validate = function_name)]
    function_name: Attr<String>,
    #[tf(flatten)]
    code: CodeSource,
    /// Package type: `Image` with `image_uri`, `Zip` otherwise. Changing this forces a new
    /// resource.
    #[tf(optional, computed, one_of = ["Image", "Zip"])]
    package_type: Attr<String>,
    #[tf(flatten)]
    settings: Settings,
    /// Whether to publish a version when the code or configuration changes.
    #[tf(optional, absent = false)]
    publish: Attr<bool>,
    /// Version to publish to, instead of a numbered version. Requires `publish`.
    #[tf(optional, one_of = ["LATEST_PUBLISHED"])]
    publish_to: Attr<String>,
    /// Number of concurrent executions to reserve for the function, which is also its maximum. With
    /// `-1`, none are reserved.
    #[tf(optional, absent = -1, at_least = -1)]
    reserved_concurrent_executions: Attr<i32>,
    /// ARN of the code signing configuration.
    #[tf(optional)]
    code_signing_config_arn: Attr<String>,
    /// Whether Lambda allows or terminates recursive loops of the function through other services.
    #[tf(optional, absent = "Terminate", one_of = ["Allow", "Terminate"])]
    recursive_loop: Attr<String>,
    /// Whether to keep the function in AWS when the resource is destroyed.
    #[tf(optional, absent = false)]
    skip_destroy: Attr<bool>,
    /// Name of the function.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the function, without a version.
    #[tf(computed)]
    arn: Attr<String>,
    /// Latest published version. `$LATEST` if none is published.
    #[tf(computed)]
    version: Attr<String>,
    /// ARN of `version`.
    #[tf(computed)]
    qualified_arn: Attr<String>,
    /// ARN to invoke the function from API Gateway.
    #[tf(computed)]
    invoke_arn: Attr<String>,
    /// ARN to invoke `version` from API Gateway.
    #[tf(computed)]
    qualified_invoke_arn: Attr<String>,
    /// Size of the zip file in bytes.
    #[tf(computed)]
    source_code_size: Attr<i64>,
    /// Date and time of the last change.
    #[tf(computed)]
    last_modified: Attr<String>,
    /// Execution role that the provider creates and deletes with the function. It grants the
    /// permissions that logging, tracing, the VPC, the dead-letter target and the file system
    /// require, and has the tags of the function.
    #[tf(block, present)]
    execution_role: Attr<FunctionRole>,
    /// Runtime updates. Without the block, Lambda updates the runtime automatically.
    #[tf(block)]
    runtime_management_config: Attr<RuntimeManagementConfig>,
}

/// Checks the name or ARN (API reference, CreateFunction, `FunctionName`).
fn function_name(name: &str) -> Result<(), Problem> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_name = (1..=64).contains(&name.len()) && name.chars().all(is_allowed);
    let is_arn = || FunctionArn::parse(name).is_some_and(|function| function.qualifier.is_none());
    if is_name || (name.contains(':') && is_arn()) {
        return Ok(());
    }
    Err(Problem::new(
        format!("invalid function name `{name}`"),
        "Use 1 to 64 letters, digits, `-` and `_`.",
    ))
}

/// ARN with which API Gateway calls a function (API Gateway developer guide, "Lambda
/// integrations").
pub fn invoke_arn(arn: &str) -> String {
    let (partition, region) =
        Arn::parse(arn).map_or_else(Default::default, |arn| (arn.partition, arn.region));
    format!(
        "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    )
}

impl Function {
    fn name(&self) -> &str {
        self.function_name.text().unwrap_or("?")
    }

    /// The name, also if `function_name` is an ARN.
    fn short_name(&self) -> String {
        FunctionArn::parse(self.name())
            .map_or_else(|| self.name().to_owned(), |function| function.name)
    }

    /// The role that the provider manages. `None` if the role is created elsewhere.
    fn managed_role(&self, region: &str) -> Option<ManagedRole> {
        let name = self.short_name();
        let owner = Owner {
            kind: "function",
            service: "lambda.amazonaws.com",
            name: &name,
            region,
        };
        self.execution_role
            .known()
            .map(|role| ManagedRole::of(&role.role, owner))
    }

    /// Number of reserved concurrent executions.
    fn reserved(&self) -> Option<i32> {
        self.reserved_concurrent_executions
            .known()
            .copied()
            .filter(|number| *number >= 0)
    }

    fn publishes(&self) -> bool {
        matches!(self.publish, Attr::Known(true) | Attr::Unknown)
    }

    /// Whether an update publishes a version.
    fn is_to_publish(&self, prior: &Self) -> bool {
        let changes = self.changes_code(prior) || self.settings.changes(&prior.settings);
        let is_first = prior.version.text() == Some(LATEST);
        self.publishes() && (changes || is_first || self.publish_to != prior.publish_to)
    }

    /// Properties on which a calling workflow depends.
    fn facts(&self) -> FunctionInfo {
        FunctionInfo {
            state: "Active".into(),
            runtime: self.settings.runtime.text().map(str::to_owned),
            timeout_seconds: self.settings.timeout.known().copied(),
            durable_timeout_seconds: DurableConfig::settings(&self.settings.durable_config)
                .map(|durable| durable.execution_timeout),
            reserved_concurrency: self.reserved(),
        }
    }
}

#[async_trait]
impl Managed for Function {
    const TYPE: &'static str = "sfn_lambda_function";
    const IDENTITY: &'static [IdentityPart] = &[IdentityPart::required(
        "function_name",
        "Name of the function.",
    )];
    const NAMED_BY: &'static str = "function_name";
    const MOVED_FROM: Option<&'static str> = Some("aws_lambda_function");
    const TAGGED: bool = true;
    const CALLED_AS: Option<Kind> = Some(Kind::Function);

    fn title(&self) -> String {
        format!("function `{}`", self.name())
    }

    fn called(&self) -> Option<&str> {
        self.function_name.text()
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        validate::validate(self)
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        plan::plan(self, change)
    }

    fn assume(&mut self, identity: &Identity) {
        plan::assume(self, identity);
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        apply::create(self, operation).await
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        read::read(self, operation).await
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        update::update(self, prior, operation).await
    }

    async fn write_tags(&self, operation: &Operation) -> Result<(), Refusal> {
        apply::write_tags(self, operation).await
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        apply::delete(self, operation).await
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        match FunctionArn::parse(id).filter(|function| function.qualifier.is_none()) {
            Some(function) => Ok(Self {
                function_name: function.name.into(),
                ..empty()
            }),
            None => {
                let detail = "Use the name or the ARN of a function, without a version or alias.";
                Err(Problem::new(format!("`{id}` is not a function"), detail))
            }
        }
    }

    fn import_id(&self, _identity: &Identity) -> String {
        self.name().to_owned()
    }

    async fn complete_import(self, operation: &Operation) -> Result<Self, Refusal> {
        Ok(read::complete_import(self, operation).await)
    }

    /// The hash and the package type follow from the code.
    fn configuration(self) -> Self {
        let code = CodeSource {
            source_code_hash: Attr::Null,
            ..self.code
        };
        Self {
            code,
            package_type: Attr::Null,
            ..self
        }
    }

    /// Keeps the values that AWS does not know. The others are read right after, because
    /// hashicorp/aws stores blocks that are not configured.
    fn moved(self, _source: &SourceState) -> Self {
        let publishes = self.publish == Attr::Known(true);
        // hashicorp/aws stores the newest version even if it does not publish any.
        let published = |value: Attr<String>| if publishes { value } else { Attr::Null };
        Self {
            id: self.function_name.clone(),
            function_name: self.function_name,
            arn: self.arn,
            code: CodeSource {
                architectures: Attr::Null,
                ..self.code
            },
            package_type: self.package_type,
            settings: Settings {
                role: self.settings.role,
                ..empty()
            },
            publish: self.publish,
            publish_to: self.publish_to,
            code_signing_config_arn: self.code_signing_config_arn,
            skip_destroy: self.skip_destroy,
            version: published(self.version),
            qualified_arn: published(self.qualified_arn),
            last_modified: self.last_modified,
            ..empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_names() {
        let longest = "x".repeat(64);
        for name in [
            "f",
            "charge-card_2",
            &longest,
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
        ] {
            assert_eq!(function_name(name), Ok(()), "{name}");
        }
        for name in [
            "",
            "a b",
            "f.g",
            "f:live",
            &"x".repeat(65),
            "arn:aws:iam::123456789012:role/r",
        ] {
            assert!(function_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn imports_take_names_and_arns() {
        for id in ["f", "arn:aws:lambda:eu-west-1:123456789012:function:f"] {
            assert_eq!(
                Function::parse_import_id(id).map(|function| function.function_name),
                Ok("f".into()),
                "{id}"
            );
        }
        assert!(Function::parse_import_id("f:live").is_err());
    }

    #[test]
    fn api_gateway_has_an_arn_of_its_own() {
        assert_eq!(
            invoke_arn("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live"),
            "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/\
             arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live/invocations"
        );
    }
}
