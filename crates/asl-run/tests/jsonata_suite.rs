//! The test suite of jsonata-js, if the environment variable `JSONATA_SUITE` names its folder, which
//! has the folders `groups` and `datasets`. Step Functions uses version 2.0.6.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files and the environment"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::fs;
use std::path::{Path, PathBuf};

use asl_run::evaluate_jsonata;
use serde_json::{Map, Value};

/// The share of the cases that has to pass.
const SHARE: f64 = 0.99;

/// A case of the suite.
struct Case {
    name: String,
    text: String,
    input: Option<Value>,
    members: Map<String, Value>,
}

/// The JSON of a file. Some texts have parts of characters, which Rust does not have.
fn read(file: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).ok()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// The cases of a file: one, or a list.
fn cases(suite: &Path, file: &Path) -> Vec<Case> {
    let cases = match read(file) {
        Some(Value::Array(cases)) => cases,
        Some(case) => vec![case],
        None => {
            println!("not read: {}", file.display());
            return Vec::new();
        }
    };
    let cases = cases.into_iter().enumerate().map(|(index, case)| {
        let Value::Object(members) = case else {
            panic!("{} has no cases", file.display());
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let input = match text("dataset") {
            Some(name) => read(&suite.join("datasets").join(format!("{name}.json"))),
            None => members.get("data").cloned(),
        };
        let place = file.strip_prefix(suite).unwrap().display();
        Case {
            name: format!("{place} {index}"),
            text: match text("expr-file") {
                Some(name) => fs::read_to_string(file.with_file_name(name)).unwrap(),
                None => text("expr").unwrap().to_owned(),
            },
            input,
            members,
        }
    });
    cases.collect()
}

impl Case {
    /// What Step Functions does not have: `$eval`, limits that a case sets, and operators of later
    /// versions.
    fn is_foreign(&self) -> bool {
        let words = ["$eval", "??", "?:"];
        words.iter().any(|word| self.text.contains(word))
            || self.members.contains_key("depth")
            || self.members.contains_key("timelimit")
    }

    /// The code of the expected error.
    fn code(&self) -> Option<&str> {
        let inner = self
            .members
            .get("error")
            .and_then(|error| error.get("code"));
        self.members.get("code").or(inner)?.as_str()
    }

    /// What is wrong with the result.
    fn check(&self) -> Result<(), String> {
        let bindings = match self.members.get("bindings") {
            Some(Value::Object(bindings)) => bindings.clone(),
            _ => Map::new(),
        };
        let result = evaluate_jsonata(&self.text, self.input.as_ref(), &bindings);
        match (self.code(), self.members.get("result"), result) {
            (Some(code), _, Err(message)) if message.contains(code) => Ok(()),
            (None, _, Err(_)) if self.members.contains_key("error") => Ok(()),
            (None, None, Ok(None)) => Ok(()),
            (None, Some(expected), Ok(Some(value))) if self.is_same(expected, &value) => Ok(()),
            (code, expected, result) => Err(format!("{code:?} {expected:?}, but {result:?}")),
        }
    }

    fn is_same(&self, expected: &Value, value: &Value) -> bool {
        match (expected, value) {
            (Value::Array(expected), Value::Array(values))
                if self.members.contains_key("unordered") =>
            {
                expected.len() == values.len()
                    && expected
                        .iter()
                        .all(|one| values.iter().any(|other| same(one, other)))
            }
            _ => same(expected, value),
        }
    }
}

/// Whether values are the same. Numbers are those of JavaScript.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

#[test]
fn the_suite_of_jsonata_passes() {
    let Some(suite) = std::env::var_os("JSONATA_SUITE").map(PathBuf::from) else {
        println!("skipped: JSONATA_SUITE does not name the folder of the suite");
        return;
    };
    let (mut passed, mut foreign, mut failed) = (0, 0, Vec::new());
    let files = entries(&suite.join("groups"))
        .into_iter()
        .flat_map(|group| entries(&group))
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
        });
    for case in files.flat_map(|file| cases(&suite, &file)) {
        if case.is_foreign() {
            foreign += 1;
            continue;
        }
        match case.check() {
            Ok(()) => passed += 1,
            Err(problem) => failed.push(format!("{}: {}\n    {problem}", case.name, case.text)),
        }
    }
    failed.iter().for_each(|failure| println!("{failure}"));
    let share = f64::from(passed) / (f64::from(passed) + failed.len() as f64);
    println!(
        "{passed} passed, {} failed ({:.2} %), {foreign} are not for Step Functions",
        failed.len(),
        share * 100.0
    );
    assert!(share >= SHARE, "only {:.2} % pass", share * 100.0);
}
