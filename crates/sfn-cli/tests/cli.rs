//! Runs the command as users and pipelines do.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod support;

use std::fs;
use std::process::Command;

use support::{WRONG, folder, sfn};

const RIGHT: &str = "StartAt: A\nStates:\n  A: {Type: Succeed}\n";

#[test]
fn findings_are_shown_with_their_lines() {
    let folder = folder(&[
        ("order.asl.json", WRONG),
        ("deep/right.yaml", RIGHT),
        ("deep/package.json", "{\"a\": 1}"),
    ]);
    let mut said = sfn(folder.path(), &["validate"], "");
    said += &sfn(
        folder.path(),
        &[
            "validate",
            "--level",
            "lint",
            "--select",
            "ASL7",
            "order.asl.json",
        ],
        "",
    );
    said += &sfn(folder.path(), &["validate", "deep"], "");
    said += &sfn(folder.path(), &["validate", "-"], WRONG);
    insta::assert_snapshot!(said);
}

#[test]
fn formats_are_for_programs() {
    let folder = folder(&[("order.asl.json", WRONG)]);
    let mut said = String::new();
    for format in ["github", "json"] {
        said += &sfn(
            folder.path(),
            &["validate", "--format", format, "order.asl.json"],
            "",
        );
    }
    let sarif = sfn(
        folder.path(),
        &["validate", "--format", "sarif", "order.asl.json"],
        "",
    );
    let start = sarif.find('{').unwrap();
    let end = sarif.rfind('}').unwrap();
    let log: serde_json::Value = serde_json::from_str(&sarif[start..=end]).unwrap();
    let run = &log["runs"][0];
    assert_eq!(
        run["tool"]["driver"]["rules"].as_array().unwrap().len(),
        asl::rules::rules().count()
    );
    said += &format!("{:#}\n", run["results"]);
    insta::assert_snapshot!(said);
}

#[test]
fn certain_repairs_keep_the_rest_of_the_file() {
    let folder = folder(&[
        ("order.asl.json", WRONG),
        (
            "order.yaml",
            "StartAt: Frist\nStates:\n  First: {Type: Pass, 'Ende': true} # why\n",
        ),
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
        said += &sfn(
            folder.path(),
            &["validate", "--config", "sfn.toml", "c.asl.json"],
            "",
        );
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
    assert!(asl::rules::rules().all(|rule| rules.contains(rule.code) && rules.contains(rule.name)));
    let schema = sfn(folder.path(), &["schema"], "");
    let text = &schema[schema.find('{').unwrap()..=schema.rfind('}').unwrap()];
    let schema: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["StartAt", "States"]));
    let task = &schema["$defs"]["State"]["oneOf"][0]["properties"];
    assert!(task["TimeoutSeconds"]["description"].is_string());
    assert_eq!(task["Comment"]["type"], serde_json::json!(["string"]));
    assert_eq!(
        task["ResultPath"]["type"],
        serde_json::json!(["string", "null"])
    );
}

const ORDERS: &str = r#"{"Comment": "Takes orders.", "StartAt": "Charge", "States": {
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5,
    "Parameters": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message.$": "$"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}], "Next": "Both"},
  "Both": {"Type": "Parallel", "Branches": [{"StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": true}}}], "Next": "Gone"},
  "Gone": {"Type": "Succeed"}}}"#;

/// The same workflow in YAML, with all kinds of changes.
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
    let folder = folder(&[
        ("a.asl.json", ORDERS),
        ("b.asl.yaml", CHANGED),
        ("right.yaml", RIGHT),
        ("t.yaml", template),
    ]);
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
        &[
            "right.yaml",
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
        ],
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
    let folder = folder(&[
        ("orders.asl.json", ORDERS),
        ("lost.yaml", lost),
        ("sub/there.json", there),
        ("package.json", "{}"),
    ]);
    let mut said = String::new();
    for arguments in [
        &[
            "orders.asl.json",
            "--map",
            "arn:aws:sns:eu-west-1:123456789012:t=aws_sns_topic.t.arn",
        ][..],
        &["orders.asl.json", "--out", "orders.tf"],
        &["lost.yaml", "--out", "rest.tf"],
        &["package.json", "--out", "never.tf"],
        &["nowhere.json"],
    ] {
        said += &sfn(folder.path(), &[&["convert"], arguments].concat(), "");
    }
    said += &sfn(folder.path(), &["convert", "-"], there);
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    said += &format!(
        "{names:?}\n{}",
        fs::read_to_string(folder.path().join("rest.tf")).unwrap()
    );
    insta::assert_snapshot!(said);
}

const DEFINITION: &str = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";

/// A template with a state machine that is defined in this file.
fn template(file: &str) -> String {
    format!(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: {file}\n"
    )
}

#[test]
fn files_outside_are_not_read() {
    let folder = folder(&[
        ("secret.json", "{\"password\": \"hunter2\"}"),
        ("judged/inside.yaml", &template("deep/a.asl.json")),
        ("judged/deep/a.asl.json", DEFINITION),
        ("judged/outside.yaml", &template("../secret.json")),
        ("judged/environment.yaml", &template("/proc/self/environ")),
        ("judged/device.yaml", &template("/dev/zero")),
        (
            "judged/main.tf",
            "resource \"aws_sfn_state_machine\" \"a\" {\n  name = \"a\"\n  role_arn = \"r\"\n  definition = file(\"../secret.json\")\n}\n",
        ),
        ("judged/stack.yaml", &template("../secret.json")),
    ]);
    let judged = folder.path().join("judged");
    let mut said = String::new();
    for arguments in [
        &["validate", "inside.yaml"][..],
        &["validate", "outside.yaml"],
        &["validate", "environment.yaml"],
        &["validate", "--allow-outside", "device.yaml"],
        &["validate", "."],
        &["convert", "main.tf"],
        &["convert", "stack.yaml"],
        &["diff", "stack.yaml", "deep/a.asl.json"],
    ] {
        said += &sfn(&judged, arguments, "");
    }
    assert!(
        !said.contains("hunter2") && !said.contains("PATH="),
        "{said}"
    );
    // `--allow-outside` allows the file.
    let allowed = sfn(
        &judged,
        &["validate", "--allow-outside", "outside.yaml"],
        "",
    );
    assert!(allowed.contains("`StartAt`"), "{allowed}");
    let root = folder.path().canonicalize().unwrap();
    insta::assert_snapshot!(said.replace(root.to_str().unwrap(), "ROOT"));
}

#[test]
fn texts_of_files_are_printable() {
    let state = "a\\n::error::b\\u001b[31m\\u202e";
    let definition = format!(
        "{{\"StartAt\": \"{state}\", \"States\": {{\"{state}\": {{\"Type\": \"Pass\", \"Next\": \"{state}2\"}}}}}}"
    );
    let other = definition
        .replace("Pass", "Succeed")
        .replace(&format!(", \"Next\": \"{state}2\""), "");
    let folder = folder(&[
        ("a.asl.json", &definition),
        ("b.asl.json", &other),
        ("c\u{1b}\n::error::d.asl.json", "[]"),
    ]);
    fs::write(
        folder.path().join("sfn.toml"),
        "[validate]\nlevel = \"\\n::error::\\u001b\"\n",
    )
    .unwrap();
    for arguments in [
        &["validate", "--config", "none.toml", "a.asl.json"][..],
        &["validate", "a.asl.json"],
        &["diff", "a.asl.json", "b.asl.json"],
        &["diff", "--format", "markdown", "a.asl.json", "b.asl.json"],
        &["convert", "a.asl.json"],
    ] {
        check_printable(&sfn(folder.path(), arguments, ""));
    }
    fs::remove_file(folder.path().join("sfn.toml")).unwrap();
    for format in ["text", "github"] {
        check_printable(&sfn(folder.path(), &["validate", "--format", format], ""));
    }
    // Machine-readable formats contain the original text, in which JSON escapes control characters.
    for format in ["json", "sarif"] {
        let said = sfn(folder.path(), &["validate", "--format", format], "");
        assert!(
            !said.contains('\u{1b}') && !said.contains("\n::error"),
            "{said:?}"
        );
    }
}

/// Asserts that no line is a command of GitHub Actions, and that there are no control characters for a terminal.
#[track_caller]
fn check_printable(said: &str) {
    let (_, said) = said.split_once('\n').unwrap();
    let commands = said
        .lines()
        .filter(|line| line.trim_start().starts_with("::error::"));
    assert_eq!(commands.count(), 0, "{said:?}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
}

#[test]
fn a_folder_is_looked_through_for_definitions() {
    let folder = folder(&[
        ("typo.asl.json", "{\"startAt\": \"A\"}"),
        ("empty.asl.yaml", ""),
        ("list.json", "[{\"StartAt\": \"09:00\"}]"),
        ("text.yaml", "StartAt is a word\n"),
        ("built/wrong.asl.json", WRONG),
        ("vendor/wrong.asl.json", WRONG),
        (".gitignore", "built/\n*.tmp.json\n"),
        ("x.tmp.json", WRONG),
        ("vendor/.gitignore", "!wrong.asl.json\n"),
    ]);
    let mut said = sfn(folder.path(), &["validate", "--format", "github"], "");
    said += &sfn(folder.path(), &["validate", "list.json", "text.yaml"], "");
    said += &sfn(folder.path(), &["validate", "vendor"], "");
    insta::assert_snapshot!(said);
}

#[test]
fn what_a_template_puts_into_a_file_counts() {
    let substitutions =
        "      DefinitionSubstitutions: {Seconds: 5, Word: Fnish, Function: !Ref F}\n";
    let definition = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": ${Seconds}, "Next": "${Word}"},
  "Finish": {"Type": "Task", "Resource": "${Function}", "TimeoutSeconds": "${Seconds}", "End": true,}}}
"#;
    let folder = folder(&[
        (
            "template.yaml",
            &format!("{}{substitutions}", template("a.asl.json")),
        ),
        ("a.asl.json", definition),
    ]);
    let mut said = sfn(folder.path(), &["validate"], "");
    said += &sfn(folder.path(), &["validate", "--fix", "template.yaml"], "");
    assert_eq!(
        fs::read_to_string(folder.path().join("a.asl.json")).unwrap(),
        definition
    );
    insta::assert_snapshot!(said);
}

#[test]
fn repairs_leave_what_is_around() {
    let yaml = r#"Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: !Sub arn:${AWS::Partition}:states:::lambda:invoek # why
            Parameters: {FunctionName: !GetAtt F.Arn}
            Next: 'Shpi'
          Ship:
            Type: Task
            Resource:
              Fn::Sub: "arn:${AWS::Partition}:states:::lambda:invoek"
            Parameters: &same {FunctionName: !Ref F}
            Next: &next Fnish
          Block:
            Type: Pass
            Next: |-
              Fnish
          Finish: {Type: Succeed}
"#;
    let unsafe_ones = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
  "Parameters": {"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m", "Input": {"id": "$.id"}}, "End": true}}}
"#;
    let folder = folder(&[("template.yaml", yaml), ("unsafe.asl.json", unsafe_ones)]);
    let level = ["--level", "lint", "--ignore", "ASL7"];
    let mut said = sfn(
        folder.path(),
        &[&["validate", "--fix"][..], &level].concat(),
        "",
    );
    said += &fs::read_to_string(folder.path().join("template.yaml")).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join("unsafe.asl.json")).unwrap(),
        unsafe_ones
    );
    said += &sfn(
        folder.path(),
        &[
            &["validate", "--fix", "--unsafe-fixes", "unsafe.asl.json"][..],
            &level,
        ]
        .concat(),
        "",
    );
    said += &fs::read_to_string(folder.path().join("unsafe.asl.json")).unwrap();
    insta::assert_snapshot!(said);
}

/// An excerpt of a long line must not split a character.
#[test]
fn excerpts_of_long_lines_begin_at_a_character() {
    for before in 40..70 {
        for filling in ["a", "é"] {
            let text = format!(
                "{{\"C\":\"{}\",\"b\":é{}}}",
                "a".repeat(before),
                filling.repeat(3_000)
            );
            let folder = folder(&[("a.asl.json", &text)]);
            let said = sfn(folder.path(), &["validate"], "");
            assert!(
                said.contains("ASL0001") && said.ends_with("[exit 1]\n"),
                "{before}: {said}"
            );
        }
    }
}

#[test]
fn a_file_that_is_no_definition_is_neither_shown_nor_repaired() {
    let state = "{\"version\": 4, \"terraform_version\": \"1.8.0\", \"secret\": \"hunter2\"}";
    let folder = folder(&[
        ("template.yaml", &template("terraform.tfstate")),
        ("terraform.tfstate", state),
    ]);
    let said = sfn(
        folder.path(),
        &["validate", "--fix", "--unsafe-fixes", "template.yaml"],
        "",
    );
    assert!(
        !said.contains("hunter2") && said.contains("is not the definition of a state machine"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("terraform.tfstate")).unwrap(),
        state
    );
}

#[test]
fn long_lines_are_cut_to_what_they_are_about() {
    let long = "x".repeat(3_000);
    let definition = format!(
        "{{\"StartAt\": \"A\", \"Comment\": \"{long}\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"Next\": \"é\"}}, \"Comment\": {{}}}}, \"Comment\": \"{long}\"}}"
    );
    let folder = folder(&[("a.asl.json", &definition)]);
    insta::assert_snapshot!(sfn(folder.path(), &["validate"], ""));
}

#[test]
fn options_of_asl_validator_mean_the_same() {
    let folder = folder(&[
        (
            "right.txt",
            "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}",
        ),
        ("wrong.json", WRONG),
        (
            "path.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "a", "Next": "B"}, "B": {"Type": "Task", "Resource": "r", "End": true}}}"#,
        ),
        ("broken.json", "{"),
        ("right.yaml", RIGHT),
    ]);
    let ends = |arguments: &[&str]| {
        let said = sfn(folder.path(), &[&["validate"], arguments].concat(), "");
        let exit = said
            .rsplit_once("[exit ")
            .unwrap()
            .1
            .trim_end_matches("]\n")
            .to_owned();
        (exit.parse::<u8>().unwrap(), said)
    };
    let cases: &[(&[&str], u8)] = &[
        (&["--json-path", "right.txt"], 0),
        (
            &["--json-path", "right.txt", "--json-path", "wrong.json"],
            1,
        ),
        (&["--json-path", "broken.json"], 2),
        (&["--json-path", "nowhere.json"], 2),
        (
            &[
                "--json-definition",
                r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
            ],
            0,
        ),
        (
            &[
                "--json-definition",
                r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#,
            ],
            1,
        ),
        (&["--json-definition", "no"], 2),
        (
            &["--yaml-path", "right.yaml", "--yaml-definition", RIGHT],
            0,
        ),
        (&["--yaml-definition", "StartAt: A"], 1),
        (&["--json-path", "path.json"], 1),
        (&["--json-path", "path.json", "--no-path-check"], 1),
        (&["--json-path", "path.json", "--no-arn-check"], 1),
        (
            &[
                "--json-path",
                "path.json",
                "--no-path-check",
                "--no-arn-check",
            ],
            0,
        ),
    ];
    for (arguments, exit) in cases {
        let (ended, said) = ends(arguments);
        assert_eq!(ended, *exit, "{said}");
        let (ended, said) = ends(&[*arguments, &["--silent"]].concat());
        let printed = said
            .lines()
            .skip_while(|line| !line.starts_with("[exit"))
            .count();
        assert_eq!((ended, printed), (*exit, 1), "{said}");
        assert!(
            !said.contains("checked") && !said.contains("error:"),
            "{said}"
        );
    }
    let (_, said) = ends(&[
        "--json-definition",
        r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#,
    ]);
    assert!(said.contains("JSON definition 1:1:13"), "{said}");
}

#[test]
fn json_output_follows_its_schema() {
    let folder = folder(&[("order.asl.json", WRONG)]);
    let read = |arguments: &[&str]| -> serde_json::Value {
        let said = sfn(folder.path(), arguments, "");
        serde_json::from_str(&said[said.find('{').unwrap()..=said.rfind('}').unwrap()]).unwrap()
    };
    let schema = read(&["schema", "--of", "findings"]);
    let output = read(&["validate", "--format", "json", "order.asl.json"]);
    let finding = &output["files"][0]["findings"][0];
    let described = schema["$defs"]["Finding"]["properties"]
        .as_object()
        .unwrap();
    let keys = |object: &serde_json::Map<String, serde_json::Value>| {
        object.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(finding.as_object().unwrap()), keys(described));
    assert!(
        described
            .values()
            .all(|field| field["description"].is_string()),
        "{described:#?}"
    );
}

#[test]
fn what_is_made_at_deployment_is_told() {
    let machine = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: r\n      Definition:\n        StartAt: A\n        States:\n";
    let folder = folder(&[
        (
            "loop.yaml",
            &format!(
                "{machine}          Fn::ForEach::Tasks:\n            - Name\n            - [A, B]\n            - ${{Name}}: {{Type: Succeed}}\n"
            ),
        ),
        (
            "macro.yaml",
            &format!(
                "{machine}          A:\n            Type: Pass\n            Secnds: 1\n            Fn::Transform: {{Name: AWS::Include}}\n          B: {{Type: Succeed}}\n"
            ),
        ),
        (
            "resources.yaml",
            "Resources:\n  Fn::ForEach::Machines:\n    - Name\n    - [A]\n    - M${Name}: {Type: AWS::StepFunctions::StateMachine}\n  Other:\n    Type: AWS::S3::Bucket\n    Properties:\n      Fn::Transform: {Name: x}\n",
        ),
        (
            "none.yaml",
            &format!(
                "{machine}          A:\n            Type: Wait\n            Seconds: 5\n            SecondsPath: !Ref AWS::NoValue\n            Next: !If [X, B, !Ref AWS::NoValue]\n          B: {{Type: Succeed}}\n"
            ),
        ),
        (
            "for.asl.json",
            "{\"StartAt\": \"A\", \"States\": {%{ for name in names }\"${name}\": {\"Type\": \"Succeed\"},%{ endfor }\"A\": {\"Type\": \"Succeed\"}}}",
        ),
        (
            "members.asl.json",
            "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Parameters\": {\"a\": 1, ${more}}, \"Nxt\": \"B\", \"End\": true}}}",
        ),
    ]);
    let files = [
        "loop.yaml",
        "macro.yaml",
        "resources.yaml",
        "none.yaml",
        "for.asl.json",
        "members.asl.json",
    ];
    let said = files
        .map(|file| sfn(folder.path(), &["validate", file], ""))
        .concat();
    insta::assert_snapshot!(said);
}

/// Errors of the source stay in the configuration, and the command reports that Terraform rejects it.
#[test]
fn a_conversion_reports_what_terraform_rejects() {
    let folder = folder(&[("order.asl.json", WRONG)]);
    let mut said = sfn(
        folder.path(),
        &["convert", "order.asl.json", "--out", "order.tf"],
        "",
    );
    said += &sfn(folder.path(), &["convert", "-"], RIGHT);
    insta::assert_snapshot!(said);
    assert!(folder.path().join("order.tf").exists());
}

/// Standard input is not repaired, and a failed write is reported.
#[test]
#[cfg(target_os = "linux")]
fn nothing_is_written_where_nothing_can_be() {
    let folder = folder(&[("order.asl.json", WRONG)]);
    let said = sfn(folder.path(), &["validate", "--fix", "-"], WRONG);
    assert!(
        said.contains("there is no state `Shiped`") && said.contains("[exit 1]"),
        "{said}"
    );
    assert!(!folder.path().join("-").exists(), "{said}");
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sfn"))
        .arg("rules")
        .stdout(full)
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && error.contains("cannot write"),
        "{error}"
    );
}
