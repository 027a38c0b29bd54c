//! `states`: states as values, from modules and expressions, in addition to those in blocks.

use e2e::Workspace;
use local_aws::LocalAws;
use serde_json::{Value, json};

use super::runs::{change, plan_errors, plan_json};
use super::{assert_empty, assert_says, assert_success, aws, describe, machine_arn, workspace};

/// The definition of the state machine in AWS.
async fn definition(aws: &LocalAws, name: &str) -> Value {
    serde_json::from_str(describe(aws, name).await["definition"].as_str().unwrap()).unwrap()
}

/// A module with states as an input.
const WORKFLOW: &str = r#"
terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

variable "name" {
  type = string
}

variable "states" {
  type    = any
  default = null
}

resource "sfn_state_machine" "this" {
  name     = var.name
  start_at = "First"
  states   = var.states
  role_arn = "arn:aws:iam::123456789012:role/theirs"

  succeed "Done" {}

  fail "Failed" {
    error = "Failed"
  }
}

data "sfn_definition" "this" {
  start_at = "First"
  states   = var.states

  succeed "Done" {}

  fail "Failed" {
    error = "Failed"
  }
}

output "json" {
  value     = data.sfn_definition.this.json
  sensitive = true
}
"#;

/// A module with states as an output.
const PARTS: &str = r#"
variable "first" {
  type = string
}

output "states" {
  value = {
    (var.first) = {
      type            = "task"
      resource        = "arn:aws:states:::sqs:sendMessage"
      parameters      = { QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "MessageBody.$" = "$.text" }
      timeout_seconds = 5
      retry = [
        { error_equals = ["Busy"], max_attempts = 2 },
        { error_equals = ["States.ALL"], interval_seconds = 3 },
      ]
      catch = [{ error_equals = ["States.ALL"], next = "Failed" }]
      next  = "Choose"
    }
    Choose = {
      type    = "choice"
      rule    = [{ variable = "$.kind", string_equals = "slow", next = "Slow" }]
      default = "Both"
    }
  }
}
"#;

const ROOT: &str = r#"
variable "waits" {
  type    = map(number)
  default = { Slow = 60, Slower = 120 }
}

module "parts" {
  source = "./parts"
  first  = "First"
}

module "workflow" {
  source = "./workflow"
  name   = "it"
  states = merge(
    module.parts.states,
    { for name, seconds in var.waits : name => { type = "wait", seconds = seconds, next = "Both" } },
    {
      Both = {
        type   = "parallel"
        branch = [{ start_at = "Call" }, { start_at = "Each" }]
        next   = "Done"
      }
      Call = {
        type   = "task"
        lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f", payload = { id = "$.id" } }
        end    = true
      }
      Each = {
        type           = "map"
        items_path     = "$.items"
        item_processor = { start_at = "Item" }
        end            = true
      }
      Item = { type = "pass", result = { fixed = true }, end = true }
    },
    { Slower = { type = "wait", seconds = 90, next = "Slow" }, Slow = { type = "wait", seconds = 60, next = "Both" } },
    { Choose = {
      type    = "choice"
      rule    = [{ variable = "$.kind", string_equals = "slow", next = "Slower" }]
      default = "Both"
    } },
  )
}
"#;

async fn with_modules(aws: &LocalAws, root: &str) -> Workspace {
    let workspace = workspace(aws, root);
    workspace.write("workflow/main.tf", WORKFLOW).unwrap();
    workspace.write("parts/main.tf", PARTS).unwrap();
    assert_success(&workspace.terraform(&["get", "-no-color"]).await.unwrap());
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_take_states_in_and_give_them_out() {
    let aws = aws().await;
    let workspace = with_modules(&aws, ROOT).await;
    assert_success(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let found = definition(&aws, "it").await;
    let states = found["States"].as_object().unwrap();
    let mut names: Vec<&String> = states.keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "Both", "Choose", "Done", "Failed", "First", "Slow", "Slower"
        ]
    );
    assert_eq!(
        states["First"]["Retry"][1],
        json!({ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 3 })
    );
    assert_eq!(states["First"]["Catch"][0]["Next"], "Failed");
    assert_eq!(
        states["Choose"]["Choices"][0],
        json!({ "Variable": "$.kind", "StringEquals": "slow", "Next": "Slower" })
    );
    assert_eq!(
        states["Slower"],
        json!({ "Type": "Wait", "Seconds": 90, "Next": "Slow" })
    );
    let branches = &states["Both"]["Branches"];
    let call = &branches[0]["States"]["Call"];
    assert_eq!(
        call["Type"], "Task",
        "a branch gets the states that its start leads to: {branches}"
    );
    assert_eq!(
        branches[1]["States"]["Each"]["ItemProcessor"]["States"]["Item"]["Result"],
        json!({ "fixed": true })
    );
    // A plan shows the changed part of a state, and that the other states are unchanged.
    workspace
        .configure(&ROOT.replace("seconds = 90", "seconds = 91"))
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_says(
        &plan,
        &[
            "~ Slower = {",
            "~ seconds = 90 -> 91",
            "unchanged attributes hidden",
            "0 to add, 1 to change",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(
        definition(&aws, "it").await["States"]["Slower"]["Seconds"],
        91
    );
}

const DIRECT: &str = r#"
variable "seconds" {
  type    = number
  default = 5
}

resource "terraform_data" "seconds" {
  input = var.seconds
}

resource "terraform_data" "states" {
  input = { Last = { type = "wait", seconds = var.seconds, end = true } }
}

# A value inside is unknown.
resource "sfn_state_machine" "inside" {
  name     = "inside"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  start_at = "First"
  states = {
    First = { type = "wait", seconds = terraform_data.seconds.output, next = "Last" }
    Last  = { type = "succeed" }
  }
}

# All of them are unknown.
resource "sfn_state_machine" "whole" {
  name     = "whole"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  start_at = "First"
  states   = terraform_data.states.output
  pass "First" {
    next = "Last"
  }
}

# A state without a value is absent, and so are all of them.
resource "sfn_state_machine" "none" {
  name     = "none"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  start_at = "First"
  states   = var.seconds > 0 ? null : {}
  pass "First" {
    end = true
  }
}

resource "sfn_state_machine" "empty" {
  name     = "empty"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  start_at = "First"
  states   = {}
  pass "First" {
    end = true
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn states_that_are_unknown_are_known_in_the_apply() {
    let aws = aws().await;
    let mut workspace = workspace(&aws, DIRECT);
    assert_success(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
    );
    for seconds in ["5", "6"] {
        workspace.set_env("TF_VAR_seconds", seconds);
        let plan = plan_json(&workspace).await;
        for address in ["sfn_state_machine.inside", "sfn_state_machine.whole"] {
            assert_eq!(
                change(&plan, address)["after_unknown"]["asl"],
                true,
                "{address}"
            );
        }
        assert_success(
            &workspace
                .terraform(&["apply", "-no-color", "planned"])
                .await
                .unwrap(),
        );
        assert_empty(&workspace.plan().await.unwrap());
        let seconds: u64 = seconds.parse().unwrap();
        assert_eq!(
            definition(&aws, "inside").await["States"]["First"]["Seconds"],
            seconds
        );
        assert_eq!(
            definition(&aws, "whole").await["States"]["Last"]["Seconds"],
            seconds
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_somebody_changed_is_shown() {
    let aws = aws().await;
    let workspace = workspace(&aws, DIRECT);
    assert_success(&workspace.apply().await.unwrap());
    let changed = json!({ "StartAt": "First", "States": {
        "First": { "Type": "Wait", "Seconds": 99, "Next": "Last" }, "Last": { "Type": "Succeed" } } });
    let update =
        json!({ "stateMachineArn": machine_arn("inside"), "definition": changed.to_string() });
    aws.call("AWSStepFunctions.UpdateStateMachine", &update)
        .await
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_says(
        &plan,
        &[
            "~ seconds = 99 -> 5",
            "1 unchanged attribute hidden",
            "0 to add, 1 to change, 0 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(
        definition(&aws, "inside").await["States"]["First"]["Seconds"],
        5
    );
    // A state that was added outside of Terraform is drift.
    let added = json!({ "StartAt": "First", "States": { "First": { "Type": "Wait", "Seconds": 5, "Next": "More" },
        "More": { "Type": "Pass", "Next": "Last" }, "Last": { "Type": "Succeed" } } });
    let update =
        json!({ "stateMachineArn": machine_arn("inside"), "definition": added.to_string() });
    aws.call("AWSStepFunctions.UpdateStateMachine", &update)
        .await
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["More", "\"More\" -> \"Last\""],
    );
}

/// Errors in `states`, and texts that the message contains.
const MISTAKES: [(&str, &[&str]); 8] = [
    (
        "{ First = { type = \"pass\", next = \"Gone\" } }",
        &["there is no state"],
    ),
    (
        "{ First = { type = \"tsk\", end = true } }",
        &["`tsk`", "Did you mean `task`?"],
    ),
    ("{ First = { end = true } }", &["`First`", "`type`"]),
    (
        "{ First = { type = \"pass\", ende = true } }",
        &["`ende`", "Did you mean `end`?"],
    ),
    (
        "{ First = { type = \"wait\", seconds = 1, timestamp = \"2026-01-01T00:00:00Z\", end = true } }",
        &["`seconds`", "`timestamp`"],
    ),
    (
        "{ First = { type = \"pass\", end = true }, Block = { type = \"succeed\" } }",
        &["another state is called `Block`"],
    ),
    ("[\"First\"]", &["`states` is"]),
    ("{ First = \"pass\" }", &["state `First` is"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_shown_at_the_argument() {
    let aws = aws().await;
    let machine = |(number, (states, _)): (usize, &(&str, &[&str]))| {
        format!(
            "resource \"sfn_state_machine\" \"m{number}\" {{\n  name     = \"m{number}\"\n  role_arn = \"arn:aws:iam::123456789012:role/theirs\"\n  start_at = \"First\"\n  states   = {states}\n  pass \"Block\" {{\n    end = true\n  }}\n}}\n\n"
        )
    };
    let configuration: String = MISTAKES.iter().enumerate().map(machine).collect();
    let workspace = workspace(&aws, &configuration);
    let errors = plan_errors(&workspace).await;
    for (number, (states, parts)) in MISTAKES.iter().enumerate() {
        let address = format!("sfn_state_machine.m{number}");
        let found: Vec<_> = errors
            .iter()
            .filter(|error| error.address == address)
            .collect();
        let is_reported = found
            .iter()
            .any(|error| parts.iter().all(|part| error.text.contains(part)));
        assert!(
            is_reported,
            "{parts:?} are not in an error of {states}: {found:#?}"
        );
    }
    // Terraform shows the line of the argument.
    let plan = workspace.plan().await.unwrap();
    let text = format!("{}{configuration}", e2e::HEADER);
    for (states, parts) in MISTAKES {
        let line = text.lines().position(|line| line.contains(states)).unwrap() + 1;
        assert!(
            plan.text.contains(&format!("on main.tf line {line},")),
            "{parts:?} is not at line {line}:\n{}",
            plan.text
        );
    }
}
