//! Errors in configurations are reported at their own line, with a hint how to resolve them.

use super::{assert_says, aws, workspace};

const UNKNOWN_FUNCTIONS: &str = r#"
resource "terraform_data" "later" {}

resource "sfn_lambda_function" "f" {
  function_name = "f"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}

resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "First"
  execution_role {}
  task "First" {
    lambda {
      function_arn = sfn_lambda_function.f.arn
      payload      = { later = terraform_data.later.id }
    }
    next = "Second"
  }
  task "Second" {
    resource = sfn_lambda_function.f.arn
    end      = true
  }
}
"#;

/// The number of the line with `text` in `main.tf`.
fn line_of(configuration: &str, text: &str) -> usize {
    let whole = format!("{}{configuration}", e2e::HEADER);
    whole.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_plan_knows_no_arn_and_still_finds_a_misspelt_name() {
    let aws = aws().await;
    let workspace = workspace(&aws, UNKNOWN_FUNCTIONS);
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    let misspelt = UNKNOWN_FUNCTIONS.replace("next = \"Second\"", "next = \"Secnod\"");
    workspace.configure(&misspelt).unwrap();
    let plan = workspace.plan().await.unwrap();
    let place = format!(
        "on main.tf line {}, in resource \"sfn_state_machine\" \"it\":",
        line_of(&misspelt, "Secnod")
    );
    assert_says(
        &plan,
        &[
            "there is no state `Secnod`",
            "Did you mean `Second`?",
            &place,
        ],
    );
    assert_eq!(plan.text.matches("Error:").count(), 1, "{}", plan.text);
    // The only call to AWS checks the credentials.
    assert!(
        aws.proxy()
            .calls()
            .iter()
            .all(|call| call.operation == "GetCallerIdentity"),
        "{:?}",
        aws.proxy().calls()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_told_at_its_line() {
    let aws = aws().await;
    let configuration = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  execution_role {}
  logging_configuration {
    level = "ERORR"
  }
  task "A" {
    resource        = "arn:aws:states:::sns:publish"
    parameters      = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", Message = "m" }
    timeout_seconds = 0
    retry {
      error_equals = ["X"]
      backoff_rate = 0.5
    }
  }
  wait "B" {
    seconds   = 1
    timestamp = "2026-01-01T00:00:00Z"
    end       = true
  }
  choice "C" {
    rule {
      and = [{ variable = "$.a", numeric_equal = 1 }]
      next = "A"
    }
  }
}
"#;
    let workspace = workspace(&aws, configuration);
    let outcome = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    let place = |text: &str| format!("on main.tf line {}", line_of(configuration, text));
    assert_says(
        &outcome,
        &[
            "unsupported value `ERORR`",
            "Did you mean `ERROR`?",
            &place("ERORR"),
            "`timeout_seconds` must be between 1 and 99999999, got 0",
            &place("timeout_seconds = 0"),
            "`backoff_rate` must be at least 1, got 0.5",
            &place("backoff_rate"),
            "state `A` has neither `next` nor `end`",
            &place("task \"A\""),
            "only one of `seconds`, `seconds_path`, `timestamp`, `timestamp_path` is allowed, got 2",
            &place("wait \"B\""),
            "state `B` is unreachable",
            "`Comparison` has no field `numeric_equal`",
            &place("and = "),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_in_two_scopes_names_both_ways() {
    let aws = aws().await;
    let configuration = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Fork"
  execution_role {}
  parallel "Fork" {
    branch {
      start_at = "Left"
    }
    branch {
      start_at = "Right"
    }
    next = "Done"
  }
  pass "Left" {
    next = "Done"
  }
  pass "Right" {
    end = true
  }
  succeed "Done" {}
}
"#;
    let workspace = workspace(&aws, configuration);
    let outcome = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert_says(
        &outcome,
        &[
            "state `Done` is reached from the state machine itself and from branch 1 of `Fork`",
            "parallel[\"Fork\"].next",
            "pass[\"Left\"].next",
            &format!(
                "on main.tf line {}",
                line_of(configuration, "succeed \"Done\"")
            ),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_json_have_line_and_column() {
    let aws = aws().await;
    let configuration = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  execution_role {}
  definition = <<-EOT
    {
      "StartAt": "A",
      "States": {
        "A": { "Type": "Pass", "Next": "Bb" },
        "B": { "Type": "Succeed" }
      }
    }
  EOT
}
"#;
    let workspace = workspace(&aws, configuration);
    let outcome = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert_says(
        &outcome,
        &[
            "there is no state `Bb`",
            "Did you mean `B`?",
            "line 4, column 36 of the definition",
            "/States/A/Next",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_given_in_one_way() {
    let aws = aws().await;
    let both = "resource \"sfn_state_machine\" \"it\" {\n  execution_role {}\n  definition = \"{}\"\n  succeed \"A\" {}\n}\n";
    let none = "resource \"sfn_state_machine\" \"it\" {\n  execution_role {}\n}\n";
    for (configuration, message) in [
        (both, "`succeed` conflicts with `definition`"),
        (none, "one of `definition` and `start_at` is required"),
    ] {
        let workspace = workspace(&aws, configuration);
        assert_says(
            &workspace
                .terraform(&["validate", "-no-color"])
                .await
                .unwrap(),
            &[message],
        );
    }
}
