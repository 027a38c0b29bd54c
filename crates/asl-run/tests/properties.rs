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
use std::time::Duration;

use asl_run::{
    Answer, Event, EventKind, Execution, Iteration, Machine, Reply, Request, Seeded, Start, Status,
};
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
            max_states: 100,
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
        if event.previous >= id {
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
    Iteration(&'a str, usize),
}

fn open(iteration: &Iteration) -> Open<'_> {
    Open::Iteration(&iteration.name, iteration.index)
}

/// What an event opens (1) or closes (-1).
fn change(kind: &EventKind) -> Option<(Open<'_>, i32)> {
    Some(match kind {
        EventKind::StateEntered { name, .. } => (Open::State(name), 1),
        EventKind::StateExited { name, .. } => (Open::State(name), -1),
        EventKind::MapIterationStarted(iteration) => (open(iteration), 1),
        EventKind::MapIterationSucceeded(iteration)
        | EventKind::MapIterationFailed(iteration)
        | EventKind::MapIterationAborted(iteration) => (open(iteration), -1),
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

fn check_history(events: &[Event]) -> Result<(), String> {
    check_frame(events)?;
    check_pairs(events)?;
    check_attempts(events)
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
        cases: 100,
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

/// Runs a definition. Each task is answered after a time.
fn run(definition: &Value, input: Value, reply: &Reply, after: Duration) -> Execution {
    let start = Start {
        input,
        max_states: 100_000,
        ..Start::default()
    };
    let mut execution = Execution::new(Rc::new(Machine::build(definition).unwrap()), start);
    loop {
        match execution.advance() {
            Request::Call(call) => {
                let answer = Answer {
                    submitted: None,
                    reply: reply.clone(),
                    after,
                };
                execution.answer(call.id, answer);
            }
            Request::Read(read) => panic!("{} reads", read.state),
            Request::Wait(_) => {}
            Request::Ended => break,
        }
    }
    check(&execution).unwrap();
    execution
}

/// Runs a definition without tasks.
fn run_alone(definition: &Value, input: Value) -> Execution {
    run(definition, input, &Reply::Never, Duration::ZERO)
}

#[test]
fn an_answer_at_the_time_of_the_timeout_is_too_late() {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets",
        "TimeoutSeconds": 2, "End": true,
    });
    let definition = json!({ "StartAt": "Both", "States": { "Both": {
        "Type": "Parallel",
        "Branches": [{ "StartAt": "Buckets", "States": { "Buckets": task } }],
        "End": true,
    } } });
    let reply = Reply::Success(json!({}).into());
    let execution = run(&definition, json!({}), &reply, Duration::from_secs(2));
    let failure = execution.outcome().unwrap().failure.clone().unwrap();
    assert_eq!(failure.error.as_deref(), Some("States.Timeout"));
}

/// A Map state whose iterations wait. They read a member of their items.
fn map_of_waits(mode: &str, member: &str, seconds: u64, next: &str) -> Value {
    let wait = format!("Wait {seconds}");
    json!({
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemSelector": { "v": format!("{{% $states.context.Map.Item.Value.{member} %}}") },
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": mode, "ExecutionType": "STANDARD" },
            "StartAt": wait.clone(),
            "States": { (wait): { "Type": "Wait", "Seconds": seconds, "End": true } },
        },
        "Catch": [{
            "ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": next,
        }],
        "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "BackoffRate": 1.0 }],
        "Next": next,
    })
}

#[test]
fn iterations_are_aborted_if_another_one_cannot_start() {
    for mode in ["INLINE", "DISTRIBUTED"] {
        // The second item lacks the member that the first state reads.
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "First", "States": {
            "First": map_of_waits(mode, "some", 5, "Second"),
            "Second": map_of_waits(mode, "all", 7, "Last"),
            "Last": { "Type": "Succeed" },
        } });
        let input = json!({ "items": [{ "some": 1, "all": 1 }, { "all": 2 }] });
        let execution = run_alone(&definition, input);
        let outcome = execution.outcome().unwrap();
        let output = outcome.output.as_ref().map(asl_run::Data::value);
        assert_eq!(output, Some(&json!([{ "v": 1 }, { "v": 2 }])));
        assert_eq!(outcome.duration, Duration::from_secs(9));
    }
}

#[test]
fn a_full_history_ends_with_the_end() {
    let loops = json!({ "StartAt": "Again", "States": {
        "Again": { "Type": "Pass", "Next": "Again" },
    } });
    let inside = json!({ "StartAt": "Both", "States": { "Both": {
        "Type": "Parallel", "Branches": [loops.clone(), loops.clone()], "End": true,
    } } });
    for definition in [loops, inside] {
        assert_eq!(run_alone(&definition, json!({})).events().len(), 25_000);
    }
}

#[test]
fn data_that_is_nested_too_deep_fails() {
    for (language, field, value) in [
        ("JSONPath", "Parameters", json!({ "a.$": "$" })),
        ("JSONata", "Output", json!({ "a": "{% $states.input %}" })),
        (
            "JSONata",
            "Output",
            json!("{% ($f := function($n) { [[$f($n)]] }; $f(1)) %}"),
        ),
        ("JSONata", "Assign", json!({ "a": "{% [[$a]] %}" })),
    ] {
        let definition = json!({ "QueryLanguage": language, "StartAt": "Again", "States": {
            "Again": { "Type": "Pass", (field): value, "Next": "Again" },
        } });
        let status = run_alone(&definition, json!({})).outcome().unwrap().status;
        assert_eq!(status, Status::Failed, "{definition}");
    }
}
