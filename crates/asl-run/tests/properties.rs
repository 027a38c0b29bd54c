//! Generated state machines run to an end with a history that makes sense.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "support/machines.rs"]
mod machines;

use std::collections::HashMap;
use std::rc::Rc;

use asl_run::{Event, EventKind, Execution, Iteration, Machine, Seeded, Start, Status};
use machines::{Answers, Generator, Size};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What an execution is made from.
#[derive(Debug)]
struct Case {
    definition: Value,
    input: Value,
    answers: u64,
}

impl Case {
    fn new(seed: u64, size: Size, chance: bool) -> Self {
        let mut generator = Generator::new(seed, size, chance);
        Self {
            definition: generator.definition(),
            input: generator.input(),
            answers: seed ^ 0x5555,
        }
    }

    fn run(&self, seed: u64) -> Execution {
        let machine = Rc::new(Machine::build(&self.definition).unwrap());
        let start = Start {
            input: self.input.clone(),
            seed,
            inspect: true,
            max_states: 500,
            ..Start::default()
        };
        machines::run(&machine, start, &mut Answers(Seeded::new(self.answers)))
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} with {} and {}",
            self.definition, self.input, self.answers
        )
    }
}

fn sizes() -> impl Strategy<Value = Size> {
    (1_usize..6, 0_usize..4).prop_map(|(states, depth)| Size { states, depth })
}

fn json_of(events: &[Event]) -> Vec<Value> {
    events.iter().map(Event::to_json).collect()
}

/// Whether an event is the last one of an execution.
fn is_terminal(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::ExecutionSucceeded { .. }
            | EventKind::ExecutionFailed(_)
            | EventKind::ExecutionTimedOut(_)
            | EventKind::ExecutionAborted(_)
    )
}

/// Numbers, links, times, and the first and the last event.
fn check_frame(events: &[Event]) -> Result<(), String> {
    let mut time = None;
    for (index, event) in events.iter().enumerate() {
        let id = index as u64 + 1;
        if event.id != id {
            return Err(format!("event {} has place {id}", event.id));
        }
        if event.previous >= id || (event.previous == 0) != (id == 1) {
            return Err(format!("event {id} follows {}", event.previous));
        }
        if time > Some(event.time) {
            return Err(format!("event {id} is earlier than the one before it"));
        }
        time = Some(event.time);
        if matches!(event.kind, EventKind::ExecutionStarted { .. }) != (id == 1) {
            return Err(format!("event {id} is a start, or the first one is none"));
        }
        if is_terminal(&event.kind) != (index + 1 == events.len()) {
            return Err(format!("event {id} is an end, or the last one is none"));
        }
    }
    Ok(())
}

/// A state or an iteration that is open between two events.
#[derive(PartialEq, Eq, Hash)]
enum Open<'a> {
    State(&'a str),
    Iteration(&'a Iteration),
}

/// What an event opens (1) or closes (-1).
fn change(kind: &EventKind) -> Option<(Open<'_>, i32)> {
    Some(match kind {
        EventKind::StateEntered { name, .. } => (Open::State(name), 1),
        EventKind::StateExited { name, .. } => (Open::State(name), -1),
        EventKind::MapIterationStarted(iteration) => (Open::Iteration(iteration), 1),
        EventKind::MapIterationSucceeded(iteration)
        | EventKind::MapIterationFailed(iteration)
        | EventKind::MapIterationAborted(iteration) => (Open::Iteration(iteration), -1),
        _ => return None,
    })
}

/// What ends was begun before.
fn check_pairs(events: &[Event]) -> Result<(), String> {
    let mut open = HashMap::new();
    for event in events {
        let Some((what, change)) = change(&event.kind) else {
            continue;
        };
        let count = open.entry(what).or_insert(0);
        *count += change;
        if *count < 0 {
            return Err(format!("event {} ends what was not begun", event.id));
        }
    }
    Ok(())
}

/// An attempt of a task ends at most once.
fn check_attempts(events: &[Event]) -> Result<(), String> {
    let mut ends = HashMap::new();
    for event in events {
        let ty = event.type_name();
        let of_task = ["Task", "Lambda", "Activity"]
            .iter()
            .any(|prefix| ty.starts_with(prefix) && !ty.contains("State"));
        if !of_task
            || !["Succeeded", "Failed", "TimedOut"]
                .iter()
                .any(|end| ty.ends_with(end))
        {
            continue;
        }
        let mut first = event;
        while !first.type_name().ends_with("Scheduled") {
            match first.previous.checked_sub(1) {
                Some(index) => first = &events[index as usize],
                None => return Err(format!("event {} has no attempt", event.id)),
            }
        }
        if let Some(other) = ends.insert(first.id, event.id) {
            return Err(format!("events {other} and {} end one attempt", event.id));
        }
    }
    Ok(())
}

/// A child or a branch ends its scope at most once: a state that is left was not left before.
fn check_exits(events: &[Event]) -> Result<(), String> {
    let mut exits = HashMap::new();
    for event in events {
        let EventKind::StateExited { name, .. } = &event.kind else {
            continue;
        };
        let mut at = event.previous;
        let entered = loop {
            let Some(before) = at.checked_sub(1).map(|index| &events[index as usize]) else {
                return Err(format!("event {} leaves a state of no one", event.id));
            };
            match &before.kind {
                EventKind::StateEntered { name: entered, .. } if entered == name => {
                    break before.id;
                }
                _ => at = before.previous,
            }
        };
        if let Some(other) = exits.insert(entered, event.id) {
            return Err(format!("events {other} and {} leave one state", event.id));
        }
    }
    Ok(())
}

fn check_history(events: &[Event]) -> Result<(), String> {
    check_frame(events)?;
    check_pairs(events)?;
    check_attempts(events)?;
    check_exits(events)
}

/// The last event says what the outcome says.
fn check_outcome(execution: &Execution) -> Result<(), String> {
    let status = execution.outcome().ok_or("no outcome")?.status;
    let last = execution.events().last().map(|event| &event.kind);
    let agrees = match status {
        Status::Succeeded => matches!(last, Some(EventKind::ExecutionSucceeded { .. })),
        Status::Failed => matches!(last, Some(EventKind::ExecutionFailed(_))),
        Status::TimedOut => matches!(last, Some(EventKind::ExecutionTimedOut(_))),
        Status::Aborted => matches!(last, Some(EventKind::ExecutionAborted(_))),
    };
    match agrees {
        true => Ok(()),
        false => Err(format!("the status is {status}, the last event {last:?}")),
    }
}

fn check(execution: &Execution) -> Result<(), String> {
    check_outcome(execution)?;
    check_history(execution.events())?;
    let children = execution
        .map_runs()
        .iter()
        .flat_map(|run| run.children.iter().flatten());
    for child in children {
        check_history(&child.events)
            .map_err(|problem| format!("{}: {problem}", child.result.name))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn executions_end_with_a_history_that_makes_sense(seed in any::<u64>(), size in sizes()) {
        let case = Case::new(seed, size, true);
        let execution = case.run(seed);
        if let Err(problem) = check(&execution) {
            let events = json!(json_of(execution.events()));
            prop_assert!(false, "{}: {}\n{:#}", problem, case, events);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_events(seed in any::<u64>(), size in sizes()) {
        let case = Case::new(seed, size, true);
        let (one, other) = (case.run(seed), case.run(seed));
        prop_assert_eq!(json_of(one.events()), json_of(other.events()), "{}", case);
    }

    #[test]
    fn without_chance_the_seed_does_not_matter(seed in any::<u64>(), size in sizes()) {
        let case = Case::new(seed, size, false);
        let (one, other) = (case.run(1), case.run(2));
        let kinds = |execution: &Execution| -> Vec<String> {
            execution.events().iter().map(Event::type_name).collect()
        };
        prop_assert_eq!(kinds(&one), kinds(&other), "{}", case);
        let status = |execution: &Execution| execution.outcome().unwrap().status;
        prop_assert_eq!(status(&one), status(&other), "{}", case);
    }
}
