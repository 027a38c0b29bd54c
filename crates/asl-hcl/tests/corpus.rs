//! Real definitions, if the collection exists. Almost all can be converted to blocks with exactly the same meaning.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;

use asl::linter::{Linter, has_errors};
use asl_hcl::from_asl;
use serde_json::Value as Json;
use tfplugin::Value;

#[test]
fn real_definitions_become_blocks() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = fs::read_to_string(corpus.join("index.jsonl")) else {
        println!("skipped: the collection of definitions does not exist");
        return;
    };
    let (mut held, mut not_held) = (0, Vec::new());
    for line in index.lines() {
        let entry: Json = serde_json::from_str(line).unwrap();
        let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
        let Ok(definition) = fs::read_to_string(corpus.join(text("file"))) else {
            continue;
        };
        let (Some(document), findings) =
            Linter::new(asl::MachineType::Standard).check_text(&definition)
        else {
            continue;
        };
        if text("verdict") != "valid" || has_errors(&findings) {
            continue;
        }
        match from_asl(&document.root, &Value::Null) {
            Ok(_) => held += 1,
            Err(reason) => not_held.push(format!("{}: {reason}", text("file"))),
        }
    }
    println!(
        "{held} become blocks, {} do not:\n{}",
        not_held.len(),
        not_held.join("\n")
    );
    // Two definitions have an empty `Retry` or `Catch`, which blocks cannot represent.
    assert!(
        held >= 514 && not_held.len() <= 2,
        "{held} and {}",
        not_held.len()
    );
}
