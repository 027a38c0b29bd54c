//! Actions and the ephemeral resource `sfn_execution`.

use std::time::Duration;

use e2e::terraform::Feature;
use e2e::{Workspace, outcome};
use local_aws::LocalAws;
use rustix::process::{Pid, Signal, kill_process};

use super::deployments::words;
use super::{assert_empty, assert_success, aws, machine_arn, workspace};

/// A state machine that fails if its input says so, and waits if it says so.
const MACHINE: &str = r#"
resource "sfn_state_machine" "it" {
  name           = "it"
  start_at       = "Decide"
  publish        = true
  query_language = "JSONata"
  execution_role {}
  choice "Decide" {
    rule {
      condition = "{% $exists($states.input.fail) %}"
      next      = "Broken"
    }
    rule {
      condition = "{% $exists($states.input.wait) %}"
      next      = "Pause"
    }
    default = "Done"
  }
  fail "Broken" {
    error = "OrderLost"
    cause = "the order is lost"
  }
  wait "Pause" {
    seconds = 300
    next    = "Done"
  }
  succeed "Done" {}
}
"#;

/// An action that starts an execution with this input and these further arguments.
fn start(input: &str, more: &str) -> String {
    format!(
        "action \"sfn_start_execution\" \"it\" {{\n  config {{\n    state_machine_arn = sfn_state_machine.it.arn\n    input             = {input}\n    {more}\n  }}\n}}\n"
    )
}

const INVOKE: [&str; 4] = [
    "apply",
    "-auto-approve",
    "-no-color",
    "-invoke=action.sfn_start_execution.it",
];

/// The state machine exists, and Terraform supports actions.
async fn begun(aws: &LocalAws) -> Workspace {
    let mut workspace = workspace(aws, MACHINE);
    workspace.need(Feature::Action).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    aws.proxy().forget();
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_are_started_and_waited_for() {
    let aws = aws().await;
    let workspace = begun(&aws).await;
    let id = "{ id = 4711 }";
    for (input, more, success, expected) in [
        (
            id,
            "",
            true,
            &[
                "state `Decide`",
                "state `Done`",
                "SUCCEEDED: arn:aws:states",
            ][..],
        ),
        (
            "jsonencode({ id = 4711 })",
            "",
            true,
            &["SUCCEEDED: arn:aws:states"],
        ),
        (
            "{ fail = true }",
            "",
            false,
            &[
                "state `Broken`",
                "ended with FAILED",
                "OrderLost: the order is lost",
                "sfn history arn:aws:states",
            ],
        ),
        (
            "{ fail = true }",
            "wait = false",
            true,
            &["started arn:aws:states"],
        ),
        (
            "{ wait = true }",
            "timeout = \"1s\"",
            false,
            &["the execution did not end in time", "It continues in AWS"],
        ),
        (
            id,
            "name = \"a b\"",
            false,
            &["invalid execution name `a b`"],
        ),
        ("\"{\"", "", false, &["`input` is not valid JSON"]),
        (
            id,
            "timeout = \"soon\"",
            false,
            &["invalid duration `soon`"],
        ),
    ] {
        workspace
            .configure(&format!("{MACHINE}{}", start(input, more)))
            .unwrap();
        let run = workspace.terraform(&INVOKE).await.unwrap();
        let text = words(&run);
        assert_eq!(run.is_success(), success, "{input} {more}: {text}");
        for expected in expected {
            assert!(text.contains(expected), "{input} {more}: {text}");
        }
    }
    let inputs = aws.proxy().bodies("StartExecution");
    assert!(inputs[0].contains("{\\\"id\\\":4711}"), "{inputs:?}");
    assert_eq!(inputs.len(), 5, "{inputs:?}");
    workspace.configure(MACHINE).unwrap();
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_trigger_executions() {
    let aws = aws().await;
    let mut workspace = workspace(&aws, "");
    workspace.need(Feature::Action).unwrap();
    let configuration = |comment: &str, condition: &str| {
        let trigger = format!(
            "  comment = \"{comment}\"\n  lifecycle {{\n    action_trigger {{\n      events    = [after_create, after_update]\n      condition = {condition}\n      actions   = [action.sfn_start_execution.it]\n    }}\n  }}\n"
        );
        let machine = MACHINE.replace(
            "  execution_role {}\n",
            &format!("  execution_role {{}}\n{trigger}"),
        );
        // An action of the resource itself must not refer to it.
        let action = start("{}", "").replace(
            "sfn_state_machine.it.arn",
            &format!("\"{}\"", machine_arn("it")),
        );
        format!("{machine}{action}")
    };
    for (comment, condition, starts) in [
        ("one", "true", 1),
        ("two", "false", 1),
        ("three", "true", 2),
    ] {
        workspace
            .configure(&configuration(comment, condition))
            .unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_eq!(aws.proxy().count("StartExecution"), starts, "{comment}");
        assert_empty(&workspace.plan().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_wait() {
    let aws = aws().await;
    let workspace = begun(&aws).await;
    workspace
        .configure(&format!("{MACHINE}{}", start("{ wait = true }", "")))
        .unwrap();
    let child = workspace.start(&INVOKE).unwrap();
    let pid = i32::try_from(child.id().expect("it runs")).expect("a process");
    while aws.proxy().count("DescribeExecution") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::INT).unwrap();
    let run = tokio::time::timeout(Duration::from_secs(20), outcome(child))
        .await
        .expect("the wait ends")
        .unwrap();
    let text = words(&run);
    assert!(
        text.contains("the execution is not waited for any more"),
        "{text}"
    );
    assert_eq!(aws.proxy().count("StopExecution"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_deployed_by_an_action() {
    let aws = aws().await;
    let workspace = begun(&aws).await;
    let configuration = |comment: &str, steps: &str| {
        let machine = MACHINE.replace(
            "  execution_role {}\n",
            &format!("  execution_role {{}}\n  comment = \"{comment}\"\n"),
        );
        format!(
            r#"{machine}
resource "sfn_alias" "live" {{
  name                  = "live"
  state_machine_version = "${{sfn_state_machine.it.arn}}:1"
  lifecycle {{
    ignore_changes = [state_machine_version, description]
  }}
}}

action "sfn_deploy" "it" {{
  config {{
    alias_arn             = sfn_alias.live.arn
    state_machine_version = sfn_state_machine.it.state_machine_version_arn
    {steps}
  }}
}}
"#
        )
    };
    let canary = "type = \"CANARY\"\npercentage = 10\ninterval = \"1s\"";
    workspace.configure(&configuration("two", canary)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let invoke = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-invoke=action.sfn_deploy.it",
    ];
    let run = workspace.terraform(&invoke).await.unwrap();
    assert_success(&run);
    let text = words(&run);
    for expected in [
        "version 2 receives 10 %, watched for 1s",
        "version 2 receives 100 %",
        "version 2 is deployed",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    assert_empty(&workspace.plan().await.unwrap());
    let wrong = "type = \"CANARY\"\npercentage = 10";
    workspace.configure(&configuration("two", wrong)).unwrap();
    let run = workspace.terraform(&invoke).await.unwrap();
    assert!(
        words(&run).contains("`interval` is required for the type `CANARY`"),
        "{}",
        run.text
    );
    let smoke = "type = \"ALL_AT_ONCE\"\nbefore_traffic {\n  input = { fail = true }\n}";
    workspace.configure(&configuration("three", smoke)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let run = workspace.terraform(&invoke).await.unwrap();
    let text = words(&run);
    assert!(text.contains("smoke execution …"), "{text}");
    assert!(text.contains("version 3 was not deployed"), "{text}");
    assert!(
        text.contains("expected the status SUCCEEDED, got FAILED (OrderLost: the order is lost)"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_executions_are_redriven() {
    let aws = aws().await;
    let workspace = begun(&aws).await;
    let arn = format!(
        "{}:one",
        machine_arn("it").replace("stateMachine", "execution")
    );
    let redrive = format!(
        "{MACHINE}\naction \"sfn_redrive_execution\" \"it\" {{\n  config {{\n    execution_arn = \"{arn}\"\n  }}\n}}\n"
    );
    let invoke = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-invoke=action.sfn_redrive_execution.it",
    ];
    workspace.configure(&redrive).unwrap();
    let run = workspace.terraform(&invoke).await.unwrap();
    assert!(words(&run).contains("does not exist"), "{}", run.text);
    let body = serde_json::json!({ "stateMachineArn": machine_arn("it"), "name": "one", "input": "{\"fail\":true}" });
    aws.call("AWSStepFunctions.StartExecution", &body)
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let run = workspace.terraform(&invoke).await.unwrap();
    let text = words(&run);
    assert!(text.contains("redriven arn:aws:states"), "{text}");
    assert!(text.contains("ended with FAILED"), "{text}");
    assert_eq!(aws.proxy().count("RedriveExecution"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ephemeral_executions_leave_no_trace() {
    let aws = aws().await;
    let configuration = |expected: &str| {
        format!(
            r#"
resource "sfn_state_machine" "token" {{
  name           = "token"
  type           = "EXPRESS"
  start_at       = "A"
  query_language = "JSONata"
  execution_role {{}}
  pass "A" {{
    output = {{ token = "{{% 'secret-' & $states.input.user %}}" }}
    end    = true
  }}
}}

ephemeral "sfn_execution" "token" {{
  state_machine_arn = sfn_state_machine.token.arn
  input             = {{ user = "me" }}
  lifecycle {{
    postcondition {{
      condition     = jsondecode(self.output).token == "{expected}"
      error_message = "another token"
    }}
  }}
}}
"#
        )
    };
    let mut workspace = workspace(&aws, &configuration("secret-me"));
    workspace.need(Feature::Ephemeral).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(aws.proxy().count("StartSyncExecution") > 0);
    let state = std::fs::read_to_string(workspace.path().join("terraform.tfstate")).unwrap();
    assert!(!state.contains("secret-me"), "{state}");
    let plan = workspace.plan().await.unwrap();
    assert_empty(&plan);
    workspace.configure(&configuration("other")).unwrap();
    let run = workspace.plan().await.unwrap();
    assert!(run.text.contains("another token"), "{}", run.text);
}
