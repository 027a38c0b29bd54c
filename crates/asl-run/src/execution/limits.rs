//! Quotas and the end of an execution.
//!
//! Source: the developer guide, "Step Functions service quotas".

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use crate::context::ExecutionInfo;
use crate::fault::{RUNTIME, TIMEOUT};
use crate::history::{EventKind, MAX_EVENTS};
use crate::{Data, Failure, Moment};

use super::outcome::{Outcome, Status};
use super::thread::{Key, Turn};
use super::{By, Execution, ROOT, Start, Visit};

/// Maximum time of a Standard execution: a year.
const STANDARD: Duration = Duration::from_hours(365 * 24);

/// Maximum time of an Express execution: five minutes.
const EXPRESS: Duration = Duration::from_mins(5);

impl Execution {
    /// When the execution times out.
    pub(super) fn time_limit(&self) -> Moment {
        let quota = if self.start.express {
            EXPRESS
        } else {
            STANDARD
        };
        let limit = self
            .machine
            .timeout
            .map_or(quota, |timeout| timeout.min(quota));
        self.start.time + limit
    }

    pub(super) fn execution_timed_out(&mut self) {
        self.end_root(Status::TimedOut, None, timed_out());
    }

    /// The history of the execution is full.
    pub(super) fn too_many_events(&mut self) {
        if self.outcome.is_none() {
            self.end_root(Status::Failed, None, history_full());
        }
    }

    /// Limits the time of a child execution.
    pub(super) fn limit_child(&mut self, child: Key, express: bool) {
        if express {
            self.after(child, EXPRESS, Turn::ExecutionTimeout);
        }
    }

    /// Whether the history of the child execution of a thread is full, so that it ends in its next turn.
    pub(super) fn is_history_full(&self, key: Key) -> bool {
        let run = self.thread(key).map_or(ROOT, |thread| thread.run);
        let run = self.runs.get(&run).filter(|_| run != ROOT);
        run.is_some_and(|run| run.history.events().len() as u64 >= MAX_EVENTS - 1)
    }

    /// The main thread of the child execution that a thread belongs to.
    pub(super) fn child_around(&self, key: Key) -> Option<Key> {
        let run = self.thread(key)?.run;
        let mut child = key;
        loop {
            let parent = self.thread(child)?.parent?;
            if self.thread(parent.key)?.run != run {
                return Some(child);
            }
            child = parent.key;
        }
    }

    /// Ends a child execution that has reached a limit.
    pub(super) fn end_child(&mut self, child: Key, failure: Failure) {
        let Some(last) = self.thread(child).map(|thread| thread.last) else {
            return;
        };
        self.abort_children(child, last);
        self.child_failed(child, failure);
    }

    /// Ends the execution. Its last event follows the last event of its main thread.
    pub(super) fn end_root(&mut self, status: Status, output: Option<Data>, failure: Failure) {
        let previous = self
            .root
            .and_then(|key| self.thread(key))
            .map_or(0, |thread| thread.last);
        self.end(previous, status, output, failure);
    }

    /// Ends the execution with an event after another one.
    pub(super) fn end(
        &mut self,
        previous: u64,
        status: Status,
        output: Option<Data>,
        failure: Failure,
    ) {
        if self.outcome.is_some() {
            return;
        }
        let event = last_event(status, output.as_ref(), &failure);
        let now = self.now;
        // Set first, so that a full history does not end the execution again.
        self.outcome = Some(Outcome {
            status,
            output: output.filter(|_| status == Status::Succeeded),
            failure: (status != Status::Succeeded).then_some(failure),
            duration: now.since(self.start.time),
        });
        if let Some(run) = self.runs.get_mut(&ROOT) {
            run.history.add(previous, now, event);
        }
    }

    /// The state of a scope has failed, and no catcher has the error.
    pub(super) fn scope_failed(&mut self, key: Key, failure: Failure) {
        self.fail_inspection(key, &failure);
        let Some(thread) = self.thread(key) else {
            return;
        };
        let (last, parent) = (thread.last, thread.parent);
        let state = self.machine.state(thread.state);
        if let Some(state) = state.map(|state| Rc::clone(&state.name)) {
            self.visited.push(Visit {
                state,
                next: None,
                by: By::Failure,
            });
        }
        match parent {
            None => {
                self.remove(key);
                self.end(last, Status::Failed, None, failure);
            }
            // What happens at the same moment in other branches comes first, as on AWS.
            Some(_) => {
                self.end_task(key);
                self.ready.push_back((key, Turn::Fail(failure)));
            }
        }
    }

    /// The last state of a scope has ended.
    pub(super) fn scope_done(&mut self, key: Key, output: Data) {
        let Some(thread) = self.thread(key) else {
            return;
        };
        let last = thread.last;
        match thread.parent {
            None => {
                self.remove(key);
                self.end(last, Status::Succeeded, Some(output), Failure::default());
            }
            Some(parent) => self.child_done(key, parent, output),
        }
    }
}

/// The failure of an execution after its maximum time.
pub(super) fn timed_out() -> Failure {
    Failure {
        error: Some(TIMEOUT.to_owned()),
        cause: None,
    }
}

/// The failure of an execution whose history is full.
pub(super) fn history_full() -> Failure {
    let cause =
        format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
    Failure::new(RUNTIME, cause)
}

/// The last event of an execution.
pub(super) fn last_event(status: Status, output: Option<&Data>, failure: &Failure) -> EventKind {
    match (status, output) {
        (Status::Succeeded, Some(output)) => EventKind::ExecutionSucceeded {
            output: output.clone(),
        },
        (Status::TimedOut, _) => EventKind::ExecutionTimedOut(failure.clone()),
        (Status::Aborted, _) => EventKind::ExecutionAborted(failure.clone()),
        _ => EventKind::ExecutionFailed(failure.clone()),
    }
}

impl ExecutionInfo {
    /// The context object's data about an execution.
    pub(super) fn of(start: &Start) -> Self {
        let Start {
            region,
            account,
            machine,
            name,
            ..
        } = start;
        let id = match start.express {
            // The last part tells executions of the same name apart.
            true if start.redrivable => {
                format!("arn:aws:states:{region}:{account}:express:{machine}:{name}:{name}")
            }
            true => format!("arn:aws:states:{region}:{account}:express:{machine}:{name}"),
            false => format!("arn:aws:states:{region}:{account}:execution:{machine}:{name}"),
        };
        Self {
            id,
            name: name.clone(),
            input: Data::new(start.input.clone()),
            role: start.role.clone(),
            started: start.time,
            redrivable: start.redrivable,
            machine_id: format!("arn:aws:states:{region}:{account}:stateMachine:{machine}"),
            machine_name: machine.clone(),
            converted: OnceCell::new(),
        }
    }

    /// The same for a child execution with another input.
    pub(super) fn child(
        &self,
        label: &str,
        name: String,
        express: bool,
        input: Data,
        started: Moment,
    ) -> Rc<Self> {
        let kind = if express { ":express:" } else { ":execution:" };
        let id = self.machine_id.replacen(":stateMachine:", kind, 1);
        let last = if express {
            format!(":{name}")
        } else {
            String::new()
        };
        Rc::new(Self {
            id: format!("{id}/{label}:{name}{last}"),
            name,
            input,
            role: self.role.clone(),
            started,
            redrivable: self.redrivable,
            machine_id: format!("{}/{label}", self.machine_id),
            machine_name: format!("{}/{label}", self.machine_name),
            converted: OnceCell::new(),
        })
    }
}
