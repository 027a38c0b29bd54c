//! The trait of actions, and the adapter to Terraform's trait.

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::{Call, Tags};
use tfplugin::model::Model;
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{Action, Context, Diagnostics, Progress, Type, Value};

use super::managed::{Operation, Refusal};
use super::region::{self, REGION};
use crate::diagnostics;
use crate::session::ProviderContext;

/// An action.
#[async_trait]
pub trait Invoke: Model + Send + Sync + 'static {
    /// Type of the action, such as `sfn_deploy`.
    const TYPE: &'static str;

    /// The operation in messages, such as "start the execution".
    fn title(&self) -> String;

    /// Checks that span attributes. Unknown values are checked once they are known.
    fn validate(&self) -> Diagnostics {
        Diagnostics::default()
    }

    /// ARN of the object, whose region is the default.
    fn arn(&self) -> Option<&str>;

    /// Time limit.
    fn timeout(&self) -> Duration;

    /// Runs the action. Returns warnings.
    ///
    /// # Errors
    /// When the action fails.
    async fn run(self, operation: &Operation, progress: &Progress) -> Result<Diagnostics, Refusal>;
}

/// A Terraform action for a model.
pub struct InvokeAction<T> {
    provider: ProviderContext,
    schema: Schema,
    model: PhantomData<fn() -> T>,
}

impl<T: Invoke> InvokeAction<T> {
    /// Creates the action with the configuration of the provider.
    pub fn new(provider: &ProviderContext) -> Self {
        let mut block = T::block();
        let description = "Region of the object. Defaults to the region of the ARN.";
        block
            .attributes
            .push(Attribute::optional(REGION, Type::String, description));
        Self {
            provider: provider.clone(),
            schema: Schema { version: 0, block },
            model: PhantomData,
        }
    }
}

#[async_trait]
impl<T: Invoke> Action for InvokeAction<T> {
    fn type_name(&self) -> &'static str {
        T::TYPE
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.schema.block.check(config);
        diagnostics.extend(T::from_value(config).validate());
        diagnostics.extend(region::validate(&self.provider, config));
        diagnostics
    }

    async fn invoke(
        &self,
        config: Value,
        progress: &Progress,
        cx: &Context,
    ) -> Result<Diagnostics, Diagnostics> {
        let model = T::from_value(&config);
        let written = region::written(&config).map(str::to_owned);
        let provider = self
            .provider
            .in_region(written.or_else(|| aws_arn::region_of(model.arn()?)));
        let session = provider.session()?;
        session.require_aws(
            "`offline = true` in the provider block allows no calls to AWS. Remove it to invoke actions.",
        )?;
        let operation = Operation {
            provider,
            session,
            call: Call::new(model.timeout(), cx.cancelled.clone()),
            tags: Tags::new(),
            prior_tags: Tags::new(),
        };
        let title = model.title();
        model
            .run(&operation, progress)
            .await
            .map_err(|refusal| match refusal {
                Refusal::Told(diagnostics) => diagnostics,
                Refusal::Aws(error) => diagnostics::of_aws(&title, &error).into(),
            })
    }
}
