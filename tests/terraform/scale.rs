//! Many objects and large definitions.

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
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    assert_success(
        &workspace
            .terraform(&["apply", "-auto-approve", "-no-color", "-parallelism=20"])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (20, 40, 20));
    assert_success(
        &workspace
            .terraform(&["destroy", "-auto-approve", "-no-color", "-parallelism=20"])
            .await
            .unwrap(),
    );
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
    assert_says(
        &workspace.plan().await.unwrap(),
        &["the definition must have at most 1048576 characters"],
    );
    assert_eq!(aws.proxy().calls(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_versions_at_once() {
    let aws = aws().await;
    let text = |comment: &str| {
        format!(
            "resource \"sfn_state_machine\" \"it\" {{\n  count = 50\n  name = \"it-${{count.index}}\"\n  comment = \"{comment}\"\n  \
             start_at = \"A\"\n  publish = true\n  keep_versions = 1\n  role_arn = \"arn:aws:iam::123456789012:role/r\"\n  \
             pass \"A\" {{\n    end = true\n  }}\n}}\n\
             output \"versions\" {{\n  value = toset(sfn_state_machine.it[*].state_machine_version_arn)\n}}\n"
        )
    };
    let workspace = workspace(&aws, &text("one"));
    let parallel = ["apply", "-auto-approve", "-no-color", "-parallelism=20"];
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace.configure(&text("two")).unwrap();
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let output = workspace
        .terraform(&["output", "-json", "versions"])
        .await
        .unwrap();
    assert_eq!(output.text.matches(":2\"").count(), 50, "{}", output.text);
}
