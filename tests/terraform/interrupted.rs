//! The provider is killed after each single call: the next apply converges, with no duplicate and nothing orphaned.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use e2e::Workspace;
use local_aws::LocalAws;
use rustix::process::{Pid, Signal, kill_process};

use super::{assert_empty, assert_success, aws, counts, describe, machine_arn, workspace};

const BEFORE: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  publish  = true
  execution_role {}
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:old", Message = "m" }
    end        = true
  }
}
"#;

const AFTER: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  publish  = true
  tags     = { changed = "yes" }
  execution_role {}
  logging_configuration {
    level             = "ERROR"
    retention_in_days = 7
  }
  tracing_configuration {
    enabled = true
  }
  task "A" {
    resource   = "arn:aws:states:::sqs:sendMessage"
    parameters = { QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/new", MessageBody = "m" }
    end        = true
  }
}
"#;

/// Kills the children of a process that are providers.
fn kill_providers(terraform: i32) {
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else {
            continue;
        };
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let is_provider = field("Name:").is_some_and(|name| name.starts_with("terraform-provi"));
        if is_provider && field("PPid:") == Some(&terraform.to_string()) {
            let _ = kill_process(Pid::from_raw(pid).expect("a process"), Signal::KILL);
        }
    }
}

/// Applies, and kills the provider after call number `after`; whether it came to that.
async fn apply_and_kill(aws: &LocalAws, workspace: &Workspace, after: usize) -> bool {
    let (terraform, killed) = (Arc::new(AtomicI32::new(0)), Arc::new(AtomicBool::new(false)));
    let hook = (Arc::clone(&terraform), Arc::clone(&killed));
    aws.proxy().forget();
    aws.proxy().after_each_call(move |number, _| {
        if number == after {
            kill_providers(hook.0.load(Ordering::SeqCst));
            hook.1.store(true, Ordering::SeqCst);
        }
    });
    let child = workspace.start(&["apply", "-auto-approve", "-no-color"]).expect("terraform starts");
    terraform.store(i32::try_from(child.id().expect("it runs")).expect("a process"), Ordering::SeqCst);
    let output = child.wait_with_output().await.expect("terraform ends");
    let was_killed = killed.load(Ordering::SeqCst);
    assert_eq!(output.status.success(), !was_killed, "{}", String::from_utf8_lossy(&output.stdout));
    aws.proxy().forget();
    was_killed
}

async fn versions(aws: &LocalAws) -> usize {
    let arn = serde_json::json!({ "stateMachineArn": machine_arn("it") });
    let list = aws.call("AWSStepFunctions.ListStateMachineVersions", &arn).await.expect("list");
    list["stateMachineVersions"].as_array().map_or(0, Vec::len)
}

fn skip_without_proc() -> bool {
    let skip = !std::path::Path::new("/proc/self/status").exists();
    if skip {
        eprintln!("skipped: without /proc the provider's process is not found");
    }
    skip
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_creation_converges() {
    if skip_without_proc() {
        return;
    }
    let aws = aws().await;
    let mut calls = 0;
    loop {
        aws.reset().await.unwrap();
        let workspace = workspace(&aws, AFTER);
        if !apply_and_kill(&aws, &workspace, calls + 1).await {
            break;
        }
        calls += 1;
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!((counts(&aws).await, versions(&aws).await), ((1, 1, 1), 1), "after call {calls}");
    }
    assert!(calls >= 6, "only {calls} calls were made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_update_converges() {
    if skip_without_proc() {
        return;
    }
    let aws = aws().await;
    let mut calls = 0;
    loop {
        aws.reset().await.unwrap();
        let workspace = workspace(&aws, BEFORE);
        assert_success(&workspace.apply().await.unwrap());
        workspace.configure(AFTER).unwrap();
        if !apply_and_kill(&aws, &workspace, calls + 1).await {
            break;
        }
        calls += 1;
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!((counts(&aws).await, versions(&aws).await), ((1, 1, 1), 2), "after call {calls}");
        let described = describe(&aws, "it").await;
        assert!(described["definition"].as_str().unwrap().contains("sendMessage"), "after call {calls}");
        let state = workspace.resource("sfn_state_machine.it").await.unwrap().unwrap();
        let policy = aws.role_policy("it-eu-west-1-state-machine", "terraform-provider-sfn").await.unwrap();
        assert!(policy.contains("sqs:SendMessage") && !policy.contains("sns:Publish"), "after call {calls}: {policy}");
        assert_eq!(state["state_machine_version_arn"], format!("{}:2", machine_arn("it")), "after call {calls}");
        assert_eq!(state["tracing_configuration"]["enabled"], true);
    }
    assert!(calls >= 8, "only {calls} calls were made");
}

const FUNCTION: &str = r#"
resource "sfn_lambda_function" "f" {
  function_name = "f"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_function_converges() {
    if skip_without_proc() {
        return;
    }
    let aws = aws().await;
    let mut calls = 0;
    loop {
        aws.reset().await.unwrap();
        let workspace = workspace(&aws, FUNCTION);
        workspace.write("code/main.py", "def handler(event, context):\n    return event\n").unwrap();
        if !apply_and_kill(&aws, &workspace, calls + 1).await {
            break;
        }
        calls += 1;
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(counts(&aws).await, (0, 1, 0), "after call {calls}");
        assert_success(&workspace.destroy().await.unwrap());
        assert_eq!(counts(&aws).await, (0, 0, 0), "after call {calls}");
    }
    assert!(calls >= 5, "only {calls} calls were made");
}
