//! No input makes a check panic: saved inputs, and mutations of them for `FUZZ_SECONDS` for each target. An
//! input that fails is printed. Saved in the folder of its target, it becomes a test.
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

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use asl::Format;
use asl::intrinsic::Call;
use asl::jsonpath::Path as JsonPath;
use asl::linter::Linter;
use asl::{Form, MachineType};

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
    "`",
    "\\",
    "\\u",
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
    "?",
    "?(",
    "{%",
    "%}",
    "${",
    "~>",
    ":=",
    "function($x){",
    "/",
    "/*",
    "*/",
    "^(",
    "|",
    "&",
    "-",
    "1e999",
    "-0",
    "99999999999999999999",
    "NaN",
    "null",
    "true",
    "é",
    "\u{feff}",
    "\u{0}",
    "🦀",
    "States.Format(",
    "States.",
    "$states.",
    "\"Next\":",
    "\"Type\":",
    "\"States\":",
    "\"StartAt\":",
    "\"Branches\":",
    "\"ItemProcessor\":",
    "!Sub ",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    "- ",
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

/// The definitions of the cases of the rules.
fn definitions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let texts = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts
        .flat_map(|text| {
            text.lines()
                .filter(|line| line.starts_with('{'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn fuzz(target: &str, seeds: &[String], run: fn(&str)) {
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

#[test]
fn definitions_in_json() {
    fuzz("json", &definitions(), |text| {
        let (document, findings) = Linter::new(MachineType::Standard).check_text(text);
        for finding in &findings {
            let span = finding.span.clone().unwrap();
            assert!(
                text.get(span.clone()).is_some(),
                "{span:?} is not a part of the text"
            );
        }
        if let Some(document) = document {
            Linter::new(MachineType::Express).check(&document.root, Form::Nested);
            Linter::new(MachineType::Unknown).check(&document.root, Form::Flat);
            assert!(asl::diff::diff(&document.root, &document.root).is_empty());
            if let Some(flat) = asl::flat::flatten(&document.root) {
                assert!(
                    asl::flat::nest(&flat).is_some_and(|again| again.same_meaning(&document.root))
                );
            }
        }
    });
}

#[test]
fn definitions_in_yaml_and_templates() {
    fuzz("yaml", &seeds("yaml"), |text| {
        // Tags become functions, and the rest is the same.
        assert_eq!(
            asl::parse_yaml(text).is_ok(),
            asl::parse_yaml_template(text).is_ok()
        );
        for format in [Format::Yaml, Format::Json] {
            for finding in Linter::new(MachineType::Standard)
                .check_file(text, format, true)
                .findings
            {
                let span = finding.span.clone().unwrap();
                assert!(
                    text.get(span.clone()).is_some(),
                    "{span:?} is not a part of the text"
                );
            }
        }
    });
}

#[test]
fn paths() {
    fuzz(
        "jsonpath",
        &seeds("jsonpath"),
        |text| match JsonPath::parse(text) {
            Ok(path) => assert!(
                path.segments
                    .iter()
                    .all(|segment| text.get(segment.span.clone()).is_some())
            ),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        },
    );
}

#[test]
fn intrinsic_functions() {
    fuzz("intrinsic", &seeds("intrinsic"), |text| {
        match Call::parse(text) {
            Ok(call) => assert!(
                call.calls()
                    .iter()
                    .all(|call| text.get(call.span.clone()).is_some())
            ),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        }
    });
}

#[test]
fn jsonata() {
    fuzz(
        "jsonata",
        &seeds("jsonata"),
        |text| match asl::jsonata::parse(text) {
            Ok(tree) => tree.walk(&mut |node| {
                assert!(text.get(node.span.clone()).is_some(), "{:?}", node.span);
            }),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        },
    );
}
