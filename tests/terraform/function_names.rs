//! The name, the ARN and a partial ARN of a function are equivalent.

use super::{assert_empty, assert_success, aws, objects};

const CONFIGURATION: &str = r#"
resource "sfn_lambda_function" "f" {
  function_name = "f"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  role          = "arn:aws:iam::123456789012:role/theirs"
}

resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = FUNCTION
  function_version = sfn_lambda_function.f.version
}

resource "sfn_lambda_permission" "rule" {
  statement_id  = "rule"
  action        = "lambda:InvokeFunction"
  function_name = FUNCTION
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
}

# Of the alias.
resource "sfn_lambda_permission" "alias" {
  statement_id  = "alias"
  action        = "lambda:InvokeFunction"
  function_name = FUNCTION
  qualifier     = sfn_lambda_alias.live.name
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
}

resource "sfn_lambda_function_event_invoke_config" "f" {
  function_name          = FUNCTION
  maximum_retry_attempts = 0
}
"#;

/// The ways to name the function of this configuration.
const NAMES: [&str; 3] = [
    "sfn_lambda_function.f.function_name",
    "sfn_lambda_function.f.arn",
    "\"123456789012:function:${sfn_lambda_function.f.function_name}\"",
];

/// Creates an object with one name, and plans with the others.
async fn check(created: &str, others: &[&str]) {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &CONFIGURATION.replace("FUNCTION", created));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    for other in others {
        workspace
            .configure(&CONFIGURATION.replace("FUNCTION", other))
            .unwrap();
        assert_empty(&workspace.plan().await.unwrap());
    }
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arn_in_place_of_a_name_is_no_change() {
    check(NAMES[0], &NAMES[1..]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_place_of_an_arn_is_no_change() {
    check(NAMES[1], &[NAMES[0]]).await;
}

/// An import by name gives the same function as an import by ARN.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_by_name_fits_an_arn() {
    let aws = aws().await;
    let configuration = CONFIGURATION.replace("FUNCTION", NAMES[1]);
    let workspace = objects::with_code(&aws, &configuration);
    assert_success(&workspace.apply().await.unwrap());
    for (address, id) in [
        ("sfn_lambda_alias.live", "f/live"),
        ("sfn_lambda_permission.rule", "f/rule"),
        ("sfn_lambda_permission.alias", "f:live/alias"),
        ("sfn_lambda_function_event_invoke_config.f", "f"),
    ] {
        assert_success(
            &workspace
                .terraform(&["state", "rm", address])
                .await
                .unwrap(),
        );
        assert_success(
            &workspace
                .terraform(&["import", "-no-color", address, id])
                .await
                .unwrap(),
        );
    }
    assert_empty(&workspace.plan().await.unwrap());
}
