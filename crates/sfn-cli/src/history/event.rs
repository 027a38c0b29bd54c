//! Events in the history of an execution, as `GetExecutionHistory` returns them.
//!
//! Source: the Step Functions API reference, "HistoryEvent".

use asl_run::{Failure, Moment, Status};
use serde_json::Value;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number, from 1.
    pub id: u64,
    /// The number of the event before it in the same branch. 0 at the beginning.
    pub previous: u64,
    /// When it happened.
    pub time: Moment,
    /// The type of the event, with its details.
    pub kind: EventKind,
}

/// The type of an event, by its effect on the execution and its states.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// The execution starts, with its input.
    Started(Option<String>),
    /// The execution ends.
    Ended(End),
    /// The execution continues after its end.
    Redriven,
    /// A state begins.
    Entered {
        /// Type of the state.
        ty: String,
        /// Name of the state.
        state: String,
        /// Input.
        input: Option<String>,
    },
    /// A state ends, and the next one can begin.
    Exited {
        /// Name of the state.
        state: String,
        /// Output.
        output: Option<String>,
        /// Variables that the state assigned, by name.
        variables: Vec<(String, String)>,
    },
    /// An attempt of a task begins with a call of this resource.
    Scheduled(String),
    /// An attempt of a task has a result.
    Succeeded,
    /// An attempt of a task or a Map Run fails.
    Failed(Failure),
    /// An expression of a state fails.
    EvaluationFailed {
        /// Name of the state.
        state: Option<String>,
        /// Error and cause.
        failure: Failure,
    },
    /// The branches or items of a state begin.
    ForkStarted(Fork),
    /// A state fails because of its branches or items.
    ForkFailed(Fork),
    /// An item of a Map state begins.
    ItemStarted(Item),
    /// An item of a Map state ends.
    ItemEnded(Item, ItemEnd),
    /// A distributed Map state starts a Map Run with this ARN.
    MapRunStarted(String),
    /// Any other event.
    Other,
}

/// The end of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Status.
    pub status: Status,
    /// Output, if it succeeded.
    pub output: Option<String>,
    /// Error and cause, if it did not.
    pub failure: Option<Failure>,
}

/// Type of a state that contains others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fork {
    /// A Map state.
    Map,
    /// A Parallel state.
    Parallel,
}

impl Fork {
    /// The type of a state. `None` for states that contain no others.
    pub fn of(ty: &str) -> Option<Self> {
        match ty {
            "Map" => Some(Self::Map),
            "Parallel" => Some(Self::Parallel),
            _ => None,
        }
    }
}

/// An item of a Map state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Name of the Map state.
    pub state: Option<String>,
    /// Index of the item, from 0.
    pub index: u64,
}

/// How an item of a Map state ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemEnd {
    /// With a result.
    Succeeded,
    /// With an error.
    Failed,
    /// Because another item failed.
    Aborted,
}

/// Reads the events of a history: the output of `GetExecutionHistory`, or only its events. They are returned in their
/// order.
///
/// # Errors
/// When the value is not a history.
pub fn events(history: &Value) -> Result<Vec<Event>, String> {
    let list = history.get("events").unwrap_or(history).as_array();
    let list = list.ok_or("a history is an object with an array `events`")?;
    let mut events = Vec::with_capacity(list.len());
    for (position, value) in list.iter().enumerate() {
        let event = Event::read(value, position as u64 + 1);
        events.push(event.ok_or_else(|| format!("the event {} has no `type`", position + 1))?);
    }
    // The history can be in reverse order.
    events.sort_by_key(|event| event.id);
    Ok(events)
}

impl Event {
    /// Reads an event. `position` is its number if it has none. `None` if it has no type.
    pub fn read(value: &Value, position: u64) -> Option<Self> {
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let ty = value.get("type")?.as_str()?;
        Some(Self {
            id: number("id").unwrap_or(position),
            previous: number("previousEventId").unwrap_or(0),
            time: value.get("timestamp").and_then(moment).unwrap_or_default(),
            kind: kind(ty, details(value)),
        })
    }
}

/// A time as AWS and its command write it: text, or seconds since 1970.
fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        value => value
            .as_f64()
            .map(|seconds| Moment((seconds * 1000.0).round() as i64)),
    }
}

/// The only member of an event whose name ends in `EventDetails`.
fn details(event: &Value) -> &Value {
    let mut members = event.as_object().into_iter().flatten();
    members
        .find(|(name, _)| name.ends_with("EventDetails"))
        .map_or(&Value::Null, |(_, value)| value)
}

/// A member that is a text. Data in JSON is written as text.
fn text(details: &Value, name: &str) -> Option<String> {
    match details.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        data => Some(data.to_string()),
    }
}

fn failure(details: &Value) -> Failure {
    Failure {
        error: text(details, "error"),
        cause: text(details, "cause"),
    }
}

fn ended(status: Status, details: &Value) -> EventKind {
    let has_succeeded = status == Status::Succeeded;
    EventKind::Ended(End {
        status,
        output: text(details, "output"),
        failure: (!has_succeeded).then(|| failure(details)),
    })
}

fn kind(ty: &str, details: &Value) -> EventKind {
    match ty {
        "ExecutionStarted" => EventKind::Started(text(details, "input")),
        "ExecutionSucceeded" => ended(Status::Succeeded, details),
        "ExecutionFailed" => ended(Status::Failed, details),
        "ExecutionTimedOut" => ended(Status::TimedOut, details),
        "ExecutionAborted" => ended(Status::Aborted, details),
        "ExecutionRedriven" => EventKind::Redriven,
        "EvaluationFailed" => EventKind::EvaluationFailed {
            state: text(details, "state"),
            failure: failure(details),
        },
        "ParallelStateStarted" => EventKind::ForkStarted(Fork::Parallel),
        "MapStateStarted" => EventKind::ForkStarted(Fork::Map),
        "ParallelStateFailed" => EventKind::ForkFailed(Fork::Parallel),
        "MapStateFailed" => EventKind::ForkFailed(Fork::Map),
        "MapIterationStarted" => EventKind::ItemStarted(item(details)),
        "MapIterationSucceeded" => EventKind::ItemEnded(item(details), ItemEnd::Succeeded),
        "MapIterationFailed" => EventKind::ItemEnded(item(details), ItemEnd::Failed),
        "MapIterationAborted" => EventKind::ItemEnded(item(details), ItemEnd::Aborted),
        "MapRunStarted" => EventKind::MapRunStarted(text(details, "mapRunArn").unwrap_or_default()),
        _ => of_state(ty, details).unwrap_or_else(|| of_attempt(ty, details)),
    }
}

fn of_state(ty: &str, details: &Value) -> Option<EventKind> {
    let state = || text(details, "name").unwrap_or_default();
    if let Some(ty) = ty.strip_suffix("StateEntered") {
        return Some(EventKind::Entered {
            ty: ty.to_owned(),
            state: state(),
            input: text(details, "input"),
        });
    }
    ty.strip_suffix("StateExited")?;
    let variables = details.get("assignedVariables").unwrap_or(&Value::Null);
    let members = variables.as_object().into_iter().flatten();
    Some(EventKind::Exited {
        state: state(),
        output: text(details, "output"),
        variables: members
            .map(|(name, _)| (name.clone(), text(variables, name).unwrap_or_default()))
            .collect(),
    })
}

fn of_attempt(ty: &str, details: &Value) -> EventKind {
    match ty {
        "TaskScheduled" => {
            let service = text(details, "resourceType").unwrap_or_default();
            let operation = text(details, "resource").unwrap_or_default();
            EventKind::Scheduled(format!("{service}:{operation}"))
        }
        "LambdaFunctionScheduled" | "ActivityScheduled" => {
            EventKind::Scheduled(text(details, "resource").unwrap_or_default())
        }
        "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => EventKind::Succeeded,
        "TaskFailed"
        | "TaskSubmitFailed"
        | "TaskStartFailed"
        | "TaskTimedOut"
        | "LambdaFunctionFailed"
        | "LambdaFunctionScheduleFailed"
        | "LambdaFunctionStartFailed"
        | "LambdaFunctionTimedOut"
        | "ActivityFailed"
        | "ActivityScheduleFailed"
        | "ActivityTimedOut"
        | "MapRunFailed" => EventKind::Failed(failure(details)),
        _ => EventKind::Other,
    }
}

fn item(details: &Value) -> Item {
    Item {
        state: text(details, "name"),
        index: details.get("index").and_then(Value::as_u64).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_and_data_are_read_in_each_form() {
        let history = json!({ "events": [
            { "id": 2, "previousEventId": 0, "type": "PassStateEntered", "timestamp": 1.5,
              "stateEnteredEventDetails": { "name": "A", "input": { "a": 1 } } },
            { "id": 1, "type": "ExecutionStarted", "timestamp": "1970-01-01T01:00:01.000+01:00",
              "executionStartedEventDetails": { "input": "{}" } },
        ] });
        let events = events(&history).unwrap();
        let entered = EventKind::Entered {
            ty: "Pass".to_owned(),
            state: "A".to_owned(),
            input: Some("{\"a\":1}".to_owned()),
        };
        let expected = [
            (1, Moment(1000), EventKind::Started(Some("{}".to_owned()))),
            (2, Moment(1500), entered),
        ];
        let found: Vec<_> = events
            .into_iter()
            .map(|event| (event.id, event.time, event.kind))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn other_values_are_no_history() {
        for (value, expected) in [
            (json!({}), "an array `events`"),
            (json!({ "events": {} }), "an array `events`"),
            (json!([{ "id": 1 }]), "the event 1 has no `type`"),
        ] {
            let message = events(&value).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn all_ways_to_fail_are_known() {
        let details = json!({ "error": "E", "cause": "c" });
        for ty in [
            "TaskFailed",
            "LambdaFunctionTimedOut",
            "ActivityScheduleFailed",
        ] {
            assert_eq!(
                kind(ty, &details),
                EventKind::Failed(Failure::new("E", "c"))
            );
        }
        assert_eq!(kind("TaskStarted", &json!({})), EventKind::Other);
    }
}
