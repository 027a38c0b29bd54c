//! Executions: start, follow, read the history.

use crate::config::Aws;
use crate::error::AwsError;
use crate::function::rfc3339;
use crate::retry::Call;

/// An execution as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// ARN.
    pub arn: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// JSON, when it succeeded.
    pub output: Option<String>,
    /// Name of the error, when it failed.
    pub error: Option<String>,
    /// Cause of the error, when it failed.
    pub cause: Option<String>,
}

/// An event of an execution's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// RFC 3339.
    pub timestamp: String,
    /// Such as `TaskStateEntered`.
    pub kind: String,
    /// The state it is about.
    pub state: Option<String>,
}

/// Starts an execution and gives its ARN.
///
/// # Errors
/// What AWS refused.
pub async fn start(aws: &Aws, call: &Call, state_machine_arn: &str, input: &str) -> Result<String, AwsError> {
    let (client, operation) = (aws.sfn().await?, "StartExecution");
    let answer = call
        .once(operation, async {
            let request = client.start_execution().state_machine_arn(state_machine_arn).input(input);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.execution_arn)
}

/// Waits until an execution has ended.
///
/// # Errors
/// What AWS refused, or that time is up.
pub async fn wait(aws: &Aws, call: &Call, arn: &str) -> Result<Execution, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeExecution");
    call.until(operation, || async {
        let request = client.describe_execution().execution_arn(arn);
        let answer = request.send().await.map_err(|error| AwsError::new(operation, error))?;
        let status = answer.status.as_str().to_owned();
        let (output, error, cause) = (answer.output, answer.error, answer.cause);
        Ok((status != "RUNNING").then(|| Execution { arn: arn.to_owned(), status, output, error, cause }))
    })
    .await
}

/// The whole history of an execution.
///
/// # Errors
/// What AWS refused.
pub async fn history(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<Event>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "GetExecutionHistory");
    let (mut events, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.get_execution_history().execution_arn(arn).set_next_token(token.take());
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        for event in answer.events {
            let entered = event.state_entered_event_details.map(|details| details.name);
            let state = entered.or_else(|| event.state_exited_event_details.map(|details| details.name));
            let (timestamp, kind) = (rfc3339(&event.timestamp), event.r#type.as_str().to_owned());
            events.push(Event { timestamp, kind, state });
        }
        token = answer.next_token;
        if token.is_none() {
            return Ok(events);
        }
    }
}
