//! The provider is killed after each single call. The next apply converges, or its error shows the `import` block with
//! which the one after it converges. No object is duplicated or orphaned.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

use e2e::Workspace;
use local_aws::{LocalAws, RecordedCall};
use rustix::process::{Pid, Signal, kill_process};

use super::inventory::inventory;
use super::objects::{self, BASE, BASE_ELSEWHERE, BASE_HERE, OBJECTS};
use super::runs::{Reported, apply_errors};
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

/// Kills the provider processes among the children of a process.
fn kill_providers(terraform: i32) {
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else {
            continue;
        };
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
        };
        let is_provider = field("Name:").is_some_and(|name| name.starts_with("terraform-provi"));
        if is_provider && field("PPid:") == Some(&terraform.to_string()) {
            let _ = kill_process(Pid::from_raw(pid).expect("a process"), Signal::KILL);
        }
    }
}

/// The call after which the provider is killed.
#[derive(Clone, Copy)]
pub enum Until {
    /// After this number of calls.
    Call(usize),
    /// After this number of writing calls.
    Write(usize),
    /// After the first call of an operation.
    Operation(&'static str),
}

impl Until {
    /// Whether call `number`, of this operation and with `writes` writing calls so far, is the one.
    fn is_now(self, number: usize, operation: &str, writes: usize) -> bool {
        match self {
            Self::Call(after) => number == after,
            Self::Write(after) => writes == after && is_write(operation),
            Self::Operation(name) => operation == name,
        }
    }
}

fn is_write(operation: &str) -> bool {
    !RecordedCall {
        operation: operation.to_owned(),
        status: 200,
        body: Default::default(),
    }
    .reads()
}

/// Applies, and kills the provider after that call took effect and before its response arrives. Returns whether it
/// was killed.
pub async fn apply_and_kill(aws: &LocalAws, workspace: &Workspace, until: Until) -> bool {
    let (terraform, killed) = (
        Arc::new(AtomicI32::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let hook = (Arc::clone(&terraform), Arc::clone(&killed));
    let writes = AtomicUsize::new(0);
    aws.proxy().forget();
    aws.proxy().after_each_call(move |number, operation| {
        let write = usize::from(is_write(operation));
        let writes = writes.fetch_add(write, Ordering::SeqCst) + write;
        if until.is_now(number, operation, writes) && !hook.1.swap(true, Ordering::SeqCst) {
            kill_providers(hook.0.load(Ordering::SeqCst));
        }
    });
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .expect("terraform starts");
    terraform.store(
        i32::try_from(child.id().expect("it runs")).expect("a process"),
        Ordering::SeqCst,
    );
    let output = child.wait_with_output().await.expect("terraform ends");
    let was_killed = killed.load(Ordering::SeqCst);
    assert_eq!(
        output.status.success(),
        !was_killed,
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    aws.proxy().forget();
    was_killed
}

/// Applies after a kill. An error must show the `import` block with which the next apply succeeds.
async fn converge(workspace: &Workspace) {
    let errors = apply_errors(workspace).await;
    if errors.is_empty() {
        return;
    }
    let blocks: Vec<String> = errors.iter().map(Reported::import_block).collect();
    workspace
        .write("imports.tf", &blocks.concat())
        .expect("the blocks are written");
    assert_success(&workspace.apply().await.expect("terraform runs"));
}

async fn versions(aws: &LocalAws) -> usize {
    let arn = serde_json::json!({ "stateMachineArn": machine_arn("it") });
    let list = aws
        .call("AWSStepFunctions.ListStateMachineVersions", &arn)
        .await
        .expect("list");
    list["stateMachineVersions"].as_array().map_or(0, Vec::len)
}

/// Whether there is no `/proc`, which is needed to find the provider.
pub fn skip_without_proc() -> bool {
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
        if !apply_and_kill(&aws, &workspace, Until::Call(calls + 1)).await {
            break;
        }
        calls += 1;
        converge(&workspace).await;
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(
            (counts(&aws).await, versions(&aws).await),
            ((1, 1, 1), 1),
            "after call {calls}"
        );
        assert_success(&workspace.destroy().await.unwrap());
        assert_eq!(counts(&aws).await, (0, 0, 0), "after call {calls}");
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
        if !apply_and_kill(&aws, &workspace, Until::Call(calls + 1)).await {
            break;
        }
        calls += 1;
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(
            (counts(&aws).await, versions(&aws).await),
            ((1, 1, 1), 2),
            "after call {calls}"
        );
        let described = describe(&aws, "it").await;
        assert!(
            described["definition"]
                .as_str()
                .unwrap()
                .contains("sendMessage"),
            "after call {calls}"
        );
        let state = workspace
            .resource("sfn_state_machine.it")
            .await
            .unwrap()
            .unwrap();
        let policy = aws
            .role_policy("it-eu-west-1-state-machine", "terraform-provider-sfn")
            .await
            .unwrap();
        assert!(
            policy.contains("sqs:SendMessage") && !policy.contains("sns:Publish"),
            "after call {calls}: {policy}"
        );
        assert_eq!(
            state["state_machine_version_arn"],
            format!("{}:2", machine_arn("it")),
            "after call {calls}"
        );
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
        workspace
            .write(
                "code/main.py",
                "def handler(event, context):\n    return event\n",
            )
            .unwrap();
        if !apply_and_kill(&aws, &workspace, Until::Call(calls + 1)).await {
            break;
        }
        calls += 1;
        converge(&workspace).await;
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(counts(&aws).await, (0, 1, 0), "after call {calls}");
        assert_success(&workspace.destroy().await.unwrap());
        assert_eq!(counts(&aws).await, (0, 0, 0), "after call {calls}");
    }
    assert!(calls >= 5, "only {calls} calls were made");
}

/// The objects without a role or log group of their own, all in one configuration.
#[tokio::test(flavor = "multi_thread")]
async fn killed_creations_of_single_objects_converge() {
    if skip_without_proc() {
        return;
    }
    let aws = aws().await;
    let base = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}"));
    assert_success(&base.apply().await.unwrap());
    let before = inventory(&aws).await;
    let parts: Vec<String> = OBJECTS[2..]
        .iter()
        .map(|object| object.configuration(""))
        .collect();
    let configuration = format!("{BASE_ELSEWHERE}{}", parts.concat());
    let configuration =
        configuration.replace("name = \"/it\"", "name = \"/it\"\n  retention_in_days = 7");
    let mut writes = 0;
    loop {
        let workspace = workspace(&aws, &configuration);
        if !apply_and_kill(&aws, &workspace, Until::Write(writes + 1)).await {
            break;
        }
        writes += 1;
        converge(&workspace).await;
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(
            inventory(&aws).await.len(),
            before.len() + parts.len(),
            "after write {writes}"
        );
        assert_success(&workspace.destroy().await.unwrap());
        assert_eq!(inventory(&aws).await, before, "after write {writes}");
    }
    assert!(writes > parts.len(), "only {writes} calls write");
}
