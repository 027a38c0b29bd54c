//! Runs a case.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use asl_run::{
    Event, Execution, Failure, Inspection, Machine, Moment, Request, Start, Status, Visit,
};
use serde_json::Value;

use crate::answers::Answers;
use crate::suite::{Case, Problem};
use crate::{Stop, datasets};

/// The start time of cases that do not tell one: 2026-01-01T00:00:00Z.
const START: Moment = Moment(1_767_225_600_000);

/// Maximum number of states that a case may enter, so that an endless workflow ends.
const MAX_STATES: u64 = 100_000;

/// The run of a case.
#[derive(Debug)]
pub struct CaseRun {
    /// Status of the execution.
    pub status: Status,
    /// Its output.
    pub output: Option<Value>,
    /// Its error.
    pub failure: Option<Failure>,
    /// The error of the first child execution of a distributed Map state that failed.
    pub child_failure: Option<Failure>,
    /// How long it took, in virtual time.
    pub duration: Duration,
    /// The names of the states, in the order in which they ended.
    pub path: Vec<String>,
    /// The calls of tasks.
    pub calls: Vec<RecordedCall>,
    /// The events.
    pub events: Vec<Event>,
    /// The states, and how they went on.
    pub visits: Vec<Visit>,
    /// The data flow of each state, if the case asks for it.
    pub inspections: Vec<Inspection>,
    /// Why the case could not be run to its end, such as a missing mock.
    pub problem: Option<Stop>,
    /// The states whose mocks were not used.
    pub unused: Vec<String>,
}

/// A call of a task.
#[derive(Debug, Clone)]
pub struct RecordedCall {
    /// Name of the state.
    pub state: String,
    /// The `Resource` of the state.
    pub resource: String,
    /// Input of the task.
    pub input: Value,
}

/// The files around a case.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The folder of the test file. Programs start in it, and paths are relative to it.
    pub folder: &'a Path,
    /// Loads another workflow, which a test file names. The error says why it cannot be loaded.
    pub load: &'a dyn Fn(&str) -> Result<Machine, String>,
}

/// Runs a case. `observe` gets the new events after each step.
///
/// # Errors
/// An error in the case itself, such as a state that does not exist.
pub fn run(
    machine: Rc<Machine>,
    case: &Case,
    around: &Surroundings<'_>,
    observe: &mut dyn FnMut(&[Event]),
) -> Result<CaseRun, Problem> {
    check_names(&machine, case)?;
    let time = match &case.file.time {
        Some(text) => Moment::parse(text).ok_or_else(|| Problem {
            line: case.line,
            message: format!("`time` must be a timestamp such as 2026-01-01T00:00:00Z, got {text}"),
        })?,
        None => START,
    };
    let start = Start {
        input: case.file.input.clone(),
        time,
        seed: case.file.seed,
        express: case.file.express,
        max_states: MAX_STATES,
        inspect: case.inspect,
        ..Start::default()
    };
    let mut execution = Execution::new(machine, start);
    let mut answers = Answers::new(case, around);
    let (mut calls, mut problem, mut seen) = (Vec::new(), None, 0);
    loop {
        let request = execution.advance();
        let events = execution.events();
        observe(events.get(seen..).unwrap_or(&[]));
        seen = events.len();
        match request {
            Request::Call(call) => {
                calls.push(RecordedCall {
                    state: call.state.to_string(),
                    resource: call.resource.to_string(),
                    input: call.parameters.value().clone(),
                });
                match answers.answer(&call) {
                    Ok(answer) => execution.answer(call.id, answer),
                    Err(stop) => {
                        problem = Some(stop);
                        break;
                    }
                }
            }
            Request::Read(read) => match datasets::content(case, around.folder, time, &read) {
                Ok(content) => execution.give(read.id, content),
                Err(stop) => {
                    problem = Some(stop);
                    break;
                }
            },
            Request::Wait(_) => {}
            Request::Ended => break,
        }
    }
    let outcome = execution.outcome();
    Ok(CaseRun {
        status: outcome.map_or(Status::Aborted, |outcome| outcome.status),
        output: outcome
            .and_then(|outcome| outcome.output.as_ref())
            .map(|output| output.value().clone()),
        failure: outcome.and_then(|outcome| outcome.failure.clone()),
        child_failure: child_failure(&execution),
        duration: execution.now().since(time),
        path: execution
            .visits()
            .iter()
            .filter(|visit| !visit.is_retry())
            .map(|visit| visit.state.to_string())
            .collect(),
        calls,
        events: execution.events().to_vec(),
        visits: execution.visits().to_vec(),
        inspections: execution.inspections().to_vec(),
        unused: if problem.is_some() {
            Vec::new()
        } else {
            answers.unused()
        },
        problem,
    })
}

/// The error of the first child execution that failed.
fn child_failure(execution: &Execution) -> Option<Failure> {
    let runs = execution.map_runs().iter();
    let mut children = runs.flat_map(|run| run.children.iter().flatten());
    children.find_map(|child| child.result.result.as_ref().err().cloned())
}

/// Checks that the states that a case names exist.
fn check_names(machine: &Machine, case: &Case) -> Result<(), Problem> {
    let mocks = case.file.mocks.keys().chain(case.shared.keys());
    let mocks = mocks.map(|state| ("mock", state));
    let datasets = case.file.datasets.keys().map(|state| ("dataset", state));
    let expect = &case.file.expect;
    let path = expect.path.iter().flatten().map(|state| ("path", state));
    let calls = expect.calls.keys().map(|state| ("calls", state));
    for (place, state) in mocks.chain(datasets).chain(path).chain(calls) {
        check_name(machine, state).map_err(|message| Problem {
            line: case.lines.get(state).copied().unwrap_or(case.line),
            message: format!("{place} of `{state}`: {message}"),
        })?;
    }
    Ok(())
}

/// Checks that a state exists. The error says which one may be meant.
pub fn check_name(machine: &Machine, state: &str) -> Result<(), String> {
    if machine.state_names().any(|name| name == state) {
        return Ok(());
    }
    let near = asl::did_you_mean(state, machine.state_names());
    let near = near.map_or_else(String::new, |name| format!(": did you mean `{name}`?"));
    Err(format!("the workflow has no such state{near}"))
}
