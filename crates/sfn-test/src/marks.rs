//! Marks the states and transitions in a picture that a run, or all runs of a workflow, reached.

use asl::diagram::{Mark, Marks, Transition};
use asl_run::{By, EventKind};

use crate::coverage::{Coverage, ItemKind};
use crate::runner::CaseRun;

impl CaseRun {
    /// The states and transitions that the run reached, and the state in which it failed.
    pub fn marks(&self, states: impl Iterator<Item = impl Into<String>>) -> Marks {
        let mut marks = Marks::default();
        for state in states {
            marks.states.insert(state.into(), Mark::Missed);
        }
        for event in &self.events {
            if let EventKind::StateEntered { name, .. } = &event.kind {
                marks.states.insert(name.to_string(), Mark::Reached);
            }
        }
        for visit in &self.visits {
            let state = visit.state.to_string();
            if visit.by == By::Failure {
                marks.states.insert(state, Mark::Failed);
            } else if let Some(transition) = transition(visit.by) {
                marks.states.insert(state.clone(), Mark::Reached);
                marks.transitions.entry(state).or_default().push(transition);
            }
        }
        marks
    }
}

/// The transition after a state. `None` for a retry and a failure.
fn transition(by: By) -> Option<Transition> {
    match by {
        By::Next => Some(Transition::Next),
        By::Rule(index) => Some(Transition::Rule(index)),
        By::Default => Some(Transition::Default),
        By::Catcher(index) => Some(Transition::Catcher(index)),
        By::Retrier(_) | By::Failure => None,
    }
}

impl Coverage {
    /// The states and transitions that the cases reach.
    pub fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for (item, count) in &self.items {
            let state = item.state.clone();
            let is_reached = *count > 0;
            let transition = match item.kind {
                ItemKind::State => {
                    let mark = if is_reached {
                        Mark::Reached
                    } else {
                        Mark::Missed
                    };
                    marks.states.insert(state.clone(), mark);
                    self.passes(&state).then_some(Transition::Next)
                }
                ItemKind::Rule(index) => is_reached.then_some(Transition::Rule(index)),
                ItemKind::Default => is_reached.then_some(Transition::Default),
                ItemKind::Catcher(index) => is_reached.then_some(Transition::Catcher(index)),
                ItemKind::Retrier(_) => None,
            };
            marks
                .transitions
                .entry(state)
                .or_default()
                .extend(transition);
        }
        marks
    }
}
