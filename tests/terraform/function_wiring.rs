//! Resources of Lambda functions: aliases, permissions and asynchronous invocation.

use local_aws::{Fault, LocalAws};

use super::{assert_empty, assert_says, assert_success, aws, workspace};

const CODE: &str = "def handler(event, context):\n    return event\n";

/// A function that publishes versions, and its related resources.
fn configuration(description: &str, wiring: &str) -> String {
    format!(
        r#"
resource "sfn_lambda_function" "f" {{
  function_name = "f"
  source_dir    = "${{path.module}}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  description   = "{description}"
  execution_role {{}}
}}

{wiring}
"#
    )
}

fn with_code(aws: &LocalAws, text: &str) -> e2e::Workspace {
    let workspace = workspace(aws, text);
    workspace.write("code/main.py", CODE).unwrap();
    workspace
}

const ALIAS: &str = r#"
resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = sfn_lambda_function.f.function_name
  function_version = sfn_lambda_function.f.version
}
"#;

fn faults() -> Vec<Fault> {
    let busy = Fault::Refuse(503, "ServiceException".into(), "busy".into());
    let pending = Fault::Refuse(
        409,
        "ResourceConflictException".into(),
        "The operation cannot be performed: Pending".into(),
    );
    let throttled = Fault::Refuse(
        429,
        "TooManyRequestsException".into(),
        "Rate exceeded".into(),
    );
    vec![throttled, busy, pending, Fault::Drop, Fault::LoseAnswer]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_follows_the_versions_and_divides_calls() {
    let aws = aws().await;
    let workspace = with_code(&aws, &configuration("one", ALIAS));
    for operation in ["CreateAlias", "UpdateAlias", "DeleteAlias"] {
        faults()
            .into_iter()
            .for_each(|fault| aws.proxy().fault(operation, 1, fault));
    }
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_alias.live")
        .await
        .unwrap()
        .unwrap();
    assert!(
        state["arn"].as_str().unwrap().ends_with(":function:f:live"),
        "{state}"
    );
    assert_eq!(state["function_version"], "1");
    // A canary deployment: the new version gets 10% of the invocations.
    let canary = ALIAS.replace(
        "sfn_lambda_function.f.version",
        "\"1\"\n  description = \"canary\"\n  routing_config {\n    additional_version_weights = { (sfn_lambda_function.f.version) = 0.1 }\n  }",
    );
    workspace.configure(&configuration("two", &canary)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_alias.live")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        state["routing_config"]["additional_version_weights"]["2"],
        0.1
    );
    // The alias can be imported by its ID and by its ARN.
    for id in ["f/live", state["arn"].as_str().unwrap()] {
        assert_success(
            &workspace
                .terraform(&["state", "rm", "sfn_lambda_alias.live"])
                .await
                .unwrap(),
        );
        assert_success(
            &workspace
                .terraform(&["import", "-no-color", "sfn_lambda_alias.live", id])
                .await
                .unwrap(),
        );
        assert_empty(&workspace.plan().await.unwrap());
    }
    // Without the block, the weights are removed.
    workspace.configure(&configuration("two", ALIAS)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace.configure(&configuration("two", "")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    for (weights, said) in [
        (
            "{ \"1\" = 10 }",
            "the weight of version 1 must be between 0 and 1, got 10",
        ),
        (
            "{ \"1\" = 0.1, \"2\" = 0.1 }",
            "`additional_version_weights` must have one version, got 2",
        ),
    ] {
        let block =
            format!("\"9\"\n  routing_config {{\n    additional_version_weights = {weights}\n  }}");
        workspace
            .configure(&configuration(
                "two",
                &ALIAS.replace("sfn_lambda_function.f.version", &block),
            ))
            .unwrap();
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
}

const PERMISSION: &str = r#"
resource "sfn_lambda_permission" "rule" {
  statement_id  = "from-rule"
  action        = "lambda:InvokeFunction"
  function_name = sfn_lambda_function.f.function_name
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_lives_and_dies() {
    let aws = aws().await;
    let workspace = with_code(&aws, &configuration("one", PERMISSION));
    for operation in ["AddPermission", "RemovePermission"] {
        faults()
            .into_iter()
            .for_each(|fault| aws.proxy().fault(operation, 1, fault));
    }
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_lambda_permission.rule"])
            .await
            .unwrap(),
    );
    let import = [
        "import",
        "-no-color",
        "sfn_lambda_permission.rule",
        "f/from-rule",
    ];
    assert_success(&workspace.terraform(&import).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // Another source replaces the permission.
    workspace
        .configure(&configuration(
            "one",
            &PERMISSION.replace("nightly", "weekly"),
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "# forces replacement",
            "1 to add, 0 to change, 1 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    for (from, to, said) in [
        (
            "lambda:InvokeFunction",
            "InvokeFunction",
            "`InvokeFunction` is not an action of Lambda",
        ),
        ("from-rule", "from rule", "invalid statement ID `from rule`"),
        (
            "source_arn    = \"arn:aws:events:eu-west-1:123456789012:rule/nightly\"",
            "",
            "`events.amazonaws.com` may invoke the function for any account",
        ),
        (
            "source_arn ",
            "source_account = \"12\"\n  source_arn ",
            "`12` is not an AWS account ID",
        ),
    ] {
        workspace
            .configure(&configuration("one", &PERMISSION.replace(from, to)))
            .unwrap();
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
    workspace.configure(&configuration("one", "")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_permissions_of_one_function_are_made_at_once() {
    let aws = aws().await;
    let many = |rule: &str| {
        PERMISSION
            .replace(
                "\"from-rule\"",
                "\"from-rule-${count.index}\"\n  count = 50",
            )
            .replace("rule/nightly", &format!("rule/{rule}-${{count.index}}"))
    };
    let workspace = with_code(&aws, &configuration("one", &many("nightly")));
    let parallel = ["apply", "-auto-approve", "-no-color", "-parallelism=20"];
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .configure(&configuration("one", &many("weekly")))
        .unwrap();
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

const ASYNCHRONOUS: &str = r#"
resource "sfn_lambda_function_event_invoke_config" "f" {
  function_name          = sfn_lambda_function.f.function_name
  maximum_retry_attempts = 0

  destination_config {
    on_failure {
      destination = "arn:aws:sqs:eu-west-1:123456789012:dead"
    }
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn asynchronous_calls_are_configured() {
    let aws = aws().await;
    let workspace = with_code(&aws, &configuration("one", ASYNCHRONOUS));
    for operation in [
        "PutFunctionEventInvokeConfig",
        "DeleteFunctionEventInvokeConfig",
    ] {
        faults()
            .into_iter()
            .for_each(|fault| aws.proxy().fault(operation, 1, fault));
    }
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let import = [
        "import",
        "-no-color",
        "sfn_lambda_function_event_invoke_config.f",
        "f",
    ];
    assert_success(
        &workspace
            .terraform(&["state", "rm", import[2]])
            .await
            .unwrap(),
    );
    assert_success(&workspace.terraform(&import).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // An existing object is not overwritten.
    assert_success(
        &workspace
            .terraform(&["state", "rm", import[2]])
            .await
            .unwrap(),
    );
    let other = ASYNCHRONOUS.replace("attempts = 0", "attempts = 1");
    workspace.configure(&configuration("one", &other)).unwrap();
    let writes = aws.proxy().writes().len();
    let block = "import { to = sfn_lambda_function_event_invoke_config.NAME id = \"f\" }";
    let exists = "Error: the configuration of asynchronous invocations of `f` already exists";
    assert_says(&workspace.apply().await.unwrap(), &[exists, block]);
    assert_eq!(
        aws.proxy().writes().len(),
        writes,
        "it was changed: {:?}",
        aws.proxy().writes()
    );
    assert_success(&workspace.terraform(&import).await.unwrap());
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .configure(&configuration(
            "one",
            &ASYNCHRONOUS.replace("attempts = 0", "attempts = 3"),
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["`maximum_retry_attempts` must be between 0 and 2, got 3"],
    );
    workspace.configure(&configuration("one", "")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
}

const COMPLETE: &str = r#"
resource "sfn_lambda_function" "all" {
  function_name                  = "all"
  source_dir                     = "${path.module}/code"
  handler                        = "main.handler"
  runtime                        = "python3.13"
  reserved_concurrent_executions = 5
  kms_key_arn                    = "arn:aws:kms:eu-west-1:123456789012:key/1234"

  execution_role {
    start_executions_of = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"]
    statement {
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::orders/*"]
      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = ["123456789012"]
      }
    }
  }
  environment {
    variables = { STAGE = "prod" }
  }
  tracing_config {
    mode = "Active"
  }
  vpc_config {
    subnet_ids         = ["subnet-b", "subnet-a"]
    security_group_ids = ["sg-1"]
  }
  dead_letter_config {
    target_arn = "arn:aws:sqs:eu-west-1:123456789012:dead"
  }
  ephemeral_storage {
    size = 1024
  }
  file_system_config {
    arn              = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1"
    local_mount_path = "/mnt/files"
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_everything_a_function_can_have() {
    let aws = aws().await;
    let workspace = with_code(&aws, COMPLETE);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let sent = aws.proxy().bodies("CreateFunction").join("");
    for part in [
        "\"SubnetIds\":[\"subnet-a\",\"subnet-b\"]",
        "\"TargetArn\"",
        "\"Size\":1024",
    ] {
        assert!(
            sent.contains(part),
            "{part} is not in {}",
            &sent[sent.len().saturating_sub(3000)..]
        );
    }
    let allowed = aws
        .proxy()
        .bodies("PutRolePolicy")
        .join("")
        .replace("%3A", ":");
    for part in [
        "states:StartExecution",
        "sqs:SendMessage",
        "ec2:CreateNetworkInterface",
        "s3:GetObject",
        "aws:ResourceAccount",
    ] {
        assert!(allowed.contains(part), "{part} is not in {allowed}");
    }
    // Snapshots require the default ephemeral storage.
    let snapshots = COMPLETE.replace(
        "  ephemeral_storage {\n    size = 1024",
        "  snap_start {\n    apply_on = \"PublishedVersions\"",
    );
    let start = snapshots.find("  file_system_config").unwrap();
    workspace
        .configure(&format!("{}}}\n", &snapshots[..start]))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert!(
        aws.proxy()
            .bodies("UpdateFunctionConfiguration")
            .join("")
            .contains("PublishedVersions")
    );
    // Removing the arguments disables the features.
    let start = COMPLETE.find("  vpc_config").unwrap();
    let plain = format!("{}}}\n", &COMPLETE[..start]).replace("= 5\n", "= -1\n");
    workspace.configure(&plain).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(aws.proxy().count("DeleteFunctionConcurrency"), 1);
    let kept = plain.replace("runtime ", "skip_destroy = true\n  runtime ");
    workspace.configure(&kept).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let destroyed = workspace.destroy().await.unwrap();
    assert_success(&destroyed);
    assert_says(&destroyed, &["the function `all` still exists"]);
    for (from, to, said) in [
        (
            "size = 1024",
            "size = 100",
            "`size` must be at least 512, got 100",
        ),
        (
            "  vpc_config",
            "  snap_start {\n    apply_on = \"PublishedVersion\"\n  }\n  vpc_config",
            "Did you mean `PublishedVersions`?",
        ),
        (
            "  vpc_config",
            "  snap_start {\n    apply_on = \"PublishedVersions\"\n  }\n  vpc_config",
            "`snap_start` conflicts with `ephemeral_storage`",
        ),
        (
            "runtime ",
            "package_type = \"Image\"\n  runtime ",
            "`package_type` cannot be `Image`",
        ),
    ] {
        workspace.configure(&COMPLETE.replace(from, to)).unwrap();
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_made_of_an_image() {
    let aws = aws().await;
    let image = r#"
resource "sfn_lambda_function" "image" {
  function_name = "image"
  image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
  execution_role {}
  image_config {
    command = ["main.handler"]
  }
}
"#;
    let workspace = workspace(&aws, image);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_function.image")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["package_type"], "Image");
    workspace
        .configure(&image.replace("orders:1", "orders:2"))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["orders:2", "0 to add, 1 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .configure(&image.replace(
            "execution_role",
            "runtime = \"python3.13\"\n  execution_role",
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["`runtime` conflicts with `image_uri`"],
    );
}
