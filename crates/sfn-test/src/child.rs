//! Workflows that tasks start.

use std::rc::Rc;
use std::time::Duration;

use asl_run::{Call, Data, Moment, Reply, Status};
use serde_json::{Value, json};

use crate::answers::Given;
use crate::mock::Child;
use crate::runner::CaseRun;
use crate::suite::{Case, CaseFile};
use crate::{Stop, Surroundings, runner};

/// Runs the workflow that a call of `states:startExecution` starts. The task that waits for its end gets what
/// `DescribeExecution` returns.
pub(crate) fn run(child: &Child, call: &Call, around: &Surroundings<'_>) -> Result<Given, Stop> {
    let pattern = call.resource.split_once(":states:startExecution");
    let pattern = pattern.map(|(_, pattern)| pattern);
    let Some(pattern @ ("" | ".sync" | ".sync:2")) = pattern else {
        let message =
            "`workflow` is for tasks that call `states:startExecution`, with or without `.sync`";
        return Err(message.to_owned().into());
    };
    let machine = (around.load)(&child.workflow)?;
    let input = input(call);
    let case = Case {
        file: CaseFile {
            input: input.clone(),
            mocks: child.mocks.clone(),
            datasets: child.datasets.clone(),
            time: Some(call.time.to_string()),
            ..CaseFile::default()
        },
        ..Case::new(Value::Null)
    };
    let run = runner::run(Rc::new(machine), &case, around, &mut |_| {})
        .map_err(|problem| problem.message)?;
    if let Some(problem) = run.problem {
        return Err(problem);
    }
    let result = match pattern {
        "" => started(call, call.time),
        pattern => ended(call, &input, &run, pattern == ".sync:2"),
    };
    Ok(Given {
        unused: run.unused,
        reply: Reply::Success(Data::new(result)),
        after: if pattern.is_empty() {
            Duration::ZERO
        } else {
            run.duration
        },
    })
}

/// The input of the execution: `Input` can also be a text with JSON.
fn input(call: &Call) -> Value {
    match call.parameters.value().get("Input") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Some(input) => input.clone(),
        None => json!({}),
    }
}

fn arns(call: &Call) -> (String, String, String) {
    let parameter = |name: &str| {
        let value = call.parameters.value().get(name).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let machine = parameter("StateMachineArn").unwrap_or_default();
    let name = parameter("Name").unwrap_or_else(|| "execution".to_owned());
    let execution = format!(
        "{}:{name}",
        machine.replace(":stateMachine:", ":execution:")
    );
    (machine, execution, name)
}

/// The response of `StartExecution`.
fn started(call: &Call, time: Moment) -> Value {
    let (_, execution, _) = arns(call);
    json!({ "ExecutionArn": execution, "StartDate": time.to_string() })
}

/// The response of `DescribeExecution`. With `.sync:2`, the output is JSON.
fn ended(call: &Call, input: &Value, run: &CaseRun, is_json: bool) -> Value {
    let (machine, execution, name) = arns(call);
    let details = json!({ "Included": true });
    let mut response = json!({
        "ExecutionArn": execution,
        "StateMachineArn": machine,
        "Name": name,
        "Status": run.status.to_string(),
        "StartDate": call.time.0,
        "StopDate": call.time.0 + run.duration.as_millis() as i64,
        "Input": if is_json { input.clone() } else { json!(input.to_string()) },
        "InputDetails": details,
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let (Some(members), Some(value)) = (response.as_object_mut(), value) {
            members.insert(name.to_owned(), value);
        }
    };
    let failure = run.failure.clone().unwrap_or_default();
    add("Error", failure.error.map(Value::from));
    add("Cause", failure.cause.map(Value::from));
    if run.status == Status::Succeeded {
        let output = run.output.clone().unwrap_or(Value::Null);
        let output = if is_json {
            output
        } else {
            json!(output.to_string())
        };
        add("Output", Some(output));
        add("OutputDetails", Some(details));
    }
    response
}
