//! Replacing a state machine deletes its aliases, so the plan replaces them as well.

use super::inventory::inventory;
use super::runs::{actions, plan_json};
use super::{assert_empty, assert_success, aws, describe, workspace};

const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "it" {
  NAME
  type     = "STANDARD"
  start_at = "A"
  publish  = true
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "A" {
    end = true
  }
  LIFECYCLE
}

resource "sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.it.state_machine_version_arn
    weight                    = 100
  }
  LIFECYCLE
}

resource "sfn_execution_alarm" "by_alias" {
  name              = "by-alias"
  state_machine_arn = sfn_alias.live.arn
  metric            = "failed"
}

resource "sfn_execution_alarm" "by_machine" {
  state_machine_arn = sfn_state_machine.it.arn
  metric            = "failed"
}
"#;

fn configuration(name: &str, lifecycle: &str) -> String {
    CONFIGURATION
        .replace("NAME", name)
        .replace("LIFECYCLE", lifecycle)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_is_replaced_with_its_machine() {
    let aws = aws().await;
    let standard = configuration("name     = \"it\"", "");
    let workspace = workspace(&aws, &standard);
    assert_success(&workspace.apply().await.unwrap());
    let before = inventory(&aws).await;
    workspace
        .configure(&standard.replace("STANDARD", "EXPRESS"))
        .unwrap();
    let plan = plan_json(&workspace).await;
    for address in ["sfn_state_machine.it", "sfn_alias.live"] {
        assert_eq!(actions(&plan, address), ["delete", "create"], "{address}");
    }
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_eq!(describe(&aws, "it").await["type"], "EXPRESS");
    assert_eq!(
        inventory(&aws).await,
        before,
        "the alias exists again, and nothing else is missing"
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(
        inventory(&aws).await.into_iter().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

/// An alias is also replaced if its configuration does not refer to the published version.
#[tokio::test(flavor = "multi_thread")]
async fn an_alias_of_a_version_by_number_is_replaced_with_its_machine() {
    let aws = aws().await;
    let standard = configuration("name     = \"it\"", "").replace(
        "state_machine_version_arn = sfn_state_machine.it.state_machine_version_arn",
        "state_machine_version_arn = \"${sfn_state_machine.it.arn}:1\"",
    );
    let workspace = workspace(&aws, &standard);
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&standard.replace("STANDARD", "EXPRESS"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(
        inventory(&aws).await.contains("alias it:live"),
        "the alias is gone"
    );
    assert_empty(&workspace.plan().await.unwrap());
}

/// With a generated name, the new state machine and its alias are created before the old ones are deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_generated_name_leaves_no_gap() {
    let aws = aws().await;
    let first = "lifecycle {\n    create_before_destroy = true\n  }";
    let standard = configuration("name_prefix = \"it-\"", first);
    let workspace = workspace(&aws, &standard);
    assert_success(&workspace.apply().await.unwrap());
    let before = inventory(&aws).await;
    workspace
        .configure(&standard.replace("STANDARD", "EXPRESS"))
        .unwrap();
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    let operations: Vec<String> = aws
        .proxy()
        .writes()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    let place = |name: &str| operations.iter().position(|operation| operation == name);
    for operation in ["CreateStateMachine", "CreateStateMachineAlias"] {
        assert!(
            place(operation).is_some(),
            "{operation} is not in {operations:?}"
        );
        assert!(
            place(operation) < place("DeleteStateMachine"),
            "{operations:?}"
        );
    }
    assert_empty(&workspace.plan().await.unwrap());
    let after = inventory(&aws).await;
    assert_eq!(after.len(), before.len(), "{before:?} became {after:?}");
}
