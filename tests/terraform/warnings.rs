//! Warnings about workflows are reported in `validate`, and once in a plan.

use e2e::Workspace;
use serde_json::Value;

use super::{assert_says, assert_success, aws, workspace};

/// The same finding in blocks, in a whole definition and in the data source: a value that looks like a path is sent
/// as text.
const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "blocks" {
  name     = "blocks"
  start_at = "A"
  execution_role {}
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", Message = "$.message" }
    end        = true
  }
}

resource "sfn_state_machine" "text" {
  name     = "text"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  definition = jsonencode({
    StartAt = "A"
    States = { A = { Type = "Task", Resource = "arn:aws:states:::sns:publish", End = true
      Parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", Message = "$.message" } } }
  })
}

# Known in a plan, and not in `validate`.
variable "message" {
  type    = string
  default = "$.message"
}

resource "sfn_state_machine" "variable" {
  name     = "variable"
  start_at = "A"
  execution_role {}
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", Message = var.message }
    end        = true
  }
}

data "sfn_definition" "data" {
  start_at = "A"
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", Message = "$.message" }
    end        = true
  }
}
"#;

const ADDRESSES: [&str; 4] = [
    "sfn_state_machine.blocks",
    "sfn_state_machine.text",
    "data.sfn_definition.data",
    "sfn_state_machine.variable",
];

const CODE: &str = "ASL3005";

/// The number of times that the finding is reported for each address.
fn reported<'a>(diagnostics: impl Iterator<Item = &'a Value>) -> [usize; 4] {
    let found: Vec<&Value> = diagnostics
        .filter(|found| found["severity"] == "warning")
        .filter(|found| {
            found["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains(CODE))
        })
        .collect();
    ADDRESSES.map(|address| {
        found
            .iter()
            .filter(|found| found["address"] == address)
            .count()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_shows_warnings() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    let validated = workspace.terraform(&["validate", "-json"]).await.unwrap();
    assert_success(&validated);
    let json: Value = serde_json::from_str(validated.stdout.trim()).unwrap();
    assert_eq!(
        reported(json["diagnostics"].as_array().unwrap().iter()),
        [1, 1, 1, 0],
        "{json:#}"
    );
    // A warning and an error are both reported in one run.
    let mistaken = CONFIGURATION.replacen("end        = true", "next       = \"Gone\"", 1);
    workspace.configure(&mistaken).unwrap();
    let validated = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert_eq!(validated.code, 1, "{}", validated.text);
    assert_says(&validated, &["there is no state", CODE]);
}

/// The number of times that a plan reports the finding.
async fn planned(workspace: &Workspace) -> [usize; 4] {
    let plan = workspace.terraform(&["plan", "-json"]).await.unwrap();
    assert_success(&plan);
    let lines: Vec<Value> = plan
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    reported(lines.iter().filter_map(|line| line.get("diagnostic")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_each_warning_once() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    assert_eq!(planned(&workspace).await, [1, 1, 1, 1]);
    // The same with existing state machines, one of which changes.
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&CONFIGURATION.replacen("$.message", "$.text", 1))
        .unwrap();
    assert_eq!(planned(&workspace).await[0], 1);
}
