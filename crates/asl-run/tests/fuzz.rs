//! No definition, input or answer makes an execution panic or run forever: saved inputs, and
//! mutations of them for `FUZZ_SECONDS` for each target. An input that fails is printed. Saved in
//! the folder of its target, it becomes a test.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

#[path = "support/machines.rs"]
mod machines;

use std::rc::Rc;

use asl_run::{Content, Entropy, Execution, Machine, Request, Start};
use machines::{Answers, Generator, Size};
use serde_json::{Value, json};

fn seeds(target: &str) -> Vec<String> {
    fuzzing::seeds(env!("CARGO_MANIFEST_DIR"), target)
}

/// Runs a target with the stack that a program has. Without optimization, functions need more.
fn fuzz(target: &'static str, seeds: Vec<String>, run: fn(&str)) {
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    let thread = thread.spawn(move || fuzzing::fuzz(target, &seeds, run));
    assert!(thread.unwrap().join().is_ok(), "{target} has failed");
}

/// Random numbers from bytes. Zeros follow them.
struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl Entropy for Bytes<'_> {
    fn next(&mut self) -> u64 {
        self.0.next().copied().unwrap_or(0).into()
    }
}

/// Runs a definition, if it can be built. Bytes decide what its tasks answer.
fn run(definition: &Value, input: Value, answers: &str) {
    let Ok(machine) = Machine::build(definition) else {
        return;
    };
    let start = Start {
        input,
        inspect: answers.len().is_multiple_of(2),
        max_states: 100,
        ..Start::default()
    };
    let mut answers = Answers(Bytes(answers.as_bytes().iter()));
    let execution = machines::run(&Rc::new(machine), start, &mut answers);
    assert!(execution.outcome().is_some());
    for event in execution.events() {
        event.to_json();
    }
}

/// A state machine of one state.
fn single(language: &str, state: Value) -> Value {
    json!({ "QueryLanguage": language, "StartAt": "Only", "States": { "Only": state } })
}

/// Generated definitions with their inputs, and text from which the answers are taken.
fn generated() -> Vec<String> {
    let size = Size {
        states: 3,
        depth: 2,
    };
    let lines = (0..200).map(|seed| {
        let mut generator = Generator::new(seed, size, true);
        let (definition, input) = (generator.definition(), generator.input());
        format!("{definition}\n{input}\n{seed}, answers {}", seed * seed)
    });
    lines.collect()
}

fn sample() -> Value {
    json!({
        "items": [
            { "id": 1, "name": "a", "price": 10.5, "tags": ["x", "y"] },
            { "id": 2, "name": "b", "price": 0, "tags": [] },
        ],
        "text": "a long text", "time": "2026-01-01T00:00:00Z", "n": -3, "none": null, "flag": true,
    })
}

#[test]
fn state_machines() {
    let mut seeds = seeds("machine");
    seeds.extend(generated());
    fuzz("machine", seeds, |text| {
        let mut parts = text.splitn(3, '\n');
        let mut json = || serde_json::from_str(parts.next().unwrap_or_default());
        if let (Ok(definition), Ok(input)) = (json(), json()) {
            run(&definition, input, parts.next().unwrap_or_default());
        }
    });
}

#[test]
fn jsonata() {
    fuzz("jsonata", seeds("jsonata"), |text| {
        let output = format!("{{% {text} %}}");
        let state = json!({ "Type": "Pass", "Output": output, "End": true });
        run(&single("JSONata", state), sample(), "");
    });
}

#[test]
fn paths_and_intrinsic_functions() {
    fuzz("path", seeds("path"), |text| {
        let state = json!({ "Type": "Pass", "Parameters": { "v.$": text }, "End": true });
        run(&single("JSONPath", state), sample(), "");
        let state = json!({ "Type": "Pass", "Result": 1, "ResultPath": text, "End": true });
        run(&single("JSONPath", state), sample(), "");
    });
}

/// Runs a distributed Map state on the content of an object.
fn read(config: &Value, content: &str) {
    let state = json!({
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": config,
            "Parameters": { "Bucket": "b", "Key": "k" },
        },
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
            "StartAt": "Item", "States": { "Item": { "Type": "Pass", "End": true } },
        },
        "End": true,
    });
    let Ok(machine) = Machine::build(&single("JSONPath", state)) else {
        return;
    };
    let mut execution = Execution::new(Rc::new(machine), Start::default());
    loop {
        match execution.advance() {
            Request::Read(read) => {
                execution.give(read.id, Ok(Content::Object(content.as_bytes().to_vec())));
            }
            Request::Ended => break,
            _ => {}
        }
    }
}

#[test]
fn datasets() {
    fuzz("dataset", seeds("dataset"), |text| {
        let (config, content) = text.split_once('\n').unwrap_or_default();
        if let Ok(config) = serde_json::from_str(config) {
            read(&config, content);
        }
    });
}
