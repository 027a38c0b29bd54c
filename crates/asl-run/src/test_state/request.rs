//! The request, and what is refused.

use std::fmt;

use serde_json::{Map, Value};

use super::shape;
use crate::{Data, Failure, Reply};

/// A request to test a state.
#[derive(Debug, Clone, Default)]
pub struct StateTest {
    /// A state, or a state machine that contains the state.
    pub definition: Value,
    /// Name of the state, if the definition is a state machine.
    pub state_name: Option<String>,
    /// Input of the state.
    pub input: Value,
    /// How much of the data flow the response has.
    pub level: Level,
    /// The result of the work of the state.
    pub mock: Option<Mock>,
    /// The context object.
    pub context: Option<Value>,
    /// Variables, as an object.
    pub variables: Value,
    /// The account of the context object.
    pub account: Option<String>,
    /// The role of the context object.
    pub role: Option<String>,
    /// Whether the response has the values of secrets.
    pub reveal_secrets: bool,
    /// How often the retrier that has the error was used before.
    pub retrier_retry_count: u64,
    /// The state in a Map or Parallel state in which the error occurs.
    pub error_caused_by_state: Option<String>,
    /// How many items of a Map state fail.
    pub map_iteration_failure_count: Option<u64>,
    /// What the reader of a Map state reads, as JSON text.
    pub map_item_reader_data: Option<String>,
}

/// How much of the data flow the response has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// The output only.
    #[default]
    Info,
    /// The data flow.
    Debug,
    /// The data flow, and the requests and responses of HTTP tasks.
    Trace,
}

/// The result of the work of a state.
#[derive(Debug, Clone)]
pub struct Mock {
    /// The result.
    pub result: Option<Value>,
    /// The error and its cause.
    pub error: Option<Failure>,
    /// How the result is compared with the response of the service.
    pub mode: ValidationMode,
}

/// How a mocked result is compared with the response of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValidationMode {
    /// All members must be right, and the required ones present.
    #[default]
    Strict,
    /// The members that are present must be right.
    Present,
    /// Not at all.
    None,
}

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(message.into()))
}

impl Mock {
    /// How the state ends.
    pub(super) fn reply(&self, _state: &Value) -> Reply {
        match (&self.result, &self.error) {
            (Some(result), _) => Reply::Success(Data::new(result.clone())),
            (None, Some(failure)) => Reply::Failure(failure.clone()),
            (None, None) => Reply::Never,
        }
    }
}

impl StateTest {
    /// The state to test.
    pub(super) fn state(&self) -> Result<Value, Refusal> {
        let state = match &self.state_name {
            None => Some(self.definition.clone()),
            Some(name) if name.is_empty() => {
                return refuse(
                    "Parameter validation failed:\nInvalid length for parameter stateName, value: 0, valid min length: 1",
                );
            }
            Some(name) => find(&self.definition, name).cloned(),
        };
        let Some(state) = state else {
            let name = self.state_name.as_deref().unwrap_or("");
            return refuse(format!("State not found: {name}"));
        };
        Ok(state)
    }

    fn name(&self) -> &str {
        self.state_name.as_deref().unwrap_or("StateName")
    }

    /// Checks what AWS refuses.
    pub(super) fn check(&self, state: &Value) -> Result<(), Refusal> {
        let ty = state.get("Type").and_then(Value::as_str).unwrap_or("");
        self.check_definition(state, ty)?;
        let Some(mock) = &self.mock else {
            return self.check_unmocked(ty);
        };
        if mock.result.is_some() && mock.error.is_some() {
            return refuse(
                "A test mock should have only one of the following fields: [result, errorOutput].",
            );
        }
        if self.reveal_secrets {
            return refuse("TestState does not support RevealSecrets when a mock is specified.");
        }
        if !["Task", "Map", "Parallel"].contains(&ty) {
            return refuse(format!(
                "State type '{ty}' is not supported when a mock is specified"
            ));
        }
        self.check_context(state, ty)?;
        if let Some(result) = &mock.result {
            check_result(state, ty, result)?;
            self.check_failures(state)?;
            if ty == "Task" && mock.mode != ValidationMode::None {
                shape::check(state, result, mock.mode)?;
            }
        }
        Ok(())
    }

    fn check_definition(&self, state: &Value, ty: &str) -> Result<(), Refusal> {
        const TYPES: [&str; 8] = [
            "Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map",
        ];
        let invalid = |what: &str, place: &str| {
            let name = self.name();
            refuse(format!(
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {what} at /States/{name}/{place}'"
            ))
        };
        if !TYPES.contains(&ty) {
            let types = TYPES.join(", ");
            return invalid(
                &format!("The field 'Type' should have one of these values: [{types}]"),
                "Type",
            );
        }
        for field in ["Branches", "Choices"] {
            if state
                .get(field)
                .and_then(Value::as_array)
                .is_some_and(Vec::is_empty)
            {
                return invalid("Value cannot be empty", field);
            }
        }
        Ok(())
    }

    fn check_unmocked(&self, ty: &str) -> Result<(), Refusal> {
        if self.map_iteration_failure_count.is_some() {
            return refuse(
                "TestState does not support MapIterationFailureCount when a mock is not specified.",
            );
        }
        match ty {
            "Map" | "Parallel" => refuse(
                "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
            ),
            "Task" => refuse("RoleArn must be specified when testing a Task state"),
            _ => Ok(()),
        }
    }

    fn check_failures(&self, state: &Value) -> Result<(), Refusal> {
        let Some(failures) = self.map_iteration_failure_count else {
            return Ok(());
        };
        let length = self
            .mock
            .as_ref()
            .and_then(|mock| mock.result.as_ref()?.as_array())
            .map(Vec::len);
        let _ = state;
        if length.is_some_and(|length| failures > length as u64) {
            return refuse(
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            );
        }
        Ok(())
    }

    fn check_context(&self, state: &Value, ty: &str) -> Result<(), Refusal> {
        let Some(Value::Object(context)) = &self.context else {
            return Ok(());
        };
        let invalid = |what: String| refuse(format!("Invalid Context object provided: {what}"));
        for (name, value) in context {
            match name.as_str() {
                "Execution" | "State" | "StateMachine" => check_members(name, value)?,
                "Task" => {
                    let resource = state.get("Resource").and_then(Value::as_str).unwrap_or("");
                    let waits =
                        resource.contains(".sync") || resource.contains(".waitForTaskToken");
                    if ty != "Task" || !waits {
                        return invalid("Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern".to_owned());
                    }
                    check_members(name, value)?;
                }
                "Map" => {
                    return invalid(
                        "'Map' field is not supported when mocking a Context object".to_owned(),
                    );
                }
                other => return invalid(format!("Field '{other}' is not allowed")),
            }
        }
        Ok(())
    }
}

/// Checks the members of a part of the context object.
fn check_members(part: &str, value: &Value) -> Result<(), Refusal> {
    let invalid = |what: String| refuse(format!("Invalid Context object provided: {what}"));
    let Value::Object(members) = value else {
        return invalid(format!("{part} must be an object"));
    };
    for (name, value) in members {
        let (kind, right): (&str, fn(&Value) -> bool) = match (part, name.as_str()) {
            ("Execution", "Input") => continue,
            ("Execution", "RedriveCount") | ("State", "RetryCount") => ("number", Value::is_number),
            ("Execution", "Id" | "Name" | "RoleArn" | "StartTime" | "RedriveTime")
            | ("State", "EnteredTime" | "Name")
            | ("StateMachine", "Id" | "Name")
            | ("Task", "Token") => ("string", Value::is_string),
            _ => return invalid(format!("Field '{name}' is not allowed")),
        };
        if !right(value) {
            return invalid(format!("{part}.{name} must be a {kind}"));
        }
    }
    Ok(())
}

/// Checks the type of a mocked result.
fn check_result(state: &Value, ty: &str, result: &Value) -> Result<(), Refusal> {
    let length = |field: &str| state.get(field).and_then(Value::as_array).map(Vec::len);
    match (ty, result) {
        ("Map", Value::Object(_)) if state.get("ResultWriter").is_some() => Ok(()),
        ("Map", _) if state.get("ResultWriter").is_some() => {
            refuse("Mocked result must be a JSON object.")
        }
        ("Map" | "Parallel", other) if !other.is_array() => {
            refuse("Mocked result must be an array.")
        }
        ("Parallel", Value::Array(results)) if length("Branches") != Some(results.len()) => refuse(
            "Mocked result must contain the same number of items as number of Parallel branches.",
        ),
        _ => Ok(()),
    }
}

/// The state of a name in a state machine, also inside of Map and Parallel states.
fn find<'a>(machine: &'a Value, name: &str) -> Option<&'a Value> {
    let states: &Map<String, Value> = machine.get("States")?.as_object()?;
    if let Some(state) = states.get(name) {
        return Some(state);
    }
    states.values().find_map(|state| {
        let branches = state.get("Branches").and_then(Value::as_array);
        let inner = branches.into_iter().flatten();
        let inner = inner.chain(
            ["ItemProcessor", "Iterator"]
                .into_iter()
                .filter_map(|field| state.get(field)),
        );
        inner.into_iter().find_map(|machine| find(machine, name))
    })
}
