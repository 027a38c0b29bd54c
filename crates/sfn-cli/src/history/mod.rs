//! The course of an execution, from the events in its history.

mod event;
mod marks;
mod reading;
mod visit;

use std::time::Duration;

use asl_run::{Failure, Moment, Status};

pub use event::{End, Event, EventKind, events};
pub use marks::marks;
pub use visit::{Attempt, Outcome, Visit};

/// The course of an execution.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// When it started.
    pub started: Option<Moment>,
    /// Input.
    pub input: Option<String>,
    /// The visits of states, in the order in which the states were entered.
    pub visits: Vec<Visit>,
    /// Number of redrives.
    pub redrives: usize,
    /// The end. `None` if the execution is running.
    pub end: Option<End>,
    /// When the last event happened.
    pub last: Moment,
}

impl History {
    /// The course of an execution with these events.
    pub fn of(events: &[Event]) -> Self {
        reading::read(events)
    }

    /// Status, such as `FAILED` or `RUNNING`.
    pub fn status(&self) -> String {
        match &self.end {
            Some(end) => end.status.to_string(),
            None => "RUNNING".to_owned(),
        }
    }

    /// Error and cause, if the execution did not succeed.
    pub fn failure(&self) -> Option<&Failure> {
        self.end.as_ref()?.failure.as_ref()
    }

    /// The time from the start to an event.
    pub fn offset(&self, moment: Moment) -> Duration {
        moment.since(self.started.unwrap_or(moment))
    }

    /// The time from the start to the last event.
    pub fn duration(&self) -> Duration {
        self.offset(self.last)
    }

    /// The visits because of which the execution did not succeed: those that failed without a later attempt, or those
    /// that a timeout or a stop ended.
    pub fn culprits(&self) -> impl Iterator<Item = &Visit> {
        let status = self.end.as_ref().map(|end| end.status);
        self.visits.iter().filter(move |visit| {
            let is_culprit = match status {
                Some(Status::Failed) => visit.outcome == Outcome::Failed,
                Some(Status::TimedOut | Status::Aborted) => {
                    matches!(visit.outcome, Outcome::Failed | Outcome::Aborted)
                }
                Some(Status::Succeeded) | None => false,
            };
            is_culprit && !visit.is_superseded
        })
    }

    /// The state in which the execution ended without success. States that contain others are only returned if no other
    /// state is the reason.
    pub fn culprit(&self) -> Option<&Visit> {
        let inner = self.culprits().find(|visit| !visit.contains_states());
        inner.or_else(|| self.culprits().next())
    }
}
