//! Plans of imported functions, and configuration that Terraform generates for every resource.

use e2e::Workspace;
use local_aws::LocalAws;

use super::inventory::{changes, inventory};
use super::objects::{self, BASE, BASE_HERE};
use super::runs::{change, plan_errors, plan_json};
use super::{assert_empty, assert_says, assert_success, aws, workspace};

const PUBLISHED: &str = r#"
resource "sfn_lambda_function" "it" {
  function_name = "it"
  CODE
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
  publish       = true
  memory_size   = 256
  tags          = { team = "orders" }
  environment {
    variables = { STAGE = "prod" }
  }
}
"#;

const SOURCE: &str = "source_dir = \"${path.module}/code\"";

const IMPORT: &str = "import {\n  to = sfn_lambda_function.it\n  id = \"it\"\n}\n";

/// An AWS with a function that has one published version.
async fn with_function() -> (LocalAws, Workspace) {
    let aws = aws().await;
    let theirs = objects::with_code(&aws, &PUBLISHED.replace("CODE", SOURCE));
    assert_success(&theirs.apply().await.unwrap());
    aws.proxy().forget();
    (aws, theirs)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_function_is_only_imported() {
    let (aws, _theirs) = with_function().await;
    let ours = workspace(&aws, &format!("{IMPORT}{}", PUBLISHED.replace("CODE", "")));
    assert_says(
        &ours.plan().await.unwrap(),
        &["Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."],
    );
    assert_success(&ours.apply().await.unwrap());
    assert_empty(&ours.plan().await.unwrap());
    assert_eq!(changes(&aws), Vec::<String>::new());
}

/// AWS does not return the folder of the code, only the hash of the code.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_code_is_not_published_again() {
    let (aws, _theirs) = with_function().await;
    let ours = objects::with_code(
        &aws,
        &format!("{IMPORT}{}", PUBLISHED.replace("CODE", SOURCE)),
    );
    let plan = plan_json(&ours).await;
    let planned = change(&plan, "sfn_lambda_function.it");
    for name in ["version", "qualified_arn", "source_code_hash"] {
        assert_ne!(
            planned["after_unknown"][name], true,
            "`{name}` is to change"
        );
    }
    assert_success(
        &ours
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_empty(&ours.plan().await.unwrap());
    for operation in ["UpdateFunctionCode", "PublishVersion"] {
        assert_eq!(aws.proxy().count(operation), 0, "{operation}");
    }
}

/// Without arguments for code, another tool deploys the code, and the provider manages the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_code_is_managed_and_not_created() {
    let (aws, theirs) = with_function().await;
    let without = PUBLISHED.replace("CODE", "");
    let ours = workspace(&aws, &format!("{IMPORT}{without}"));
    assert_success(&ours.apply().await.unwrap());
    ours.configure(&without.replace("256", "512").replace("orders", "billing"))
        .unwrap();
    assert_says(
        &ours.plan().await.unwrap(),
        &["0 to add, 1 to change, 0 to destroy"],
    );
    assert_success(&ours.apply().await.unwrap());
    assert_empty(&ours.plan().await.unwrap());
    assert_eq!(aws.proxy().count("UpdateFunctionCode"), 0);
    // A deployment by the other tool shows no change.
    theirs
        .write(
            "code/main.py",
            "def handler(event, context):\n    return None\n",
        )
        .unwrap();
    assert_success(&theirs.apply().await.unwrap());
    ours.configure(&without).unwrap();
    assert_empty(&ours.plan().await.unwrap());
    assert_success(&ours.destroy().await.unwrap());
    assert!(!inventory(&aws).await.contains("function it"));
    // The function cannot be created without code.
    let errors = plan_errors(&ours).await;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors[0].assert_says(&["`source_dir`", "`filename`", "`image_uri`"]);
    assert_success(&ours.terraform(&["validate", "-no-color"]).await.unwrap());
}

/// An alarm that differs from that of the usual objects: it is on a duration and uses a percentile.
const SLOW: &str = r#"
resource "sfn_execution_alarm" "slow" {
  name              = "slow"
  state_machine_arn = local.machine
  metric            = "duration"
  statistic         = "p99"
  threshold         = 60
}
"#;

/// One object of each resource, with its import ID.
const IMPORTS: [(&str, &str); 12] = [
    (
        "sfn_state_machine.it",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:it",
    ),
    (
        "sfn_state_machine.base",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:base",
    ),
    ("sfn_lambda_function.base", "base"),
    ("sfn_lambda_function.it", "it"),
    (
        "sfn_activity.it",
        "arn:aws:states:eu-west-1:123456789012:activity:it",
    ),
    ("sfn_cloudwatch_log_group.it", "/it"),
    (
        "sfn_alias.it",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:base:it",
    ),
    ("sfn_lambda_alias.it", "base/it"),
    ("sfn_lambda_permission.it", "base/it"),
    ("sfn_lambda_function_event_invoke_config.it", "base"),
    ("sfn_execution_alarm.it", "it"),
    ("sfn_execution_alarm.slow", "slow"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_terraform_generates_is_only_imported() {
    let aws = aws().await;
    let theirs = objects::with_code(
        &aws,
        &format!("{BASE}{BASE_HERE}{}{SLOW}", objects::all("")),
    );
    assert_success(&theirs.apply().await.unwrap());
    let block = |(address, id): &(&str, &str)| {
        format!("import {{\n  to = {address}\n  id = \"{id}\"\n}}\n")
    };
    let ours = workspace(&aws, &IMPORTS.iter().map(block).collect::<String>());
    let planned = ours
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_success(&planned);
    let sum = format!(
        "Plan: {} to import, 0 to add, 0 to change, 0 to destroy.",
        IMPORTS.len()
    );
    assert_says(&planned, &[&sum]);
    assert_says(&ours.plan().await.unwrap(), &[&sum]);
    aws.proxy().forget();
    assert_success(&ours.apply().await.unwrap());
    assert_empty(&ours.plan().await.unwrap());
    assert_eq!(changes(&aws), Vec::<String>::new());
}
