//! Runs a function on saved inputs, and on mutations of them for `FUZZ_SECONDS`. An input that fails is printed.
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
    "[-1]",
    "[*]",
    "$f := ",
    "/a/",
    "%",
    "[1..9]",
    "0.5",
    "States.ArrayRange(",
    "States.Base64Decode(",
    "States.StringToJson(",
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
    "\"End\":true",
    "\"Catch\":",
    "\"Retry\":",
    "\"Output\":",
    "\"ItemBatcher\":",
    "\"2026-01-01T00:00:00Z\"",
    "States.ALL",
    "DISTRIBUTED",
    "EXPRESS",
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

/// Reads the saved inputs of a target: the files of `tests/fuzz/TARGET` in the folder of a crate, whose inputs are separated
/// by lines of dashes.
pub fn seeds(krate: &str, target: &str) -> Vec<String> {
    let folder = Path::new(krate).join("tests/fuzz").join(target);
    let mut files: Vec<_> = fs::read_dir(folder)
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

/// Runs a target on its seeds, and on mutations of them for `FUZZ_SECONDS`, 1 second if it is not set. Prints the number of
/// inputs.
///
/// # Panics
/// If `run` panics, with the input. An input that takes more than 30 seconds ends the process.
pub fn fuzz(target: &str, seeds: &[String], run: fn(&str)) {
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
