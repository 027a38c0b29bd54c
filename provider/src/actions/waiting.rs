//! Waits for the end of an execution, with messages about its states.

use std::time::{Duration, Instant};

use serde_json::Value;
use sfn_aws::execution::{self, Execution};
use sfn_aws::{AwsError, AwsErrorKind};
use tfplugin::{Diagnostic, Diagnostics, Progress};

use crate::shared::managed::{Operation, Refusal};

/// Longest pause between two looks at an execution.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Time in which AWS can still describe an execution as it was before a redrive.
const STALE: Duration = Duration::from_secs(30);

/// The part of an execution that is waited for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    /// ID of the last event before it.
    pub after: i64,
    /// Number of redrives before it, if it begins with a redrive.
    pub redrives: Option<i32>,
}

/// Waits until an execution ends.
///
/// # Errors
/// When the execution fails or is not found, or the time limit passes. The execution then continues.
pub async fn wait(
    operation: &Operation,
    progress: &Progress,
    arn: &str,
    part: Part,
) -> Result<Diagnostics, Refusal> {
    let (mut pause, mut last) = (Duration::from_secs(1), part.after);
    let begun = Instant::now();
    loop {
        last = report_states(operation, progress, arn, last).await?;
        let found = execution::describe(operation.aws(), &operation.call, arn).await;
        match found.map_err(|error| unfinished(error, arn))? {
            Some(found)
                if part
                    .redrives
                    .is_some_and(|before| found.redrive_count <= before)
                    && begun.elapsed() < STALE => {}
            Some(found) if found.status != "RUNNING" => {
                report_states(operation, progress, arn, last).await?;
                return ended(progress, &found).await;
            }
            Some(_) => {}
            None => return Err(missing(arn).into()),
        }
        let paused = operation.call.once("DescribeExecution", async {
            tokio::time::sleep(pause).await;
            Ok(())
        });
        paused.await.map_err(|error| unfinished(error, arn))?;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Error for an execution that does not exist.
pub fn missing(arn: &str) -> Diagnostic {
    let detail = "Check the account, the region and the name. AWS deletes executions 90 days after their end.";
    Diagnostic::error(format!("execution `{arn}` does not exist"), detail)
}

/// Reports the states that were entered after the event `last`. Returns the ID of the newest event.
async fn report_states(
    operation: &Operation,
    progress: &Progress,
    arn: &str,
    last: i64,
) -> Result<i64, Refusal> {
    let events = execution::events_after(operation.aws(), &operation.call, arn, last).await;
    let events = events.map_err(|error| unfinished(error, arn))?;
    let mut newest = last;
    for event in &events {
        newest = event.get("id").and_then(Value::as_i64).unwrap_or(newest);
        let state = event.pointer("/stateEnteredEventDetails/name");
        if let Some(state) = state.and_then(Value::as_str) {
            progress.say(format!("state `{state}`")).await;
        }
    }
    Ok(newest)
}

/// The result of an execution that has ended. Its output can be confidential, and is not shown.
///
/// # Errors
/// When the execution did not succeed.
pub async fn ended(progress: &Progress, found: &Execution) -> Result<Diagnostics, Refusal> {
    let status = &found.status;
    progress.say(format!("{status}: {}", found.arn)).await;
    if status == "SUCCEEDED" {
        return Ok(Diagnostics::default());
    }
    let reason = match (&found.error, &found.cause) {
        (Some(error), Some(cause)) => format!("{error}: {cause}"),
        (Some(text), None) | (None, Some(text)) => text.clone(),
        (None, None) => "AWS gives no error".to_owned(),
    };
    let detail = format!(
        "{reason}\n\nSee its states with `sfn history {}`.",
        found.arn
    );
    let summary = format!("the execution `{}` ended with {status}", found.name);
    Err(Diagnostic::error(summary, detail).into())
}

/// An execution that is not waited for any more.
fn unfinished(error: AwsError, arn: &str) -> Refusal {
    let summary = match error.kind {
        AwsErrorKind::Cancelled => "the execution is not waited for any more",
        AwsErrorKind::TimedOut | AwsErrorKind::Unfinished => "the execution did not end in time",
        _ => return error.into(),
    };
    let detail = format!(
        "It continues in AWS. See its states with `sfn history {arn}`, or stop it with `aws stepfunctions \
         stop-execution --execution-arn {arn}`."
    );
    Diagnostic::error(summary, detail).into()
}
