//! The command as a person and a pipeline run it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What the command printed, and how it ended.
fn sfn(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn"));
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    format!(
        "$ sfn {}\n{}{}[exit {}]\n",
        arguments.join(" "),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code().unwrap()
    )
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

const WRONG: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sns:publish",
      "Parameters": { "Message": "$.text", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:t" },
      "TimoutSeconds": 5,
      "Next": "Shiped"
    },
    "Shipped": { "Type": "Succeed" }
  }
}
"#;
const RIGHT: &str = "StartAt: A\nStates:\n  A: {Type: Succeed}\n";

#[test]
fn findings_are_shown_with_their_lines() {
    let folder = folder(&[("order.asl.json", WRONG), ("deep/right.yaml", RIGHT), ("deep/package.json", "{\"a\": 1}")]);
    let mut said = sfn(folder.path(), &["validate"], "");
    said += &sfn(folder.path(), &["validate", "--level", "lint", "--select", "ASL7", "order.asl.json"], "");
    said += &sfn(folder.path(), &["validate", "deep"], "");
    said += &sfn(folder.path(), &["validate", "-"], WRONG);
    insta::assert_snapshot!(said);
}

#[test]
fn formats_are_for_programs() {
    let folder = folder(&[("order.asl.json", WRONG)]);
    let mut said = String::new();
    for format in ["github", "json"] {
        said += &sfn(folder.path(), &["validate", "--format", format, "order.asl.json"], "");
    }
    let sarif = sfn(folder.path(), &["validate", "--format", "sarif", "order.asl.json"], "");
    let start = sarif.find('{').unwrap();
    let end = sarif.rfind('}').unwrap();
    let log: serde_json::Value = serde_json::from_str(&sarif[start..=end]).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), asl::rules::RULES.len());
    said += &format!("{:#}\n", run["results"]);
    insta::assert_snapshot!(said);
}

#[test]
fn certain_repairs_keep_the_rest_of_the_file() {
    let folder = folder(&[
        ("order.asl.json", WRONG),
        ("order.yaml", "StartAt: Frist\nStates:\n  First: {Type: Pass, 'Ende': true} # why\n"),
    ]);
    let mut said = sfn(folder.path(), &["validate", "--fix"], "");
    said += &fs::read_to_string(folder.path().join("order.asl.json")).unwrap();
    said += &fs::read_to_string(folder.path().join("order.yaml")).unwrap();
    insta::assert_snapshot!(said);
}

#[test]
fn the_configuration_is_found_upwards() {
    let configuration = "[validate]\ntype = \"EXPRESS\"\nlevel = \"lint\"\nignore = [\"ASL7\", \"unknown-field\"]\nexclude = [\"old\"]\nwarnings-as-errors = true\n";
    let waiting = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke.waitForTaskToken\", \"Parameters\": {\"FunctionName\": \"f\", \"Payload.$\": \"$$\"}, \"End\": true}}}";
    let folder = folder(&[
        ("sfn.toml", configuration),
        ("in/a.asl.json", waiting),
        ("in/old/b.asl.json", WRONG),
        ("old/b.asl.json", WRONG),
        ("c.asl.json", WRONG),
    ]);
    let mut said = sfn(&folder.path().join("in"), &["validate", "a.asl.json"], "");
    said += &sfn(folder.path(), &["validate", "--format", "github"], "");
    for wrong in [
        "[validate]\nlevle = \"lint\"\n",
        "[validate]\nlevel = \"all\"\n",
        "[validate]\nignore = [\"missing-tragte\"]\n",
        "[validate\n",
    ] {
        fs::write(folder.path().join("sfn.toml"), wrong).unwrap();
        said += &sfn(folder.path(), &["validate", "--config", "sfn.toml", "c.asl.json"], "");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn what_cannot_be_checked_is_told() {
    let template = "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: missing.asl.json}\n";
    let folder = folder(&[
        ("other.json", "{\"a\": 1}"),
        ("broken.json", "{\"StartAt\""),
        ("template.yaml", template),
        ("right.yaml", RIGHT),
    ]);
    fs::write(folder.path().join("binary.json"), [0xFF, 0xFE, 0x00]).unwrap();
    let mut said = String::new();
    for arguments in [
        &["validate", "nowhere.json"][..],
        &["validate", "other.json"],
        &["validate", "broken.json"],
        &["validate", "binary.json", "right.yaml"],
        &["validate", "template.yaml"],
        &["validate", "--select", "ASL9", "right.yaml"],
        &["explain", "missing-tragte"],
        &["explain", "asl2001"],
    ] {
        said += &sfn(folder.path(), arguments, "");
    }
    for input in ["", "{}", "[]", "\"text\""] {
        said += &sfn(folder.path(), &["validate", "-"], input);
    }
    insta::assert_snapshot!(said);
}

#[test]
fn rules_and_schema_are_complete() {
    let folder = folder(&[]);
    let rules = sfn(folder.path(), &["rules"], "");
    assert!(asl::rules::RULES.iter().all(|rule| rules.contains(rule.code) && rules.contains(rule.name)));
    let schema = sfn(folder.path(), &["schema"], "");
    let text = &schema[schema.find('{').unwrap()..=schema.rfind('}').unwrap()];
    let schema: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["StartAt", "States"]));
    let task = &schema["$defs"]["State"]["oneOf"][0]["properties"];
    assert!(task["TimeoutSeconds"]["description"].is_string());
    assert_eq!(task["Comment"]["type"], serde_json::json!(["string"]));
    assert_eq!(task["ResultPath"]["type"], serde_json::json!(["string", "null"]));
}

const ORDERS: &str = r#"{"Comment": "Takes orders.", "StartAt": "Charge", "States": {
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5,
    "Parameters": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message.$": "$"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}], "Next": "Both"},
  "Both": {"Type": "Parallel", "Branches": [{"StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": true}}}], "Next": "Gone"},
  "Gone": {"Type": "Succeed"}}}"#;

/// The same in YAML, with changes of all kinds.
const CHANGED: &str = "StartAt: Charge
TimeoutSeconds: 60
States:
  Charge:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t', Message.$: $.text | `$`}
    Retry: [{ErrorEquals: [Mine], MaxAttempts: 1}, {ErrorEquals: [States.ALL], MaxAttempts: 2}]
    Next: Both
  Both:
    Type: Parallel
    Branches:
      - StartAt: New
        States:
          New: {Type: Pass, End: true}
    Next: Last
  Last: {Type: Wait, Seconds: 1, End: true}
";

#[test]
fn definitions_are_compared_by_meaning() {
    let template = "Resources:\n  One: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}'}}\n  Two: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Fail\"}}}'}}\n";
    let folder =
        folder(&[("a.asl.json", ORDERS), ("b.asl.yaml", CHANGED), ("right.yaml", RIGHT), ("t.yaml", template)]);
    let mut said = String::new();
    for arguments in [
        &["a.asl.json", "b.asl.yaml"][..],
        &["a.asl.json", "b.asl.yaml", "--format", "json"],
        &["a.asl.json", "b.asl.yaml", "--format", "markdown"],
        &["a.asl.json", "a.asl.json"],
        &["a.asl.json", "a.asl.json", "--format", "markdown"],
        &["right.yaml", "t.yaml#One"],
        &["t.yaml#One", "t.yaml#two"],
        &["right.yaml", "t.yaml"],
        &["right.yaml", "t.yaml#Three"],
        &["right.yaml", "nowhere.json"],
        &["right.yaml", "arn:aws:lambda:eu-west-1:123456789012:function:f"],
    ] {
        said += &sfn(folder.path(), &[&["diff"], arguments].concat(), "");
    }
    said += &sfn(folder.path(), &["diff", "-", "right.yaml"], RIGHT);
    insta::assert_snapshot!(said);
}

#[test]
fn definitions_are_converted() {
    let lost = "Resources:\n  Lost: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: lost.json}}\n  There: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: sub/there.json}}\n";
    let there = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";
    let folder =
        folder(&[("orders.asl.json", ORDERS), ("lost.yaml", lost), ("sub/there.json", there), ("package.json", "{}")]);
    let mut said = String::new();
    for arguments in [
        &["orders.asl.json", "--map", "arn:aws:sns:eu-west-1:123456789012:t=aws_sns_topic.t.arn"][..],
        &["orders.asl.json", "--out", "orders.tf"],
        &["lost.yaml", "--out", "rest.tf"],
        &["package.json", "--out", "never.tf"],
        &["nowhere.json"],
    ] {
        said += &sfn(folder.path(), &[&["convert"], arguments].concat(), "");
    }
    said += &sfn(folder.path(), &["convert", "-"], there);
    let mut names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    said += &format!("{names:?}\n{}", fs::read_to_string(folder.path().join("rest.tf")).unwrap());
    insta::assert_snapshot!(said);
}
