//! The history of an execution.

use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Value, json};

use super::details::details;
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

/// The complete history of an execution, as JSON of the API.
///
/// # Errors
/// Errors returned by AWS.
pub async fn history_json(aws: &Aws, call: &Call, arn: &str) -> Result<Value, AwsError> {
    let events = events(aws, call, arn).await?;
    let events: Vec<Value> = events.iter().map(event_json).collect();
    Ok(json!({ "events": events }))
}

/// The events of an execution after the one with this ID, as JSON of the API. All events after `0`.
///
/// # Errors
/// Errors returned by AWS.
pub async fn events_after(
    aws: &Aws,
    call: &Call,
    arn: &str,
    after: i64,
) -> Result<Vec<Value>, AwsError> {
    let events = if after == 0 {
        events(aws, call, arn).await?
    } else {
        newer(aws, call, arn, after).await?
    };
    Ok(events.iter().map(event_json).collect())
}

async fn events(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<HistoryEvent>, AwsError> {
    let (mut events, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = page(aws, call, arn, false, token).await?;
        events.extend(page);
        token = next;
        if token.is_none() {
            return Ok(events);
        }
    }
}

/// The events after the one with this ID. They are read from the end, so that a long history is not
/// read again for a few new events.
async fn newer(
    aws: &Aws,
    call: &Call,
    arn: &str,
    after: i64,
) -> Result<Vec<HistoryEvent>, AwsError> {
    let (mut events, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = page(aws, call, arn, true, token).await?;
        let is_known = page.iter().any(|event| event.id <= after);
        events.extend(page.into_iter().filter(|event| event.id > after));
        token = next;
        if is_known || token.is_none() {
            events.reverse();
            return Ok(events);
        }
    }
}

/// A page of the history, and the token of the next one.
async fn page(
    aws: &Aws,
    call: &Call,
    arn: &str,
    newest_first: bool,
    token: Option<String>,
) -> Result<(Vec<HistoryEvent>, Option<String>), AwsError> {
    let (client, operation) = (aws.sfn().await?, "GetExecutionHistory");
    let answer = call
        .once(operation, async {
            let request = client
                .get_execution_history()
                .execution_arn(arn)
                .reverse_order(newest_first)
                .set_next_token(token);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok((answer.events, answer.next_token))
}

fn event_json(event: &HistoryEvent) -> Value {
    let mut json = json!({
        "timestamp": rfc3339(&event.timestamp),
        "type": event.r#type.as_str(),
        "id": event.id,
        "previousEventId": event.previous_event_id,
    });
    if let (Some(members), Some((name, details))) = (json.as_object_mut(), details(event)) {
        members.insert(format!("{name}EventDetails"), details);
    }
    json
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests {
    use aws_sdk_sfn::types::{
        HistoryEventType, StateExitedEventDetails, TaskScheduledEventDetails,
    };
    use aws_smithy_types::DateTime;

    use super::*;

    fn event(kind: HistoryEventType) -> HistoryEvent {
        HistoryEvent::builder()
            .timestamp(DateTime::from_secs(0))
            .r#type(kind)
            .id(2)
            .previous_event_id(1)
            .build()
            .unwrap()
    }

    #[test]
    fn events_are_written_as_the_api_has_them() {
        let scheduled = TaskScheduledEventDetails::builder()
            .resource_type("lambda")
            .resource("invoke")
            .region("eu-west-1")
            .parameters("{}")
            .timeout_in_seconds(5)
            .build()
            .unwrap();
        let mut task = event(HistoryEventType::TaskScheduled);
        task.task_scheduled_event_details = Some(scheduled);
        let exited = StateExitedEventDetails::builder()
            .name("Send")
            .output("1")
            .assigned_variables("b", "2")
            .assigned_variables("a", "1")
            .build()
            .unwrap();
        let mut state = event(HistoryEventType::TaskStateExited);
        state.state_exited_event_details = Some(exited);
        for (event, expected) in [
            (
                task,
                json!({
                    "timestamp": "1970-01-01T00:00:00Z", "type": "TaskScheduled", "id": 2, "previousEventId": 1,
                    "taskScheduledEventDetails": {
                        "resourceType": "lambda", "resource": "invoke", "region": "eu-west-1", "parameters": "{}",
                        "timeoutInSeconds": 5
                    }
                }),
            ),
            (
                state,
                json!({
                    "timestamp": "1970-01-01T00:00:00Z", "type": "TaskStateExited", "id": 2, "previousEventId": 1,
                    "stateExitedEventDetails": {
                        "name": "Send", "output": "1", "assignedVariables": { "a": "1", "b": "2" }
                    }
                }),
            ),
            (
                event(HistoryEventType::LambdaFunctionStarted),
                json!({
                    "timestamp": "1970-01-01T00:00:00Z", "type": "LambdaFunctionStarted", "id": 2, "previousEventId": 1
                }),
            ),
        ] {
            assert_eq!(event_json(&event), expected);
        }
    }
}
