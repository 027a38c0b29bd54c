//! Details of events, as JSON of the API.

use std::collections::BTreeMap;

use aws_sdk_sfn::types::{
    HistoryEvent, HistoryEventExecutionDataDetails, MapIterationEventDetails, TaskCredentials,
};
use serde_json::{Value, json};

/// The details of an event, and the first part of their name, such as `stateEntered`. `None` for an
/// event without details.
pub(super) fn details(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    of_execution(event)
        .or_else(|| of_state(event))
        .or_else(|| of_map(event))
        .or_else(|| of_attempt(event))
        .or_else(|| of_result(event))
        .or_else(|| of_failure(event))
}

/// The members that have a value.
fn members<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let known = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect())
}

fn value<T: Clone + Into<Value>>(value: Option<&T>) -> Option<Value> {
    value.cloned().map(Into::into)
}

/// Whether AWS left out a part of the data.
fn truncated(details: Option<&HistoryEventExecutionDataDetails>) -> Option<Value> {
    details.map(|details| json!({ "truncated": details.truncated }))
}

fn failure(error: Option<&String>, cause: Option<&String>) -> Value {
    members([("error", value(error)), ("cause", value(cause))])
}

fn role(credentials: Option<&TaskCredentials>) -> Option<Value> {
    credentials.map(|credentials| members([("roleArn", value(credentials.role_arn.as_ref()))]))
}

/// Returns from the function with the error and the cause of the first of these failures that the
/// event has.
macro_rules! return_failure {
    ($event:ident, $($field:ident: $name:literal),*) => {
        $(if let Some(details) = &$event.$field {
            return Some(($name, failure(details.error.as_ref(), details.cause.as_ref())));
        })*
    };
}

fn of_execution(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    if let Some(details) = &event.execution_started_event_details {
        let details = members([
            ("input", value(details.input.as_ref())),
            ("inputDetails", truncated(details.input_details.as_ref())),
            ("roleArn", value(details.role_arn.as_ref())),
            (
                "stateMachineAliasArn",
                value(details.state_machine_alias_arn.as_ref()),
            ),
            (
                "stateMachineVersionArn",
                value(details.state_machine_version_arn.as_ref()),
            ),
        ]);
        return Some(("executionStarted", details));
    }
    if let Some(details) = &event.execution_redriven_event_details {
        let details = members([("redriveCount", value(details.redrive_count.as_ref()))]);
        return Some(("executionRedriven", details));
    }
    return_failure!(
        event,
        execution_failed_event_details: "executionFailed",
        execution_timed_out_event_details: "executionTimedOut",
        execution_aborted_event_details: "executionAborted"
    );
    None
}

fn of_state(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    if let Some(details) = &event.state_entered_event_details {
        let details = members([
            ("name", value(Some(&details.name))),
            ("input", value(details.input.as_ref())),
            ("inputDetails", truncated(details.input_details.as_ref())),
        ]);
        return Some(("stateEntered", details));
    }
    if let Some(details) = &event.state_exited_event_details {
        // In the order of their names, so that the same event is always written in the same way.
        let variables = details.assigned_variables.as_ref();
        let variables =
            variables.map(|variables| json!(variables.iter().collect::<BTreeMap<_, _>>()));
        let cut = details.assigned_variables_details.as_ref();
        let details = members([
            ("name", value(Some(&details.name))),
            ("output", value(details.output.as_ref())),
            ("outputDetails", truncated(details.output_details.as_ref())),
            ("assignedVariables", variables),
            (
                "assignedVariablesDetails",
                cut.map(|details| json!({ "truncated": details.truncated })),
            ),
        ]);
        return Some(("stateExited", details));
    }
    let details = event.evaluation_failed_event_details.as_ref()?;
    let details = members([
        ("error", value(details.error.as_ref())),
        ("cause", value(details.cause.as_ref())),
        ("location", value(details.location.as_ref())),
        ("state", value(Some(&details.state))),
    ]);
    Some(("evaluationFailed", details))
}

fn of_map(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    if let Some(details) = &event.map_state_started_event_details {
        return Some(("mapStateStarted", json!({ "length": details.length })));
    }
    if let Some(details) = &event.map_run_started_event_details {
        let details = members([("mapRunArn", value(details.map_run_arn.as_ref()))]);
        return Some(("mapRunStarted", details));
    }
    if let Some(details) = &event.map_run_redriven_event_details {
        let details = members([
            ("mapRunArn", value(details.map_run_arn.as_ref())),
            ("redriveCount", value(details.redrive_count.as_ref())),
        ]);
        return Some(("mapRunRedriven", details));
    }
    return_failure!(event, map_run_failed_event_details: "mapRunFailed");
    let iterations = [
        (
            "mapIterationStarted",
            &event.map_iteration_started_event_details,
        ),
        (
            "mapIterationSucceeded",
            &event.map_iteration_succeeded_event_details,
        ),
        (
            "mapIterationFailed",
            &event.map_iteration_failed_event_details,
        ),
        (
            "mapIterationAborted",
            &event.map_iteration_aborted_event_details,
        ),
    ];
    let mut iterations = iterations.into_iter();
    iterations.find_map(|(name, details)| Some((name, iteration(details.as_ref()?))))
}

fn iteration(details: &MapIterationEventDetails) -> Value {
    members([
        ("name", value(details.name.as_ref())),
        ("index", value(Some(&details.index))),
    ])
}

/// Events with which an attempt of a task begins.
fn of_attempt(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    if let Some(details) = &event.task_scheduled_event_details {
        let details = members([
            ("resourceType", value(Some(&details.resource_type))),
            ("resource", value(Some(&details.resource))),
            ("region", value(Some(&details.region))),
            ("parameters", value(Some(&details.parameters))),
            (
                "timeoutInSeconds",
                value(details.timeout_in_seconds.as_ref()),
            ),
            (
                "heartbeatInSeconds",
                value(details.heartbeat_in_seconds.as_ref()),
            ),
            ("taskCredentials", role(details.task_credentials.as_ref())),
        ]);
        return Some(("taskScheduled", details));
    }
    if let Some(details) = &event.lambda_function_scheduled_event_details {
        let details = members([
            ("resource", value(Some(&details.resource))),
            ("input", value(details.input.as_ref())),
            ("inputDetails", truncated(details.input_details.as_ref())),
            (
                "timeoutInSeconds",
                value(details.timeout_in_seconds.as_ref()),
            ),
            ("taskCredentials", role(details.task_credentials.as_ref())),
        ]);
        return Some(("lambdaFunctionScheduled", details));
    }
    if let Some(details) = &event.activity_scheduled_event_details {
        let details = members([
            ("resource", value(Some(&details.resource))),
            ("input", value(details.input.as_ref())),
            ("inputDetails", truncated(details.input_details.as_ref())),
            (
                "timeoutInSeconds",
                value(details.timeout_in_seconds.as_ref()),
            ),
            (
                "heartbeatInSeconds",
                value(details.heartbeat_in_seconds.as_ref()),
            ),
        ]);
        return Some(("activityScheduled", details));
    }
    if let Some(details) = &event.task_started_event_details {
        let details = members([
            ("resourceType", value(Some(&details.resource_type))),
            ("resource", value(Some(&details.resource))),
        ]);
        return Some(("taskStarted", details));
    }
    let details = event.activity_started_event_details.as_ref()?;
    let details = members([("workerName", value(details.worker_name.as_ref()))]);
    Some(("activityStarted", details))
}

/// Events with an output.
fn of_result(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    macro_rules! return_output {
        ($($field:ident: $name:literal),*) => {
            $(if let Some(details) = &event.$field {
                let details = members([
                    ("output", value(details.output.as_ref())),
                    ("outputDetails", truncated(details.output_details.as_ref())),
                ]);
                return Some(($name, details));
            })*
        };
    }
    macro_rules! return_output_of_service {
        ($($field:ident: $name:literal),*) => {
            $(if let Some(details) = &event.$field {
                let details = members([
                    ("resourceType", value(Some(&details.resource_type))),
                    ("resource", value(Some(&details.resource))),
                    ("output", value(details.output.as_ref())),
                    ("outputDetails", truncated(details.output_details.as_ref())),
                ]);
                return Some(($name, details));
            })*
        };
    }
    return_output!(
        execution_succeeded_event_details: "executionSucceeded",
        lambda_function_succeeded_event_details: "lambdaFunctionSucceeded",
        activity_succeeded_event_details: "activitySucceeded"
    );
    return_output_of_service!(
        task_submitted_event_details: "taskSubmitted",
        task_succeeded_event_details: "taskSucceeded"
    );
    None
}

/// Events with which an attempt of a task fails.
fn of_failure(event: &HistoryEvent) -> Option<(&'static str, Value)> {
    macro_rules! return_failure_of_service {
        ($($field:ident: $name:literal),*) => {
            $(if let Some(details) = &event.$field {
                let details = members([
                    ("resourceType", value(Some(&details.resource_type))),
                    ("resource", value(Some(&details.resource))),
                    ("error", value(details.error.as_ref())),
                    ("cause", value(details.cause.as_ref())),
                ]);
                return Some(($name, details));
            })*
        };
    }
    return_failure_of_service!(
        task_failed_event_details: "taskFailed",
        task_submit_failed_event_details: "taskSubmitFailed",
        task_start_failed_event_details: "taskStartFailed",
        task_timed_out_event_details: "taskTimedOut"
    );
    return_failure!(
        event,
        lambda_function_failed_event_details: "lambdaFunctionFailed",
        lambda_function_schedule_failed_event_details: "lambdaFunctionScheduleFailed",
        lambda_function_start_failed_event_details: "lambdaFunctionStartFailed",
        lambda_function_timed_out_event_details: "lambdaFunctionTimedOut",
        activity_failed_event_details: "activityFailed",
        activity_schedule_failed_event_details: "activityScheduleFailed",
        activity_timed_out_event_details: "activityTimedOut"
    );
    None
}
