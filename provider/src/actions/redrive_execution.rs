//! `action "sfn_redrive_execution"`.

use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::execution;
use sha2::{Digest as _, Sha256};
use tfplugin::model::{Attr, Model};
use tfplugin::{Diagnostic, Diagnostics, Progress};

use super::waiting::{self, Part};
use crate::shared::action::Invoke;
use crate::shared::managed::{Operation, Refusal};
use crate::shared::{arns, timeouts};

/// Default time limit.
const TIMEOUT: Duration = Duration::from_mins(30);

/// Redrives an execution of type `STANDARD` that did not succeed: it continues from the states that
/// failed. Waits until it ends, and fails if it does not succeed.
#[derive(Debug, Clone, Model)]
pub struct RedriveExecution {
    /// ARN of the execution.
    #[tf(required)]
    execution_arn: Attr<String>,
    /// Whether to wait until the execution ends. Defaults to `true`.
    #[tf(optional)]
    wait: Attr<bool>,
    /// Maximum time to wait, such as `90s` or `1h`. Defaults to `30m`. The execution continues after it.
    #[tf(optional, validate = timeouts::duration)]
    timeout: Attr<String>,
}

#[async_trait]
impl Invoke for RedriveExecution {
    const TYPE: &'static str = "sfn_redrive_execution";

    fn title(&self) -> String {
        "redrive the execution".to_owned()
    }

    fn validate(&self) -> Diagnostics {
        let wrong = arns::EXECUTION.validate(&self.execution_arn, "execution_arn");
        wrong.into_iter().collect()
    }

    fn arn(&self) -> Option<&str> {
        self.execution_arn.text()
    }

    fn timeout(&self) -> Duration {
        let written = self.timeout.text().and_then(timeouts::parse);
        written.unwrap_or(TIMEOUT)
    }

    async fn run(self, operation: &Operation, progress: &Progress) -> Result<Diagnostics, Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        arns::EXECUTION.get(&self.execution_arn, "execution_arn")?;
        let arn = self.execution_arn.get()?;
        let Some(found) = execution::describe(aws, call, arn).await? else {
            return Err(waiting::missing(arn).into());
        };
        if matches!(found.status.as_str(), "RUNNING" | "SUCCEEDED") {
            let detail = "Only executions that failed, timed out or were aborted can be redriven.";
            let summary = format!(
                "the execution `{}` has the status {}",
                found.name, found.status
            );
            return Err(Diagnostic::error(summary, detail).into());
        }
        let events = execution::events_after(aws, call, arn, 0).await?;
        let last = events.last().and_then(|event| event.get("id")?.as_i64());
        let part = Part {
            after: last.unwrap_or(0),
            redrives: Some(found.redrive_count),
        };
        // A repeated request for the same redrive has no further effect.
        let token = Sha256::digest(format!("{arn}#{}", found.redrive_count));
        let token: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        execution::redrive(aws, call, arn, &token).await?;
        progress.say(format!("redriven {arn}")).await;
        match self.wait.known() {
            Some(false) => Ok(Diagnostics::default()),
            _ => waiting::wait(operation, progress, arn, part).await,
        }
    }
}
