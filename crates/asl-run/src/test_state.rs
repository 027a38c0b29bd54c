//! A test of a single state, with the request and the response of `TestState`.
//!
//! Source: the Step Functions API reference, "TestState". What is refused, and with which words, is what AWS
//! answered.

mod request;
mod response;
mod shape;

use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::execution::Single;
use crate::{Execution, Machine, Moment, Request, Start};

pub use request::{Level, Mock, Refusal, StateTest, ValidationMode};

/// Tests a single state.
///
/// # Errors
/// The message with which AWS refuses the request.
pub fn test_state(test: &StateTest) -> Result<Value, Refusal> {
    let state = test.state()?;
    test.check(&state)?;
    let machine = machine_of(test, &state)?;
    let mut execution = Execution::of_state(Rc::new(machine), start(test), single(test, &state));
    loop {
        match execution.advance() {
            Request::Ended => break,
            Request::Wait(_) => {}
            // Without a mock the task would be called with the credentials of a role.
            Request::Call(_) | Request::Read(_) => {
                return Err(Refusal(
                    "RoleArn must be specified when testing a Task state".to_owned(),
                ));
            }
        }
    }
    Ok(response::response(test, &state, &execution))
}

/// Checks the result of a task against the response of the service that `resource` calls.
///
/// # Errors
/// The message with which AWS refuses the result as a mock.
pub fn check_result(resource: &str, result: &Value, mode: ValidationMode) -> Result<(), Refusal> {
    shape::check(&json!({ "Resource": resource }), result, mode)
}

/// A state machine with the state, and a place for each state that it can go to.
fn machine_of(test: &StateTest, state: &Value) -> Result<Machine, Refusal> {
    let name = test
        .state_name
        .clone()
        .unwrap_or_else(|| "StateName".to_owned());
    let mut states = Map::new();
    states.insert(name.clone(), state.clone());
    for target in targets(state) {
        states
            .entry(target)
            .or_insert_with(|| json!({ "Type": "Succeed" }));
    }
    let mut definition = json!({ "StartAt": name, "States": states });
    let language = test.definition.get("QueryLanguage");
    if let (Some(language), true) = (language, test.definition.get("States").is_some())
        && let Some(members) = definition.as_object_mut()
    {
        members.insert("QueryLanguage".to_owned(), language.clone());
    }
    Machine::build(&definition)
        .map_err(|error| Refusal(format!("Invalid State Machine Definition: '{error}'")))
}

/// The names of the states that a state can go to.
fn targets(state: &Value) -> Vec<String> {
    let lists = ["Choices", "Catch"]
        .into_iter()
        .filter_map(|field| state.get(field)?.as_array());
    let nested = lists.flatten().filter_map(|rule| rule.get("Next"));
    let own = ["Next", "Default"]
        .into_iter()
        .filter_map(|field| state.get(field));
    own.chain(nested)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn start(test: &StateTest) -> Start {
    let usual = Start::default();
    Start {
        account: test.account.clone().unwrap_or(usual.account),
        role: test.role.clone().unwrap_or(usual.role),
        input: test.input.clone(),
        name: "00000000-0000-4000-8000-000000000000".to_owned(),
        time: Moment(0),
        express: true,
        inspect: true,
        redrivable: false,
        variables: match &test.variables {
            Value::Object(members) => members.clone().into_iter().collect(),
            _ => Vec::new(),
        },
        ..Start::default()
    }
}

fn single(test: &StateTest, state: &Value) -> Single {
    Single {
        mock: test.mock.as_ref().map(|mock| mock.reply(state)),
        context: test.context.clone().map(crate::Data::new),
        retries: test.retrier_retry_count,
        failed_items: test.map_iteration_failure_count,
        items: test
            .map_item_reader_data
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok()),
    }
}
