//! The history of an execution.

use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Value, json};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::time::rfc3339;

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
