//! `run`: runs a workflow without AWS.

use std::path::Path;
use std::rc::Rc;

use asl::Json;
use asl_hcl::{any_from_json, any_to_json};
use asl_run::{Event, Machine};
use serde_json::{Map, json};
use sfn_test::{Case, CaseRun, Stop, Surroundings};
use tfplugin::{FunctionError, Signature, Type, Value};

use super::{argument, object, parameter, read};

/// The signature of the function.
pub(super) fn signature() -> Signature {
    let result = object([
        ("status", Type::String),
        ("output", Type::Dynamic),
        ("error", Type::String),
        ("cause", Type::String),
        ("path", Type::list(Type::String)),
        ("calls", Type::Dynamic),
        ("events", Type::Dynamic),
    ]);
    let mut signature = super::signature(
        result,
        "Runs a workflow without AWS",
        "Runs a definition on this machine and returns what happens. Use it in `assert` blocks of `terraform test`, and \
         in `check` blocks. The clock is virtual: waits and retries take no time. `status` is `SUCCEEDED`, `FAILED` or \
         `TIMED_OUT`. `output` is the output, or null. `error` and `cause` are set if the execution failed. `path` has \
         the names of the states in the order in which they end. `calls` has the inputs of the tasks by the name of \
         their state. `events` is the history, as AWS returns it. The function calls nothing: each task needs a mock.",
    );
    signature.parameters.push(parameter(
        "input",
        Type::Dynamic,
        "Input of the execution: a value, or its JSON text.",
    ));
    signature.parameters.push(parameter(
        "mocks",
        Type::Dynamic,
        "Answers of the tasks, by the name of their state: an object with `return`, `payload` (the result of the \
         function that `lambda:invoke` calls), `throw` (`error` and `cause`) or `never`, or a list with one for each \
         call. `after` is the time that a task takes, such as `2s`. See the guide \"Testing\".",
    ));
    signature.variadic = Some(parameter(
        "datasets",
        Type::Dynamic,
        "What item readers read, by the name of their Map state: an object with `content` (text, or a value that the \
         object has as JSON) or `throw`. Optional.",
    ));
    signature
}

/// Runs the definition.
pub(super) fn call(text: &str, rest: &[Value]) -> Result<Value, FunctionError> {
    let definition = read(text)?.to_value().unwrap_or_default();
    let machine = Machine::build(&definition).map_err(|error| argument(0, error.to_string()))?;
    let json = |index: usize| {
        let value = rest.get(index).map(any_to_json);
        value.and_then(|value| value.to_value()).unwrap_or_default()
    };
    let mut case = Case::new(input(json(0))?);
    case.add_mocks(json(1))
        .map_err(|message| argument(2, message))?;
    if rest.len() > 3 {
        return Err(argument(
            4,
            "there is only one argument with datasets".to_owned(),
        ));
    }
    case.add_datasets(json(2))
        .map_err(|message| argument(3, message))?;
    let around = Surroundings {
        folder: Path::new(""),
        load: &|_| Err("other workflows cannot run here".to_owned()),
    };
    let run = sfn_test::run(Rc::new(machine), &case, &around, &mut |_| {})
        .map_err(|problem| argument(2, problem.message))?;
    match &run.problem {
        Some(stop) => {
            let is_dataset = stop.add.as_ref().is_some_and(|add| add.part == "datasets");
            Err(argument(if is_dataset { 3 } else { 2 }, advice(stop)))
        }
        None => Ok(result(&run)),
    }
}

/// The input: a value, or the JSON text of an object or array, as `StartExecution` takes it.
fn input(value: serde_json::Value) -> Result<serde_json::Value, FunctionError> {
    let text = value
        .as_str()
        .filter(|text| text.trim_start().starts_with(['{', '[']));
    let Some(text) = text else {
        return Ok(value);
    };
    serde_json::from_str(text).map_err(|error| argument(1, format!("not valid JSON: {error}")))
}

/// The message for a case that stopped, with the expression to add.
fn advice(stop: &Stop) -> String {
    let message = &stop.message;
    let Some(add) = &stop.add else {
        return message.clone();
    };
    let state = format!("{:?}", add.state);
    match add.part {
        "datasets" => format!(
            "{message}. Add `{{ {state} = {{ content = file(\"...\") }} }}` as the fourth argument"
        ),
        part => format!(
            "{message}. Add `{state} = {{ {} = {{}} }}` to the {part}",
            add.member.0
        ),
    }
}

fn result(run: &CaseRun) -> Value {
    let text = |text: Option<&String>| text.map_or(Value::Null, |text| Value::from(text.as_str()));
    let failure = run.failure.clone().unwrap_or_default();
    let mut calls: Map<String, serde_json::Value> = Map::new();
    for call in &run.calls {
        let inputs = calls.entry(call.state.clone()).or_insert_with(|| json!([]));
        if let Some(inputs) = inputs.as_array_mut() {
            inputs.push(call.input.clone());
        }
    }
    let dynamic =
        |value: serde_json::Value| any_from_json(&Json::from(value)).unwrap_or(Value::Null);
    let events = run.events.iter().map(Event::to_json).collect();
    let path = run.path.iter().map(|name| Value::from(name.as_str()));
    let members = [
        ("status", Value::from(run.status.to_string())),
        ("output", run.output.clone().map_or(Value::Null, dynamic)),
        ("error", text(failure.error.as_ref())),
        ("cause", text(failure.cause.as_ref())),
        ("path", Value::List(path.collect())),
        ("calls", dynamic(serde_json::Value::Object(calls))),
        ("events", dynamic(events)),
    ];
    let members = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Value::Map(members.collect())
}
