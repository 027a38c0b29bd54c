//! Values that the configuration marks as sensitive are not shown.

use e2e::{Outcome, Workspace};
use local_aws::LocalAws;
use serde_json::Value;

use super::objects;
use super::runs::{change, plan_json};
use super::{assert_empty, assert_says, assert_success, aws, describe};

const SECRET: &str = "s3cr3t-t0ken";

const VARIABLE: &str = r#"
variable "token" {
  type      = string
  sensitive = true
}
"#;

/// A secret in a payload, a comment, a result, a whole definition, and in the data source.
const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "blocks" {
  name     = "blocks"
  start_at = "Post"
  execution_role {}

  task "Post" {
    resource = "arn:aws:states:::http:invoke"
    parameters = {
      ApiEndpoint    = "https://api.example.com"
      Method         = "POST"
      Authentication = { ConnectionArn = "arn:aws:events:eu-west-1:123456789012:connection/c/00000000-0000-0000-0000-000000000000" }
      Headers        = { "X-Token" = var.token }
    }
    timeout_seconds = 5
    next            = "Fixed"
  }

  pass "Fixed" {
    comment = "with ${var.token}"
    result  = { token = var.token }
    end     = true
  }
}

resource "sfn_state_machine" "text" {
  name     = "text"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Pass", Result = { token = var.token }, End = true } }
  })
}

data "sfn_definition" "it" {
  start_at = "A"
  pass "A" {
    result = { token = var.token }
    end    = true
  }
}

resource "sfn_state_machine" "data" {
  name       = "data"
  role_arn   = "arn:aws:iam::123456789012:role/theirs"
  definition = data.sfn_definition.it.json
}

resource "sfn_lambda_function" "it" {
  function_name = "it"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
  environment {
    variables = { TOKEN = var.token }
  }
}

# A definition without a secret, shown on purpose.
data "sfn_definition" "open" {
  start_at = "A"
  succeed "A" {}
}

output "open" {
  value = nonsensitive(data.sfn_definition.open.json)
}
"#;

/// A folder with this configuration and with all logs of the provider.
fn logged(aws: &LocalAws, configuration: &str) -> Workspace {
    let mut workspace = objects::with_code(aws, &format!("{VARIABLE}{configuration}"));
    workspace.set_env("TF_VAR_token", SECRET);
    workspace.set_env("TF_LOG_PROVIDER", "TRACE");
    workspace
}

#[track_caller]
fn assert_silent(outcome: &Outcome) {
    let line = outcome.text.lines().find(|line| line.contains(SECRET));
    assert_eq!(line, None, "the secret is shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_run_shows_a_secret() {
    let aws = aws().await;
    let workspace = logged(&aws, CONFIGURATION);
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_silent(&plan);
    let applied = workspace.apply().await.unwrap();
    assert_success(&applied);
    assert_says(&applied, &["CreateStateMachine"]);
    assert_silent(&applied);
    // AWS received the secret.
    let arrived = describe(&aws, "blocks").await["definition"]
        .as_str()
        .unwrap()
        .matches(SECRET)
        .count();
    assert_eq!(arrived, 3);
    assert_empty(&workspace.plan().await.unwrap());
    let shown = workspace.terraform(&["show", "-no-color"]).await.unwrap();
    assert_success(&shown);
    assert_silent(&shown);
    // A change of another part shows the definition again.
    let changed = CONFIGURATION.replace("\"POST\"", "\"PUT\"");
    workspace
        .configure(&format!("{VARIABLE}{changed}"))
        .unwrap();
    let planned = workspace.plan().await.unwrap();
    assert_eq!(planned.code, 2, "{}", planned.text);
    assert_silent(&planned);
    let destroyed = workspace.destroy().await.unwrap();
    assert_success(&destroyed);
    assert_silent(&destroyed);
}

/// Asserts that a secret is marked as sensitive in JSON, in which Terraform writes it in plain text.
#[track_caller]
fn assert_marked(values: &Value, marks: &Value) {
    for (name, value) in values.as_object().into_iter().flatten() {
        let mark = &marks[name];
        match value {
            Value::String(text) if text.contains(SECRET) => {
                assert_eq!(*mark, true, "`{name}` is not marked: {text}");
            }
            Value::Object(_) if *mark != true => assert_marked(value, mark),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_marks_a_secret() {
    let aws = aws().await;
    let workspace = logged(&aws, CONFIGURATION);
    let plan = plan_json(&workspace).await;
    for address in [
        "sfn_state_machine.blocks",
        "sfn_state_machine.text",
        "sfn_state_machine.data",
    ] {
        let change = change(&plan, address);
        assert_eq!(change["after_sensitive"]["asl"], true, "{address}");
        assert_marked(&change["after"], &change["after_sensitive"]);
    }
    assert_success(&workspace.apply().await.unwrap());
    let shown = workspace.terraform(&["show", "-json"]).await.unwrap();
    let state: Value = serde_json::from_str(shown.stdout.trim()).unwrap();
    let resources = state["values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    for resource in resources {
        let (values, marks) = (&resource["values"], &resource["sensitive_values"]);
        let names: &[&str] = match resource["type"].as_str().unwrap() {
            "sfn_state_machine" => &["asl", "policy_json"],
            "sfn_definition" => &["json", "policy_json"],
            _ => &[],
        };
        for name in names {
            assert_eq!(
                marks[name], true,
                "`{name}` of {} is not marked",
                resource["address"]
            );
        }
        assert_marked(values, marks);
    }
    assert_eq!(resources.len(), 6);
}

/// Values that are known in a plan but not in `validate`, which would fail before the secret is known.
const KNOWN_IN_PLANS: &str = r#"
variable "parameter" {
  type    = string
  default = "Mesage"
}

variable "path" {
  type    = string
  default = "$.cause"
}
"#;

/// Errors next to a secret: a name, and the body of a state machine.
const MISTAKES: [(&str, &str); 8] = [
    (
        "one_line",
        r#"
  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Pass", Result = { password = var.token, more = "x" }, Next = "Gone" } }
  })
"#,
    ),
    (
        "unparsable",
        r#"  definition = "{ \"StartAt\": \"A\", \"Comment\": \"${var.token}\" \"States\"""#,
    ),
    (
        "no_json",
        r#"  definition = "{ \"Comment\": \"${var.token}\" } and more""#,
    ),
    (
        "unknown_parameter",
        r#"
  start_at = "A"
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { for name in ["Message", var.parameter] : name => var.token }
    end        = true
  }
"#,
    ),
    (
        "no_path",
        r#"
  start_at = "A"
  pass "A" {
    parameters = { "token.$" = var.token }
    end        = true
  }
"#,
    ),
    (
        "intrinsic",
        r#"
  start_at = "A"
  pass "A" {
    parameters = { "header.$" = "States.Format('Bearer ${var.token} {}', $.user" }
    end        = true
  }
"#,
    ),
    (
        "jsonata",
        r#"
  query_language = "JSONata"
  start_at       = "A"
  pass "A" {
    output = { header = "{% 'Bearer ${var.token}' & %}" }
    end    = true
  }
"#,
    ),
    (
        "two_causes",
        r#"
  start_at = "A"
  fail "A" {
    cause      = var.token
    cause_path = var.path
  }
"#,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_message_shows_a_secret() {
    let aws = aws().await;
    let machine = |(name, body): &(&str, &str)| {
        format!(
            "resource \"sfn_state_machine\" \"{name}\" {{\n  name     = \"{name}\"\n  role_arn = \"arn:aws:iam::123456789012:role/theirs\"\n{body}\n}}\n\n"
        )
    };
    let machines: String = MISTAKES.iter().map(machine).collect();
    let workspace = logged(&aws, &format!("{KNOWN_IN_PLANS}{machines}"));
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 1, "{}", plan.text);
    for (name, _) in &MISTAKES {
        assert_says(&plan, &[&format!("with sfn_state_machine.{name},")]);
    }
    assert_silent(&plan);
}
