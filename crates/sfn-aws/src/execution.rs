//! Executions and their history.

use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Value, json};

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::required;
use crate::retry::Call;
use crate::time::rfc3339;

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
    /// Status: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// Output as JSON, if the execution succeeded.
    pub output: Option<String>,
    /// Name of the error, if the execution failed.
    pub error: Option<String>,
    /// Cause of the error, if the execution failed.
    pub cause: Option<String>,
}

/// An event in the history of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Date and time, in RFC 3339 format.
    pub timestamp: String,
    /// Type, such as `TaskStateEntered`.
    pub kind: String,
    /// Name of the state.
    pub state: Option<String>,
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
        status: answer.status.as_str().to_owned(),
        output: answer.output,
        error: answer.error,
        cause: answer.cause,
    }))
}

/// Waits until an execution ends.
///
/// # Errors
/// Errors returned by AWS, or if the execution does not end in time.
pub async fn wait(aws: &Aws, call: &Call, arn: &str) -> Result<Execution, AwsError> {
    let operation = "DescribeExecution";
    let ended = call.until(operation, || async {
        let found = describe(aws, call, arn).await?;
        let found = found
            .ok_or_else(|| AwsError::local(operation, format!("there is no execution `{arn}`")))?;
        Ok((found.status != "RUNNING").then_some(found))
    });
    ended.await
}

/// The complete history of an execution.
///
/// # Errors
/// Errors returned by AWS.
pub async fn history(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<Event>, AwsError> {
    let events = events(aws, call, arn).await?.into_iter();
    let events = events.map(|event| {
        let entered = event
            .state_entered_event_details
            .map(|details| details.name);
        let exited = || Some(event.state_exited_event_details?.name);
        Event {
            timestamp: rfc3339(&event.timestamp),
            kind: event.r#type.as_str().to_owned(),
            state: entered.or_else(exited),
        }
    });
    Ok(events.collect())
}

async fn events(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<HistoryEvent>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "GetExecutionHistory");
    let (mut events, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .get_execution_history()
                    .execution_arn(arn)
                    .set_next_token(token.take());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        events.extend(answer.events);
        token = answer.next_token;
        if token.is_none() {
            return Ok(events);
        }
    }
}

/// The complete history of an execution, as JSON of the API: the names, inputs and outputs of states, and how tasks
/// and the execution end.
///
/// # Errors
/// Errors returned by AWS.
pub async fn history_json(aws: &Aws, call: &Call, arn: &str) -> Result<Value, AwsError> {
    let events = events(aws, call, arn).await?;
    let events: Vec<Value> = events.iter().map(event_json).collect();
    Ok(json!({ "events": events }))
}

fn event_json(event: &HistoryEvent) -> Value {
    let mut json = json!({
        "timestamp": rfc3339(&event.timestamp),
        "type": event.r#type.as_str(),
        "id": event.id,
        "previousEventId": event.previous_event_id,
    });
    let mut add = |name: &str, details: Value| {
        if let Some(members) = json.as_object_mut() {
            members.insert(format!("{name}EventDetails"), details);
        }
    };
    if let Some(details) = &event.execution_started_event_details {
        add("executionStarted", json!({ "input": details.input }));
    }
    if let Some(details) = &event.state_entered_event_details {
        let details = json!({ "name": details.name, "input": details.input });
        add("stateEntered", details);
    }
    if let Some(details) = &event.state_exited_event_details {
        let details = json!({ "name": details.name, "output": details.output });
        add("stateExited", details);
    }
    if let Some(details) = &event.map_iteration_started_event_details {
        let details = json!({ "name": details.name, "index": details.index });
        add("mapIterationStarted", details);
    }
    // The same members of different types.
    macro_rules! outputs {
        ($($field:ident: $name:literal),*) => {
            $(if let Some(details) = &event.$field {
                add($name, json!({ "output": details.output }));
            })*
        };
    }
    macro_rules! failures {
        ($($field:ident: $name:literal),*) => {
            $(if let Some(details) = &event.$field {
                add($name, failure(details.error.as_deref(), details.cause.as_deref()));
            })*
        };
    }
    outputs!(
        execution_succeeded_event_details: "executionSucceeded",
        task_submitted_event_details: "taskSubmitted",
        task_succeeded_event_details: "taskSucceeded",
        lambda_function_succeeded_event_details: "lambdaFunctionSucceeded",
        activity_succeeded_event_details: "activitySucceeded"
    );
    failures!(
        execution_failed_event_details: "executionFailed",
        execution_timed_out_event_details: "executionTimedOut",
        execution_aborted_event_details: "executionAborted",
        task_failed_event_details: "taskFailed",
        task_submit_failed_event_details: "taskSubmitFailed",
        task_start_failed_event_details: "taskStartFailed",
        task_timed_out_event_details: "taskTimedOut",
        lambda_function_failed_event_details: "lambdaFunctionFailed",
        lambda_function_schedule_failed_event_details: "lambdaFunctionScheduleFailed",
        lambda_function_start_failed_event_details: "lambdaFunctionStartFailed",
        lambda_function_timed_out_event_details: "lambdaFunctionTimedOut",
        activity_failed_event_details: "activityFailed",
        activity_schedule_failed_event_details: "activityScheduleFailed",
        activity_timed_out_event_details: "activityTimedOut"
    );
    json
}

fn failure(error: Option<&str>, cause: Option<&str>) -> Value {
    let mut failure = json!({});
    for (name, text) in [("error", error), ("cause", cause)] {
        if let (Some(members), Some(text)) = (failure.as_object_mut(), text) {
            members.insert(name.to_owned(), text.into());
        }
    }
    failure
}
