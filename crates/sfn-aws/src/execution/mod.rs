//! Executions and their history.

mod details;
mod events;
mod list;
mod operate;

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::required;
use crate::retry::Call;
use crate::time::rfc3339;

pub use events::{Event, events_after, history, history_json};
pub use list::{Filter, Listed, list};
pub use operate::{redrive, send_failure, send_success, start_sync, stop};

/// The current state of an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Execution {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// ARN of the state machine.
    pub state_machine_arn: String,
    /// ARN of the version that it runs, if it was started with the ARN of a version or alias.
    pub state_machine_version_arn: Option<String>,
    /// ARN of the alias with which it was started.
    pub state_machine_alias_arn: Option<String>,
    /// Date and time of the start, in RFC 3339 format.
    pub start_date: String,
    /// Date and time of the end, in RFC 3339 format.
    pub stop_date: Option<String>,
    /// Input as JSON.
    pub input: Option<String>,
    /// Number of redrives.
    pub redrive_count: i32,
    /// Whether it can be redriven: `REDRIVABLE`, `NOT_REDRIVABLE` or `REDRIVABLE_BY_MAP_RUN`. `None` if the endpoint
    /// does not return it.
    pub redrive_status: Option<String>,
    /// Why it cannot be redriven.
    pub redrive_status_reason: Option<String>,
    /// Status: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// Output as JSON, if the execution succeeded.
    pub output: Option<String>,
    /// Name of the error, if the execution failed.
    pub error: Option<String>,
    /// Cause of the error, if the execution failed.
    pub cause: Option<String>,
}

/// Starts an execution, and returns its ARN. AWS only starts another execution with the same name
/// for another input, so a repeated request for a standard workflow starts none (API reference,
/// StartExecution).
///
/// # Errors
/// Errors returned by AWS.
pub async fn start(
    aws: &Aws,
    call: &Call,
    state_machine_arn: &str,
    name: &str,
    input: &str,
) -> Result<String, AwsError> {
    let (client, operation) = (aws.sfn().await?, "StartExecution");
    let answer = call
        .once(operation, async {
            let request = client
                .start_execution()
                .state_machine_arn(state_machine_arn)
                .name(name)
                .input(input);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.execution_arn)
}

/// Reads an execution. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Execution>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeExecution");
    let answer = call
        .once(operation, async {
            let request = client.describe_execution().execution_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    Ok(Some(Execution {
        arn: answer.execution_arn,
        name: required(operation, "name", answer.name)?,
        state_machine_arn: answer.state_machine_arn,
        state_machine_version_arn: answer.state_machine_version_arn,
        state_machine_alias_arn: answer.state_machine_alias_arn,
        start_date: rfc3339(&answer.start_date),
        stop_date: answer.stop_date.as_ref().map(rfc3339),
        input: answer.input,
        redrive_count: answer.redrive_count.unwrap_or(0),
        redrive_status: answer
            .redrive_status
            .map(|status| status.as_str().to_owned()),
        redrive_status_reason: answer.redrive_status_reason,
        status: answer.status.as_str().to_owned(),
        output: answer.output,
        error: answer.error,
        cause: answer.cause,
    }))
}

/// The definition that an execution runs, which later changes of the state machine do not affect (API
/// reference, DescribeStateMachineForExecution).
///
/// # Errors
/// Errors returned by AWS.
pub async fn definition(aws: &Aws, call: &Call, execution_arn: &str) -> Result<String, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeStateMachineForExecution");
    let answer = call
        .once(operation, async {
            let request = client
                .describe_state_machine_for_execution()
                .execution_arn(execution_arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.definition)
}

/// Waits until an execution ends.
///
/// # Errors
/// Errors returned by AWS, or if the execution does not end in time.
pub async fn wait(aws: &Aws, call: &Call, arn: &str) -> Result<Execution, AwsError> {
    let operation = "DescribeExecution";
    let ended = call.until(operation, || async {
        let found = describe(aws, call, arn).await?;
        let found = found.ok_or_else(|| {
            AwsError::local(operation, format!("execution `{arn}` does not exist"))
        })?;
        Ok((found.status != "RUNNING").then_some(found))
    });
    ended.await
}
