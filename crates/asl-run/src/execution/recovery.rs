//! Retriers and catchers, and how failures go up.
//!
//! Sources: the Amazon States Language specification, "Errors"; the developer guide, "Handling errors in Step
//! Functions workflows".

use std::rc::Rc;
use std::time::Duration;

use asl::model::{JitterStrategy, QueryLanguage, Retrier};
use serde_json::{Map, Value};

use crate::fault::{DATA_LIMIT, Fault, QUERY, RUNTIME, TASK_FAILED, TIMEOUT};
use crate::history::EventKind;
use crate::machine::{Catcher, Kind, Selection, State};
use crate::view::View;
use crate::{Data, Failure};

use super::flow::{Ended, Frame, assign, combine};
use super::outcome::Status;
use super::thread::{Key, Turn};
use super::{By, Execution, Visit};

/// An error of a state, and under which names retriers and catchers find it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub failure: Failure,
    /// Another name of the error: a missed heartbeat is `States.Timeout` in the history, and
    /// `States.HeartbeatTimeout` in the documentation.
    pub also: Option<&'static str>,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            also: None,
        }
    }
}

impl Problem {
    /// Whether a list of error names has the error.
    fn is_in(&self, names: &[String]) -> bool {
        let error = self.failure.name();
        // Sources: the developer guide, "Error names": `States.TaskFailed` stands for all but a timeout. On AWS,
        // `States.ALL` has `States.DataLimitExceeded`, in contrast to the documentation.
        names.iter().any(|name| match name.as_str() {
            name if name == error || Some(name) == self.also => error != RUNTIME,
            "States.ALL" => error != RUNTIME,
            TASK_FAILED => ![RUNTIME, DATA_LIMIT, TIMEOUT].contains(&error),
            _ => false,
        })
    }
}

impl Execution {
    /// An expression of a state has failed. The iterations that a Map state has started are aborted.
    pub(super) fn fault(&mut self, key: Key, fault: &Fault) {
        let last = self.thread(key).map_or(0, |thread| thread.last);
        self.abort_children(key, last);
        let machine = Rc::clone(&self.machine);
        let Some((state, thread)) = self
            .thread(key)
            .and_then(|thread| Some((machine.state(thread.state)?, thread)))
        else {
            return;
        };
        let failure = fault.failure(&state.name, thread.entered);
        if fault.error == QUERY {
            // AWS links the event with the one before the state, but in Wait states.
            let first = thread.last == thread.entered && !matches!(state.kind, Kind::Wait(_));
            let previous = if first {
                thread.before_entered
            } else {
                thread.last
            };
            let event = EventKind::EvaluationFailed {
                failure: failure.clone(),
                location: fault.location.clone(),
                state: Rc::clone(&state.name),
            };
            let id = self.emit_after(key, previous, event);
            if let Some(thread) = self.thread_mut(key) {
                thread.last = id;
            }
        }
        let problem = Problem::from(failure);
        if self.retry(key, &problem) {
            return;
        }
        if fault.error == QUERY {
            self.emit_fork_failed(key, state);
        }
        self.catch(key, problem);
    }

    fn emit_fork_failed(&mut self, key: Key, state: &State) {
        match state.kind {
            Kind::Map(_) => self.emit(key, EventKind::MapStateFailed),
            Kind::Parallel { .. } => self.emit(key, EventKind::ParallelStateFailed),
            _ => 0,
        };
    }

    /// The work of a state has failed.
    pub(super) fn recover(&mut self, key: Key, problem: Problem) {
        if !self.retry(key, &problem) {
            self.catch(key, problem);
        }
    }

    /// Lets the state work again, if a retrier has the error and attempts left.
    pub(super) fn retry(&mut self, key: Key, problem: &Problem) -> bool {
        let machine = Rc::clone(&self.machine);
        let Some((state, thread)) = self
            .thread(key)
            .and_then(|thread| Some((machine.state(thread.state)?, thread)))
        else {
            return false;
        };
        let found = state
            .retry
            .iter()
            .enumerate()
            .find(|(_, retrier)| problem.is_in(&retrier.error_equals));
        let Some((index, retrier)) = found else {
            return false;
        };
        let used = match &self.single {
            Some(single) => single.retries,
            None => thread.retries.get(index).copied().unwrap_or(0),
        };
        if used >= retrier.max_attempts.unwrap_or(3) {
            self.inspect(key, move |inspection, _| inspection.exhausted(index));
            return false;
        }
        let delay = self.delay(retrier, used);
        self.visited.push(Visit {
            state: Rc::clone(&state.name),
            next: Some(Rc::clone(&state.name)),
            by: By::Retrier(index),
        });
        self.inspect(key, move |inspection, _| inspection.retried(index, delay));
        if self.single.is_some() {
            self.end_single(key, Status::Failed, None, problem.failure.clone());
            return true;
        }
        if let Some(thread) = self.thread_mut(key) {
            if let Some(count) = thread.retries.get_mut(index) {
                *count += 1;
            }
            thread.retry_count += 1;
            thread.attempt += 1;
            thread.token = None;
        }
        self.after(key, delay, Turn::Work);
        true
    }

    /// The time before an attempt.
    fn delay(&mut self, retrier: &Retrier, used: u64) -> Duration {
        let interval = retrier.interval_seconds.unwrap_or(1) as f64;
        let rate = retrier.backoff_rate.as_ref();
        let rate = rate.and_then(serde_json::Number::as_f64).unwrap_or(2.0);
        let delay = interval * rate.powf(used as f64);
        let delay = match retrier.max_delay_seconds {
            Some(most) => delay.min(most as f64),
            None => delay,
        };
        let delay = match retrier.jitter_strategy {
            Some(JitterStrategy::Full) => delay * self.entropy.borrow_mut().fraction(),
            _ => delay,
        };
        Duration::try_from_secs_f64(delay).unwrap_or(Duration::MAX)
    }

    /// Continues with the state of a catcher, or fails the scope.
    pub(super) fn catch(&mut self, key: Key, problem: Problem) {
        let machine = Rc::clone(&self.machine);
        let state = self
            .thread(key)
            .and_then(|thread| machine.state(thread.state));
        let Some(state) = state else { return };
        let found = state
            .catch
            .iter()
            .enumerate()
            .find(|(_, catcher)| problem.is_in(&catcher.errors));
        let Some((index, catcher)) = found else {
            return self.scope_failed(key, problem.failure);
        };
        self.inspect(key, move |inspection, _| inspection.caught(index));
        let Some(frame) = self.frame(key) else { return };
        let failure = problem.failure;
        if let Some(thread) = self.thread_mut(key)
            && let Some(inspection) = &mut thread.inspection
        {
            inspection.failure = Some(failure.clone());
        }
        match caught(&frame, state, catcher, &failure) {
            Ok(ended) => self.exit(key, ended, Some(catcher.next), By::Catcher(index)),
            // What a catcher computes is not caught by another one.
            Err(fault) => {
                let entered = self.thread(key).map_or(0, |thread| thread.entered);
                self.scope_failed(key, fault.failure(&state.name, entered));
            }
        }
    }
}

/// The error output, as catchers see it.
fn error_output(failure: &Failure) -> Data {
    let text = |text: Option<&String>| text.map_or(Value::Null, |text| Value::String(text.clone()));
    let cause = match (&failure.error, &failure.cause) {
        // A timeout has no cause.
        (Some(_), None) => Value::String(String::new()),
        (_, cause) => text(cause.as_ref()),
    };
    let members = [
        ("Error".to_owned(), text(failure.error.as_ref())),
        ("Cause".to_owned(), cause),
    ];
    Data::new(Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

fn caught(
    frame: &Frame,
    state: &State,
    catcher: &Catcher,
    failure: &Failure,
) -> Result<Ended, Fault> {
    let error = error_output(failure);
    if state.language == QueryLanguage::JSONata {
        let view = View {
            error_output: Some(&error),
            ..frame.view()
        };
        let output = match &catcher.output {
            Some(template) => template.evaluate(&view)?,
            None => error.clone(),
        };
        let assigned = assign(catcher.assign.as_ref(), &view)?;
        return Ok(Ended { output, assigned });
    }
    let view = frame.view();
    let assigned = assign(catcher.assign.as_ref(), &view.at(&error))?;
    let output = match &catcher.result_path {
        Selection::Whole => error,
        Selection::Nothing => frame.input.clone(),
        Selection::Part(field) => combine(field, &frame.input, error)?,
    };
    Ok(Ended { output, assigned })
}
