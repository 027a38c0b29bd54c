//! Operations on executions: synchronous start, stop, redrive and callbacks.

use std::time::Duration;

use aws_sdk_sfn::config::Builder;
use aws_sdk_sfn::config::timeout::TimeoutConfig;

use super::Execution;
use crate::config::Aws;
use crate::error::{AwsError, AwsErrorKind};
use crate::host_prefix::without_prefix_if_local;
use crate::retry::{Call, once_only};
use crate::time::rfc3339;

/// Maximum time of a synchronous execution, with a reserve for the connection (API reference,
/// StartSyncExecution).
const LONGEST_SYNC: Duration = Duration::from_secs(310);
/// Time between two attempts to start a synchronous execution that AWS throttles.
const THROTTLED: Duration = Duration::from_secs(1);

/// Starts an execution of an express workflow, and waits until it ends, which takes five minutes at
/// most (API reference, StartSyncExecution). Only a throttled start is repeated, because AWS does not
/// recognize a repeated request, and another execution would start.
///
/// # Errors
/// Errors returned by AWS.
pub async fn start_sync(
    aws: &Aws,
    call: &Call,
    state_machine_arn: &str,
    name: Option<&str>,
    input: &str,
) -> Result<Execution, AwsError> {
    let (client, operation) = (aws.sfn().await?, "StartSyncExecution");
    let answer = loop {
        let sent = call
            .once(operation, async {
                let request = client
                    .start_sync_execution()
                    .state_machine_arn(state_machine_arn)
                    .set_name(name.map(str::to_owned))
                    .input(input);
                request
                    .customize()
                    .config_override(one_long_attempt())
                    .mutate_request(without_prefix_if_local)
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await;
        match sent {
            Ok(answer) => break answer,
            Err(error) if error.kind != AwsErrorKind::Throttled => return Err(error),
            Err(error) => {
                let pause = call.once(operation, async {
                    tokio::time::sleep(THROTTLED).await;
                    Ok(())
                });
                if pause.await.is_err() {
                    return Err(error);
                }
            }
        }
    };
    Ok(Execution {
        arn: answer.execution_arn,
        name: answer.name.unwrap_or_else(|| name.unwrap_or("").to_owned()),
        state_machine_arn: answer
            .state_machine_arn
            .unwrap_or_else(|| state_machine_arn.to_owned()),
        start_date: rfc3339(&answer.start_date),
        stop_date: Some(rfc3339(&answer.stop_date)),
        input: answer.input,
        status: answer.status.as_str().to_owned(),
        output: answer.output,
        error: answer.error,
        cause: answer.cause,
        ..Execution::default()
    })
}

/// The configuration of a request that is sent once and can take as long as a synchronous execution.
fn one_long_attempt() -> Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(LONGEST_SYNC)
        .build();
    Builder::new()
        .retry_config(once_only())
        .timeout_config(timeouts)
}

/// Stops an execution of a standard workflow.
///
/// # Errors
/// Errors returned by AWS.
pub async fn stop(aws: &Aws, call: &Call, arn: &str, cause: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "StopExecution");
    call.once(operation, async {
        let request = client.stop_execution().execution_arn(arn).cause(cause);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Redrives an execution that failed, from the state that failed. `token` makes a repeated request
/// have no further effect (API reference, RedriveExecution).
///
/// # Errors
/// Errors returned by AWS.
pub async fn redrive(aws: &Aws, call: &Call, arn: &str, token: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "RedriveExecution");
    call.once(operation, async {
        let request = client
            .redrive_execution()
            .execution_arn(arn)
            .client_token(token);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Ends a task that waits for a callback, with a result as JSON.
///
/// # Errors
/// Errors returned by AWS.
pub async fn send_success(
    aws: &Aws,
    call: &Call,
    token: &str,
    output: &str,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "SendTaskSuccess");
    call.once(operation, async {
        let request = client.send_task_success().task_token(token).output(output);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Ends a task that waits for a callback, with an error.
///
/// # Errors
/// Errors returned by AWS.
pub async fn send_failure(
    aws: &Aws,
    call: &Call,
    token: &str,
    error: Option<&str>,
    cause: Option<&str>,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "SendTaskFailure");
    call.once(operation, async {
        let request = client
            .send_task_failure()
            .task_token(token)
            .set_error(error.map(str::to_owned))
            .set_cause(cause.map(str::to_owned));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}
