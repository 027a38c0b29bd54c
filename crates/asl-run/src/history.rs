//! The history of an execution, as `GetExecutionHistory` returns it.
//!
//! Source: the Step Functions API reference, "HistoryEvent".

use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::{Data, Failure, Moment};

/// Maximum number of events of an execution.
///
/// Source: the developer guide, "Quotas related to state machine executions".
pub(crate) const MAX_EVENTS: u64 = 25_000;

/// An event.
#[derive(Debug, Clone)]
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

/// The type of an event, with its details.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are those of the API reference")]
pub enum EventKind {
    ExecutionStarted {
        input: Data,
        role: String,
    },
    ExecutionSucceeded {
        output: Data,
    },
    ExecutionFailed(Failure),
    ExecutionTimedOut(Failure),
    ExecutionAborted(Failure),
    StateEntered {
        ty: &'static str,
        name: Rc<str>,
        input: Data,
    },
    StateExited {
        ty: &'static str,
        name: Rc<str>,
        output: Data,
        assigned: Vec<(String, Data)>,
    },
    StateAborted {
        ty: &'static str,
    },
    EvaluationFailed {
        failure: Failure,
        location: Option<String>,
        state: Rc<str>,
    },
    ActivityScheduled {
        resource: Rc<str>,
        input: Data,
        limits: Limits,
    },
    ActivityStarted,
    ActivitySucceeded {
        output: Data,
    },
    ActivityFailed(Failure),
    ActivityTimedOut(Failure),
    LambdaFunctionScheduled {
        resource: Rc<str>,
        input: Data,
        limits: Limits,
        credentials: Option<Data>,
    },
    LambdaFunctionStarted,
    LambdaFunctionSucceeded {
        output: Data,
    },
    LambdaFunctionFailed(Failure),
    LambdaFunctionTimedOut(Failure),
    TaskScheduled {
        service: Service,
        region: String,
        parameters: Data,
        limits: Limits,
        credentials: Option<Data>,
    },
    TaskStarted(Service),
    TaskSubmitted {
        service: Service,
        output: Data,
    },
    TaskSubmitFailed {
        service: Service,
        failure: Failure,
    },
    TaskSucceeded {
        service: Service,
        output: Data,
    },
    TaskFailed {
        service: Service,
        failure: Failure,
    },
    TaskTimedOut {
        service: Service,
        failure: Failure,
    },
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed,
    MapStateStarted {
        length: usize,
    },
    MapStateSucceeded,
    MapStateFailed,
    MapIterationStarted(Iteration),
    MapIterationSucceeded(Iteration),
    MapIterationFailed(Iteration),
    MapIterationAborted(Iteration),
    MapRunStarted {
        arn: String,
    },
    MapRunSucceeded,
    MapRunFailed(Failure),
}

/// The operation of a service that a task calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The service, such as `lambda` or `aws-sdk:s3`.
    pub kind: Rc<str>,
    /// The operation with the integration pattern, such as `invoke` or `sendMessage.waitForTaskToken`.
    pub operation: Rc<str>,
}

/// The limits of a task, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Timeout.
    pub timeout: Option<u64>,
    /// Heartbeat interval.
    pub heartbeat: Option<u64>,
}

/// An iteration of a Map state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iteration {
    /// Name of the Map state.
    pub name: Rc<str>,
    /// Index of the item, from 0.
    pub index: usize,
}

impl Event {
    /// The type of the event, such as `TaskStateEntered`.
    pub fn type_name(&self) -> String {
        self.kind.type_name()
    }

    /// The event as `GetExecutionHistory` returns it. Inputs and outputs are JSON texts.
    pub fn to_json(&self) -> Value {
        let mut event = Map::new();
        event.insert("timestamp".to_owned(), json!(self.time.to_string()));
        event.insert("type".to_owned(), json!(self.type_name()));
        event.insert("id".to_owned(), json!(self.id));
        event.insert("previousEventId".to_owned(), json!(self.previous));
        if let Some((name, details)) = self.kind.details() {
            event.insert(format!("{name}EventDetails"), Value::Object(details));
        }
        Value::Object(event)
    }
}

/// The members of the details of an event.
#[derive(Default)]
struct Details(Map<String, Value>);

impl Details {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn data(self, name: &str, data: &Data) -> Self {
        self.with(name, data.value().to_string())
            .with(&format!("{name}Details"), json!({ "truncated": false }))
    }

    fn failure(self, failure: &Failure) -> Self {
        self.with_some("error", failure.error.as_deref())
            .with_some("cause", failure.cause.as_deref())
    }

    fn limits(self, limits: &Limits) -> Self {
        self.with_some("timeoutInSeconds", limits.timeout)
            .with_some("heartbeatInSeconds", limits.heartbeat)
    }

    fn credentials(self, credentials: Option<&Data>) -> Self {
        let role = credentials.and_then(|credentials| credentials.value().get("RoleArn"));
        let role = role.map(|role| json!({ "roleArn": role }));
        self.with_some("taskCredentials", role)
    }

    fn service(self, service: &Service) -> Self {
        self.with("resourceType", &*service.kind)
            .with("resource", &*service.operation)
    }

    fn iteration(self, iteration: &Iteration) -> Self {
        self.with("name", &*iteration.name)
            .with("index", iteration.index)
    }
}

fn details() -> Details {
    Details::default()
}

impl EventKind {
    fn type_name(&self) -> String {
        let fixed = match self {
            Self::StateEntered { ty, .. } => return format!("{ty}StateEntered"),
            Self::StateExited { ty, .. } => return format!("{ty}StateExited"),
            Self::StateAborted { ty } => return format!("{ty}StateAborted"),
            Self::ExecutionStarted { .. } => "ExecutionStarted",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed(_) => "ExecutionFailed",
            Self::ExecutionTimedOut(_) => "ExecutionTimedOut",
            Self::ExecutionAborted(_) => "ExecutionAborted",
            Self::EvaluationFailed { .. } => "EvaluationFailed",
            Self::ActivityScheduled { .. } => "ActivityScheduled",
            Self::ActivityStarted => "ActivityStarted",
            Self::ActivitySucceeded { .. } => "ActivitySucceeded",
            Self::ActivityFailed(_) => "ActivityFailed",
            Self::ActivityTimedOut(_) => "ActivityTimedOut",
            Self::LambdaFunctionScheduled { .. } => "LambdaFunctionScheduled",
            Self::LambdaFunctionStarted => "LambdaFunctionStarted",
            Self::LambdaFunctionSucceeded { .. } => "LambdaFunctionSucceeded",
            Self::LambdaFunctionFailed(_) => "LambdaFunctionFailed",
            Self::LambdaFunctionTimedOut(_) => "LambdaFunctionTimedOut",
            Self::TaskScheduled { .. } => "TaskScheduled",
            Self::TaskStarted(_) => "TaskStarted",
            Self::TaskSubmitted { .. } => "TaskSubmitted",
            Self::TaskSubmitFailed { .. } => "TaskSubmitFailed",
            Self::TaskSucceeded { .. } => "TaskSucceeded",
            Self::TaskFailed { .. } => "TaskFailed",
            Self::TaskTimedOut { .. } => "TaskTimedOut",
            Self::ParallelStateStarted => "ParallelStateStarted",
            Self::ParallelStateSucceeded => "ParallelStateSucceeded",
            Self::ParallelStateFailed => "ParallelStateFailed",
            Self::MapStateStarted { .. } => "MapStateStarted",
            Self::MapStateSucceeded => "MapStateSucceeded",
            Self::MapStateFailed => "MapStateFailed",
            Self::MapIterationStarted(_) => "MapIterationStarted",
            Self::MapIterationSucceeded(_) => "MapIterationSucceeded",
            Self::MapIterationFailed(_) => "MapIterationFailed",
            Self::MapIterationAborted(_) => "MapIterationAborted",
            Self::MapRunStarted { .. } => "MapRunStarted",
            Self::MapRunSucceeded => "MapRunSucceeded",
            Self::MapRunFailed(_) => "MapRunFailed",
        };
        fixed.to_owned()
    }

    /// The first part of the name of the details, and their members.
    fn details(&self) -> Option<(String, Map<String, Value>)> {
        let own_name = || {
            let name = self.type_name();
            let mut letters = name.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        let (name, details) = match self {
            Self::StateEntered { name, input, .. } => (
                "stateEntered".to_owned(),
                details().with("name", &**name).data("input", input),
            ),
            Self::StateExited {
                name,
                output,
                assigned,
                ..
            } => ("stateExited".to_owned(), exited(name, output, assigned)),
            Self::EvaluationFailed {
                failure,
                location,
                state,
            } => (
                own_name(),
                details()
                    .failure(failure)
                    .with_some("location", location.as_deref())
                    .with("state", &**state),
            ),
            Self::ExecutionStarted { input, role } => (
                own_name(),
                details()
                    .data("input", input)
                    .with("roleArn", role.as_str()),
            ),
            Self::ExecutionSucceeded { output } => (own_name(), details().data("output", output)),
            Self::ExecutionFailed(failure)
            | Self::ExecutionTimedOut(failure)
            | Self::ExecutionAborted(failure)
            | Self::ActivityFailed(failure)
            | Self::ActivityTimedOut(failure)
            | Self::LambdaFunctionFailed(failure)
            | Self::LambdaFunctionTimedOut(failure)
            | Self::MapRunFailed(failure) => (own_name(), details().failure(failure)),
            Self::ActivityScheduled {
                resource,
                input,
                limits,
            } => (
                own_name(),
                details()
                    .with("resource", &**resource)
                    .data("input", input)
                    .limits(limits),
            ),
            Self::ActivityStarted => (own_name(), details()),
            Self::ActivitySucceeded { output } | Self::LambdaFunctionSucceeded { output } => {
                (own_name(), details().data("output", output))
            }
            Self::LambdaFunctionScheduled {
                resource,
                input,
                limits,
                credentials,
            } => (
                own_name(),
                details()
                    .with("resource", &**resource)
                    .data("input", input)
                    .limits(limits)
                    .credentials(credentials.as_ref()),
            ),
            Self::TaskScheduled {
                service,
                region,
                parameters,
                limits,
                credentials,
            } => (
                own_name(),
                details()
                    .service(service)
                    .with("region", region.as_str())
                    .with("parameters", parameters.value().to_string())
                    .limits(limits)
                    .credentials(credentials.as_ref()),
            ),
            Self::TaskStarted(service) => (own_name(), details().service(service)),
            Self::TaskSubmitted { service, output } | Self::TaskSucceeded { service, output } => (
                own_name(),
                details().service(service).data("output", output),
            ),
            Self::TaskFailed { service, failure }
            | Self::TaskSubmitFailed { service, failure }
            | Self::TaskTimedOut { service, failure } => {
                (own_name(), details().service(service).failure(failure))
            }
            Self::MapStateStarted { length } => (own_name(), details().with("length", *length)),
            Self::MapIterationStarted(iteration)
            | Self::MapIterationSucceeded(iteration)
            | Self::MapIterationFailed(iteration)
            | Self::MapIterationAborted(iteration) => (own_name(), details().iteration(iteration)),
            Self::MapRunStarted { arn } => (own_name(), details().with("mapRunArn", arn.as_str())),
            Self::StateAborted { .. }
            | Self::LambdaFunctionStarted
            | Self::ParallelStateStarted
            | Self::ParallelStateSucceeded
            | Self::ParallelStateFailed
            | Self::MapStateSucceeded
            | Self::MapStateFailed
            | Self::MapRunSucceeded => return None,
        };
        Some((name, details.0))
    }
}

fn exited(name: &Rc<str>, output: &Data, assigned: &[(String, Data)]) -> Details {
    let details = details().with("name", &**name).data("output", output);
    if assigned.is_empty() {
        return details;
    }
    let texts = assigned
        .iter()
        .map(|(name, value)| (name.clone(), json!(value.value().to_string())));
    details
        .with("assignedVariables", Value::Object(texts.collect()))
        .with("assignedVariablesDetails", json!({ "truncated": false }))
}

/// The events of an execution.
#[derive(Debug, Default)]
pub(crate) struct History {
    events: Vec<Event>,
}

impl History {
    /// Adds an event and returns its number.
    pub(crate) fn add(&mut self, previous: u64, time: Moment, kind: EventKind) -> u64 {
        let id = self.events.len() as u64 + 1;
        self.events.push(Event {
            id,
            previous,
            time,
            kind,
        });
        id
    }

    /// The events.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Takes the events out.
    pub(crate) fn into_events(self) -> Vec<Event> {
        self.events
    }
}
