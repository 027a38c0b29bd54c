//! The provider as a whole.

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::schema::Schema;
use tfplugin::{Context, DataSource, Diagnostic, Diagnostics, ListResource, Provider, Resource, Value};

use crate::activity::Activity;
use crate::alarm::ExecutionAlarm;
use crate::alias::Alias;
use crate::checks::Checks;
use crate::configuration::{self, Shared};
use crate::function::Function;
use crate::function_alias::FunctionAlias;
use crate::function_event_invoke::FunctionEventInvoke;
use crate::function_permission::FunctionPermission;
use crate::log_group::LogGroup;
use crate::regional::Regional;
use crate::state_machine::StateMachine;
use crate::{data_sources, list_resources, messages, provider_functions, timeouts};

/// Address in the registry.
const ADDRESS: &str = "registry.terraform.io/terraform-provider-sfn/sfn";

/// The provider `sfn`.
#[derive(Default)]
pub struct SfnProvider {
    shared: Shared,
    pace: Option<f64>,
}

impl SfnProvider {
    /// A provider that makes no more calls than this many times AWS's default quotas, for those who read thousands of
    /// objects in one go.
    pub fn paced(factor: f64) -> Self {
        Self { pace: Some(factor), ..Self::default() }
    }

    /// The zip file of a function, by its ARN; `None` for a function of an image.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub async fn function_code(&self, arn: &str, cx: &Context) -> Result<Option<Vec<u8>>, Diagnostics> {
        let region = arn.split(':').nth(3).map(str::to_owned);
        let configured = self.shared.in_region(region).get()?;
        let code = sfn_aws::function::code(&configured.aws, &timeouts::read(cx), arn).await;
        code.map_err(|error| messages::of_aws(&format!("fetch the code of the function `{arn}`"), &error).into())
    }

    /// Asks AWS who the credentials belong to, for ten seconds at most.
    ///
    /// # Errors
    /// When AWS cannot be reached, or the credentials do not work.
    pub async fn check_access(&self, cx: &Context) -> Result<(), Diagnostics> {
        self.shared.check_access(cx).await
    }

    /// The region of the configuration in use.
    ///
    /// # Errors
    /// When there is none.
    pub async fn region(&self) -> Result<String, Diagnostics> {
        let configured = self.shared.get()?;
        configured.aws.region().await.map_err(|error| messages::of_aws("find the region", &error).into())
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
        configuration::schema()
    }

    fn resources(&self) -> Vec<Box<dyn Resource>> {
        vec![
            Box::new(Regional::new(Activity::new, &self.shared)),
            Box::new(Regional::new(Alias::new, &self.shared)),
            Box::new(Regional::new(ExecutionAlarm::new, &self.shared)),
            Box::new(Regional::new(Function::new, &self.shared)),
            Box::new(Regional::new(FunctionAlias::new, &self.shared)),
            Box::new(Regional::new(FunctionEventInvoke::new, &self.shared)),
            Box::new(Regional::new(FunctionPermission::new, &self.shared)),
            Box::new(Regional::new(LogGroup::new, &self.shared)),
            Box::new(Regional::new(StateMachine::new, &self.shared)),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn DataSource>> {
        data_sources::all(&self.shared)
    }

    fn list_resources(&self) -> Vec<Box<dyn ListResource>> {
        list_resources::all(&self.shared)
    }

    fn functions(&self) -> Vec<Box<dyn tfplugin::Function>> {
        provider_functions::all()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        // Resources are validated before the provider is configured, and their checks are chosen here.
        self.shared.set_checks(Arc::new(Checks::of(config)));
        configuration::validate(config)
    }

    async fn configure(&self, config: Value, _: &str, cx: &Context) -> Result<Diagnostics, Diagnostics> {
        let configured = configuration::configure(&config, self.pace);
        self.shared.set_checks(configured.checks.clone());
        // In a wrong account objects would seem to be gone, so that this is asked before anything is read.
        if configuration::restricts_accounts(&config) {
            configured.ask_identity(cx).await?;
        }
        self.shared.set(configured);
        if config.is_wholly_known() {
            return Ok(Diagnostics::default());
        }
        Ok(Diagnostic::warning(
            "the provider's configuration is not known yet",
            "Its unknown parts count as absent until the apply.",
        )
        .into())
    }
}
