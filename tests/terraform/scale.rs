//! Many and large.

use std::fmt::Write as _;

use super::{assert_empty, assert_says, assert_success, aws, counts, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_state_machines_and_functions_at_once() {
    let aws = aws().await;
    let configuration = r#"
resource "sfn_lambda_function" "f" {
  count         = 20
  function_name = "f-${count.index}"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}

resource "sfn_state_machine" "it" {
  count    = 20
  name     = "it-${count.index}"
  start_at = "Call"
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  task "Call" {
    lambda {
      function_arn = sfn_lambda_function.f[count.index].arn
    }
    end = true
  }
}
"#;
    let workspace = workspace(&aws, configuration);
    workspace.write("code/main.py", "def handler(event, context):\n    return event\n").unwrap();
    assert_success(&workspace.terraform(&["apply", "-auto-approve", "-no-color", "-parallelism=20"]).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (20, 40, 20));
    assert_success(&workspace.terraform(&["destroy", "-auto-approve", "-no-color", "-parallelism=20"]).await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

fn chain(states: usize, result: &str) -> String {
    let mut text = String::from(
        "resource \"sfn_state_machine\" \"it\" {\n  name = \"it\"\n  start_at = \"S0\"\n  execution_role {}\n",
    );
    for number in 0..states {
        let _ = write!(
            text,
            "  pass \"S{number}\" {{\n    result = {{ n = {number}, text = \"{result}\" }}\n    next = \"S{}\"\n  }}\n",
            number + 1
        );
    }
    let _ = write!(text, "  succeed \"S{states}\" {{}}\n}}\n");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_states() {
    let aws = aws().await;
    let workspace = workspace(&aws, &chain(999, "x"));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn too_large_a_definition_is_reported_before_aws_is_asked() {
    let aws = aws().await;
    let workspace = workspace(&aws, &chain(300, &"x".repeat(4_000)));
    assert_says(&workspace.plan().await.unwrap(), &["and AWS takes at most 1048576"]);
    assert_eq!(aws.proxy().calls(), []);
}
