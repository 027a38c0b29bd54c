//! `terraform test` with `mock_provider`: computed values are generated words that are not ARNs.

use super::{assert_says, assert_success, aws, objects};

const MODULE: &str = r#"
resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  execution_role {}
}

resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = sfn_lambda_function.charge.arn
  function_version = sfn_lambda_function.charge.version
}

resource "sfn_lambda_permission" "events" {
  action        = "lambda:InvokeFunction"
  function_name = sfn_lambda_function.charge.arn
  qualifier     = sfn_lambda_alias.live.name
  principal     = "events.amazonaws.com"
  source_arn    = sfn_state_machine.orders.arn
}

resource "sfn_lambda_function_event_invoke_config" "charge" {
  function_name = sfn_lambda_function.charge.arn
  destination_config {
    on_failure {
      destination = sfn_state_machine.orders.id
    }
  }
}

resource "sfn_cloudwatch_log_group" "orders" {
  name = "/orders"
}

resource "sfn_activity" "pack" {
  name = "pack"
}

data "sfn_lambda_function" "bill" {
  function_name = "bill"
}

resource "sfn_state_machine" "orders" {
  name     = "orders"
  publish  = true
  start_at = "Charge"
  role_arn = sfn_lambda_function.charge.role
  logging_configuration {
    level           = "ERROR"
    log_destination = sfn_cloudwatch_log_group.orders.arn
  }
  task "Charge" {
    resource = sfn_lambda_alias.live.arn
    next     = "Bill"
  }
  task "Bill" {
    lambda {
      function_arn = data.sfn_lambda_function.bill.arn
    }
    next = "Pack"
  }
  task "Pack" {
    resource = sfn_activity.pack.arn
    end      = true
  }
}

resource "sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}

resource "sfn_execution_alarm" "failed" {
  state_machine_arn = sfn_alias.live.arn
  metric            = "failed"
  alarm_actions     = [sfn_activity.pack.id]
}

data "sfn_state_machine_versions" "orders" {
  statemachine_arn = sfn_state_machine.orders.arn
}

output "alias" {
  value = sfn_alias.live.arn
}
"#;

const TESTS: &str = r#"
mock_provider "sfn" {}

run "created" {
  assert {
    condition     = output.alias != ""
    error_message = "the alias is missing"
  }
}

# The state, and so the validated configuration, now contains mocked words.
run "planned_again" {
  command = plan
  assert {
    condition     = sfn_execution_alarm.failed.state_machine_arn == output.alias
    error_message = "the alarm watches something else"
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn made_up_words_pass() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, MODULE);
    workspace.write("tests/orders.tftest.hcl", TESTS).unwrap();
    let outcome = workspace.terraform(&["test", "-no-color"]).await.unwrap();
    assert_success(&outcome);
    assert_says(&outcome, &["Success! 2 passed, 0 failed."]);
    assert!(
        aws.proxy().calls().is_empty(),
        "a mock does not reach AWS: {:?}",
        aws.proxy().calls()
    );
}

const NO_ARNS: &str = r#"
resource "sfn_execution_alarm" "it" {
  name              = "it"
  state_machine_arn = "an-alarm-on-orders"
  metric            = "failed"
}

resource "sfn_alias" "it" {
  name = "it"
  routing_configuration {
    state_machine_version_arn = "an-alias-of-orders"
    weight                    = 100
  }
}

resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  execution_role {}
  task "A" {
    resource = "a-task-of-orders"
    end      = true
  }
}
"#;

/// `validate` cannot detect mocked values, so values that are not ARNs are only checked in a plan.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_no_arn_is_refused_by_the_plan() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, NO_ARNS);
    assert_success(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
    );
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 1, "{}", plan.text);
    assert_says(
        &plan,
        &[
            "`an-alarm-on-orders`",
            "`an-alias-of-orders`",
            "a-task-of-orders",
        ],
    );
    // A value that begins with `arn:` is checked in `validate`.
    let wrong = NO_ARNS.replace(
        "\"an-alarm-on-orders\"",
        "\"arn:aws:states:eu-west-1:123456789012:activity:it\"",
    );
    workspace.configure(&wrong).unwrap();
    let validated = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert!(!validated.is_success(), "{}", validated.text);
    assert_says(&validated, &["activity:it"]);
}
