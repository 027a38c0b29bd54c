//! The response.

use serde_json::{Map, Value, json};

use super::request::{Level, StateTest};
use crate::{Data, Execution, Inspection, Status};

/// The response to a test, with outputs and inputs as JSON texts, as AWS returns them.
pub(super) fn response(
    test: &StateTest,
    name: &str,
    state: &Value,
    execution: &Execution,
) -> Value {
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
    let _ = name;
    Value::Object(response)
}

/// The data flow. Which members there are depends on the type of the state.
fn data(inspection: &Inspection, state: &Value) -> Map<String, Value> {
    let ty = state.get("Type").and_then(Value::as_str).unwrap_or("");
    let set = |field: &str| state.get(field).is_some();
    let jsonata = inspection.jsonata;
    let mut data = Map::new();
    let mut add = |name: &str, value: Option<&Data>, shown: bool| {
        if let Some(value) = value.filter(|_| shown) {
            data.insert(name.to_owned(), json!(value.value().to_string()));
        }
    };
    // A fixed result needs no input, and neither does a Parallel state whose work is given.
    let unread = (ty == "Pass" && set("Result") && !set("Parameters")) || ty == "Parallel";
    add("input", inspection.input.as_ref(), true);
    add(
        "afterInputPath",
        inspection.after_input_path.as_ref(),
        !jsonata && (set("InputPath") || !unread),
    );
    add(
        "afterParameters",
        inspection.after_parameters.as_ref(),
        !jsonata && (set("Parameters") || !unread),
    );
    add(
        "afterArguments",
        inspection.after_arguments.as_ref(),
        ty == "Task",
    );
    add(
        "afterItemsPath",
        inspection.after_items_path.as_ref(),
        !jsonata,
    );
    add(
        "afterItemSelector",
        inspection.after_item_selector.as_ref(),
        true,
    );
    add(
        "result",
        inspection.result.as_ref(),
        ty == "Task" || (ty == "Pass" && set("Result")),
    );
    add(
        "afterResultSelector",
        inspection.after_result_selector.as_ref(),
        !jsonata,
    );
    add(
        "afterResultPath",
        inspection.after_result_path.as_ref(),
        !jsonata,
    );
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
