//! Cases from the histories of executions.
//!
//! Source: the Step Functions API reference, "GetExecutionHistory" and "HistoryEvent".

use std::collections::HashMap;

use asl_run::Moment;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

/// Makes a case of the history of an execution that has ended: the events as `GetExecutionHistory` returns them.
/// Results of tasks become mocks, and the end becomes the expectation.
///
/// # Errors
/// When the history is not one, or the execution has not ended.
pub fn case_of(history: &Value) -> Result<Value, String> {
    let events = history.get("events").unwrap_or(history).as_array();
    let events = events.ok_or("a history has an array `events`")?;
    let is = |event: Option<&Value>, ty: &str| {
        event.is_some_and(|event| event.get("type").and_then(Value::as_str) == Some(ty))
    };
    if !is(events.first(), "ExecutionStarted") {
        return Err("the first event of the history must be `ExecutionStarted`".to_owned());
    }
    if is(events.last(), "ExecutionAborted") {
        return Err("the execution was stopped, so that no case can repeat it".to_owned());
    }
    let mut reading = Reading::default();
    for event in events {
        reading.event(event);
    }
    let expect = reading
        .expect
        .ok_or("the history does not contain the end of the execution")?;
    let mut case = Map::new();
    let mut add = |name: &str, value: Value| {
        case.insert(name.to_owned(), value);
    };
    add("input", reading.input);
    let mut mocks: IndexMap<String, Mocks> = IndexMap::new();
    for call in reading.calls {
        let of_state = mocks.entry(call.state).or_default();
        of_state.add(&call.items, call.mock);
    }
    if !mocks.is_empty() {
        let mocks = mocks
            .into_iter()
            .map(|(state, mocks)| (state, mocks.into_value()));
        add("mocks", Value::Object(mocks.collect()));
    }
    let mut expect = expect;
    // Branches and items end in an order that depends on times.
    if let (Some(expect), false) = (expect.as_object_mut(), reading.forks) {
        expect.insert("path".to_owned(), json!(reading.path));
    }
    add("expect", expect);
    Ok(Value::Object(case))
}

/// The parts of a case that were read from a history.
#[derive(Default)]
struct Reading {
    input: Value,
    expect: Option<Value>,
    path: Vec<String>,
    /// The state that was entered and has not ended. The execution fails in it.
    open: Option<String>,
    /// Whether there are branches or items.
    forks: bool,
    calls: Vec<Call>,
    /// The number of Map states around each state.
    depths: HashMap<String, usize>,
    /// By the ID of the event.
    places: HashMap<u64, Place>,
}

/// Where an event belongs.
#[derive(Clone, Default)]
struct Place {
    state: String,
    /// The indexes of the items around the state.
    items: Vec<u64>,
    /// The call of the state.
    call: Option<usize>,
}

/// A call of a task.
struct Call {
    state: String,
    items: Vec<u64>,
    begun: Option<Moment>,
    mock: Map<String, Value>,
}

impl Reading {
    fn event(&mut self, event: &Value) {
        let number = |name: &str| event.get(name).and_then(Value::as_u64).unwrap_or(0);
        let ty = event.get("type").and_then(Value::as_str).unwrap_or("");
        let details = details(event);
        let text = |name: &str| details.get(name).and_then(Value::as_str);
        // Some emulators leave it out. On AWS, only the first two events have none.
        let before = match number("previousEventId") {
            0 if number("id") > 2 => number("id") - 1,
            before => before,
        };
        let mut place = self.places.get(&before).cloned().unwrap_or_default();
        match ty {
            "ExecutionStarted" => self.input = json_of(text("input")),
            "ExecutionSucceeded" => {
                self.expect = Some(json!({ "output!": json_of(text("output")) }));
            }
            "ExecutionFailed" | "ExecutionTimedOut" => {
                self.expect = Some(failed(ty, &details));
                self.path.extend(self.open.take());
            }
            "MapIterationStarted" => {
                let index = details.get("index").and_then(Value::as_u64).unwrap_or(0);
                // An attempt before can have ended in an item.
                place.items.truncate(self.depth(&details));
                place.items.push(index);
            }
            "MapIterationSucceeded" | "MapIterationFailed" | "MapIterationAborted" => {
                place.items.truncate(self.depth(&details));
            }
            "ParallelStateStarted" | "MapStateStarted" => self.forks = true,
            _ if ty.ends_with("StateEntered") => {
                place.state = text("name").unwrap_or("").to_owned();
                place.call = None;
                self.depths.insert(place.state.clone(), place.items.len());
                self.open = Some(place.state.clone());
            }
            _ if ty.ends_with("StateExited") => {
                self.path.push(text("name").unwrap_or("").to_owned());
                place.items.truncate(self.depth(&details));
                self.open = None;
            }
            _ => self.task(ty, event, &details, &mut place),
        }
        self.places.insert(number("id"), place);
    }

    /// The number of Map states around the state that the details name.
    fn depth(&self, details: &Value) -> usize {
        let name = details.get("name").and_then(Value::as_str);
        name.and_then(|name| self.depths.get(name))
            .copied()
            .unwrap_or(0)
    }

    /// Reads an event of a task.
    fn task(&mut self, ty: &str, event: &Value, details: &Value, place: &mut Place) {
        let time = event.get("timestamp").and_then(moment);
        if [
            "TaskScheduled",
            "LambdaFunctionScheduled",
            "ActivityScheduled",
        ]
        .contains(&ty)
        {
            place.call = Some(self.calls.len());
            self.calls.push(Call {
                state: place.state.clone(),
                items: place.items.clone(),
                begun: time,
                mock: Map::new(),
            });
            return;
        }
        let Some(call) = place.call.and_then(|call| self.calls.get_mut(call)) else {
            return;
        };
        let output = || json_of(details.get("output").and_then(Value::as_str));
        let failure = || failure(details);
        let (name, value) = match ty {
            "TaskSubmitted" => ("submitted", output()),
            "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => {
                ("return", output())
            }
            "TaskSubmitFailed" => ("reject", failure()),
            "TaskFailed"
            | "LambdaFunctionFailed"
            | "ActivityFailed"
            | "TaskStartFailed"
            | "LambdaFunctionStartFailed"
            | "LambdaFunctionScheduleFailed"
            | "ActivityScheduleFailed" => ("throw", failure()),
            "TaskTimedOut" | "LambdaFunctionTimedOut" | "ActivityTimedOut" => {
                ("never", json!(true))
            }
            _ => return,
        };
        call.mock.insert(name.to_owned(), value);
        let took = call
            .begun
            .zip(time)
            .map(|(begun, ended)| ended.since(begun));
        if let Some(took) =
            took.filter(|took| !took.is_zero() && name != "submitted" && name != "never")
        {
            let took = match took.as_millis() {
                took if took % 1000 == 0 => format!("{}s", took / 1000),
                took => format!("{took}ms"),
            };
            call.mock.insert("after".to_owned(), took.into());
        }
    }
}

/// The only member of an event whose name ends in `EventDetails`.
fn details(event: &Value) -> Value {
    let members = event.as_object().into_iter().flatten();
    let mut details = members.filter(|(name, _)| name.ends_with("EventDetails"));
    details
        .next()
        .map_or(Value::Null, |(_, value)| value.clone())
}

/// A time as AWS writes it: text, or seconds since 1970.
fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        value => value
            .as_f64()
            .map(|seconds| Moment((seconds * 1000.0).round() as i64)),
    }
}

fn json_of(text: Option<&str>) -> Value {
    let text = text.unwrap_or("null");
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Error and cause, if they are there.
fn failure(details: &Value) -> Value {
    let mut failure = Map::new();
    let error = details.get("error").cloned();
    failure.insert("error".to_owned(), error.unwrap_or_else(|| "".into()));
    if let Some(cause) = details.get("cause") {
        failure.insert("cause".to_owned(), cause.clone());
    }
    Value::Object(failure)
}

fn failed(ty: &str, details: &Value) -> Value {
    let mut expect = Map::new();
    if ty == "ExecutionTimedOut" {
        expect.insert("status".to_owned(), "TIMED_OUT".into());
    } else {
        expect.insert("status".to_owned(), "FAILED".into());
    }
    for name in ["error", "cause"] {
        if let Some(value) = details.get(name) {
            expect.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(expect)
}

/// The mocks of a state.
#[derive(Default)]
struct Mocks {
    list: Vec<Value>,
    items: IndexMap<u64, Mocks>,
}

impl Mocks {
    fn add(&mut self, items: &[u64], mock: Map<String, Value>) {
        match items.split_first() {
            Some((index, rest)) => self.items.entry(*index).or_default().add(rest, mock),
            // A call without an answer did not end.
            None if mock.is_empty() => self.list.push(json!({ "never": true })),
            None => self.list.push(Value::Object(mock)),
        }
    }

    fn into_value(mut self) -> Value {
        if !self.items.is_empty() {
            self.items.sort_keys();
            let items = self.items.into_iter();
            let items = items.map(|(index, mocks)| (index.to_string(), mocks.into_value()));
            return json!({ "items": Value::Object(items.collect()) });
        }
        match (self.list.len(), self.list.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                self.list.extend(last);
                Value::Array(self.list)
            }
        }
    }
}
