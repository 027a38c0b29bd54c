//! `offline = true` in the provider block: plans without credentials and calls.

use e2e::Workspace;
use local_aws::LocalAws;
use serde_json::{Value, json};

use super::{assert_empty, assert_says, assert_success, aws};

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
  function_name    = sfn_lambda_function.charge.function_name
  function_version = sfn_lambda_function.charge.version
}

resource "sfn_cloudwatch_log_group" "orders" {
  name = "/orders"
}

resource "sfn_activity" "pack" {
  name = "pack"
}

resource "sfn_state_machine" "orders" {
  name     = "orders"
  publish  = true
  start_at = "Charge"
  execution_role {}
  logging_configuration {
    level           = "ERROR"
    log_destination = sfn_cloudwatch_log_group.orders.arn
  }
  task "Charge" {
    resource = sfn_lambda_alias.live.arn
    next     = "Pack"
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
  name              = "orders-failed"
  state_machine_arn = sfn_alias.live.arn
  metric            = "failed"
}
"#;

/// A workspace without credentials and region, with this provider block.
fn offline(aws: &LocalAws, arguments: &str, configuration: &str) -> Workspace {
    let mut workspace = Workspace::new(aws).unwrap();
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ] {
        workspace.remove_env(name);
    }
    write(
        &workspace,
        &format!("offline = true\n{arguments}"),
        configuration,
    );
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    workspace
}

fn write(workspace: &Workspace, arguments: &str, configuration: &str) {
    let header = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        &format!("provider \"sfn\" {{\n{arguments}\n}}"),
    );
    workspace
        .write("main.tf", &format!("{header}{configuration}"))
        .unwrap();
}

/// The planned values of the resources, by address.
async fn planned(workspace: &Workspace) -> Value {
    assert_success(
        &workspace
            .terraform(&["plan", "-out=plan", "-no-color"])
            .await
            .unwrap(),
    );
    let shown = workspace
        .terraform(&["show", "-json", "plan"])
        .await
        .unwrap();
    let shown: Value = serde_json::from_str(shown.stdout.trim()).unwrap();
    let resources = shown["planned_values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    let values = resources.iter().map(|resource| {
        (
            resource["address"].as_str().unwrap().to_owned(),
            resource["values"].clone(),
        )
    });
    Value::Object(values.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_aws_has_the_arns() {
    let aws = aws().await;
    let workspace = offline(&aws, "", MODULE);
    let planned = planned(&workspace).await;
    let arn = |address: &str| planned[address]["arn"].as_str().unwrap().to_owned();
    let arns = [
        "sfn_lambda_function.charge",
        "sfn_lambda_alias.live",
        "sfn_cloudwatch_log_group.orders",
        "sfn_activity.pack",
        "sfn_state_machine.orders",
        "sfn_alias.live",
        "sfn_execution_alarm.failed",
    ]
    .map(arn);
    assert_eq!(
        arns,
        [
            "arn:aws:lambda:us-east-1:000000000000:function:charge",
            "arn:aws:lambda:us-east-1:000000000000:function:charge:live",
            "arn:aws:logs:us-east-1:000000000000:log-group:/orders",
            "arn:aws:states:us-east-1:000000000000:activity:pack",
            "arn:aws:states:us-east-1:000000000000:stateMachine:orders",
            "arn:aws:states:us-east-1:000000000000:stateMachine:orders:live",
            "arn:aws:cloudwatch:us-east-1:000000000000:alarm:orders-failed",
        ]
    );
    let machine = &planned["sfn_state_machine.orders"];
    assert_eq!(
        (&machine["role_arn"], &machine["state_machine_version_arn"]),
        (
            &json!("arn:aws:iam::000000000000:role/orders-us-east-1-state-machine"),
            &json!("arn:aws:states:us-east-1:000000000000:stateMachine:orders:1"),
        )
    );
    let policy = machine["policy_json"].as_str().unwrap();
    assert!(
        policy.contains("us-east-1:000000000000:function:charge"),
        "{policy}"
    );
    assert_eq!(aws.proxy().calls(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn account_and_region_can_be_set() {
    let aws = aws().await;
    let arguments = "region = \"cn-north-1\"\nallowed_account_ids = [\"123456789012\"]";
    let activity = "resource \"sfn_activity\" \"a\" {\n name = \"a\"\n}\nresource \"sfn_activity\" \"b\" {\n name = \"b\"\n region = \"cn-northwest-1\"\n}\n";
    let workspace = offline(&aws, arguments, activity);
    let planned = planned(&workspace).await;
    assert_eq!(
        (
            &planned["sfn_activity.a"]["arn"],
            &planned["sfn_activity.b"]["arn"]
        ),
        (
            &json!("arn:aws-cn:states:cn-north-1:123456789012:activity:a"),
            &json!("arn:aws-cn:states:cn-northwest-1:123456789012:activity:b"),
        )
    );
    assert_eq!(aws.proxy().calls(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_but_a_plan_is_refused() {
    const DATA: &str = "data \"sfn_activity\" \"a\" {\n name = \"a\"\n}\n";
    const IMPORT: &str = "import {\n to = sfn_activity.a\n id = \"arn:aws:states:us-east-1:123456789012:activity:a\"\n}\nresource \"sfn_activity\" \"a\" {\n name = \"a\"\n}\n";
    let aws = aws().await;
    let refused = "the provider is offline";
    let workspace = offline(&aws, "", MODULE);
    assert_says(
        &workspace.apply().await.unwrap(),
        &[
            refused,
            "allows plans only. Set `command = plan` in a test, or remove the argument to change or import objects.",
        ],
    );
    for (configuration, advice) in [
        (DATA, "`override_data`"),
        (IMPORT, "remove the argument to change or import"),
    ] {
        let workspace = offline(&aws, "", configuration);
        assert_says(&workspace.plan().await.unwrap(), &[refused, advice]);
    }
    assert_eq!(aws.proxy().calls(), []);
}

/// Objects in the state are neither read nor deleted.
#[tokio::test(flavor = "multi_thread")]
async fn existing_objects_are_not_refreshed() {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    let activity = "resource \"sfn_activity\" \"a\" {\n name = \"a\"\n}\n";
    workspace.configure(activity).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let calls = aws.proxy().calls().len();
    write(&workspace, "offline = true", activity);
    assert_empty(&workspace.plan().await.unwrap());
    assert_says(
        &workspace.destroy().await.unwrap(),
        &["the provider is offline"],
    );
    assert_eq!(aws.proxy().calls().len(), calls);
    workspace.configure(activity).unwrap();
    assert_empty(&workspace.plan().await.unwrap());
}
