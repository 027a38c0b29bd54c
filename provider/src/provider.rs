//! The provider.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::Call;
use tfplugin::model::Model as _;
use tfplugin::schema::Schema;
use tfplugin::{
    Action, Context, DataSource, Diagnostic, Diagnostics, EphemeralResource, ListResource,
    Provider, Resource, Value,
};

use crate::provider_block::{self, ProviderBlock, single};
use crate::session::{Access, ProviderContext, ProviderSession};
use crate::shared::checks::Checks;
use crate::shared::timeouts;
use crate::{
    actions, data_sources, diagnostics, ephemeral_resources, functions, list_resources, resources,
};

/// Address in the registry.
const ADDRESS: &str = "registry.terraform.io/terraform-provider-sfn/sfn";

/// The provider `sfn`.
#[derive(Default)]
pub struct SfnProvider {
    context: ProviderContext,
    pace: Option<f64>,
}

impl SfnProvider {
    /// A provider whose calls are limited to this multiple of AWS's default quotas, to read
    /// thousands of objects at once.
    pub fn paced(factor: f64) -> Self {
        Self {
            pace: Some(factor),
            ..Self::default()
        }
    }

    /// The zip file of a function, by its ARN. `None` for a function with a container image.
    ///
    /// # Errors
    ///
    /// When it cannot be downloaded.
    pub async fn function_code(
        &self,
        arn: &str,
        cx: &Context,
    ) -> Result<Option<Vec<u8>>, Diagnostics> {
        let session = self.context.in_region(aws_arn::region_of(arn)).session()?;
        let call: Call = timeouts::call(&Value::Null, "read", Duration::ZERO, cx);
        let code = sfn_aws::function::code(&session.aws, &call, arn).await;
        code.map_err(|error| {
            diagnostics::of_aws(&format!("fetch the code of the function `{arn}`"), &error).into()
        })
    }

    /// Identifies the credentials in AWS, with a timeout of ten seconds.
    ///
    /// # Errors
    /// When AWS cannot be reached, or the credentials do not work.
    pub async fn check_access(&self, cx: &Context) -> Result<(), Diagnostics> {
        self.context.check_access(cx).await
    }

    /// The configured region.
    ///
    /// # Errors
    /// When no region is configured.
    pub async fn region(&self) -> Result<String, Diagnostics> {
        let session = self.context.session()?;
        session
            .aws
            .region()
            .await
            .map_err(|error| diagnostics::of_aws("find the region", &error).into())
    }
}

#[async_trait]
impl Provider for SfnProvider {
    fn address(&self) -> &str {
        ADDRESS
    }

    fn about(&self) -> String {
        format!(
            "terraform-provider-sfn {}: AWS Step Functions workflows as typed Terraform blocks.\n\
             This program is a plugin and is started by Terraform or OpenTofu, not by hand.\n\
             Declare it in `required_providers`, or start it with -debug to attach Terraform to it.\n\
             The documentation is in the folder docs.",
            env!("CARGO_PKG_VERSION")
        )
    }

    fn schema(&self) -> Schema {
        provider_block::schema()
    }

    fn resources(&self) -> Vec<Box<dyn Resource>> {
        resources::all(&self.context)
    }

    fn data_sources(&self) -> Vec<Box<dyn DataSource>> {
        data_sources::all(&self.context)
    }

    fn list_resources(&self) -> Vec<Box<dyn ListResource>> {
        list_resources::all(&self.context)
    }

    fn actions(&self) -> Vec<Box<dyn Action>> {
        actions::all(&self.context)
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn EphemeralResource>> {
        ephemeral_resources::all(&self.context)
    }

    fn functions(&self) -> Vec<Box<dyn tfplugin::Function>> {
        functions::all()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let block = ProviderBlock::from_value(config);
        // Resources are validated before the provider is configured, so their checks are selected
        // here.
        let checks = Arc::new(Checks::of(single(&block.checks)));
        self.context
            .set_checks(checks, block.skips_region_validation());
        block.validate(config)
    }

    async fn configure(
        &self,
        config: Value,
        _: &str,
        cx: &Context,
    ) -> Result<Diagnostics, Diagnostics> {
        let block = ProviderBlock::from_value(&config);
        let checks = Arc::new(Checks::of(single(&block.checks)));
        self.context
            .set_checks(checks.clone(), block.skips_region_validation());
        let session = ProviderSession::new(&block, checks, self.pace);
        // With a wrong account, objects would appear to be missing. This is checked before anything
        // is read.
        if block.restricts_accounts() && session.can_read() {
            session.check_identity(cx).await?;
        }
        let access = session.access;
        self.context.set_session(session);
        if access != Access::Unknown {
            return Ok(Diagnostics::default());
        }
        Ok(Diagnostic::warning(
            "the credentials of the provider are unknown",
            "Nothing is read from AWS until the apply. The plan is based on the state.",
        )
        .into())
    }
}
