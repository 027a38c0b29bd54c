//! Drift: objects that are changed outside of Terraform.

use serde_json::json;

use super::{assert_empty, assert_says, assert_success, aws, describe, machine_arn, workspace};

const RETRYING: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Call"
  execution_role {}
  task "Call" {
    lambda {
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    }
    retry {
      error_equals = ["Busy"]
      max_attempts = 3
    }
    result_path = "$.answer"
    next        = "Done"
  }
  succeed "Done" {
    comment = "the end"
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_shows_at_its_block_and_is_undone() {
    let aws = aws().await;
    let workspace = workspace(&aws, RETRYING);
    assert_success(&workspace.apply().await.unwrap());
    let definition = describe(&aws, "it").await["definition"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut changed: serde_json::Value = serde_json::from_str(&definition).unwrap();
    let retriers = changed["States"]["Call"]["Retry"].as_array_mut().unwrap();
    retriers.last_mut().unwrap()["MaxAttempts"] = json!(9);
    let change = json!({ "stateMachineArn": machine_arn("it"), "definition": changed.to_string() });
    aws.call("AWSStepFunctions.UpdateStateMachine", &change)
        .await
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2);
    assert_says(&plan, &["~ max_attempts = 9 -> 3", "1 to change"]);
    // The rest of the state, which uses convenience blocks, shows no difference.
    let shown = plan.text.split("Plan:").next().unwrap();
    assert!(
        !shown.contains("function_arn") && !shown.contains("the end"),
        "{}",
        plan.text
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_permissions_are_put_right() {
    let aws = aws().await;
    let workspace = workspace(&aws, RETRYING);
    assert_success(&workspace.apply().await.unwrap());
    let change = json!({
        "stateMachineArn": machine_arn("it"),
        "loggingConfiguration": { "level": "ALL", "includeExecutionData": false, "destinations": [
            { "cloudWatchLogsLogGroup": { "logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:x:*" } }
        ] },
    });
    aws.call("AWSStepFunctions.UpdateStateMachine", &change)
        .await
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["- logging_configuration", "1 to change"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(
        describe(&aws, "it").await["loggingConfiguration"]["level"],
        "OFF"
    );
    aws.remove_role_policy("it-eu-west-1-state-machine", "terraform-provider-sfn")
        .await
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["~ policy_json", "1 to change"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_role_is_made_again() {
    let aws = aws().await;
    let workspace = workspace(&aws, RETRYING);
    assert_success(&workspace.apply().await.unwrap());
    aws.remove_role_policy("it-eu-west-1-state-machine", "terraform-provider-sfn")
        .await
        .unwrap();
    aws.query(
        "iam",
        "Action=DeleteRole&Version=2010-05-08&RoleName=it-eu-west-1-state-machine",
    )
    .await
    .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(
        aws.role_names().await.unwrap(),
        ["it-eu-west-1-state-machine"]
    );
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_planned_again() {
    let aws = aws().await;
    let workspace = workspace(&aws, RETRYING);
    assert_success(&workspace.apply().await.unwrap());
    let arn = json!({ "stateMachineArn": machine_arn("it") });
    aws.call("AWSStepFunctions.DeleteStateMachine", &arn)
        .await
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_blocks_cannot_hold_is_kept_as_definition() {
    let aws = aws().await;
    let workspace = workspace(&aws, RETRYING);
    assert_success(&workspace.apply().await.unwrap());
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":null,"End":true}}}"#;
    let change = json!({ "stateMachineArn": machine_arn("it"), "definition": definition });
    aws.call("AWSStepFunctions.UpdateStateMachine", &change)
        .await
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &["blocks cannot hold the definition of `it`", "- definition"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}
