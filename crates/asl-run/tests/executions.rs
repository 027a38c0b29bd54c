//! Runs the executions in `tests/executions`, and compares their histories with snapshots.
//!
//! A file has a `definition`, an `input`, and the `answers` of each state in the order of its calls.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests read files, and fail as tests do"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use asl_run::{
    Answer, Call, Content, Data, Event, Execution, Failure, Machine, Reply, Request, Start,
};
use serde_json::Value;

/// Names of members that each event has, or that say nothing here.
const UNSHOWN: &[&str] = &["timestamp", "type", "id", "previousEventId"];

/// The answers that are left, by state.
struct Answers(HashMap<String, std::vec::IntoIter<Value>>);

impl Answers {
    fn of(file: &Value) -> Self {
        let answers = file["answers"].as_object().into_iter().flatten();
        let lists = answers.map(|(state, answers)| {
            let answers = answers.as_array().unwrap().clone();
            (state.clone(), answers.into_iter())
        });
        Self(lists.collect())
    }

    fn next(&mut self, call: &Call) -> Answer {
        let answer = self.0.get_mut(&*call.state).and_then(Iterator::next);
        let answer = answer.unwrap_or_else(|| panic!("no answer for a call of {}", call.state));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let reply = match (answer.get("return"), answer.get("throw")) {
            (Some(result), _) => Reply::Success(Data::new(result.clone())),
            (None, Some(throw)) => Reply::Failure(Failure {
                error: text(&throw["error"]),
                cause: text(&throw["cause"]),
            }),
            (None, None) => Reply::Never,
        };
        Answer {
            submitted: answer.get("submitted").cloned().map(Data::new),
            reply,
            after: Duration::from_secs(answer["after"].as_u64().unwrap_or(0)),
        }
    }
}

fn run(file: &Value) -> Execution {
    let start = Start {
        input: file["input"].clone(),
        express: file["express"] == true,
        max_states: 100_000,
        ..Start::default()
    };
    let machine = Machine::build(&file["definition"]).unwrap();
    let mut execution = Execution::new(Rc::new(machine), start);
    let mut answers = Answers::of(file);
    loop {
        match execution.advance() {
            Request::Call(call) => execution.answer(call.id, answers.next(&call)),
            Request::Read(read) => {
                let text = file["dataset"].to_string().into_bytes();
                execution.give(read.id, Ok(Content::Object(text)));
            }
            Request::Wait(_) => {}
            Request::Ended => return execution,
        }
    }
}

/// An event on a line: the seconds since the start, its ID, the ID of the event before it, its type, its details.
fn line(event: &Event) -> String {
    let json = event.to_json();
    let details = json.as_object().unwrap().iter();
    let details = details.filter(|(name, _)| !UNSHOWN.contains(&name.as_str()));
    let details: String = details
        .flat_map(|(_, details)| details.as_object().unwrap())
        .filter(|(name, _)| !name.ends_with("Details"))
        .map(|(name, value)| match value {
            Value::String(text) => format!(" {name}={text}"),
            other => format!(" {name}={other}"),
        })
        .collect();
    format!(
        "{:>6.1} {:>3} {:>3} {}{details}",
        event.time.0 as f64 / 1000.0,
        event.id,
        event.previous,
        event.type_name(),
    )
}

#[test]
fn histories() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/executions");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let execution = run(&file);
        let mut shown = String::new();
        for event in execution.events() {
            writeln!(shown, "{}", line(event)).unwrap();
        }
        let outcome = execution.outcome().unwrap();
        write!(shown, "{} after {:?}", outcome.status, outcome.duration).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        insta::assert_snapshot!(&*name, shown);
    }
}
