//! Runs tests against a second emulator, moto, because ministack accepts requests that AWS may reject.

use e2e::terraform;
use local_aws::LocalAws;
use serde_json::{Value, json};

use super::{assert_empty, assert_says, assert_success, counts, describe, machine_arn, workspace};

/// An AWS that moto emulates.
async fn moto() -> LocalAws {
    let log = std::env::temp_dir().join(format!("moto-{}.log", std::process::id()));
    LocalAws::start_moto(&log).await.expect("moto starts")
}

const FUNCTION: &str = r#"
resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}
"#;

const CODE: &str = "def handler(event, context):\n    return event\n";

fn machine(extra: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "orders" {{
  name     = "orders"
  start_at = "Charge"
  execution_role {{}}
{extra}
  task "Charge" {{
    timeout_seconds = 60
    lambda {{
      function_arn = sfn_lambda_function.charge.arn
    }}
    end = true
  }}
}}
"#
    )
}

const SETTINGS: &str = r#"
  tags = { team = "orders" }
  logging_configuration {
    level = "ERROR"
  }
  tracing_configuration {
    enabled = true
  }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_its_role_and_log_group_lives_and_dies() {
    let aws = moto().await;
    let workspace = workspace(&aws, &format!("{FUNCTION}{}", machine(SETTINGS)));
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 2, 1));
    let made = describe(&aws, "orders").await;
    assert_eq!(made["tracingConfiguration"], json!({ "enabled": true }));
    assert_eq!(made["loggingConfiguration"]["level"], "ERROR");

    let traced = "  comment = \"c\"\n  tracing_configuration {\n    enabled = true\n  }";
    workspace
        .configure(&format!("{FUNCTION}{}", machine(traced)))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["0 to add, 1 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let changed = describe(&aws, "orders").await;
    assert!(
        changed["definition"]
            .as_str()
            .unwrap()
            .contains("\"Comment\""),
        "{changed}"
    );
    assert_eq!(counts(&aws).await, (1, 2, 0));

    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_imported_as_blocks() {
    let aws = moto().await;
    let first = workspace(&aws, &format!("{FUNCTION}{}", machine(SETTINGS)));
    first.write("code/main.py", CODE).unwrap();
    assert_success(&first.apply().await.unwrap());
    let address = "sfn_state_machine.orders";
    let second = workspace(
        &aws,
        &terraform::import_to_generate(address, &machine_arn("orders")),
    );
    let plan = second
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_success(&plan);
    assert_says(
        &plan,
        &["Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."],
    );
    assert!(
        std::fs::read_to_string(second.path().join("generated.tf"))
            .unwrap()
            .contains("task \"Charge\"")
    );
    second
        .configure(&terraform::import(address, &machine_arn("orders")))
        .unwrap();
    assert_says(
        &second.apply().await.unwrap(),
        &["1 imported, 0 added, 0 changed, 0 destroyed"],
    );
    assert_empty(&second.plan().await.unwrap());
    assert_empty(&first.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_lives_and_dies() {
    let aws = moto().await;
    let activity = |tag: &str| {
        format!(
            "resource \"sfn_activity\" \"pack\" {{\n  name = \"pack\"\n  tags = {{ a = \"{tag}\" }}\n}}\n"
        )
    };
    let workspace = workspace(&aws, &activity("1"));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace.configure(&activity("2")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let arn = workspace
        .resource("sfn_activity.pack")
        .await
        .unwrap()
        .unwrap()["arn"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_activity.pack"])
            .await
            .unwrap(),
    );
    assert_success(
        &workspace
            .terraform(&["import", "-no-color", "sfn_activity.pack", &arn])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    let left = aws
        .call("AWSStepFunctions.ListActivities", &json!({}))
        .await
        .unwrap();
    assert_eq!(left["activities"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_lives_and_dies() {
    let aws = moto().await;
    let workspace = workspace(&aws, FUNCTION);
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let before = workspace
        .resource("sfn_lambda_function.charge")
        .await
        .unwrap()
        .unwrap();
    workspace
        .write("code/main.py", &CODE.replace("event\n", "None\n"))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["~ source_code_hash", "0 to add, 1 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let after = workspace
        .resource("sfn_lambda_function.charge")
        .await
        .unwrap()
        .unwrap();
    assert_ne!(before["source_code_hash"], after["source_code_hash"]);
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_moto_lacks_is_told_in_a_sentence() {
    let aws = moto().await;
    let workspace = workspace(&aws, &format!("{FUNCTION}{}", machine("")));
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&format!("{FUNCTION}{}", machine("  comment = \"c\"")))
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_says(
        &plan,
        &["ValidateStateMachineDefinition", "HTTP 500 with text/html"],
    );
    for internal in ["SdkBody", "ServiceError", "extensions", "headers"] {
        assert!(
            !plan.text.contains(internal),
            "`{internal}` is in:\n{}",
            plan.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_deletes_everything_and_the_next_apply_makes_it_again() {
    let aws = moto().await;
    let workspace = workspace(&aws, &format!("{FUNCTION}{}", machine(SETTINGS)));
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    aws.reset().await.unwrap();
    assert_eq!(counts(&aws).await, (0, 0, 0));
    assert_says(
        &workspace.plan().await.unwrap(),
        &["2 to add, 0 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_executes_nothing() {
    let aws = moto().await;
    let refused = |outcome: std::io::Result<()>| outcome.unwrap_err().to_string();
    assert_eq!(
        refused(aws.skip_waits(true).await),
        "moto executes no workflows"
    );
    assert_eq!(
        refused(aws.mock(&Value::Null).await),
        "moto executes no workflows"
    );
}
