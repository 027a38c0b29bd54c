//! Summary of an execution by state.

use std::collections::HashMap;

use aws_sdk_sfn::types::HistoryEvent;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// Summary of a state in an execution.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateSummary {
    /// Name.
    pub name: String,
    /// Type, such as `Task`.
    pub kind: String,
    /// Number of times the state was entered.
    pub entered: u64,
    /// Number of times the state was exited.
    pub exited: u64,
    /// Number of failed attempts, including those that were retried.
    pub failures: u64,
    /// Number of attempts, without the first one of each entry.
    pub retries: u64,
    /// Total time between entering and exiting the state in seconds.
    pub seconds: f64,
    /// Error of the last failed attempt.
    pub error: Option<String>,
    /// Cause of the error.
    pub cause: Option<String>,
}

/// The history of an execution by state, in the order in which the states were first entered.
///
/// # Errors
/// Errors returned by AWS.
pub async fn summary(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<StateSummary>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "GetExecutionHistory");
    let (mut summary, mut token) = (Summary::default(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .get_execution_history()
                    .execution_arn(arn)
                    .max_results(1000);
                let request = request
                    .include_execution_data(false)
                    .set_next_token(token.take());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        answer
            .events
            .into_iter()
            .map(Step::from)
            .for_each(|step| summary.take(step));
        token = answer.next_token;
        if token.is_none() {
            return Ok(summary.states);
        }
    }
}

/// An event, by its effect on a state.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    id: i64,
    previous: i64,
    /// Seconds since 1970.
    at: f64,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Entered(String, String),
    Exited(String),
    Attempt,
    Failed(Option<String>, Option<String>),
    Other,
}

impl From<HistoryEvent> for Step {
    fn from(event: HistoryEvent) -> Self {
        let kind = event.r#type.as_str();
        let what = if let Some(details) = event.state_entered_event_details {
            What::Entered(
                details.name,
                kind.trim_end_matches("StateEntered").to_owned(),
            )
        } else if let Some(details) = event.state_exited_event_details {
            What::Exited(details.name)
        } else if [
            "TaskScheduled",
            "LambdaFunctionScheduled",
            "ActivityScheduled",
        ]
        .contains(&kind)
        {
            What::Attempt
        } else {
            macro_rules! first_failure {
                ($($details:ident),*) => {
                    None$(.or(event.$details.map(|details| (details.error, details.cause))))*
                };
            }
            let failure = first_failure!(
                task_failed_event_details,
                task_start_failed_event_details,
                task_submit_failed_event_details,
                task_timed_out_event_details,
                lambda_function_failed_event_details,
                lambda_function_schedule_failed_event_details,
                lambda_function_start_failed_event_details,
                lambda_function_timed_out_event_details,
                activity_failed_event_details,
                activity_schedule_failed_event_details,
                activity_timed_out_event_details,
                map_run_failed_event_details
            );
            let evaluation = event
                .evaluation_failed_event_details
                .map(|details| (details.error, details.cause));
            match failure.or(evaluation) {
                Some((error, cause)) => What::Failed(error, cause),
                None => What::Other,
            }
        };
        let at = event.timestamp.as_secs_f64();
        Self {
            id: event.id,
            previous: event.previous_event_id,
            at,
            what,
        }
    }
}

/// An open entry of a state, and the one around it.
struct Entry {
    state: usize,
    at: f64,
    attempts: u64,
    around: Option<i64>,
}

#[derive(Default)]
struct Summary {
    states: Vec<StateSummary>,
    /// Entries by the event that created them.
    entries: HashMap<i64, Entry>,
    /// Innermost entry of an event.
    inside: HashMap<i64, i64>,
}

impl Summary {
    fn take(&mut self, step: Step) {
        let around = self.inside.get(&step.previous).copied();
        let inside = match step.what {
            What::Entered(name, kind) => {
                let state = self.state(name, kind);
                self.change(state, |state| state.entered += 1);
                self.entries.insert(
                    step.id,
                    Entry {
                        state,
                        at: step.at,
                        attempts: 0,
                        around,
                    },
                );
                Some(step.id)
            }
            What::Exited(name) => {
                let entry = self.entry_of(around, &name);
                if let Some(Entry { state, at, .. }) =
                    entry.and_then(|entry| self.entries.get(&entry))
                {
                    let (state, seconds) = (*state, (step.at - at).max(0.0));
                    self.change(state, |state| {
                        state.exited += 1;
                        state.seconds += seconds;
                    });
                }
                entry.and_then(|entry| self.entries.get(&entry)?.around)
            }
            What::Attempt => {
                if let Some(entry) = around.and_then(|around| self.entries.get_mut(&around)) {
                    entry.attempts += 1;
                    let (state, again) = (entry.state, entry.attempts > 1);
                    self.change(state, |state| state.retries += u64::from(again));
                }
                around
            }
            What::Failed(error, cause) => {
                if let Some(state) = around
                    .and_then(|around| self.entries.get(&around))
                    .map(|entry| entry.state)
                {
                    self.change(state, |state| {
                        state.failures += 1;
                        state.error = error;
                        state.cause = cause;
                    });
                }
                around
            }
            What::Other => around,
        };
        if let Some(inside) = inside {
            self.inside.insert(step.id, inside);
        }
    }

    fn state(&mut self, name: String, kind: String) -> usize {
        let known = self.states.iter().position(|state| state.name == name);
        known.unwrap_or_else(|| {
            self.states.push(StateSummary {
                name,
                kind,
                ..StateSummary::default()
            });
            self.states.len() - 1
        })
    }

    fn change(&mut self, state: usize, change: impl FnOnce(&mut StateSummary)) {
        if let Some(state) = self.states.get_mut(state) {
            change(state);
        }
    }

    /// The open entry of this state that contains a place.
    fn entry_of(&self, mut place: Option<i64>, name: &str) -> Option<i64> {
        while let Some(id) = place {
            let entry = self.entries.get(&id)?;
            if self
                .states
                .get(entry.state)
                .is_some_and(|state| state.name == name)
            {
                return Some(id);
            }
            place = entry.around;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary_of(steps: Vec<(i64, i64, f64, What)>) -> Vec<StateSummary> {
        let mut summary = Summary::default();
        steps.into_iter().for_each(|(id, previous, at, what)| {
            summary.take(Step {
                id,
                previous,
                at,
                what,
            });
        });
        summary.states
    }

    fn entered(name: &str, kind: &str) -> What {
        What::Entered(name.into(), kind.into())
    }

    fn exited(name: &str) -> What {
        What::Exited(name.into())
    }

    #[test]
    fn retries_and_times_belong_to_their_state() {
        let failed = What::Failed(Some("Busy".into()), None);
        let states = summary_of(vec![
            (1, 0, 0.0, What::Other),
            (2, 0, 0.0, entered("Both", "Parallel")),
            (3, 2, 0.0, What::Other),
            (4, 3, 1.0, entered("Left", "Task")),
            (5, 3, 1.0, entered("Right", "Pass")),
            (6, 4, 1.0, What::Attempt),
            (7, 5, 1.5, exited("Right")),
            (8, 6, 2.0, failed),
            (9, 8, 3.0, What::Attempt),
            (10, 9, 4.0, exited("Left")),
            (11, 10, 4.0, What::Other),
            (12, 11, 5.0, exited("Both")),
            (13, 12, 5.0, entered("Last", "Pass")),
        ]);
        let told: Vec<_> = states
            .iter()
            .map(|state| {
                (
                    state.name.as_str(),
                    state.entered,
                    state.exited,
                    state.failures,
                    state.retries,
                    state.seconds,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Both", 1, 1, 0, 0, 5.0),
                ("Left", 1, 1, 1, 1, 3.0),
                ("Right", 1, 1, 0, 0, 0.5),
                ("Last", 1, 0, 0, 0, 0.0)
            ]
        );
        assert_eq!(states[1].error.as_deref(), Some("Busy"));
    }

    #[test]
    fn a_state_that_is_entered_again_is_one() {
        let states = summary_of(vec![
            (1, 0, 0.0, entered("A", "Wait")),
            (2, 1, 2.0, exited("A")),
            (3, 2, 2.0, entered("A", "Wait")),
            (4, 3, 5.0, exited("A")),
        ]);
        assert_eq!(
            (states.len(), states[0].entered, states[0].seconds),
            (1, 2, 5.0)
        );
    }
}
