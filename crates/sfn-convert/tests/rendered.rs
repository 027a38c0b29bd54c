//! Definitions as blocks, and the blocks as definitions again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;

use asl::MachineType;
use asl::linter::{Linter, has_errors};
use sfn_convert::configuration::{self, render};
use sfn_convert::sources::{Map, Source, convert};

/// The configuration that a definition becomes.
fn converted(definition: &str) -> Result<String, String> {
    let source = Source { path: Path::new("x.asl.json"), text: definition, files: &|_| Err("no files".into()) };
    let mut converted = convert(&source, &Map::new())?;
    Ok(converted.render(&Map::new()))
}

/// Checks that rendering a converted definition gives the definition.
fn check(name: &str, definition: &str) {
    let configuration = converted(definition).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    let rendered = render(&configuration).unwrap_or_else(|reason| panic!("{name}: {reason}\n{configuration}"));
    let [workflow] = rendered.as_slice() else { panic!("{name}: {} workflows", rendered.len()) };
    let read =
        |text: &str| asl::parse_unfilled(text).unwrap_or_else(|error| panic!("{name}: {}", error.message)).0.root;
    assert!(workflow.definition.is_ok(), "{name}: {:?}\n{configuration}", workflow.definition);
    let (before, after) = (read(definition), read(&workflow.text));
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let is_same = before.same_meaning(&after) || plain(definition) == plain(&workflow.text);
    assert!(is_same, "{name}:\n{definition}\n{configuration}\n{}", workflow.text);
    // The text can be converted and rendered again.
    let again = render(&converted(&workflow.text).unwrap()).unwrap();
    assert_eq!(again.first().map(|workflow| &workflow.text), Some(&workflow.text), "{name}");
    // The rules say the same of both forms.
    let linter = Linter::new(MachineType::Standard);
    let codes = |findings: Vec<asl::Diagnostic>| {
        let serious = findings.iter().filter(|finding| finding.severity != asl::Severity::Lint);
        let mut codes: Vec<_> = serious.map(|finding| finding.code).collect();
        codes.sort_unstable();
        codes
    };
    let text = codes(linter.check_file(definition, asl::Format::Json, true).findings);
    let checked = configuration::check(&configuration, &linter);
    assert_eq!((checked.definitions, codes(checked.findings)), (1, text), "{name}\n{configuration}");
}

#[test]
fn examples_of_the_rules_survive() {
    let mut count = 0;
    for rule in asl::rules::rules() {
        let documentation = rule.documentation();
        let Some((_, instead)) = documentation.split_once("## Use instead") else { continue };
        let Some(text) = instead.split("```json").nth(1).and_then(|rest| rest.split("```").next()) else { continue };
        let (info, text) = text.split_once('\n').unwrap();
        if info.contains("flat") {
            continue;
        }
        let state = format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {text}}}}}");
        let is_state = text.trim_start_matches(|c: char| c == '{' || c.is_whitespace()).starts_with("\"Type\"");
        check(rule.name, if is_state { &state } else { text });
        count += 1;
    }
    assert!(count > 70, "{count}");
}

#[test]
fn expressions_survive() {
    check(
        "expressions",
        r#"{
          "TimeoutSeconds": ${var.timeout},
          "StartAt": "Send",
          "States": {
            "Send": {
              "Type": "Task",
              "Resource": "arn:${data.aws_partition.current.partition}:states:::sqs:sendMessage",
              "Parameters": {
                "QueueUrl": ${jsonencode(aws_sqs_queue.orders.url)},
                "MessageBody": {"team": "by ${var.team}", "list": ${jsonencode([for id in var.ids : { id = id }])}, "$.a": "{% x %}"},
                "MessageGroupId": ${jsonencode(lookup(var.groups, "a"))}
              },
              "TimeoutSeconds": ${jsonencode(var.timeout - 1)},
              "Next": "Stop"
            },
            "Stop": {"Type": "Succeed"}
          }
        }"#,
    );
}

#[test]
fn real_definitions_survive() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = fs::read_to_string(corpus.join("index.jsonl")) else {
        println!("skipped: there is no collection of definitions beside the repository");
        return;
    };
    let mut count = 0;
    for line in index.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| entry.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let Ok(definition) = fs::read_to_string(corpus.join(text("file"))) else { continue };
        let (document, findings) = Linter::new(MachineType::Standard).check_text(&definition);
        // A definition that cannot be blocks, such as one with an empty `Retry`, stays JSON.
        let is_held =
            document.is_some_and(|document| asl_hcl::from_asl(&document.root, &tfplugin::Value::Null).is_ok());
        if text("verdict") == "valid" && !has_errors(&findings) && is_held {
            check(text("file"), &definition);
            count += 1;
        }
    }
    assert!(count >= 500, "{count}");
}
