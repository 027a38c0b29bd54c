//! `resource "sfn_state_machine"`.

mod apply;
mod moved;
mod plan;
mod read;
mod remote;
mod schema;
mod settings;
mod validate;
mod wiring;

use asl::wiring::Kind;
use async_trait::async_trait;
use tfplugin::schema::{IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan, PlanRequest, Present,
    Private, Resource, Value,
};

use crate::configuration::Shared;
use crate::moving::Former;
use crate::{identity, messages, timeouts};

/// The resource.
pub struct StateMachine {
    shared: Shared,
}

impl StateMachine {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

/// A state as Terraform keeps it, with the identity of the state machine.
fn present(state: Value, warnings: Diagnostics) -> Present {
    let identity = identity::of(&state, "arn");
    Present { state, private: Private::new(), identity, warnings }
}

#[async_trait]
impl Resource for StateMachine {
    fn type_name(&self) -> &'static str {
        "sfn_state_machine"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("arn", "ARN of the state machine."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        validate::validate(config, &self.shared.checks())
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let checks = self.shared.checks();
        if request.prior.is_none() {
            self.shared.check_access(cx).await?;
            self.shared.making.note(Kind::StateMachine, settings::name(&request.config));
        }
        let mut plan = plan::plan(&request, &self.shared.tags(), &checks)?;
        let said = remote::check(&self.shared, &checks, &request, &plan.planned, cx).await;
        plan.warnings.extend(said.into_result()?);
        let wired = wiring::check(&self.shared, &checks, &request, &plan.planned, cx).await;
        plan.warnings.extend(wired.into_result()?);
        Ok(plan)
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        apply::create(&configured, &request, &timeouts::call(&request.planned, "create", cx)).await
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let Some(arn) = state.get("arn").as_str() else {
            // The creation failed before there was a state machine, and what was made by then is still to be deleted.
            return Ok(Found::Present(Box::new(present(state, Diagnostics::default()))));
        };
        let found = read::read(&configured, &timeouts::read(cx), arn, &state).await?;
        Ok(found.map_or(Found::Gone, |(state, warnings)| Found::Present(Box::new(present(state, warnings)))))
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        apply::update(&configured, &request, &timeouts::call(&request.planned, "update", cx)).await
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        apply::delete(&configured, &request.prior, &timeouts::call(&request.prior, "delete", cx)).await?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let call = timeouts::read(cx);
        let id = identity::imported(key, "arn");
        if !id.starts_with("arn:") || !id.contains(":stateMachine:") {
            let detail = "Give the ARN of a state machine, such as \
                          `arn:aws:states:eu-west-1:123456789012:stateMachine:orders`.";
            return Err(Diagnostic::error(format!("`{id}` is no ARN of a state machine"), detail).into());
        }
        match read::read(&configured, &call, &id, &Value::Null).await? {
            Some((mut state, warnings)) => {
                // Only that there are versions tells that it publishes. Who may not look at them imports it all the same.
                let newest = sfn_aws::state_machine::newest_version(&configured.aws, &call, &id).await;
                if let Ok(Some(version)) = newest {
                    state.set("publish", true);
                    state.set("state_machine_version_arn", version);
                }
                Ok(present(state, warnings))
            }
            None => Err(Diagnostic::error(
                format!("there is no state machine `{id}`"),
                "Check the account, the region and the name in the ARN.",
            )
            .into()),
        }
    }

    async fn configuration(&self, state: &Value) -> Value {
        self.schema().block.written(state).without(&[("type", "STANDARD".into())])
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let former = Former::of(request, moved::FORMER_TYPE)?;
        Ok(former.map(|former| present(moved::state(&former), Diagnostics::default())))
    }
}

/// A failed call as diagnostics.
fn refused(doing: &str, error: &sfn_aws::AwsError) -> Diagnostics {
    messages::of_aws(doing, error).into()
}

/// Whether two texts are the same policy.
fn same_policy(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => crate::definition::same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
