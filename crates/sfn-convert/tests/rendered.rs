//! Converts definitions to blocks, and renders the blocks as definitions again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::fs;
use std::path::Path;

use asl::MachineType;
use asl::linter::{Linter, has_errors};
use sfn_convert::configuration::{self, render};
use sfn_convert::sources::{Map, Source, convert};

/// Converts a definition to configuration.
fn converted(definition: &str) -> Result<String, String> {
    let source = Source {
        path: Path::new("x.asl.json"),
        text: definition,
        files: &|_| Err("no files".into()),
    };
    let mut converted = convert(&source, &Map::new())?;
    Ok(converted.render(&Map::new()))
}

/// Checks that rendering a converted definition gives the definition.
fn check(name: &str, definition: &str) {
    let configuration = converted(definition).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    let rendered =
        render(&configuration).unwrap_or_else(|reason| panic!("{name}: {reason}\n{configuration}"));
    let [workflow] = rendered.as_slice() else {
        panic!("{name}: {} workflows", rendered.len())
    };
    let read = |text: &str| {
        asl::parse_unfilled(text)
            .unwrap_or_else(|error| panic!("{name}: {}", error.message))
            .0
            .root
    };
    assert!(
        workflow.definition.is_ok(),
        "{name}: {:?}\n{configuration}",
        workflow.definition
    );
    let (before, after) = (read(definition), read(&workflow.text));
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let is_same = before.same_meaning(&after) || plain(definition) == plain(&workflow.text);
    assert!(
        is_same,
        "{name}:\n{definition}\n{configuration}\n{}",
        workflow.text
    );
    // Converting and rendering again must give the same text.
    let again = render(&converted(&workflow.text).unwrap()).unwrap();
    assert_eq!(
        again.first().map(|workflow| &workflow.text),
        Some(&workflow.text),
        "{name}"
    );
    // Both forms must have the same findings.
    let linter = Linter::new(MachineType::Standard);
    let codes = |findings: Vec<asl::Diagnostic>| {
        let serious = findings
            .iter()
            .filter(|finding| finding.severity != asl::Severity::Lint);
        let mut codes: Vec<_> = serious.map(|finding| finding.code).collect();
        codes.sort_unstable();
        codes
    };
    let text = codes(
        linter
            .check_file(definition, asl::Format::Json, true)
            .findings,
    );
    let checked = configuration::check(&configuration, &linter);
    assert_eq!(
        (checked.definitions, codes(checked.findings)),
        (1, text),
        "{name}\n{configuration}"
    );
}

#[test]
fn examples_of_the_rules_survive() {
    let mut count = 0;
    for rule in asl::rules::rules() {
        let documentation = rule.documentation();
        let Some((_, instead)) = documentation.split_once("## Use instead") else {
            continue;
        };
        let Some(text) = instead
            .split("```json")
            .nth(1)
            .and_then(|rest| rest.split("```").next())
        else {
            continue;
        };
        let (info, text) = text.split_once('\n').unwrap();
        if info.contains("flat") {
            continue;
        }
        let state = format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {text}}}}}");
        let is_state = text
            .trim_start_matches(|c: char| c == '{' || c.is_whitespace())
            .starts_with("\"Type\"");
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
        println!("skipped: the corpus of definitions is not installed");
        return;
    };
    let mut count = 0;
    for line in index.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| {
            entry
                .get(key)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
        };
        let Ok(definition) = fs::read_to_string(corpus.join(text("file"))) else {
            continue;
        };
        let (document, findings) = Linter::new(MachineType::Standard).check_text(&definition);
        // A definition that cannot be blocks, such as one with an empty `Retry`, stays JSON.
        let is_held = document.is_some_and(|document| {
            asl_hcl::from_asl(&document.root, &tfplugin::Value::Null).is_ok()
        });
        if text("verdict") == "valid" && !has_errors(&findings) && is_held {
            check(text("file"), &definition);
            count += 1;
        }
    }
    assert!(count >= 500, "{count}");
}

/// A state machine without a type is a Standard one, and one with a computed type can be either. Repairs apply to ASL
/// and not to HCL.
#[test]
fn checks_know_the_type_and_propose_no_repairs() {
    let linter = Linter::new(MachineType::Unknown);
    for (ty, is_express) in [
        ("", false),
        ("type = \"EXPRESS\"", true),
        ("type = var.type", false),
    ] {
        let text = format!(
            "resource \"sfn_state_machine\" \"a\" {{\n  {ty}\n  start_at = \"A\"\n  task \"A\" {{\n    \
             resource = \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\"\n    parameters = {{ QueueURL = \"q\", \
             \"MessageBody.$\" = \"$$.Task.Token\" }}\n    end = true\n  }}\n}}\n"
        );
        let findings = configuration::check(&text, &linter).findings;
        let has = |code: &str| findings.iter().any(|finding| finding.code == code);
        assert_eq!(
            (has("ASL5006"), has("ASL5004")),
            (is_express, true),
            "{ty}: {findings:?}"
        );
        assert!(
            findings.iter().all(|finding| finding.fix.is_none()),
            "{findings:?}"
        );
    }
    let standard = "resource \"sfn_state_machine\" \"a\" {\n  start_at = \"A\"\n  wait \"A\" {\n    seconds = 1\n    end = true\n  }\n}\n";
    let express = configuration::check(
        &standard.replace("  start_at", "  type = var.type\n  start_at"),
        &linter,
    );
    let has_hint = |checked: &asl::template::Checked| {
        checked
            .findings
            .iter()
            .any(|finding| finding.code == "ASL8001")
    };
    assert!(has_hint(&configuration::check(standard, &linter)) && !has_hint(&express));
}

/// Objects of the language have other member names in HCL, so the value of an expression cannot be rendered.
#[test]
fn computed_objects_are_not_rendered() {
    let machine = |state: &str| {
        format!("resource \"sfn_state_machine\" \"a\" {{\n  start_at = \"A\"\n  {state}\n}}\n")
    };
    for (state, is_rendered) in [
        (
            "pass \"A\" {\n parameters = var.parameters\n end = true\n }",
            true,
        ),
        (
            "pass \"A\" {\n parameters = { Catch = var.any }\n end = true\n }",
            true,
        ),
        (
            "choice \"A\" {\n rule {\n and = var.rules\n next = \"A\"\n }\n }",
            false,
        ),
    ] {
        let rendered = render(&machine(state)).unwrap();
        let is_ok = rendered
            .first()
            .is_some_and(|workflow| workflow.definition.is_ok());
        assert_eq!(
            is_ok,
            is_rendered,
            "{state}: {:?}",
            rendered.first().map(|workflow| &workflow.definition)
        );
    }
}
