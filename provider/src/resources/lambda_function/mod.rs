//! `resource "sfn_lambda_function"`.

mod apply;
mod moved;
mod plan;
mod policy;
mod schema;
mod settings;
mod source;

use asl::wiring::Kind;
use async_trait::async_trait;
use sfn_aws::function;
use tfplugin::schema::{IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan, PlanRequest, Present,
    Private, Resource, Value,
};

pub use settings::invoke_arn;

use crate::configuration::Shared;
use crate::moving::Former;
use crate::{identity, messages, timeouts};

/// The resource.
pub struct Function {
    shared: Shared,
}

impl Function {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

/// A state as Terraform keeps it, with the identity of the function.
fn present(state: Value) -> Present {
    let identity = identity::of(&state, "function_name");
    Present { state, private: Private::new(), identity, warnings: Diagnostics::default() }
}

#[async_trait]
impl Resource for Function {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_function"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("function_name", "Name of the function."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        schema::validate(config)
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        if request.prior.is_none() {
            self.shared.check_access(cx).await?;
            self.shared.making.note(Kind::Function, settings::name(&request.config));
        }
        let plan = plan::plan(&request, &self.shared.tags())?;
        self.shared.making.note_function(settings::name(&plan.planned), settings::facts(&plan.planned));
        Ok(plan)
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        apply::create(&configured, &request, &timeouts::call(&request.planned, "create", cx)).await
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        if state.get("arn").is_null() {
            // The creation failed before there was a function, and what was made by then is still to be deleted.
            return Ok(Found::Present(Box::new(present(state))));
        }
        let name = state.get("function_name").as_str().unwrap_or_default();
        let described = function::describe(&configured.aws, &timeouts::read(cx), name).await;
        let described = described.map_err(|error| messages::of_aws(&format!("read the function `{name}`"), &error))?;
        Ok(match described {
            None => Found::Gone,
            Some(described) => {
                let state = settings::state(&described, &state, &configured.tags);
                Found::Present(Box::new(present(state)))
            }
        })
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        apply::update(&configured, &request, &timeouts::call(&request.planned, "update", cx)).await
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        apply::delete(&configured, &request.prior, &timeouts::call(&request.prior, "delete", cx)).await
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let name = identity::imported(key, "function_name");
        let described = function::describe(&configured.aws, &timeouts::read(cx), &name).await;
        let doing = format!("import the function `{name}`");
        match described.map_err(|error| messages::of_aws(&doing, &error))? {
            Some(described) => Ok(present(settings::state(&described, &Value::Null, &configured.tags))),
            None => Err(Diagnostic::error(
                format!("there is no function `{name}`"),
                "Give the name of a function of this account and region, or its ARN.",
            )
            .into()),
        }
    }

    async fn configuration(&self, state: &Value) -> Value {
        let mut config = self.schema().block.written(state).without(&schema::defaults());
        // The hash of a zip file follows from the file.
        config.set("source_code_hash", Value::Null);
        config
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let former = Former::of(request, moved::FORMER_TYPE)?;
        Ok(former.map(|former| present(moved::state(&former))))
    }
}
