//! `sfn test` and `sfn run`.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/order.rs"]
mod order;
mod support;

use std::fs;

use order::{CASES, ORDER};
use support::{WRONG, folder, sfn};

#[test]
fn cases_that_pass_are_counted_with_their_coverage() {
    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", CASES)]);
    let mut said = sfn(folder.path(), &["test", "--coverage", "text"], "");
    said += &sfn(
        folder.path(),
        &["test", "-k", "refused", "--fail-under", "90"],
        "",
    );
    said += &sfn(
        folder.path(),
        &[
            "test",
            "--coverage",
            "lcov",
            "--format",
            "json",
            "-k",
            "time",
        ],
        "",
    );
    let cobertura = [
        "test",
        "-k",
        "time",
        "--coverage",
        "cobertura",
        "--format",
        "github",
    ];
    said += &sfn(folder.path(), &cobertura, "");
    insta::assert_snapshot!(said);
}

#[test]
fn cases_that_fail_show_what_differs() {
    let wrong = CASES
        .replace("[sent, kept]", "[sent, lost]")
        .replace("error: Refused", "error: Late")
        .replace("Send: [a, b]", "Send: [a]")
        .replace("status: FAILED", "output: { approved: true }");
    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", &wrong)]);
    let mut said = sfn(folder.path(), &["test", "--junit", "junit.xml"], "");
    said += &sfn(
        folder.path(),
        &["test", "--format", "github", "-k", "timeout"],
        "",
    );
    said += &fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    insta::assert_snapshot!(said);
}

#[test]
fn mistakes_are_told_with_their_lines_and_other_cases_run() {
    let mistakes = r"workflow: order.asl.json
cases:
  unknown state:
    mocks:
      Chrage: { payload: {} }
  no mock: {}
  two answers:
    mocks:
      Charge: { payload: {}, never: true }
  unknown field:
    expect: { outptu: 1 }
  wrong time:
    mocks:
      Charge: { payload: {}, after: soon }
  too few answers:
    mocks:
      Charge: [{ throw: { error: Busy } }]
  not a response:
    mocks:
      Charge: { return: { StatusCode: { a: 1 }, Payload: {} } }
  fine:
    mocks:
      Charge: { payload: { approved: false } }
      Send: { return: {} }
    expect: { error: Refused }
";
    let endless =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 0, "Next": "A"}}}"#;
    let folder = folder(&[
        ("order.asl.json", ORDER),
        ("a.sfntest.yaml", mistakes),
        ("b.sfntest.yaml", "workflow: none.asl.json\ncases: {}\n"),
        ("c.sfntest.yaml", "workflow: [\n"),
        (
            "d.sfntest.json",
            r#"{"workflow": "broken.json", "cases": {}}"#,
        ),
        ("broken.json", WRONG),
        (
            "e.sfntest.yaml",
            "workflow: endless.json\ncases:\n  ends: {}\n",
        ),
        ("endless.json", endless),
    ]);
    let mut said = sfn(folder.path(), &["test"], "");
    said += &sfn(folder.path(), &["test", "order.asl.json"], "");
    fs::create_dir(folder.path().join("empty")).unwrap();
    said += &sfn(folder.path(), &["test", "empty"], "");
    insta::assert_snapshot!(said);
}

#[test]
fn programs_answer_tasks() {
    let cases = r#"workflow: order.asl.json
cases:
  handlers:
    input: { amount: 5 }
    mocks:
      Charge:
        function: charge
        handler: main.handler
        runtime: python3.12
        environment: { LIMIT: "10" }
      Send: { command: [python3, send.py] }
    expect:
      output: [{ sent: a }]
  handler fails:
    input: { amount: 50 }
    mocks:
      Charge: { function: charge, handler: main.handler }
    expect:
      error: TooMuch
  no handler:
    mocks:
      Charge: { function: charge, handler: main.missing }
  no program:
    input: { amount: 5 }
    mocks:
      Charge: { function: charge, handler: main.handler, environment: { LIMIT: "10" } }
      Send: { command: [no-such-program] }
"#;
    let handler = r#"import os


class TooMuch(Exception):
    pass


def handler(event, context):
    print("a line of the handler")
    if event.get("amount", 0) > int(os.environ.get("LIMIT", "10")):
        raise TooMuch("too much")
    return {"approved": True, "parcels": ["a"], "id": context.aws_request_id}
"#;
    let send = "import json, sys\nprint(json.dumps({'sent': json.load(sys.stdin)}))\n";
    let folder = folder(&[
        ("order.asl.json", ORDER),
        ("order.sfntest.yaml", cases),
        ("charge/main.py", handler),
        ("send.py", send),
    ]);
    let said = sfn(folder.path(), &["test"], "");
    for expected in [
        "ok      handlers",
        "ok      handler fails",
        "the handler `main.missing` of `Charge` did not start",
        "cannot start `no-such-program`",
        "2 passed, 0 failed, 2 could not be run",
    ] {
        assert!(said.contains(expected), "{expected}:\n{said}");
    }
}

#[test]
fn mock_configurations_of_step_functions_local_run_as_they_are() {
    let config = r#"{
  "StateMachines": { "order": { "TestCases": {
    "HappyPath": { "Charge": "ChargedOnThird", "Send": "Sent" },
    "Wrong": { "Charge": "Nothing" }
  } } },
  "MockedResponses": {
    "ChargedOnThird": {
      "0-1": { "Throw": { "Error": "Busy", "Cause": "try again" } },
      "2": { "Return": { "StatusCode": 200, "Payload": { "approved": true, "parcels": ["a"] } } }
    },
    "Sent": { "0": { "Return": "sent" } }
  }
}
"#;
    let folder = folder(&[("order.asl.json", ORDER), ("MockConfigFile.json", config)]);
    let mut said = sfn(folder.path(), &["test"], "");
    let fixed = config.replace(",\n    \"Wrong\": { \"Charge\": \"Nothing\" }", "");
    fs::write(folder.path().join("MockConfigFile.json"), fixed).unwrap();
    said += &sfn(folder.path(), &["test"], "");
    insta::assert_snapshot!(said);
}

#[test]
fn a_workflow_runs_in_the_terminal() {
    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", CASES)]);
    let run = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["run", "order.asl.json", "--local"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        sfn(folder.path(), &arguments, "{\"order\": \"o-2\"}")
    };
    let mut said = run(&["--case", "order.sfntest.yaml#shipped after a retry"]);
    said += &run(&[
        "--mock",
        "Charge={\"Payload\": {\"approved\": false}}",
        "--input",
        "-",
    ]);
    said += &run(&["--input", "{"]);
    said += &run(&[]);
    let case = "order.sfntest.yaml#shipped after a retry";
    for state in ["Charge", "Refused", "Chrage"] {
        said += &run(&["--case", case, "--inspect", state]);
    }
    let history = run(&[
        "--history",
        "json",
        "--mock",
        "Charge={\"Payload\": {\"approved\": false}}",
    ]);
    assert!(
        history.contains("\"type\": \"ExecutionFailed\""),
        "{history}"
    );
    insta::assert_snapshot!(said);
}

#[test]
fn test_files_have_a_schema() {
    let folder = folder(&[]);
    let schema = sfn(folder.path(), &["schema", "--of", "tests"], "");
    assert!(
        schema.contains("\"workflow\"") && schema.contains("\"output!\""),
        "{schema}"
    );
}

#[test]
fn the_examples_pass_with_their_coverage() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let said = sfn(&examples, &["test", "workflows", "--fail-under", "90"], "");
    assert!(said.ends_with("[exit 0]\n"), "{said}");
}

/// A distributed Map state that gives back its items.
fn import(reader: &str) -> String {
    format!(
        r#"{{ "StartAt": "Each", "States": {{ "Each": {{
          "Type": "Map", "End": true, "ItemReader": {reader},
          "ItemProcessor": {{
            "ProcessorConfig": {{ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }},
            "StartAt": "Row", "States": {{ "Row": {{ "Type": "Pass", "End": true }} }}
          }} }} }} }}"#
    )
}

/// Runs a workflow whose reader has a dataset, with these files.
fn read(reader: &str, dataset: &str, files: &[(&str, &str)]) -> String {
    let cases = format!(
        "workflow: import.asl.json\ncases:\n  case:\n    datasets: {{ {dataset} }}\n    expect: {{ output!: shown }}\n"
    );
    let definition = import(reader);
    let mut all = vec![("import.asl.json", definition.as_str())];
    all.push(("import.sfntest.yaml", &cases));
    all.extend(files);
    let folder = folder(&all);
    sfn(folder.path(), &["test"], "")
}

#[test]
fn item_readers_read_the_datasets_of_a_case() {
    const CSV: &str = r#"{ "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" },
        "Parameters": { "Bucket": "b", "Key": "in/rows.csv" } }"#;
    const LISTED: &str = r#"{ "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": { "Bucket": "b", "Prefix": "in/" } }"#;
    const FLAT: &str = r#"{ "Resource": "arn:aws:states:::s3:listObjectsV2",
        "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW",
            "Transformation": "LOAD_AND_FLATTEN" },
        "Parameters": { "Bucket": "b", "Prefix": "in/" } }"#;
    const MANIFEST: &str = r#"{ "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": { "InputType": "CSV", "ManifestType": "ATHENA_DATA",
            "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 3 },
        "Parameters": { "Bucket": "b", "Key": "manifest.csv" } }"#;
    let rows = [
        ("s3/in/rows.csv", "id\n1\n2\n"),
        ("s3/in/more.csv", "id\n3\n4\n"),
        ("s3/out/1.csv", ""),
        (
            "s3/manifest.csv",
            "s3://b/in/more.csv\ns3://b/in/rows.csv\n",
        ),
    ];
    let mut said = String::new();
    for (reader, dataset) in [
        (CSV, "Each: { content: \"id\\n7\\n\" }"),
        (CSV, "Each: { file: s3/in/more.csv }"),
        (CSV, "Each: { folder: s3 }"),
        (CSV, "Each: { throw: { error: States.ItemReaderFailed } }"),
        (LISTED, "Each: { folder: s3 }"),
        (FLAT, "Each: { folder: s3 }"),
        (MANIFEST, "Each: { folder: s3 }"),
        // Mistakes.
        (CSV, ""),
        (LISTED, ""),
        (LISTED, "Each: { file: s3/in/more.csv }"),
        (CSV, "Each: { file: none.csv }"),
        (CSV, "Each: { folder: none }"),
        (CSV, "Each: {}"),
        (CSV, "Each: { file: a, folder: b }"),
        (CSV, "Eahc: { content: x }"),
    ] {
        said += &format!("## {dataset}\n{}\n", read(reader, dataset, &rows));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn mocks_of_the_file_answer_all_cases() {
    let shared = CASES.replacen(
        "cases:\n",
        "mocks:\n  Charge: { payload: { approved: false } }\ncases:\n  shared:\n    expect: { error: Refused }\n",
        1,
    );
    // An answer too many is reported: the workflow calls less often than its author thinks.
    let shared = shared.replace(
        "parcels: [a, b] }\n",
        "parcels: [a, b] }\n        - payload: { }\n",
    );
    let wrong = shared.replace(
        "approved: false } }\ncases",
        "approved: false }, never: true }\ncases",
    );
    let mut said = String::new();
    for cases in [&shared, &wrong] {
        let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", cases)]);
        said += &sfn(folder.path(), &["test"], "");
    }
    insta::assert_snapshot!(said);
}

const PARENT: &str = r#"{
  "StartAt": "Pay",
  "States": {
    "Pay": {
      "Type": "Task",
      "Resource": "arn:aws:states:::states:startExecution.sync:2",
      "Parameters": {
        "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:payment",
        "Input": { "amount.$": "$.amount" }
      },
      "ResultSelector": { "paid.$": "$.Output.approved" },
      "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Ask" }],
      "End": true
    },
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": { "QueueUrl": "https://example.com/q", "MessageBody": { "token.$": "$$.Task.Token" } },
      "End": true
    }
  }
}
"#;

const CHILD: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:charge",
      "Next": "Wait"
    },
    "Wait": { "Type": "Wait", "Seconds": 3600, "End": true }
  }
}
"#;

#[test]
fn tasks_start_workflows_and_are_rejected() {
    let cases = r"workflow: parent.asl.json
cases:
  paid:
    input: { amount: 5 }
    mocks:
      Pay:
        workflow: child.asl.json
        mocks: { Charge: { return: { approved: true } } }
    expect:
      output!: { paid: true }
      path: [Pay]
      duration: { at_least: 1h, less_than: 2h }
  the child fails:
    input: { amount: 5 }
    mocks:
      Pay:
        workflow: child.asl.json
        mocks: { Charge: { throw: { error: Declined } } }
      Ask: { return: later, after: 1m }
    expect:
      output!: later
      path: [Pay, Ask]
  rejected:
    input: { amount: 5 }
    mocks:
      Pay: { reject: { error: StepFunctions.StateMachineDoesNotExistException } }
      Ask: { reject: { error: SQS.QueueDoesNotExistException, cause: no queue } }
    expect: { error: SQS.QueueDoesNotExistException, cause: no queue, path: [Pay, Ask] }
  no mock in the child:
    input: { amount: 5 }
    mocks:
      Pay: { workflow: child.asl.json }
  no such child:
    input: { amount: 5 }
    mocks:
      Pay: { workflow: none.asl.json }
  wrong mock in the child:
    mocks:
      Pay: { workflow: child.asl.json, mocks: { Charge: { retrun: 1 } } }
";
    let folder = folder(&[
        ("parent.asl.json", PARENT),
        ("child.asl.json", CHILD),
        ("parent.sfntest.yaml", cases),
    ]);
    insta::assert_snapshot!(sfn(folder.path(), &["test"], ""));
}

#[test]
fn items_of_nested_maps_have_answers() {
    let definition = r#"{
  "StartAt": "Orders",
  "States": { "Orders": { "Type": "Map", "End": true, "ItemProcessor": {
    "StartAt": "Both", "States": { "Both": { "Type": "Parallel", "End": true, "Branches": [
      { "StartAt": "Note", "States": { "Note": { "Type": "Pass", "End": true } } },
      { "StartAt": "Parcels", "States": { "Parcels": { "Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "Send", "States": { "Send": {
          "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:send", "End": true
        } } } } } }
    ] } } } } }
}
"#;
    let cases = r"workflow: nested.asl.json
cases:
  each parcel:
    input: [[a, b], [c]]
    mocks:
      Send:
        items:
          0: { items: { 0: { return: 00 }, 1: { return: 01 } } }
          1: { return: 1x }
    expect:
      output!: [[[a, b], ['00', '01']], [[c], [1x]]]
  one is missing:
    input: [[a, b]]
    mocks: { Send: { items: { 0: { return: 0 } } } }
";
    let cases = cases
        .replace("return: 00", "return: '00'")
        .replace("return: 01", "return: '01'");
    let folder = folder(&[
        ("nested.asl.json", definition),
        ("nested.sfntest.yaml", &cases),
    ]);
    insta::assert_snapshot!(sfn(folder.path(), &["test"], ""));
}

/// A program that ends leaves no child that runs on.
#[test]
#[cfg(unix)]
fn children_of_programs_end_with_them() {
    let cases = r#"workflow: child.asl.json
cases:
  leaves a child:
    mocks:
      Charge: { command: [sh, -c, "sleep 600 & echo $! > pid; echo 1"] }
"#;
    let folder = folder(&[("child.asl.json", CHILD), ("child.sfntest.yaml", cases)]);
    let said = sfn(folder.path(), &["test"], "");
    assert!(said.contains("1 passed"), "{said}");
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    let is_running = std::process::Command::new("sh")
        // A process that has ended may stay as a zombie.
        .args(["-c", &format!("ps -o stat= -p {} | grep -v Z", pid.trim())])
        .status()
        .unwrap()
        .success();
    assert!(!is_running, "{pid} still runs");
}

#[test]
fn a_job_ends_with_a_final_status() {
    let definition = r#"{
  "StartAt": "Load",
  "States": { "Load": {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": { "JobName": "load" },
    "End": true
  } }
}
"#;
    let cases = r"workflow: load.asl.json
cases:
  done:
    mocks: { Load: { return: { JobRunState: SUCCEEDED } } }
  failed:
    mocks: { Load: { return: { JobRunState: FAILED, ErrorMessage: no such table } } }
    expect: { error: States.TaskFailed, cause: no such table }
  misspelled:
    mocks: { Load: { return: { JobRunState: SUCCEED } } }
  no mock: {}
";
    let folder = folder(&[("load.asl.json", definition), ("load.sfntest.yaml", cases)]);
    insta::assert_snapshot!(sfn(folder.path(), &["test"], ""));
}
