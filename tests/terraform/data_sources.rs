//! Data sources.

use e2e::Workspace;
use local_aws::{Fault, LocalAws};
use serde_json::{Value, json};

use super::{assert_says, assert_success, aws, machine_arn, workspace};

const OBJECTS: &str = r#"
resource "sfn_state_machine" "orders" {
  name     = "orders"
  comment  = "COMMENT"
  start_at = "Greet"
  publish  = true
  tags     = { team = "orders" }
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "Greet" {
    end = true
  }
}

resource "sfn_alias" "live" {
  name        = "live"
  description = "d"
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}

resource "sfn_activity" "pack" {
  name = "pack"
}
"#;

/// An AWS with the objects that the examples read, and two versions of the state machine.
async fn with_objects() -> (LocalAws, Workspace) {
    let aws = aws().await;
    let workspace = workspace(&aws, OBJECTS);
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&OBJECTS.replace("COMMENT", "changed"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    (aws, workspace)
}

/// Applies a configuration and returns its outputs.
async fn outputs(workspace: &Workspace) -> Value {
    assert_success(&workspace.apply().await.unwrap());
    let shown = workspace.terraform(&["output", "-json"]).await.unwrap();
    serde_json::from_str(&shown.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_find_what_is_there() {
    let (aws, _objects) = with_objects().await;
    let version = |number: usize| json!(format!("{}:{number}", machine_arn("orders")));
    for (example, name, expected) in [
        ("sfn_state_machine", "states", json!(["Greet"])),
        ("sfn_state_machine_versions", "newest", version(2)),
        ("sfn_state_machines", "names", json!(["orders"])),
        ("sfn_alias", "live_version", version(2)),
        (
            "sfn_activity",
            "worker_takes_from",
            json!(machine_arn("pack").replace("stateMachine", "activity")),
        ),
    ] {
        let workspace = Workspace::of_example(&aws, &format!("data-sources/{example}")).unwrap();
        workspace.write("versions.tf", e2e::HEADER).unwrap();
        assert_eq!(
            outputs(&workspace).await[name]["value"],
            expected,
            "{example}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_machine_is_told_whole() {
    let (aws, objects) = with_objects().await;
    let made = objects
        .resource("sfn_state_machine.orders")
        .await
        .unwrap()
        .unwrap();
    let arn = machine_arn("orders");
    let text = format!(
        "data \"sfn_state_machine\" \"it\" {{\n arn = \"{arn}\"\n}}\noutput \"it\" {{\n value = data.sfn_state_machine.it\n}}\n"
    );
    let outputs = outputs(&workspace(&aws, &text)).await;
    let found = &outputs["it"]["value"];
    for name in [
        "arn",
        "creation_date",
        "name",
        "role_arn",
        "revision_id",
        "status",
        "type",
        "state_machine_version_arn",
    ] {
        assert_eq!(found[name], made[name], "{name}");
    }
    let definition: Value = serde_json::from_str(found["definition"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&definition, &found["asl"]["StartAt"]),
        (&found["asl"], &json!("Greet"))
    );
    assert_eq!(found["description"], "changed");
    assert_eq!(found["tags"]["team"], "orders");
    assert_eq!(found["logging_configuration"]["level"], "ERROR");
    assert!(
        found["logging_configuration"]["log_destination"]
            .as_str()
            .unwrap()
            .ends_with(":*"),
        "{found}"
    );
    assert_eq!(found["tracing_configuration"], json!({ "enabled": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told() {
    let aws = aws().await;
    for (text, said) in [
        (
            "data \"sfn_state_machine\" \"it\" {\n name = \"no\"\n}",
            "there is no state machine",
        ),
        (
            "data \"sfn_state_machine\" \"it\" {}",
            "one of `name` and `arn` is required",
        ),
        (
            "data \"sfn_activity\" \"it\" {\n name = \"a\"\n arn = \"b\"\n}",
            "`name` conflicts with `arn`",
        ),
        (
            "data \"sfn_activity\" \"it\" {\n name = \"no\"\n}",
            "there is no activity",
        ),
        (
            "data \"sfn_alias\" \"it\" {\n name = \"no\"\n statemachine_arn = \"arn:aws:states:eu-west-1:123456789012:stateMachine:no\"\n}",
            "there is no alias",
        ),
    ] {
        assert_says(&workspace(&aws, text).plan().await.unwrap(), &[said]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered() {
    let aws = aws().await;
    let definition =
        json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } }).to_string();
    for number in 0..120 {
        let body = json!({
            "name": format!("m{number:03}"), "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r",
            "type": if number % 2 == 0 { "STANDARD" } else { "EXPRESS" },
            "tags": [{ "key": "parity", "value": if number < 10 { "low" } else { "high" } }],
        });
        aws.call("AWSStepFunctions.CreateStateMachine", &body)
            .await
            .unwrap();
    }
    let text = r#"
data "sfn_state_machines" "all" {}

data "sfn_state_machines" "some" {
  name_prefix = "m0"
  type        = "EXPRESS"
  tags        = { parity = "low" }
}

output "counts" {
  value = [length(data.sfn_state_machines.all.arns), data.sfn_state_machines.some.names]
}
"#;
    let outputs = outputs(&workspace(&aws, text)).await;
    assert_eq!(
        outputs["counts"]["value"],
        json!([120, ["m001", "m003", "m005", "m007", "m009"]])
    );
    let wrong = workspace(
        &aws,
        "data \"sfn_state_machines\" \"it\" {\n type = \"EXPRES\"\n}",
    );
    assert_says(
        &wrong.plan().await.unwrap(),
        &["unsupported value `EXPRES`", "Did you mean `EXPRESS`?"],
    );
}

const EXECUTED: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Try"
  execution_role {}
  pass "Try" {
    end = true
  }
}
"#;

/// A history in two pages. It is mocked because the emulator omits the attempts of a task.
fn history() -> [String; 2] {
    let event = |id: i64, at: i64, kind: &str, details: Value| {
        let mut event = json!({ "id": id, "previousEventId": id - 1, "timestamp": 1_760_000_000 + at, "type": kind });
        event
            .as_object_mut()
            .unwrap()
            .extend(details.as_object().unwrap().clone());
        event
    };
    let failed =
        json!({ "lambdaFunctionFailedEventDetails": { "error": "Busy", "cause": "too many" } });
    let scheduled = || json!({ "lambdaFunctionScheduledEventDetails": { "resource": "arn:aws:lambda:eu-west-1:123456789012:function:f" } });
    let first = json!({ "nextToken": "more", "events": [
        event(1, 0, "ExecutionStarted", json!({})),
        event(2, 0, "TaskStateEntered", json!({ "stateEnteredEventDetails": { "name": "Try" } })),
        event(3, 0, "LambdaFunctionScheduled", scheduled()),
        event(4, 2, "LambdaFunctionFailed", failed),
    ]});
    let second = json!({ "events": [
        event(5, 3, "LambdaFunctionScheduled", scheduled()),
        event(6, 5, "LambdaFunctionSucceeded", json!({})),
        event(7, 5, "TaskStateExited", json!({ "stateExitedEventDetails": { "name": "Try" } })),
        event(8, 5, "ExecutionSucceeded", json!({})),
    ]});
    [first.to_string(), second.to_string()]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_told_by_state() {
    let aws = aws().await;
    let workspace = workspace(&aws, EXECUTED);
    assert_success(&workspace.apply().await.unwrap());
    let body =
        json!({ "stateMachineArn": machine_arn("it"), "input": "{\"order\":1}", "name": "one" });
    let started = aws
        .call("AWSStepFunctions.StartExecution", &body)
        .await
        .unwrap();
    let arn = started["executionArn"].as_str().unwrap();
    for page in history() {
        aws.proxy()
            .fault("GetExecutionHistory", 1, Fault::Answer(page));
    }
    let data = format!(
        "data \"sfn_execution\" \"it\" {{\n  arn = \"{arn}\"\n}}\noutput \"it\" {{\n  value = data.sfn_execution.it\n}}\n"
    );
    workspace.configure(&format!("{EXECUTED}\n{data}")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let output = workspace.terraform(&["output", "-json"]).await.unwrap();
    let outputs: Value = serde_json::from_str(&output.text).unwrap();
    let found = &outputs["it"]["value"];
    assert_eq!(
        (&found["name"], &found["input"]),
        (&json!("one"), &json!("{\"order\":1}"))
    );
    let told = json!([{
        "name": "Try", "type": "Task", "entered": 1, "exited": 1, "failures": 1, "retries": 1, "seconds": 5,
        "error": "Busy", "cause": "too many"
    }]);
    assert_eq!(found["states"], told);
    for (arn, said) in [
        (
            "arn:aws:states:eu-west-1:123456789012:execution:it:two",
            "there is no execution",
        ),
        (
            "arn:aws:states:eu-west-1:123456789012:express:it:two:three",
            "have no history other than their logs",
        ),
    ] {
        let text = format!("data \"sfn_execution\" \"it\" {{\n  arn = \"{arn}\"\n}}\n");
        workspace.configure(&format!("{EXECUTED}\n{text}")).unwrap();
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
}
