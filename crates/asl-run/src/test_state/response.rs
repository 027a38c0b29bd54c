//! The response.

use serde_json::{Map, Value, json};

use super::request::{Level, StateTest};
use crate::{Execution, Inspection, Status};

/// The response to a test, with outputs and inputs as JSON texts, as AWS returns them.
pub(super) fn response(test: &StateTest, state: &Value, execution: &Execution) -> Value {
    let none = Inspection::default();
    let inspection = execution.inspections().first().unwrap_or(&none);
    let mut response = Map::new();
    let mut add = |name: &str, value: Value| {
        response.insert(name.to_owned(), value);
    };
    let outcome = execution.outcome();
    let status = outcome.map(|outcome| outcome.status);
    let failure = inspection.failure.clone();
    let details = inspection.error_details.unwrap_or_default();
    let word = match status {
        Some(Status::Succeeded) if details.catch_index.is_some() => "CAUGHT_ERROR",
        Some(Status::Succeeded) => "SUCCEEDED",
        _ if details.retry_backoff.is_some() => "RETRIABLE",
        _ => "FAILED",
    };
    add("status", json!(word));
    if let Some(output) = outcome.and_then(|outcome| outcome.output.as_ref()) {
        add("output", json!(output.value().to_string()));
    }
    if let Some(failure) = failure {
        if let Some(error) = failure.error {
            add("error", json!(error));
        }
        if let Some(cause) = failure.cause {
            add("cause", json!(cause));
        }
    }
    if let Some(next) = &inspection.next {
        add("nextState", json!(&**next));
    }
    if test.level != Level::Info {
        add("inspectionData", Value::Object(data(inspection, state)));
    }
    Value::Object(response)
}

/// The data flow. Which members there are depends on the type of the state.
fn data(inspection: &Inspection, state: &Value) -> Map<String, Value> {
    let ty = state.get("Type").and_then(Value::as_str).unwrap_or("");
    let set = |field: &str| state.get(field).is_some();
    let jsonata = inspection.jsonata;
    // A fixed result needs no input, and neither does a Parallel state whose work is given.
    let unread = (ty == "Pass" && set("Result") && !set("Parameters")) || ty == "Parallel";
    let is_shown = |name: &str| match name {
        "afterInputPath" => !jsonata && (set("InputPath") || !unread),
        "afterParameters" => !jsonata && (set("Parameters") || !unread),
        "afterArguments" => ty == "Task",
        "afterItemsPath" | "afterResultSelector" | "afterResultPath" => !jsonata,
        "result" => ty == "Task" || (ty == "Pass" && set("Result")),
        _ => true,
    };
    let values = inspection.values().filter(|(name, _)| is_shown(name));
    let mut data: Map<String, Value> = values
        .map(|(name, value)| (name.to_owned(), json!(value.value().to_string())))
        .collect();
    let mut number = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value);
        }
    };
    number(
        "maxConcurrency",
        inspection.max_concurrency.map(|most| json!(most)),
    );
    number(
        "toleratedFailureCount",
        inspection.tolerated_failure_count.map(|most| json!(most)),
    );
    number(
        "toleratedFailurePercentage",
        inspection
            .tolerated_failure_percentage
            .map(|most| json!(most)),
    );
    if let Some(details) = inspection.error_details {
        let mut members = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        add("catchIndex", details.catch_index.map(|index| json!(index)));
        add("retryIndex", details.retry_index.map(|index| json!(index)));
        add(
            "retryBackoffIntervalSeconds",
            details.retry_backoff.map(|delay| json!(delay.as_secs())),
        );
        data.insert("errorDetails".to_owned(), Value::Object(members));
    }
    data
}
