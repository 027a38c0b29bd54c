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

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use asl_run::{Content, Entropy, Execution, Machine, Request, Start};
use machines::{Answers, Generator, Size};
use serde_json::{Value, json};

/// Maximum time of one input, after which the test fails.
const HANG: Duration = Duration::from_secs(30);

/// Texts that mutations insert.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "\\",
    "\\ud800",
    ",",
    ":",
    ".",
    "..",
    "$",
    "$$",
    "$.",
    "@",
    "*",
    "?(",
    "[-1]",
    "[*]",
    "{%",
    "%}",
    "~>",
    ":=",
    "function($x){",
    "$f := ",
    "/a/",
    "^(",
    "|",
    "&",
    "-",
    "%",
    "[1..9]",
    "1e999",
    "-0",
    "0.5",
    "99999999999999999999",
    "NaN",
    "null",
    "true",
    "é",
    "\u{0}",
    "🦀",
    "States.Format(",
    "States.ArrayRange(",
    "States.Base64Decode(",
    "States.StringToJson(",
    "$states.",
    "$states.input",
    "$states.context",
    "$$.Map.Item.Value",
    "$map(",
    "$sort(",
    "$pad(",
    "$match(",
    "$now(",
    "$fromMillis(",
    "$formatNumber(",
    "$formatInteger(",
    "$parseInteger(",
    "$substring(",
    "$random()",
    "\"Next\":",
    "\"Type\":",
    "\"End\":true",
    "\"Catch\":",
    "\"Retry\":",
    "\"Output\":",
    "\"ItemBatcher\":",
    "\"2026-01-01T00:00:00Z\"",
    "States.ALL",
    "DISTRIBUTED",
    "EXPRESS",
    "\n",
    "  ",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

fn mutated(random: &mut Random, seeds: &[String]) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let boundaries: Vec<usize> = (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .collect();
        let mut places = [
            boundaries[random.below(boundaries.len())],
            boundaries[random.below(boundaries.len())],
        ];
        places.sort_unstable();
        let [start, end] = places;
        match random.below(6) {
            0 => text.insert_str(start, WORDS[random.below(WORDS.len())]),
            1 => text.replace_range(start..end, ""),
            2 => {
                let copy = text[start..end].to_owned();
                text.insert_str(end, &copy);
            }
            3 => {
                let other = &seeds[random.below(seeds.len())];
                let from = (0..=other.len())
                    .rev()
                    .find(|at| other.is_char_boundary(*at) && *at <= end)
                    .unwrap_or(0);
                text = format!("{}{}", &text[..start], &other[from..]);
            }
            4 => {
                let word = WORDS[random.below(WORDS.len())].repeat(1 + random.below(300));
                text.insert_str(start, &word);
            }
            _ => text.truncate(end),
        }
        if text.len() > 1 << 16 {
            break;
        }
    }
    text
}

fn seeds(target: &str) -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<_> = fs::read_dir(tests.join("fuzz").join(target))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .flat_map(|text| split(&text))
        .collect()
}

/// The inputs of a file, separated by lines of dashes.
fn split(text: &str) -> Vec<String> {
    text.split("\n----\n").map(str::to_owned).collect()
}

/// Runs a target with the stack that a program has. Without optimization, functions need more.
fn fuzz(target: &'static str, seeds: Vec<String>, run: fn(&str)) {
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    let thread = thread.spawn(move || run_target(target, &seeds, run));
    assert!(thread.unwrap().join().is_ok(), "{target} has failed");
}

fn run_target(target: &str, seeds: &[String], run: fn(&str)) {
    let seconds = std::env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let seed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    let (inputs, watched) = mpsc::channel::<Option<String>>();
    let watch = std::thread::spawn(move || {
        let mut current: Option<String> = None;
        loop {
            match watched.recv_timeout(HANG) {
                Ok(input) => current = input,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    if let Some(input) = &current {
                        eprintln!("this input does not end: {input:?}");
                        std::process::abort();
                    }
                }
            }
        }
    });
    let mut random = Random(seed | 1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut count = 0_u64;
    let mut one = |text: String| {
        inputs.send(Some(text.clone())).unwrap();
        assert!(
            catch_unwind(AssertUnwindSafe(|| run(&text))).is_ok(),
            "{target} fails on {text:?}"
        );
        inputs.send(None).unwrap();
        count += 1;
    };
    seeds.iter().cloned().for_each(&mut one);
    while Instant::now() < end {
        one(mutated(&mut random, seeds));
    }
    drop(inputs);
    watch.join().unwrap();
    println!("{target}: {count} inputs, seed {seed}");
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
