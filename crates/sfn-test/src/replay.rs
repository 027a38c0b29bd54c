//! Repeats recorded executions with a changed definition, before it is deployed.
//!
//! An execution runs twice on this machine, with the recorded results of its tasks: with the definition that it had,
//! and with the changed one. The runs are compared with each other, so that values which differ in each run, such as
//! generated IDs, are the same in both.

use std::path::Path;
use std::rc::Rc;

use asl_run::{Event, EventKind, Machine};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use crate::expect::{Difference, pretty, same};
use crate::recorded::case_of;
use crate::runner::{CaseRun, RecordedCall, Surroundings, run};
use crate::suite::{Case, read};

/// How an execution ends with a changed definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// In the same way.
    Same,
    /// With these differences.
    Different(Vec<Difference>),
    /// The execution cannot be repeated, with the reason.
    Skipped(String),
}

/// Repeats an execution. `history` has the events as `GetExecutionHistory` returns them, `before` is the definition that
/// it had, and `after` the changed one.
pub fn replay(history: &Value, before: &Rc<Machine>, after: &Rc<Machine>) -> Replayed {
    let case = match case(history) {
        Ok(case) => case,
        Err(reason) => return Replayed::Skipped(reason),
    };
    let recorded = match repeat(before, &case) {
        Ok(run) => run,
        Err(reason) => return Replayed::Skipped(reason),
    };
    if let Some(stop) = &recorded.problem {
        return Replayed::Skipped(stop.message.clone());
    }
    // An output can contain values that differ in each run, such as generated IDs.
    let differs = case.file.expect.differences(&recorded);
    let mut differs = differs
        .iter()
        .filter(|difference| !["output", "cause"].contains(&difference.what.as_str()));
    if let Some(difference) = differs.next() {
        let reason = format!(
            "the recorded {} cannot be repeated on this machine",
            difference.what
        );
        return Replayed::Skipped(reason);
    }
    let (case, gone) = without_gone(case, after);
    let changed = match repeat(after, &case) {
        Ok(run) => run,
        Err(reason) => return Replayed::Different(vec![difference("definition", "", &reason)]),
    };
    let mut found: Vec<Difference> = gone
        .iter()
        .map(|state| difference(&format!("state {state}"), "called", "gone"))
        .collect();
    found.extend(differences(&recorded, &changed));
    match found.is_empty() {
        true => Replayed::Same,
        false => Replayed::Different(found),
    }
}

/// The case of a history, which starts when the execution did.
fn case(history: &Value) -> Result<Case, String> {
    let file = serde_json::json!({ "workflow": "", "cases": { "replay": case_of(history)? } });
    let suite = read(&file.to_string(), asl::Format::Json);
    if let Some(problem) = suite.problems.first() {
        return Err(problem.message.clone());
    }
    let mut case = suite
        .cases
        .into_iter()
        .next()
        .ok_or("the history cannot be read as a case")?;
    let events = history.get("events").unwrap_or(history);
    let time = events.pointer("/0/timestamp").and_then(Value::as_str);
    case.file.time = time
        .filter(|time| asl_run::Moment::parse(time).is_some())
        .map(str::to_owned);
    Ok(case)
}

fn repeat(machine: &Rc<Machine>, case: &Case) -> Result<CaseRun, String> {
    let around = Surroundings {
        folder: Path::new(""),
        load: &|_| Err("nested workflows are not repeated".to_owned()),
    };
    run(Rc::clone(machine), case, &around, &mut |_| {}).map_err(|problem| problem.message)
}

/// The case without the answers of tasks that a definition does not have, and their states.
fn without_gone(mut case: Case, machine: &Machine) -> (Case, Vec<String>) {
    let names: IndexSet<&str> = machine.state_names().collect();
    let is_gone = |state: &String| !names.contains(state.as_str());
    let gone: Vec<String> = case
        .file
        .mocks
        .keys()
        .filter(|state| is_gone(state))
        .cloned()
        .collect();
    case.file.mocks.retain(|state, _| !is_gone(state));
    // The runs are compared with each other.
    case.file.expect = crate::Expect::default();
    (case, gone)
}

fn difference(what: &str, expected: &str, actual: &str) -> Difference {
    Difference {
        what: what.to_owned(),
        expected: expected.to_owned(),
        actual: actual.to_owned(),
    }
}

/// The differences of two runs: how they end, which states they pass, and what their tasks are called with.
fn differences(before: &CaseRun, after: &CaseRun) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some(stop) = &after.problem {
        let message = stop.message.as_str();
        found.push(difference("answers", "the recorded ones", message));
    } else {
        found.extend(of_end(before, after));
    }
    if before.path != after.path {
        let (expected, actual) = (before.path.join(" → "), after.path.join(" → "));
        found.push(difference("path", &expected, &actual));
    } else if let Some(state) = first_output(before, after) {
        found.push(state);
    }
    found.extend(of_calls(before, after));
    if after.problem.is_none() && before.duration != after.duration {
        let (expected, actual) = (
            format!("{:?}", before.duration),
            format!("{:?}", after.duration),
        );
        found.push(difference("duration", &expected, &actual));
    }
    found
}

fn of_end(before: &CaseRun, after: &CaseRun) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.status != after.status || before.failure != after.failure {
        let end = |run: &CaseRun| match &run.failure {
            Some(failure) => format!("{} ({failure})", run.status),
            None => run.status.to_string(),
        };
        found.push(difference("end", &end(before), &end(after)));
    }
    if let (Some(expected), Some(actual)) = (&before.output, &after.output)
        && !same(expected, actual)
    {
        found.push(difference("output", &pretty(expected), &pretty(actual)));
    }
    found
}

/// The first state whose output differs. The outputs of later states follow from it.
fn first_output(before: &CaseRun, after: &CaseRun) -> Option<Difference> {
    let exits =
        |run: &CaseRun| -> Vec<(String, Value)> { run.events.iter().filter_map(exit).collect() };
    let mut pairs = exits(before).into_iter().zip(exits(after));
    let ((state, expected), (_, actual)) =
        pairs.find(|((_, expected), (_, actual))| !same(expected, actual))?;
    let what = format!("output of {state}");
    Some(difference(&what, &pretty(&expected), &pretty(&actual)))
}

fn exit(event: &Event) -> Option<(String, Value)> {
    match &event.kind {
        EventKind::StateExited { name, output, .. } => {
            Some((name.to_string(), output.value().clone()))
        }
        _ => None,
    }
}

/// The differences of the calls of each state.
fn of_calls(before: &CaseRun, after: &CaseRun) -> Vec<Difference> {
    let by_state = |run: &CaseRun| {
        let mut calls: IndexMap<String, Vec<RecordedCall>> = IndexMap::new();
        for call in &run.calls {
            let of_state = calls.entry(call.state.clone()).or_default();
            of_state.push(call.clone());
        }
        calls
    };
    let (before, after) = (by_state(before), by_state(after));
    let states: IndexSet<&String> = before.keys().chain(after.keys()).collect();
    let none = Vec::new();
    let of_state = |state: &String| {
        let calls = (
            before.get(state).unwrap_or(&none),
            after.get(state).unwrap_or(&none),
        );
        of_calls_of(state, calls.0, calls.1)
    };
    states.into_iter().filter_map(of_state).collect()
}

fn of_calls_of(state: &str, before: &[RecordedCall], after: &[RecordedCall]) -> Option<Difference> {
    let what = format!("calls of {state}");
    if before.len() != after.len() {
        let (expected, actual) = (before.len().to_string(), after.len().to_string());
        return Some(difference(&what, &expected, &actual));
    }
    let mut pairs = before.iter().zip(after);
    let (expected, actual) = pairs.find(|(expected, actual)| {
        expected.resource != actual.resource || !same(&expected.input, &actual.input)
    })?;
    Some(match expected.resource == actual.resource {
        true => difference(&what, &pretty(&expected.input), &pretty(&actual.input)),
        false => difference(&what, &expected.resource, &actual.resource),
    })
}
