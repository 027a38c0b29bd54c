//! End-to-end tests: Terraform with the provider of this build, against an AWS emulator on loopback.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod acceptance;
mod actions;
mod activities;
mod alarms;
mod aliases;
mod along_tags;
mod calls;
mod checks;
mod compared;
mod converted;
mod data_sources;
mod definitions;
mod demo;
mod deployments;
mod drift;
mod empties;
mod every_optional_argument;
mod examples;
mod executions;
mod failed_updates;
mod fault_matrix;
mod faults;
mod function_code;
mod function_deployments;
mod function_import;
mod function_names;
mod function_wiring;
mod functions;
mod guides;
mod imported;
mod interrupted;
mod inventory;
mod lifecycle;
mod log_groups;
mod lost_answers;
mod mistakes;
mod mocked;
mod moto;
mod objects;
mod odd_folders;
mod offline;
mod other_states;
mod packages;
mod picture;
mod provider_block;
mod provider_functions;
mod provider_unknowns;
mod queries;
mod regions;
mod regions_checked;
mod releases;
mod replaced_in_place;
mod replaced_machines;
mod runs;
mod saved_plans;
mod scale;
mod sensitive;
mod states_argument;
mod states_of_releases;
mod states_on_aws;
mod unknown_exclusives;
mod unreachable;
mod warnings;
mod wiring;
mod workflows;
mod written_defaults;

use e2e::{Outcome, Workspace};
use local_aws::LocalAws;
use serde_json::{Value, json};

/// An AWS for a single test.
async fn aws() -> LocalAws {
    let log = std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()));
    LocalAws::start(&log).await.expect("the local AWS starts")
}

/// A folder with this configuration and the usual header.
fn workspace(aws: &LocalAws, configuration: &str) -> Workspace {
    let workspace = Workspace::new(aws).expect("the provider is built");
    workspace
        .configure(configuration)
        .expect("the configuration is written");
    workspace
}

#[track_caller]
fn assert_success(outcome: &Outcome) {
    assert!(
        outcome.is_success(),
        "terraform failed ({}):\n{}",
        outcome.code,
        outcome.text
    );
}

/// Asserts that a plan has no changes.
#[track_caller]
fn assert_empty(plan: &Outcome) {
    assert_eq!(plan.code, 0, "the plan is not empty:\n{}", plan.text);
}

/// Asserts that a text contains each of these parts.
#[track_caller]
fn assert_says(outcome: &Outcome, parts: &[&str]) {
    // Terraform wraps long lines.
    let text = outcome
        .text
        .replace(['│', '╷', '╵'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{}", outcome.text);
    }
}

/// The state machine `name` as DescribeStateMachine returns it.
async fn describe(aws: &LocalAws, name: &str) -> Value {
    let arn = machine_arn(name);
    aws.call(
        "AWSStepFunctions.DescribeStateMachine",
        &json!({ "stateMachineArn": arn }),
    )
    .await
    .expect("it exists")
}

fn machine_arn(name: &str) -> String {
    format!(
        "arn:aws:states:{}:{}:stateMachine:{name}",
        local_aws::REGION,
        local_aws::ACCOUNT
    )
}

/// The numbers of state machines, roles and log groups.
async fn counts(aws: &LocalAws) -> (usize, usize, usize) {
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).map_or(0, Vec::len);
    let machines = aws
        .call("AWSStepFunctions.ListStateMachines", &json!({}))
        .await
        .expect("list");
    let groups = aws
        .call("Logs_20140328.DescribeLogGroups", &json!({}))
        .await
        .expect("list");
    let roles = aws.role_names().await.expect("list");
    (
        list(&machines, "stateMachines"),
        roles.len(),
        list(&groups, "logGroups"),
    )
}
