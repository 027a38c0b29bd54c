//! Visits of states.

use std::fmt;
use std::time::Duration;

use asl_run::{Failure, Moment};

use super::event::Fork;

/// A visit of a state: from its entry to its end, with all attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Name of the state.
    pub state: String,
    /// Type of the state, such as `Task`.
    pub ty: String,
    /// When the state was entered.
    pub entered: Moment,
    /// When it ended. `None` if it is running.
    pub ended: Option<Moment>,
    /// How it ended.
    pub outcome: Outcome,
    /// Attempts of a task, of the branches, or of the items.
    pub attempts: Vec<Attempt>,
    /// Input.
    pub input: Option<String>,
    /// Output.
    pub output: Option<String>,
    /// Variables that it assigned, by name.
    pub variables: Vec<(String, String)>,
    /// Its error, if it failed or the error was caught.
    pub failure: Option<Failure>,
    /// Indexes of the items of Map states around it, from the outermost one.
    pub items: Vec<u64>,
    /// Number of states around it.
    pub depth: usize,
    /// Name of the next state.
    pub next: Option<String>,
    /// Whether its failure has no effect: the state around it was retried or caught the error, or the execution was
    /// redriven.
    pub is_superseded: bool,
    /// Whether a redrive continues its branches or items.
    pub(super) is_resumed: bool,
    /// Position of the visit around it.
    pub(super) parent: Option<usize>,
    /// Index of the item of the visit around it.
    pub(super) item: Option<u64>,
}

/// An attempt of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it began.
    pub started: Moment,
    /// When it ended. `None` if it is running.
    pub ended: Option<Moment>,
    /// The resource that a task calls, or the ARN of a Map Run.
    pub resource: Option<String>,
    /// Its error.
    pub failure: Option<Failure>,
}

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has not ended.
    Running,
    /// With an output.
    Succeeded,
    /// With an error that a catcher handled.
    Caught,
    /// With an error.
    Failed,
    /// Because of an error in another branch or item, or with the execution.
    Aborted,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Caught => "caught",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        })
    }
}

impl Visit {
    /// Name of the state with the indexes of the items around it, such as `Send[0]`.
    pub fn label(&self) -> String {
        let items = self.items.iter().map(|index| format!("[{index}]"));
        format!("{}{}", self.state, items.collect::<String>())
    }

    /// Whether the state contains other states.
    pub fn contains_states(&self) -> bool {
        Fork::of(&self.ty).is_some()
    }

    /// How long it took. `None` if it is running.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.ended?.since(self.entered))
    }

    /// Number of attempts after the first one.
    pub fn retries(&self) -> usize {
        self.attempts.len().saturating_sub(1)
    }

    /// The error of the last attempt.
    pub(super) fn last_failure(&self) -> Option<&Failure> {
        self.attempts.last()?.failure.as_ref()
    }

    /// Ends the visit.
    pub(super) fn end(&mut self, time: Moment, outcome: Outcome) {
        self.ended = Some(time);
        self.outcome = outcome;
        self.end_attempt(time);
    }

    /// Ends the last attempt, if it has not ended.
    pub(super) fn end_attempt(&mut self, time: Moment) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended.get_or_insert(time);
        }
    }

    /// Continues the visit after its end.
    pub(super) fn reopen(&mut self) {
        self.ended = None;
        self.outcome = Outcome::Running;
        self.failure = None;
        self.is_superseded = false;
    }

    /// Begins an attempt.
    pub(super) fn begin(&mut self, time: Moment, resource: Option<String>) {
        self.end_attempt(time);
        self.attempts.push(Attempt {
            started: time,
            ended: None,
            resource,
            failure: None,
        });
    }

    /// Ends the attempt with an error. An error before the first attempt is an attempt of its own.
    pub(super) fn fail(&mut self, time: Moment, failure: Failure) {
        let last = self.attempts.last();
        if last.is_none_or(|attempt| attempt.failure.is_some()) {
            self.begin(time, None);
        }
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended = Some(time);
            attempt.failure = Some(failure);
        }
    }
}

impl Attempt {
    /// How long it took. `None` if it is running.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.ended?.since(self.started))
    }
}
