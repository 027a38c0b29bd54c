//! The score with real definitions, if the collection exists. `cargo xtask score` writes it again.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use asl::MachineType;
use asl::linter::{Linter, has_errors};
use asl::{Diagnostic, Severity};
use serde_json::Value;

/// Bases of the verdicts of AWS itself or of its published samples.
const TRUSTED: [&str; 6] = [
    "aws-recorded",
    "aws-measured",
    "aws-deploy",
    "aws-measured-derived",
    "localstack-aws-validated-test",
    "published",
];

/// Definitions whose verdict, from the tests of another validator or for a generated mutant, is wrong.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "asl-validator/invalid/0016-invalid-json-surround-syntax-extra-spaces.json",
        "AWS skips blanks inside the delimiters",
    ),
    (
        "asl-validator/invalid/0020-invalid-jsonata-surround-syntax-no-open.json",
        "AWS takes it as text; a warning here",
    ),
    (
        "asl-validator/invalid/0021-invalid-jsonata-surround-syntax-no-spaces.json",
        "AWS takes `{%a%}`",
    ),
    (
        "asl-validator/valid/0001-valid-assign.asl.json",
        "AWS refuses `-` in the name of a variable",
    ),
    (
        "asl-validator/valid/0026-valid-map-with-item-batcher-jsonata.json",
        "AWS refuses JSONPath in a state machine of JSONata",
    ),
    (
        "asl-validator/valid/0056-valid-task-credentials.json",
        "AWS refuses credentials without RoleArn",
    ),
    (
        "cfn-lint/invalid/0001-functions-sub_needed-_Resources_TestBadStateMachine1_Properties_DefinitionString_.json",
        "the mistake is in the template around it",
    ),
];

/// Resources in these tests that AWS does not support.
const FOREIGN_RESOURCES: [&str; 2] = ["foo:bar", "arn:aws:swf:"];

fn corpus() -> Option<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    corpus.join("index.jsonl").exists().then_some(corpus)
}

struct Entry {
    file: String,
    basis: String,
    valid: bool,
    code: Option<String>,
    location: Option<String>,
    findings: Vec<Diagnostic>,
}

fn entries(corpus: &Path) -> Vec<Entry> {
    let index = fs::read_to_string(corpus.join("index.jsonl")).unwrap();
    let entry = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let file = text(&entry["file"])?;
        let verdict = entry["verdict"].as_str()?;
        let definition = fs::read_to_string(corpus.join(&file)).ok()?;
        let machine = MachineType::named(entry["state_machine_type"].as_str()?)?;
        let (_, findings) = Linter::new(machine).check_text(&definition);
        (verdict != "unknown").then(|| Entry {
            file,
            basis: entry["basis"].as_str().unwrap_or_default().to_owned(),
            valid: verdict == "valid",
            code: text(&entry["aws"]["code"]),
            location: text(&entry["aws"]["location"]).filter(|location| !location.is_empty()),
            findings,
        })
    };
    index.lines().filter_map(entry).collect()
}

impl Entry {
    fn answers(&self) -> Vec<(&str, Option<String>)> {
        let errors = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors
            .filter_map(|finding| finding.aws.as_ref())
            .map(|aws| (aws.code, aws.location()))
            .collect()
    }

    /// Whether one of the errors has the code of AWS and, if it is known, its place.
    fn agrees(&self) -> Option<bool> {
        let code = self.code.as_deref()?;
        let location = self.location.as_deref();
        Some(self.answers().iter().any(|(ours, place)| {
            *ours == code && (location.is_none() || place.as_deref() == location)
        }))
    }
}

#[test]
fn score() {
    let Some(corpus) = corpus() else {
        println!("skipped: the collection of definitions does not exist");
        return;
    };
    let mut table: BTreeMap<(String, bool), (usize, usize)> = BTreeMap::new();
    let (mut wrong, mut differing) = (String::new(), String::new());
    let mut agreement: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let entries = entries(&corpus);
    for entry in &entries {
        let foreign = entry.findings.iter().find(|finding| {
            entry.basis == "tool-test"
                && FOREIGN_RESOURCES
                    .iter()
                    .any(|resource| finding.message.contains(resource))
        });
        let excepted = EXCEPTIONS
            .iter()
            .find(|(file, _)| *file == entry.file)
            .map(|(_, reason)| *reason);
        let excepted =
            excepted.or(foreign.map(|_| "AWS refuses a resource that is no ARN of its own"));
        let right = has_errors(&entry.findings) != entry.valid;
        let (hits, all) = table.entry((entry.basis.clone(), entry.valid)).or_default();
        *hits += usize::from(right);
        *all += 1;
        if !right {
            let why = excepted.map_or_else(
                || {
                    entry
                        .findings
                        .iter()
                        .find(|finding| finding.severity == Severity::Error)
                        .map_or_else(
                            || "accepted".to_owned(),
                            |finding| {
                                format!("{} {} {}", finding.code, finding.pointer, finding.message)
                            },
                        )
                },
                |reason| format!("exception: {reason}"),
            );
            let _ = writeln!(wrong, "  {} ({}): {why}", entry.file, entry.basis);
        }
        if let (false, Some(agrees)) = (entry.valid, entry.agrees()) {
            let (hits, all) = agreement.entry(entry.basis.clone()).or_default();
            *hits += usize::from(agrees);
            *all += 1;
            if !agrees {
                let _ = writeln!(
                    differing,
                    "  {}: AWS {} {}, ours {:?}",
                    entry.file,
                    entry.code.as_deref().unwrap_or_default(),
                    entry.location.as_deref().unwrap_or_default(),
                    entry.answers(),
                );
            }
        }
    }
    let mut score =
        String::from("definitions judged as AWS judges them, by basis of the verdict:\n");
    for ((basis, valid), (hits, all)) in &table {
        let verdict = if *valid { "valid" } else { "invalid" };
        let _ = writeln!(score, "  {basis}, {verdict}: {hits}/{all}");
    }
    score.push_str(
        "invalid definitions where AWS's code and place are known and ours are the same:\n",
    );
    for (basis, (hits, all)) in &agreement {
        let _ = writeln!(score, "  {basis}: {hits}/{all}");
    }
    score.push_str("warnings and lints on valid definitions, by rule:\n");
    let mut said: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.valid) {
        for finding in entry
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Error)
        {
            *said
                .entry((finding.code, format!("{:?}", finding.severity)))
                .or_default() += 1;
            if std::env::var("SHOW").is_ok_and(|code| code == finding.code) {
                println!(
                    "{} {} {} {}",
                    entry.file, finding.pointer, finding.message, finding.help
                );
            }
        }
    }
    for ((code, severity), count) in &said {
        let _ = writeln!(score, "  {code} {severity}: {count}");
    }
    let _ = write!(
        score,
        "judged otherwise:\n{wrong}same verdict, another code or place:\n{differing}"
    );
    insta::assert_snapshot!(score);
    let refused = entries
        .iter()
        .filter(|entry| entry.valid && TRUSTED.contains(&entry.basis.as_str()));
    let refused: Vec<_> = refused
        .filter(|entry| has_errors(&entry.findings))
        .map(|entry| &entry.file)
        .collect();
    assert!(refused.is_empty(), "AWS takes {refused:?}");
}
