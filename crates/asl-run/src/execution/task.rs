//! Task states.
//!
//! Source: the developer guide, "Task workflow state", "Discover service integration patterns in Step Functions".

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::fault::{Fault, TASK_FAILED, TIMEOUT};
use crate::history::{EventKind, Limits, Service};
use crate::machine::{Kind, Pattern, Resource, State, Task};
use crate::{Data, Failure, Moment};

use super::flow::{MAX_PAYLOAD, too_large};
use super::recovery::Problem;
use super::settings;
use super::thread::{Key, Turn, Work};
use super::{Execution, Request};

/// Names a call until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(pub(super) u64);

/// A call of a task.
#[derive(Debug, Clone)]
pub struct Call {
    /// Names the call in [`Execution::answer`].
    pub id: CallId,
    /// Name of the state.
    pub state: Rc<str>,
    /// The `Resource` of the state.
    pub resource: Rc<str>,
    /// The input of the task.
    pub parameters: Data,
    /// How often the state was retried before.
    pub retry_count: u64,
    /// The indexes of the items of the Map states around the state, from the outermost one.
    pub items: Vec<usize>,
    /// The task token, if the task waits for one.
    pub token: Option<Rc<str>>,
    /// `RoleArn` and other members of `Credentials`.
    pub credentials: Option<Data>,
    /// Timeout.
    pub timeout: Option<Duration>,
    /// Heartbeat interval.
    pub heartbeat: Option<Duration>,
    /// When the task begins.
    pub time: Moment,
}

/// The answer of a task.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The response of the service, if the task waits for a job or a token after it. A task that fails without one
    /// was rejected by the service.
    pub submitted: Option<Data>,
    /// How the task ends.
    pub reply: Reply,
    /// How long the task takes.
    pub after: Duration,
}

/// How a task ends.
#[derive(Debug, Clone)]
pub enum Reply {
    /// With a result.
    Success(Data),
    /// With an error.
    Failure(Failure),
    /// Never: only a timeout ends the state.
    Never,
}

/// The state of a task that is scheduled or running.
#[derive(Debug)]
pub(super) struct TaskWork {
    resource: Resource,
    parameters: Data,
    limits: Limits,
    credentials: Option<Data>,
    /// Whether the service has accepted the call, if the task waits for a job or a token after it.
    submitted: bool,
}

impl TaskWork {
    fn service(&self) -> Service {
        match &self.resource {
            Resource::Service {
                kind, operation, ..
            } => Service {
                kind: Rc::clone(kind),
                operation: Rc::clone(operation),
            },
            Resource::Function(arn) | Resource::Activity(arn) => Service {
                kind: Rc::clone(arn),
                operation: Rc::clone(arn),
            },
        }
    }

    fn scheduled(&self, region: &str) -> EventKind {
        let (limits, parameters) = (self.limits, self.parameters.clone());
        let credentials = self.credentials.clone();
        match &self.resource {
            Resource::Function(arn) => EventKind::LambdaFunctionScheduled {
                resource: Rc::clone(arn),
                input: parameters,
                limits,
                credentials,
            },
            Resource::Activity(arn) => EventKind::ActivityScheduled {
                resource: Rc::clone(arn),
                input: parameters,
                limits,
            },
            Resource::Service { .. } => EventKind::TaskScheduled {
                service: self.service(),
                region: region.to_owned(),
                parameters,
                limits,
                credentials,
            },
        }
    }

    fn started(&self) -> EventKind {
        match &self.resource {
            Resource::Function(_) => EventKind::LambdaFunctionStarted,
            Resource::Activity(_) => EventKind::ActivityStarted,
            Resource::Service { .. } => EventKind::TaskStarted(self.service()),
        }
    }

    fn succeeded(&self, output: Data) -> EventKind {
        match &self.resource {
            Resource::Function(_) => EventKind::LambdaFunctionSucceeded { output },
            Resource::Activity(_) => EventKind::ActivitySucceeded { output },
            Resource::Service { .. } => EventKind::TaskSucceeded {
                service: self.service(),
                output,
            },
        }
    }

    fn failed(&self, failure: Failure) -> EventKind {
        match &self.resource {
            Resource::Function(_) => EventKind::LambdaFunctionFailed(failure),
            Resource::Activity(_) => EventKind::ActivityFailed(failure),
            Resource::Service { pattern, .. }
                if *pattern != Pattern::Response && !self.submitted =>
            {
                EventKind::TaskSubmitFailed {
                    service: self.service(),
                    failure,
                }
            }
            Resource::Service { .. } => EventKind::TaskFailed {
                service: self.service(),
                failure,
            },
        }
    }

    fn timed_out(&self, failure: Failure) -> EventKind {
        match &self.resource {
            Resource::Function(_) => EventKind::LambdaFunctionTimedOut(failure),
            Resource::Activity(_) => EventKind::ActivityTimedOut(failure),
            Resource::Service { .. } => EventKind::TaskTimedOut {
                service: self.service(),
                failure,
            },
        }
    }

    /// The name of the task in the cause of a result that is too large.
    fn name(&self) -> &str {
        match &self.resource {
            Resource::Function(arn) | Resource::Activity(arn) => arn,
            Resource::Service { kind, .. } => kind,
        }
    }
}

impl Execution {
    /// Schedules the task of a state.
    pub(super) fn schedule(&mut self, key: Key, state: &State, task: &Task) -> Result<(), Fault> {
        if matches!(task.resource, Resource::Service { pattern, .. } if pattern != Pattern::Response)
        {
            let token = self.new_token();
            if let Some(thread) = self.thread_mut(key) {
                thread.token = Some(token);
            }
        }
        let parameters = self.payload(key, state)?;
        let frame = self.frame_of(key)?;
        let view = frame.view();
        let limits = Limits {
            timeout: settings::limit(task.timeout.as_ref(), "TimeoutSeconds", &view)?,
            heartbeat: settings::limit(task.heartbeat.as_ref(), "HeartbeatSeconds", &view)?,
        };
        let credentials = task.credentials.as_ref();
        let credentials = credentials
            .map(|template| template.evaluate(&view))
            .transpose()?;
        let work = TaskWork {
            resource: task.resource.clone(),
            parameters,
            limits,
            credentials,
            submitted: false,
        };
        if self.is_mocked() {
            self.mocked_task(key, &task.resource);
            return Ok(());
        }
        let event = work.scheduled(&self.start.region);
        self.emit(key, event);
        if let Some(thread) = self.thread_mut(key) {
            thread.work = Work::Task(Box::new(work));
        }
        self.ready.push_back((key, Turn::Begin));
        Ok(())
    }

    fn new_token(&mut self) -> Rc<str> {
        let uuid = self.entropy.borrow_mut().uuid();
        format!("token-{uuid}").into()
    }

    /// Begins a scheduled task: asks for its answer.
    pub(super) fn begin_task(&mut self, key: Key) -> Option<Request> {
        let started = self.task(key)?.started();
        self.emit(key, started);
        let items = self.indexes(key);
        self.next_request += 1;
        let id = self.next_request;
        let now = self.now;
        let machine = Rc::clone(&self.machine);
        let thread = self.thread(key)?;
        let state = machine.state(thread.state)?;
        let Kind::Task(task) = &state.kind else {
            return None;
        };
        let Work::Task(work) = &thread.work else {
            return None;
        };
        let limits = work.limits;
        let call = Call {
            id: CallId(id),
            state: Rc::clone(&state.name),
            resource: task.resource.arn(),
            parameters: work.parameters.clone(),
            retry_count: thread.retry_count,
            items,
            token: thread.token.clone(),
            credentials: work.credentials.clone(),
            timeout: limits.timeout.map(Duration::from_secs),
            heartbeat: limits.heartbeat.map(Duration::from_secs),
            time: now,
        };
        let attempt = thread.attempt;
        // The shorter of both limits ends the task first. A heartbeat is never sent here.
        let limit = [call.timeout, call.heartbeat].into_iter().flatten().min();
        if let Some(limit) = limit {
            self.after(key, limit, Turn::TaskTimeout(attempt));
        }
        self.waiting.insert(id, key);
        Some(Request::Call(call))
    }

    /// Answers a call. The answer of a call that has ended before, because another branch failed, is ignored.
    pub fn answer(&mut self, id: CallId, answer: Answer) {
        let Some(key) = self.waiting.remove(&id.0).filter(|key| self.is_alive(*key)) else {
            return;
        };
        if let Some(output) = answer.submitted {
            self.ready.push_back((key, Turn::Submitted(output)));
        }
        if matches!(answer.reply, Reply::Never) {
            return;
        }
        let Some(attempt) = self.thread(key).map(|thread| thread.attempt) else {
            return;
        };
        self.after(key, answer.after, Turn::Answered(attempt, answer.reply));
    }

    fn task(&self, key: Key) -> Option<&TaskWork> {
        match &self.thread(key)?.work {
            Work::Task(work) => Some(work),
            _ => None,
        }
    }

    pub(super) fn task_submitted(&mut self, key: Key, output: Data) {
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        let Work::Task(work) = &mut thread.work else {
            return;
        };
        work.submitted = true;
        let service = work.service();
        self.emit(key, EventKind::TaskSubmitted { service, output });
    }

    pub(super) fn task_answered(&mut self, key: Key, reply: Reply) {
        let Some(work) = self.task(key) else { return };
        match work.resource.judge(reply) {
            Reply::Success(output) if output.size() > MAX_PAYLOAD => {
                let failure = too_large(work.name());
                self.task_failed(key, failure);
            }
            Reply::Success(output) => {
                let event = work.succeeded(output.clone());
                self.emit(key, event);
                self.end_task(key);
                let kept = output.clone();
                self.inspect(key, move |inspection, _| inspection.result = Some(kept));
                self.complete(key, Some(output));
            }
            Reply::Failure(failure) => self.task_failed(key, failure),
            Reply::Never => {}
        }
    }

    fn task_failed(&mut self, key: Key, failure: Failure) {
        let Some(event) = self.task(key).map(|work| work.failed(failure.clone())) else {
            return;
        };
        self.emit(key, event);
        self.recover(key, Problem::from(failure));
    }

    pub(super) fn task_timed_out(&mut self, key: Key) {
        let failure = Failure {
            error: Some(TIMEOUT.to_owned()),
            cause: None,
        };
        let Some(work) = self.task(key) else { return };
        let Limits { timeout, heartbeat } = work.limits;
        let missed = heartbeat.is_some_and(|heartbeat| timeout.is_none_or(|most| heartbeat < most));
        let event = work.timed_out(failure.clone());
        self.emit(key, event);
        let problem = Problem {
            failure,
            also: missed.then_some("States.HeartbeatTimeout"),
        };
        self.recover(key, problem);
    }

    /// The timers of the task that has ended do not matter any more.
    pub(super) fn end_task(&mut self, key: Key) {
        if let Some(thread) = self.thread_mut(key) {
            thread.attempt += 1;
        }
    }

    /// The indexes of the items around a thread.
    fn indexes(&self, key: Key) -> Vec<usize> {
        let mut items = Vec::new();
        let mut parent = self.thread(key).and_then(|thread| thread.parent);
        while let Some(next) = parent {
            let Some(thread) = self.thread(next.key) else {
                break;
            };
            let state = self.machine.state(thread.state);
            if state.is_some_and(|state| matches!(state.kind, Kind::Map(_))) {
                items.push(next.index);
            }
            parent = thread.parent;
        }
        items.reverse();
        items
    }
}

impl Resource {
    /// Turns the result of a failed job, and an HTTP response with an error, into a failure.
    ///
    /// Sources: the developer guide, "Run a job (.sync)" and "Call HTTPS APIs in Step Functions workflows".
    pub(super) fn judge(&self, reply: Reply) -> Reply {
        let (
            Reply::Success(result),
            Self::Service {
                arn, kind, pattern, ..
            },
        ) = (&reply, self)
        else {
            return reply;
        };
        let failure = match pattern {
            Pattern::Sync => failed_job(arn, result.value()),
            Pattern::Response if &**kind == "http" => failed_response(result.value()),
            Pattern::Response | Pattern::Token => None,
        };
        failure.map_or(reply, Reply::Failure)
    }

    fn arn(&self) -> Rc<str> {
        match self {
            Self::Function(arn) | Self::Activity(arn) | Self::Service { arn, .. } => Rc::clone(arn),
        }
    }
}

fn failed_job(arn: &str, result: &Value) -> Option<Failure> {
    asl::integration::Resource::parse(arn)
        .is_failed_job(result)
        .then(|| Failure::new(TASK_FAILED, result.to_string()))
}

fn failed_response(response: &Value) -> Option<Failure> {
    let status = response.get("StatusCode")?.as_u64()?;
    let body = response.get("ResponseBody").unwrap_or(&Value::Null);
    let cause = body
        .as_str()
        .map_or_else(|| body.to_string(), str::to_owned);
    (status >= 400).then(|| Failure::new(format!("States.Http.StatusCode.{status}"), cause))
}
