//! `action "sfn_start_execution"`.

use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::{execution, state_machine};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Progress, Value};

use super::waiting::{self, Part};
use crate::shared::action::Invoke;
use crate::shared::identity::name_or_generated;
use crate::shared::json_argument::{check, json_argument};
use crate::shared::managed::{Operation, Refusal};
use crate::shared::{arns, names, timeouts};

/// Default time limit.
const TIMEOUT: Duration = Duration::from_mins(30);

/// Starts an execution of a state machine, waits until it ends, and fails if it does not succeed.
#[derive(Debug, Clone, Model)]
pub struct StartExecution {
    /// ARN of the state machine, of a version or of an alias.
    #[tf(required, validate = arns::qualified_state_machine)]
    state_machine_arn: Attr<String>,
    /// Input, as a value or as JSON text. Defaults to `{}`.
    #[tf(optional)]
    input: Attr<Value>,
    /// Name of the execution. AWS starts no second execution of a `STANDARD` workflow with this name
    /// within 90 days. Defaults to a generated name.
    #[tf(optional, validate = names::execution)]
    name: Attr<String>,
    /// Whether to wait until the execution ends. Defaults to `true`. Executions of type `EXPRESS`
    /// are always waited for.
    #[tf(optional)]
    wait: Attr<bool>,
    /// Maximum time to wait, such as `90s` or `1h`. Defaults to `30m`. The execution continues after it.
    #[tf(optional, validate = timeouts::duration)]
    timeout: Attr<String>,
}

impl StartExecution {
    fn input(&self) -> Result<String, Diagnostic> {
        json_argument(&self.input, &AttributePath::root("input"))
    }
}

#[async_trait]
impl Invoke for StartExecution {
    const TYPE: &'static str = "sfn_start_execution";

    fn title(&self) -> String {
        "start the execution".to_owned()
    }

    fn validate(&self) -> Diagnostics {
        check(&self.input, &AttributePath::root("input"))
            .into_iter()
            .collect()
    }

    fn arn(&self) -> Option<&str> {
        self.state_machine_arn.text()
    }

    fn timeout(&self) -> Duration {
        let written = self.timeout.text().and_then(timeouts::parse);
        written.unwrap_or(TIMEOUT)
    }

    async fn run(self, operation: &Operation, progress: &Progress) -> Result<Diagnostics, Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let arn = self.state_machine_arn.get()?;
        arns::QUALIFIED_STATE_MACHINE.get(&self.state_machine_arn, "state_machine_arn")?;
        let input = self.input()?;
        let found = state_machine::describe(aws, call, arn).await?;
        let Some(found) = found else {
            let detail = "Check the account, the region and the name.";
            return Err(
                Diagnostic::error(format!("state machine `{arn}` does not exist"), detail)
                    .at(AttributePath::root("state_machine_arn"))
                    .into(),
            );
        };
        if found.kind == "EXPRESS" {
            let name = self.name.text();
            let ended = execution::start_sync(aws, call, arn, name, &input).await?;
            return waiting::ended(progress, &ended).await;
        }
        let name = name_or_generated(&self.name, &Attr::Null);
        let started = execution::start(aws, call, arn, &name, &input).await?;
        progress.say(format!("started {started}")).await;
        match self.wait.known() {
            Some(false) => Ok(Diagnostics::default()),
            _ => waiting::wait(operation, progress, &started, Part::default()).await,
        }
    }
}
