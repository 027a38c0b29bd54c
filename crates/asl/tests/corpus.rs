//! Real definitions, where the collection is there: what AWS takes is never called an error.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use asl::check::{check_text, has_errors};
use serde_json::Value;

/// Bases of a verdict that AWS itself or its published samples stand behind.
const TRUSTED: [&str; 6] = [
    "aws-recorded",
    "aws-measured",
    "aws-deploy",
    "aws-measured-derived",
    "localstack-aws-validated-test",
    "published",
];

#[test]
fn what_aws_takes_is_not_refused() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = fs::read_to_string(corpus.join("index.jsonl")) else {
        println!("skipped: there is no collection of definitions beside the repository");
        return;
    };
    let mut refused = String::new();
    let mut caught: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in index.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let Ok(definition) = fs::read_to_string(corpus.join(text("file"))) else { continue };
        let (_, findings) = check_text(&definition);
        if text("verdict") == "valid" && TRUSTED.contains(&text("basis")) && has_errors(&findings) {
            let _ = writeln!(refused, "{} ({}): {}", text("file"), text("basis"), findings[0].message);
        }
        if text("verdict") == "invalid" {
            let (hits, all) = caught.entry(text("basis").to_owned()).or_default();
            *hits += usize::from(has_errors(&findings));
            *all += 1;
        }
    }
    println!("invalid definitions that are caught, of all, by basis: {caught:#?}");
    assert!(refused.is_empty(), "{} refused:\n{refused}", refused.lines().count());
}
