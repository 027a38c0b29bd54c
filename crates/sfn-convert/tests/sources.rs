//! Converts files of other tools to configuration of this provider.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

#[path = "sources/deployments.rs"]
mod deployments;

use std::fs;
use std::path::{Path, PathBuf};

use sfn_convert::sources::{Map, Source, convert};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources")
}

/// Converts a file. Returns the configuration with the notes and errors.
fn converted(path: &str, text: &str, map: &[(&str, &str)]) -> String {
    let path = folder().join(path);
    let files = |file: &Path| {
        let name = file.display().to_string();
        fs::read_to_string(path.parent().unwrap().join(file))
            .map_err(|_| format!("cannot read {name}"))
    };
    let map: Map = map
        .iter()
        .map(|(text, expression)| ((*text).to_owned(), (*expression).to_owned()))
        .collect();
    let source = Source {
        path: &path,
        text,
        files: &files,
    };
    match convert(&source, &map) {
        Err(reason) => format!("error: {reason}"),
        Ok(mut converted) => {
            let mut said = converted.render(&map);
            if !said.ends_with('\n') {
                said.push('\n');
            }
            for note in &converted.notes {
                let line = note.line.map_or(String::new(), |line| format!("{line}: "));
                said += &format!("note: {line}{note}\n");
            }
            converted
                .failures
                .iter()
                .for_each(|failure| said += &format!("error: {failure}\n"));
            said
        }
    }
}

#[track_caller]
fn check(path: &str, map: &[(&str, &str)]) -> String {
    converted(path, &fs::read_to_string(folder().join(path)).unwrap(), map)
}

#[test]
fn cloudformation() {
    insta::assert_snapshot!(check(
        "cloudformation/template.yaml",
        &[("ChargeFunction.Arn", "aws_lambda_function.charge.arn")]
    ));
}

#[test]
fn sam() {
    insta::assert_snapshot!(check("sam/template.yaml", &[]));
}

#[test]
fn serverless() {
    insta::assert_snapshot!(check("serverless/serverless.yml", &[]));
}

#[test]
fn terraform() {
    insta::assert_snapshot!(check("terraform/main.tf", &[]));
}

/// Only the Step Functions resources and the references to them are replaced.
#[test]
fn the_rest_of_a_terraform_file_stays() {
    let path = "terraform-file/main.tf";
    let said = check(path, &[]);
    let text = fs::read_to_string(folder().join(path)).unwrap();
    let kept = |line: &&str| !line.contains("aws_sfn_");
    let end = text.find("resource \"aws_sfn_activity\"").unwrap();
    for part in [
        &text[..text.find("resource \"aws_sfn").unwrap()],
        &text[end..],
    ] {
        for line in part
            .lines()
            .filter(kept)
            .filter(|line| !line.contains("pack"))
        {
            assert!(said.contains(line), "{line}");
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn placeholders_of_a_definition_are_mapped_or_named() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Seconds}, "Next": "B"},
        "B": {"Type": "Task", "Resource": "${ChargeArn}", "Comment": "${Other}", "End": true}}}"#;
    insta::assert_snapshot!(converted(
        "orders.asl.json",
        text,
        &[
            ("ChargeArn", "aws_lambda_function.charge.arn"),
            ("Seconds", "var.seconds")
        ]
    ));
}

/// The text with single spaces, which does not depend on the alignment.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every part of a source is converted or named in a note.
#[test]
fn what_is_left_out_of_a_template_is_told() {
    let template = r"
Conditions: {IsProd: !Equals [a, b]}
Resources:
  Invoices:
    Type: AWS::Serverless::StateMachine
    DeletionPolicy: Retain
    Properties:
      Name: invoices
      RolePath: /billing/
      AutoPublishAlias: live
      DeploymentPreference: {Type: LINEAR, Percentage: 10, Interval: 1}
      Logging: !If [IsProd, {Level: ALL}, !Ref 'AWS::NoValue']
      Tracing: {Enabled: !If [IsProd, true, false]}
      Definition:
        StartAt: A
        States:
          A: {Type: Pass, Result: {x: !If [IsProd, 1, !Ref 'AWS::NoValue']}, Next: B}
          B: {Type: Task, Resource: !ImportValue {'Fn::Sub': '${Stage}-one'}, Next: C}
          C: {Type: Task, Resource: !ImportValue two, End: true}
  Other:
    Type: AWS::StepFunctions::StateMachine
    DeletionPolicy: Retain
    Properties:
      StateMachineName: other
      RoleArn: arn:aws:iam::123456789012:role/r
      Tags: [{Key: a, Value: b}, !If [IsProd, {Key: c, Value: d}, !Ref 'AWS::NoValue']]
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
  First: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref Other, Description: first}}
  Newest:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: newest
      Description: the newest
      RoutingConfiguration: [{StateMachineVersionArn: !Ref First, Weight: 100}]
  Pack: {Type: AWS::StepFunctions::Activity, Properties: {Name: pack, Tags: [{Key: a, Value: b}]}}
";
    insta::assert_snapshot!(converted("template.yaml", template, &[]));
}

#[test]
fn variables_of_different_values_stay_apart() {
    let file = r"
service: s
provider: {name: aws, tags: {team: a, stage: '${opt:stage}'}}
stepFunctions:
  stateMachines:
    one:
      role: arn:aws:iam::123456789012:role/r
      tags: {team: b}
      definition:
        StartAt: A
        States:
          A: {Type: Pass, Result: {a: '${env:TOPIC}', b: !Ref Topic}, End: true}
    two:
      role: arn:aws:iam::123456789012:role/r
      inheritGlobalTags: false
      definition: {StartAt: A, States: {A: {Type: Succeed}}}
resources: {Resources: {Topic: {Type: 'AWS::SNS::Topic'}}}
";
    insta::assert_snapshot!(converted("serverless.yml", file, &[]));
}

#[test]
fn what_cannot_be_converted_is_said() {
    for (path, text, said) in [
        ("a.json", "{", "error: line 1: "),
        ("a.yaml", "a: [", "error: line"),
        (
            "a.yaml",
            "just words",
            "error: not a state machine definition",
        ),
        (
            "a.yaml",
            "Resources: {A: {Type: 'AWS::S3::Bucket'}}",
            "error: the template has no state machine",
        ),
        (
            "serverless.yml",
            "service: a\nfunctions: {}",
            "error: the file has no `stepFunctions`",
        ),
        (
            "a.tf",
            "resource {{",
            "error: not valid Terraform configuration",
        ),
        (
            "a.tf",
            "resource \"aws_s3_bucket\" \"b\" {}",
            "error: it has no `aws_sfn_state_machine`",
        ),
        (
            "a.tf",
            "resource \"aws_sfn_state_machine\" \"b\" {}",
            "error: `aws_sfn_state_machine.b`: it has no definition",
        ),
        (
            "a.yaml",
            "Resources: {A: {Type: 'AWS::StepFunctions::StateMachine'}}",
            "error: `A`: it has no definition",
        ),
        (
            "a.yaml",
            "Resources: {A: {Type: 'AWS::StepFunctions::StateMachine', Properties: {DefinitionString: '{'}}}",
            "error: `A`: line 1: ",
        ),
        (
            "a.yaml",
            "service: ${self:service}\nstepFunctions: {stateMachines: {a: {definition: '${self:stepFunctions.stateMachines.a.definition}'}}}",
            "error: `a`: it has no `definition`",
        ),
    ] {
        let found = converted(path, text, &[]);
        assert!(found.contains(said), "{text}: {found}");
    }
}

/// Damages a file: removes, duplicates or swaps lines, or inserts characters.
fn damaged(text: &str, random: &mut impl FnMut(usize) -> usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random(3) {
        let (at, other) = (random(lines.len()), random(lines.len()));
        match random(4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            _ => {
                let marks = [
                    "$", "${", "}", "\"", "!Ref ", "\\", "{", "'", ":", "\u{e000}", "%{if a}", "é",
                    "${x} ",
                ];
                let place =
                    (0..=lines[at].len()).filter(|at_byte| lines[at].is_char_boundary(*at_byte));
                let places: Vec<usize> = place.collect();
                let mark = marks[random(marks.len())];
                let place = places[random(places.len())];
                lines[at].insert_str(place, mark);
            }
        }
    }
    lines.join("\n")
}

#[test]
fn damaged_files_are_refused_or_become_configuration() {
    let mut state = 7_u64;
    let mut random = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % limit.max(1)
    };
    let mut converted_ones = 0;
    for path in [
        "cloudformation/template.yaml",
        "sam/template.yaml",
        "serverless/serverless.yml",
        "terraform/main.tf",
        "sam/deployment.yaml",
    ] {
        let text = fs::read_to_string(folder().join(path)).unwrap();
        for _ in 0..250 {
            let damaged = damaged(&text, &mut random);
            let said = converted(path, &damaged, &[]);
            let configuration: String = said
                .lines()
                .take_while(|line| !line.starts_with("note: ") && !line.starts_with("error: "))
                .map(|line| format!("{line}\n"))
                .collect();
            let parsed = configuration.parse::<hcl_edit::structure::Body>();
            assert!(
                parsed.is_ok(),
                "{:?}\n{configuration}\n--- of ---\n{damaged}",
                parsed.err()
            );
            converted_ones += usize::from(!configuration.is_empty());
        }
    }
    assert!(
        converted_ones > 200,
        "only {converted_ones} became anything"
    );
}

#[test]
fn conditions_become_expressions() {
    insta::assert_snapshot!(check("cloudformation/conditions.yaml", &[]));
    insta::assert_snapshot!(
        "nested_conditions",
        check("cloudformation/nested-conditions.yaml", &[])
    );
}

#[test]
fn fallbacks_become_defaults() {
    insta::assert_snapshot!(check("serverless/fallbacks.yml", &[]));
}

#[test]
fn names_outside_of_quotes_become_variables() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${pause}, "Next": "B"}, "B": {"Type": "Pass",
        "Result": {"a": ${jsonencode(subnets)}, "b": ${version}, "c": ${local.c}, "d": "${name}", "e": "${upper(name)}", "f": "${var.f}-x"}, "End": true}}}"#;
    insta::assert_snapshot!(converted("definition.asl.json", text, &[]));
}

#[test]
fn a_definition_without_a_name_is_a_workflow() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    for (path, label) in [
        ("-", "workflow"),
        (".json", "workflow"),
        ("order.asl.json", "order"),
    ] {
        let said = converted(path, text, &[]);
        assert!(
            said.starts_with(&format!("resource \"sfn_state_machine\" \"{label}\"")),
            "{path}:\n{said}"
        );
    }
}

/// Conversion of `definition` of a resource of hashicorp/aws.
#[test]
fn definitions_of_terraform_are_read_as_far_as_they_are_written() {
    let locals = "locals {\n  a = local.b\n  b = \"A\"\n  loop = local.loop\n  text = \"{\\\"StartAt\\\": \\\"A\\\", \\\"States\\\": {\\\"A\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"\n}\n";
    for (definition, part) in [
        (
            "jsonencode({ StartAt = local.a, States = { A = { Type = \"Succeed\" } } })",
            "succeed \"A\"",
        ),
        (
            "jsonencode({ StartAt = \"A\", States = { \"${local.a}\" = { Type = \"Succeed\" } } })",
            "succeed \"A\"",
        ),
        (
            "jsonencode({ StartAt = \"A\", States = { (local.loop) = { Type = \"Succeed\" } } })",
            "definition = jsonencode(",
        ),
        (
            "jsonencode(merge({ StartAt = \"A\" }, var.rest))",
            "definition = jsonencode(merge(",
        ),
        (
            "jsonencode({ StartAt = \"A\" })",
            "definition = jsonencode({ StartAt = \"A\" })",
        ),
        (
            "\"${var.definition}\"",
            "definition = \"${var.definition}\"",
        ),
        // A template with only an interpolation has the value of the interpolation.
        ("\"${local.text}\"", "succeed \"A\""),
    ] {
        let text = format!(
            "{locals}resource \"aws_sfn_state_machine\" \"m\" {{\n  name = \"m\"\n  definition = {definition}\n}}\n"
        );
        let said = converted("main.tf", &text, &[]);
        assert!(plain(&said).contains(part), "{definition}:\n{said}");
    }
}
