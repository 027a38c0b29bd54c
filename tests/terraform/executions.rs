//! The commands that run, show, redrive and repeat executions, and deploy versions.

use e2e::{Outcome, Workspace, outcome};
use local_aws::LocalAws;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{assert_empty, assert_success, aws, machine_arn, workspace};

const MACHINES: &str = r#"
resource "sfn_state_machine" "it" {
  name           = "it"
  start_at       = "Decide"
  publish        = true
  query_language = "JSONata"
  execution_role {}
  choice "Decide" {
    rule {
      condition = "{% $exists($states.input.fail) %}"
      next      = "Broken"
    }
    rule {
      condition = "{% $exists($states.input.wait) %}"
      next      = "Pause"
    }
    default = "Done"
  }
  fail "Broken" {
    error = "OrderLost"
    cause = "the order is lost"
  }
  wait "Pause" {
    seconds = 300
    next    = "Done"
  }
  pass "Done" {
    output = { id = "{% $states.input.id %}", version = "VERSION" }
    end    = true
  }
}

resource "sfn_state_machine" "fast" {
  name     = "fast"
  type     = "EXPRESS"
  start_at = "A"
  execution_role {}
  pass "A" {
    end = true
  }
}

resource "sfn_alias" "live" {
  name                  = "live"
  state_machine_version = "${sfn_state_machine.it.arn}:1"
  lifecycle {
    ignore_changes = [state_machine_version, description]
  }
}
"#;

fn configuration(version: &str) -> String {
    MACHINES.replace("VERSION", version)
}

async fn begun() -> (LocalAws, Workspace) {
    let aws = aws().await;
    let workspace = workspace(&aws, &configuration("one"));
    assert_success(&workspace.apply().await.unwrap());
    (aws, workspace)
}

fn alias() -> String {
    format!("{}:live", machine_arn("it"))
}

fn execution(name: &str) -> String {
    format!(
        "{}:{name}",
        machine_arn("it").replace("stateMachine", "execution")
    )
}

/// Runs the command, and checks the exit code and parts of the output.
async fn check(workspace: &Workspace, arguments: &[&str], code: i32, expected: &[&str]) -> Outcome {
    let run = workspace.sfn(arguments).await.unwrap();
    assert_eq!(run.code, code, "{arguments:?}: {}", run.text);
    for expected in expected {
        assert!(
            run.text.contains(expected),
            "{arguments:?}: {expected}: {}",
            run.text
        );
    }
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_are_run_and_waited_for() {
    let (aws, workspace) = begun().await;
    let machine = machine_arn("it");
    check(
        &workspace,
        &["run", "it", "--name", "a"],
        0,
        &[&execution("a")],
    )
    .await;
    workspace.write("input.json", "{ \"id\": 4711 }").unwrap();
    let states = [
        "Decide",
        "Done",
        "SUCCEEDED after",
        "\"id\": 4711",
        "\"version\": \"one\"",
    ];
    check(
        &workspace,
        &["run", &machine, "--input", "@input.json", "--wait"],
        0,
        &states,
    )
    .await;
    let failed = ["Broken", "FAILED after", "OrderLost", "the order is lost"];
    check(
        &workspace,
        &["run", "it", "--input", "{\"fail\":1}", "--wait"],
        1,
        &failed,
    )
    .await;
    let late = ["no end within 1.0 s", "sfn history arn:aws:states"];
    let wait = [
        "run",
        "it",
        "--input",
        "{\"wait\":1}",
        "--wait",
        "--timeout",
        "1s",
    ];
    check(&workspace, &wait, 2, &late).await;
    let express = ["run", "fast", "--input", "{\"id\":1}"];
    check(&workspace, &express, 0, &["SUCCEEDED", "\"id\": 1"]).await;
    assert_eq!(aws.proxy().count("StartSyncExecution"), 1);
    // Three mistakes.
    check(
        &workspace,
        &["run", "other"],
        2,
        &["state machine `other` does not exist in eu-west-1"],
    )
    .await;
    check(
        &workspace,
        &["run", "it", "--input", "{id:1}"],
        2,
        &["--input: not valid JSON"],
    )
    .await;
    check(&workspace, &["run", "it", "--mock", "A=1"], 2, &["--local"]).await;
    // Ctrl-C ends the waiting, not the execution.
    let child = workspace
        .start_sfn(&[
            "run",
            "it",
            "--name",
            "slow",
            "--input",
            "{\"wait\":1}",
            "--wait",
        ])
        .unwrap();
    let pid = i32::try_from(child.id().expect("it runs")).expect("a process");
    let before = aws.proxy().count("GetExecutionHistory");
    while aws.proxy().count("GetExecutionHistory") == before {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::INT).unwrap();
    let run = outcome(child).await.unwrap();
    assert_eq!(run.code, 130, "{}", run.text);
    assert!(
        run.text
            .contains(&format!("sfn history {}", execution("slow"))),
        "{}",
        run.text
    );
    assert_eq!(aws.proxy().count("StopExecution"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn histories_are_shown() {
    let (_aws, workspace) = begun().await;
    check(
        &workspace,
        &[
            "run",
            "it",
            "--name",
            "bad",
            "--input",
            "{\"fail\":1}",
            "--wait",
        ],
        1,
        &[],
    )
    .await;
    let arn = execution("bad");
    check(
        &workspace,
        &["history", &arn],
        0,
        &["Decide", "Broken", "FAILED", "OrderLost"],
    )
    .await;
    let run = check(&workspace, &["history", &arn, "--format", "json"], 0, &[]).await;
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["status"], "FAILED");
    assert_eq!(json["events"][0]["type"], "ExecutionStarted");
    check(
        &workspace,
        &["history", &arn, "--format", "mermaid"],
        0,
        &["flowchart", "reached"],
    )
    .await;
    check(
        &workspace,
        &["history", &arn, "--format", "svg"],
        0,
        &["<svg", "Broken"],
    )
    .await;
    let run = check(
        &workspace,
        &["history", &arn, "--format", "html"],
        0,
        &["<svg", "OrderLost"],
    )
    .await;
    for outside in ["http://", "https://", "<script", "<link", "@import"] {
        let text = run.stdout.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains(outside), "{outside}");
    }
    check(&workspace, &["history", &execution("other")], 2, &["other"]).await;
    check(
        &workspace,
        &["history", &machine_arn("it")],
        2,
        &["execution"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_are_listed_and_redriven() {
    let (aws, workspace) = begun().await;
    for (name, input) in [
        ("good", "{\"id\":1}"),
        ("bad", "{\"fail\":1}"),
        ("worse", "{\"fail\":1}"),
    ] {
        let run = ["run", &alias(), "--name", name, "--input", input, "--wait"];
        workspace.sfn(&run).await.unwrap();
    }
    let run = check(
        &workspace,
        &["executions", "it", "--status", "FAILED", "--since", "2h"],
        0,
        &["bad", "worse", "OrderLost"],
    )
    .await;
    assert!(!run.text.contains("good"), "{}", run.text);
    let run = check(
        &workspace,
        &["executions", &alias(), "--format", "json"],
        0,
        &[],
    )
    .await;
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        json.as_array()
            .or(json["executions"].as_array())
            .map(Vec::len),
        Some(3),
        "{json}"
    );
    check(&workspace, &["executions", "fast"], 2, &["`EXPRESS`"]).await;
    check(
        &workspace,
        &["redrive", &execution("good")],
        1,
        &["SUCCEEDED"],
    )
    .await;
    check(
        &workspace,
        &["redrive", &execution("bad"), "--wait"],
        1,
        &["FAILED"],
    )
    .await;
    assert_eq!(aws.proxy().count("RedriveExecution"), 1);
    let all = ["redrive", "--workflow", "it", "--error", "OrderLost"];
    check(&workspace, &all, 0, &["bad", "worse", "--yes"]).await;
    assert_eq!(aws.proxy().count("RedriveExecution"), 1);
    check(&workspace, &[&all[..], &["--yes"]].concat(), 0, &["worse"]).await;
    assert_eq!(aws.proxy().count("RedriveExecution"), 3);
    check(
        &workspace,
        &["redrive", "--workflow", "it", "--error", "Other", "--yes"],
        0,
        &[],
    )
    .await;
    assert_eq!(aws.proxy().count("RedriveExecution"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_end_tasks() {
    let aws = aws().await;
    let configuration = r#"
resource "sfn_activity" "approve" {
  name = "approve"
}

resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Approve"
  execution_role {}
  task "Approve" {
    resource = sfn_activity.approve.arn
    end      = true
  }
}
"#;
    let workspace = workspace(&aws, configuration);
    assert_success(&workspace.apply().await.unwrap());
    for (name, arguments, status) in [
        (
            "yes",
            &["--success", "{\"approved\":true}"][..],
            "SUCCEEDED",
        ),
        (
            "no",
            &["--failure", "Refused", "--cause", "too expensive"],
            "FAILED",
        ),
    ] {
        check(&workspace, &["run", "it", "--name", name], 0, &[]).await;
        let activity =
            json!({ "activityArn": machine_arn("approve").replace("stateMachine", "activity") });
        let task = aws
            .call("AWSStepFunctions.GetActivityTask", &activity)
            .await
            .unwrap();
        let token = task["taskToken"].as_str().unwrap().to_owned();
        workspace.write("token", &token).unwrap();
        let callback = [&["callback", "--token-file", "token"], arguments].concat();
        check(&workspace, &callback, 0, &[]).await;
        let history = ["history", &execution(name)];
        for _ in 0..50 {
            let run = workspace.sfn(&history).await.unwrap();
            if run.text.contains(status) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        check(&workspace, &history, 0, &[status]).await;
    }
    check(
        &workspace,
        &["callback", "none", "--success", "{}"],
        1,
        &["token"],
    )
    .await;
    check(&workspace, &["callback", "none"], 2, &["--success"]).await;
    check(
        &workspace,
        &["callback", "none", "--success", "{"],
        2,
        &["--success", "not valid JSON"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_deployed_and_recorded_executions_repeated() {
    let (aws, workspace) = begun().await;
    let alias = alias();
    check(
        &workspace,
        &[
            "run",
            &alias,
            "--name",
            "a",
            "--input",
            "{\"id\":1}",
            "--wait",
        ],
        0,
        &[],
    )
    .await;
    workspace.configure(&configuration("two")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    // Version 2 has another output.
    let replay = ["replay", &alias, "--definition", "2"];
    check(
        &workspace,
        &replay,
        1,
        &[
            "a (SUCCEEDED)",
            "\"version\": \"two\"",
            "1 of 1 executions differs",
        ],
    )
    .await;
    check(
        &workspace,
        &[&replay[..], &["--allow-changes"]].concat(),
        0,
        &[],
    )
    .await;
    check(
        &workspace,
        &[&replay[..], &["--format", "markdown"]].concat(),
        1,
        &["| Execution |", "| `a` | `output` |"],
    )
    .await;
    check(
        &workspace,
        &["replay", "it", "--definition", "1"],
        0,
        &["none of 1 executions differs"],
    )
    .await;
    check(
        &workspace,
        &["replay", &alias, "--definition", "main.tf#it"],
        1,
        &["1 of 1 executions differs"],
    )
    .await;
    check(
        &workspace,
        &["replay", &alias, "--definition", "9"],
        2,
        &["does not exist"],
    )
    .await;
    check(
        &workspace,
        &["replay", "fast", "--definition", "1"],
        2,
        &["Express"],
    )
    .await;
    aws.proxy().forget();
    let canary = [
        "deploy",
        &alias,
        "--to",
        "2",
        "--type",
        "CANARY",
        "--percentage",
        "10",
        "--interval",
        "1s",
    ];
    check(
        &workspace,
        &[&canary[..], &["--replay", "10"]].concat(),
        2,
        &[
            "was not deployed, and nothing was changed",
            "1 of 1 executions differ: `a`",
        ],
    )
    .await;
    assert_eq!(aws.proxy().writes(), []);
    let smoke = [
        "--smoke-input",
        "{\"id\":7}",
        "--smoke-expect",
        "{\"output\":{\"id\":7}}",
    ];
    let steps = [
        "alias `live`: 10 % at once, 100 % after 1s",
        "smoke execution …",
        "version 2 receives 10 %, watched for 1s",
        "version 2 receives 100 %",
        "version 2 is deployed",
    ];
    check(&workspace, &[&canary[..], &smoke].concat(), 0, &steps).await;
    check(
        &workspace,
        &canary,
        0,
        &["version 2 already receives all traffic"],
    )
    .await;
    // Too few executions, and back.
    let quiet = [
        "deploy",
        &alias,
        "--to",
        "1",
        "--type",
        "LINEAR",
        "--percentage",
        "50",
        "--interval",
        "1s",
        "--minimum-executions",
        "5",
    ];
    check(
        &workspace,
        &quiet,
        1,
        &[
            "back to version 2: 0 executions of the new version ended, and the minimum is 5",
            "version 1 was rolled back",
        ],
    )
    .await;
    // The end of the job, as Ctrl-C, returns the traffic.
    aws.proxy().forget();
    let child = workspace
        .start_sfn(&[
            "deploy",
            &alias,
            "--to",
            "1",
            "--type",
            "ALL_AT_ONCE",
            "--bake",
            "5m",
        ])
        .unwrap();
    let pid = i32::try_from(child.id().expect("it runs")).expect("a process");
    while aws.proxy().count("UpdateStateMachineAlias") == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // Terraform, which ignores version and description, leaves the deployment alone.
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.apply().await.unwrap());
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::TERM).unwrap();
    let run = outcome(child).await.unwrap();
    assert_eq!(run.code, 1, "{}", run.text);
    assert!(
        run.text.contains("the deployment was cancelled"),
        "{}",
        run.text
    );
    let found = aws
        .call(
            "AWSStepFunctions.DescribeStateMachineAlias",
            &json!({ "stateMachineAliasArn": alias }),
        )
        .await
        .unwrap();
    let version = format!("{}:2", machine_arn("it"));
    assert_eq!(
        found["routingConfiguration"],
        json!([{ "stateMachineVersionArn": version, "weight": 100 }])
    );
    check(
        &workspace,
        &["deploy", &alias, "--to", "latest", "--type", "ALL_AT_ONCE"],
        0,
        &["version 2 already"],
    )
    .await;
    // Mistakes.
    check(
        &workspace,
        &[
            "deploy",
            &machine_arn("it"),
            "--to",
            "2",
            "--type",
            "ALL_AT_ONCE",
        ],
        2,
        &["is not the ARN of an alias"],
    )
    .await;
    check(
        &workspace,
        &["deploy", &alias, "--to", "two", "--type", "ALL_AT_ONCE"],
        2,
        &["`two` is not a version"],
    )
    .await;
    check(
        &workspace,
        &["deploy", &alias, "--to", "9", "--type", "ALL_AT_ONCE"],
        2,
        &["version 9 was not deployed, and nothing was changed"],
    )
    .await;
}
