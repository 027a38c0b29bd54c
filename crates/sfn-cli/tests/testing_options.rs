//! Options of `sfn test` and `sfn run`.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/order.rs"]
mod order;
#[expect(dead_code, reason = "other files use the rest")]
mod support;

use std::fs;

use order::{CASES, ORDER};
use support::{folder, sfn};

#[test]
fn graphs_show_what_was_reached() {
    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", CASES)]);
    let run = [
        "run",
        "order.asl.json",
        "--local",
        "--case",
        "order.sfntest.yaml#timeout",
    ];
    let graph = |format: &'static str| {
        sfn(
            folder.path(),
            &[&run[..], &["--graph", format]].concat(),
            "",
        )
    };
    let coverage = ["test", "-k", "time", "--coverage", "html"];
    let reached = "<g class=\"reached\"><title>Charge</title>";
    let missed = "<g class=\"missed\"><title>Ship</title>";
    let failed = "<g class=\"failed\"><title>Refused</title>";
    for (said, expected) in [
        (
            graph("svg"),
            &[
                reached,
                missed,
                failed,
                "class=\"way reached catch\"",
                "[exit 1]",
            ][..],
        ),
        (
            graph("html"),
            &[
                reached,
                missed,
                failed,
                "<td>FAILED</td>",
                "<td>1 d 0 h</td><td>Refused</td>",
            ],
        ),
        (
            sfn(folder.path(), &coverage, ""),
            &[
                reached,
                missed,
                "40.0 % (4 of 10)",
                "<tr><td>Charge</td><td>Retry[0]</td></tr>",
            ],
        ),
    ] {
        for part in expected {
            assert!(said.contains(part), "{part}:\n{said}");
        }
    }
}

#[test]
fn definitions_come_from_a_plan() {
    let state = |address: &str, ty: &str, name: &str, values: &str| {
        format!(
            "{{\"address\":\"{address}\",\"type\":\"{ty}\",\"name\":\"{name}\",\"values\":{values}}}"
        )
    };
    let definition = |name: &str| {
        let text = format!(
            "{{\\\"StartAt\\\":\\\"{name}\\\",\\\"States\\\":{{\\\"{name}\\\":{{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":true}}}}}}"
        );
        (
            format!("{{\"asl\":\"{text}\"}}"),
            format!("{{\"definition\":\"{text}\"}}"),
        )
    };
    let plan = format!(
        "{{\"planned_values\":{{\"root_module\":{{\"resources\":[{},{}],\"child_modules\":[{{\"resources\":[{}]}}]}}}}}}",
        state(
            "sfn_state_machine.order",
            "sfn_state_machine",
            "order",
            &definition("Planned").0
        ),
        state("sfn_state_machine.late", "sfn_state_machine", "late", "{}"),
        state(
            "module.m.aws_sfn_state_machine.inner",
            "aws_sfn_state_machine",
            "inner",
            &definition("Inner").1
        ),
    );
    let folder = folder(&[
        ("main.tf", "resource \"sfn_state_machine\" \"order\" {}\n"),
        ("plan.json", &plan),
        ("broken.json", "plan"),
        ("state.json", "{}"),
    ]);
    let run = |workflow: &str, plan: &str| {
        sfn(
            folder.path(),
            &["run", workflow, "--local", "--plan", plan],
            "",
        )
    };
    let said = [
        run("main.tf#sfn_state_machine.order", "plan.json"),
        run("main.tf#inner", "plan.json"),
        run("main.tf#sfn_state_machine.late", "plan.json"),
        run("main.tf#other", "plan.json"),
        run("main.tf", "broken.json"),
        run("main.tf", "state.json"),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn runs_disprove_warnings() {
    let definition = r#"{
  "StartAt": "Send",
  "States": {
    "Send": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage",
      "Parameters": { "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "MessageBody": "m" },
      "TimeoutSeconds": 10,
      "Next": "Read"
    },
    "Read": { "Type": "Pass", "Parameters": { "a.$": "$.Added" }, "Next": "Choose" },
    "Choose": {
      "Type": "Choice",
      "Choices": [{ "Variable": "$.b", "NumericEquals": 1, "Next": "Done" }],
      "Default": "Done"
    },
    "Done": { "Type": "Succeed" }
  }
}
"#;
    let cases = r"workflow: added.asl.json
cases:
  a member that the API does not document:
    mocks: { Send: { return: { MessageId: m, Added: 1 }, validate: NONE } }
    expect: { error: States.Runtime }
";
    let folder = folder(&[
        ("added.asl.json", definition),
        ("added.sfntest.yaml", cases),
    ]);
    let mut said = sfn(folder.path(), &["validate"], "");
    said += &sfn(folder.path(), &["test"], "");
    insta::assert_snapshot!(said);
}

#[test]
fn expectations_are_updated() {
    let cases = r"# Orders.
workflow: order.asl.json
cases:
  # Not yet known.
  shipped:
    mocks:
      Charge: { payload: { approved: true, parcels: [a] } }
      Send: { return: sent }
  refused: { mocks: { Charge: { payload: { approved: false } } }, expect: { output: 1 } }
  late:
    mocks: { Charge: { never: true } }
    expect:
      output: { approved: true } # no more
      path: [Charge]
      calls: { Charge: [] }
  right:
    mocks: { Charge: { payload: { approved: false } } }
    expect: { error: Refused }
  trailing: { mocks: { Charge: { payload: { approved: false } } }, }
  commented: {
    mocks: { Charge: { payload: { approved: false } } } # not in the way
  }
  anchored: &refusal
    mocks: { Charge: { payload: { approved: false } } }
  partly right:
    mocks:
      Charge: { payload: { approved: true, parcels: [] } }
      Send: { return: 1 }
    expect: { output: [], path: [Charge], calls: { Charge: [{ Payload: {} }] }, duration: { at_least: 0s } }
  unknown:
    expect:
      path: [Charge]
";
    let json = r#"{
  "workflow": "order.asl.json",
  "mocks": { "Charge": { "payload": { "approved": false } } },
  "cases": { "a": {}, "b": { "input": {} } }
}
"#;
    let folder = folder(&[
        ("order.asl.json", ORDER),
        ("order.sfntest.yaml", cases),
        ("other.sfntest.json", json),
    ]);
    let mut said = sfn(folder.path(), &["test", "--update"], "");
    said += &sfn(folder.path(), &["test", "--update", "-"], "cases: {}");
    for file in ["order.sfntest.yaml", "other.sfntest.json"] {
        said += &fs::read_to_string(folder.path().join(file)).unwrap();
    }
    insta::assert_snapshot!(said);
}

#[test]
fn tests_run_again_when_a_file_changes() {
    use std::io::{BufRead as _, BufReader};

    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", CASES)]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_sfn"))
        .args(["test", "--watch", "-k", "refused"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut results = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut summary = || {
        results
            .find_map(|line| line.ok().filter(|line| line.contains(" passed")))
            .unwrap()
    };
    let first = summary();
    let note = notes.next().unwrap().unwrap();
    let wrong = CASES.replace("status: FAILED", "status: SUCCEEDED");
    fs::write(folder.path().join("order.sfntest.yaml"), wrong).unwrap();
    let second = summary();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        (first.as_str(), second.as_str(), note.as_str()),
        (
            "1 passed, 0 failed",
            "0 passed, 1 failed",
            "note: watching 2 files: press Ctrl-C to end",
        )
    );
}

/// The output of a command, without the command and its exit code.
fn output(said: &str) -> String {
    let lines = said.lines().skip(1);
    let lines = lines.filter(|line| !line.starts_with("[exit "));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn executions_become_cases() {
    let folder = folder(&[("order.asl.json", ORDER), ("order.sfntest.yaml", CASES)]);
    let mut files = String::new();
    for case in ["shipped after a retry", "timeout", "refused"] {
        let case = format!("order.sfntest.yaml#{case}");
        let run = [
            "run",
            "order.asl.json",
            "--local",
            "--case",
            &case,
            "--history",
            "json",
        ];
        let history = output(&sfn(folder.path(), &run, ""));
        fs::write(folder.path().join("4711.json"), history).unwrap();
        let from = [
            "test",
            "--from",
            "4711.json",
            "--workflow",
            "order.asl.json",
        ];
        let file = output(&sfn(folder.path(), &from, ""));
        fs::write(folder.path().join("recorded.sfntest.yaml"), &file).unwrap();
        files += &file;
        files += &sfn(folder.path(), &["test", "recorded.sfntest.yaml"], "");
    }
    for wrong in [
        "order.asl.json",
        "order.sfntest.yaml",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:a",
    ] {
        files += &sfn(folder.path(), &["test", "--from", wrong], "");
    }
    insta::assert_snapshot!(files);
}

/// Items of a Map state that fails, is retried, and is caught: later states are in no item.
#[test]
fn executions_with_items_become_cases() {
    let definition = r#"{
  "StartAt": "Each",
  "States": {
    "Each": {
      "Type": "Map",
      "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }],
      "Catch": [{ "ErrorEquals": ["Busy"], "Next": "Ask" }],
      "ItemProcessor": { "StartAt": "Send", "States": { "Send": {
        "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:send", "End": true
      } } },
      "Next": "Ask"
    },
    "Ask": { "Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:order.sync", "End": true }
  }
}
"#;
    let cases = "workflow: each.asl.json
cases:
  caught:
    input: [a, b]
    mocks:
      Send: { items: { 0: { return: 1 }, 1: { throw: { error: Busy } } } }
      Ask: { payload: { answer: 1 } }
    expect: { output!: { answer: 1 } }
";
    let folder = folder(&[("each.asl.json", definition), ("each.sfntest.yaml", cases)]);
    let run = [
        "run",
        "each.asl.json",
        "--local",
        "--case",
        "each.sfntest.yaml#caught",
    ];
    let history = output(&sfn(
        folder.path(),
        &[&run[..], &["--history", "json"]].concat(),
        "",
    ));
    fs::write(folder.path().join("4711.json"), &history).unwrap();
    let from = ["test", "--from", "4711.json", "--workflow", "each.asl.json"];
    let file = output(&sfn(folder.path(), &from, ""));
    fs::write(folder.path().join("recorded.sfntest.yaml"), &file).unwrap();
    let mut said = file + &sfn(folder.path(), &["test"], "");
    let mut events: serde_json::Value = serde_json::from_str(&history).unwrap();
    events["events"].as_array_mut().unwrap().reverse();
    fs::write(folder.path().join("4711.json"), events.to_string()).unwrap();
    said += &sfn(folder.path(), &from, "");
    said += &sfn(
        folder.path(),
        &["test", "--from", "4711.json", "--update"],
        "",
    );
    insta::assert_snapshot!(said);
}
