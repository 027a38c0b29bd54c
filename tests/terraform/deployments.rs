//! Gradual deployments of aliases of state machines, with alarms, metrics and executions of the local AWS.

use std::sync::Arc;
use std::time::Duration;

use e2e::{Outcome, Workspace, outcome};
use local_aws::LocalAws;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::interrupted::{Until, apply_and_kill, skip_without_proc};
use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

const CANARY: &str = r#"
    type       = "CANARY"
    percentage = 10
    interval   = "2s"
    bake       = "2s"
    alarms     = [sfn_execution_alarm.failed.name]
"#;

/// A state machine, its alias `live` with this deployment, and an alarm.
fn configuration(comment: &str, deployment: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "it" {{
  name     = "it"
  comment  = "{comment}"
  start_at = "A"
  publish  = true
  execution_role {{}}
  pass "A" {{
    end = true
  }}
}}

resource "sfn_execution_alarm" "failed" {{
  state_machine_arn = "${{sfn_state_machine.it.arn}}:live"
  metric            = "failed"
  name              = "failed"
}}

resource "sfn_alias" "live" {{
  name                  = "live"
  description           = "Live orders"
  state_machine_version = sfn_state_machine.it.state_machine_version_arn
  deployment {{
{deployment}
  }}
}}
"#
    )
}

async fn call(aws: &LocalAws, operation: &str, body: Value) -> Value {
    let target = format!("AWSStepFunctions.{operation}");
    aws.call(&target, &body).await.expect(operation)
}

/// The routes of the alias in AWS, such as `1:90 2:10`, and its description.
async fn alias(aws: &LocalAws) -> (String, String) {
    let arn = format!("{}:live", machine_arn("it"));
    let found = call(
        aws,
        "DescribeStateMachineAlias",
        json!({ "stateMachineAliasArn": arn }),
    )
    .await;
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let mut routes: Vec<String> = found["routingConfiguration"]
        .as_array()
        .expect("routes")
        .iter()
        .map(|route| {
            let arn = text(&route["stateMachineVersionArn"]);
            format!(
                "{}:{}",
                arn.rsplit(':').next().unwrap_or(""),
                route["weight"]
            )
        })
        .collect();
    routes.sort();
    (routes.join(" "), text(&found["description"]))
}

/// Routes the alias as another writer.
async fn route(aws: &LocalAws, routes: &[(&str, i64)]) {
    let version = |number: &str| format!("{}:{number}", machine_arn("it"));
    let routes: Vec<Value> = routes
        .iter()
        .map(|(number, weight)| json!({ "stateMachineVersionArn": version(number), "weight": weight }))
        .collect();
    let arn = format!("{}:live", machine_arn("it"));
    let body = json!({ "stateMachineAliasArn": arn, "routingConfiguration": routes });
    call(aws, "UpdateStateMachineAlias", body).await;
}

async fn raise(aws: &LocalAws, alarm: &str) {
    let form = format!(
        "Action=SetAlarmState&Version=2010-08-01&AlarmName={alarm}&StateValue=ALARM&StateReason=test"
    );
    aws.query("monitoring", &form)
        .await
        .expect("the alarm is raised");
}

/// Reports executions of a version, as Step Functions does.
async fn report(aws: &LocalAws, version: &str, succeeded: u32, failed: u32) {
    for (metric, count) in [
        ("ExecutionsSucceeded", succeeded),
        ("ExecutionsFailed", failed),
    ] {
        let form = format!(
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS/States\
             &MetricData.member.1.MetricName={metric}&MetricData.member.1.Value={count}\
             &MetricData.member.1.Dimensions.member.1.Name=StateMachineArn\
             &MetricData.member.1.Dimensions.member.1.Value={}\
             &MetricData.member.1.Dimensions.member.2.Name=Version\
             &MetricData.member.1.Dimensions.member.2.Value={version}",
            machine_arn("it")
        );
        aws.query("monitoring", &form)
            .await
            .expect("metrics are kept");
    }
}

/// Waits until the alias was written this number of times.
async fn written(aws: &LocalAws, times: usize) {
    let until = async {
        while aws.proxy().count("UpdateStateMachineAlias") < times {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), until)
        .await
        .expect("the alias is written");
}

/// The first version is live, and the configuration has a second one.
async fn begun(deployment: &str) -> (Arc<LocalAws>, Workspace) {
    let aws = aws().await;
    let workspace = workspace(&aws, &configuration("one", deployment));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(alias(&aws).await, ("1:100".into(), "Live orders".into()));
    workspace
        .configure(&configuration("two", deployment))
        .unwrap();
    aws.proxy().forget();
    (Arc::new(aws), workspace)
}

/// Output of Terraform in one line, without its frame.
pub fn words(run: &Outcome) -> String {
    let text = run.text.replace(['│', '╷', '╵', '\n'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn version_in_state(workspace: &Workspace) -> Value {
    let alias = workspace.resource("sfn_alias.live").await.unwrap();
    alias.expect("the alias is in the state")["state_machine_version"].clone()
}

/// A failed deployment: AWS and the state have the first version, and the next plan offers the second.
async fn assert_rolled_back(aws: &LocalAws, workspace: &Workspace, run: &Outcome, reason: &str) {
    assert_eq!(run.code, 1, "{}", run.text);
    let text = words(run);
    assert!(
        text.contains("the deployment of version 2 was rolled back"),
        "{text}"
    );
    assert!(text.contains(reason), "{text}");
    assert!(
        text.contains("All traffic goes to version 1 again"),
        "{text}"
    );
    assert_eq!(alias(aws).await, ("1:100".into(), "Live orders".into()));
    let first = format!("{}:1", machine_arn("it"));
    assert_eq!(version_in_state(workspace).await, first);
    assert_says(
        &workspace.plan().await.unwrap(),
        &["0 to add, 1 to change, 0 to destroy", "from version 1: "],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn traffic_moves_in_steps() {
    let (aws, workspace) = begun(CANARY).await;
    assert_says(
        &workspace.plan().await.unwrap(),
        &["from version 1: 10 % at once, 100 % after 2s, 2s watched"],
    );
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap();
    let mut seen = Vec::new();
    for times in 1..=3 {
        written(&aws, times).await;
        let (routes, description) = alias(&aws).await;
        seen.push((
            routes,
            description.contains("[sfn deployment of version 2 after 1"),
        ));
    }
    assert_eq!(
        seen,
        [
            ("1:90 2:10".to_owned(), true),
            // AWS does not delete a version to which an alias routes, even without traffic.
            ("1:0 2:100".to_owned(), true),
            ("2:100".to_owned(), false)
        ]
    );
    assert_success(&outcome(child).await.unwrap());
    assert_eq!(alias(&aws).await, ("2:100".into(), "Live orders".into()));
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace.resource("sfn_alias.live").await.unwrap().unwrap();
    assert_eq!(
        state["deployment_plan"],
        "from version 1: 10 % at once, 100 % after 2s, 2s watched"
    );
    // Other settings of the block change nothing in AWS.
    aws.proxy().forget();
    let linear = "type = \"LINEAR\"\npercentage = 50\ninterval = \"1s\"";
    workspace.configure(&configuration("two", linear)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert!(
        aws.proxy().writes().is_empty(),
        "{:?}",
        aws.proxy().writes()
    );
    workspace
        .configure(&configuration("three", linear))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let weights = aws.proxy().bodies("UpdateStateMachineAlias");
    assert_eq!(weights.len(), 2, "{weights:?}");
    assert_eq!(alias(&aws).await, ("3:100".into(), "Live orders".into()));
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_roll_back_at_each_step() {
    for writes in [1, 2] {
        let (aws, workspace) = begun(CANARY).await;
        let child = workspace
            .start(&["apply", "-auto-approve", "-no-color"])
            .unwrap();
        written(&aws, writes).await;
        raise(&aws, "failed").await;
        let run = outcome(child).await.unwrap();
        assert_rolled_back(&aws, &workspace, &run, "Alarm raised: failed").await;
        // An alarm that is still raised keeps the new version away.
        aws.proxy().forget();
        let run = workspace.apply().await.unwrap();
        assert_says(&run, &["version 2 was not deployed", "Nothing was changed"]);
        assert_eq!(aws.proxy().count("UpdateStateMachineAlias"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn composite_alarms_are_watched_and_missing_ones_refused() {
    let composite = CANARY.replace("[sfn_execution_alarm.failed.name]", "[\"all\"]");
    let (aws, workspace) = begun(&composite).await;
    let run = workspace.apply().await.unwrap();
    let text = words(&run);
    assert!(text.contains("version 2 was not deployed"), "{text}");
    assert!(
        text.contains("Alarm not found: all. Nothing was changed."),
        "{text}"
    );
    assert_eq!(aws.proxy().count("UpdateStateMachineAlias"), 0);
    let rule = "Action=PutCompositeAlarm&Version=2010-08-01&AlarmName=all&AlarmRule=ALARM(failed)";
    aws.query("monitoring", rule).await.unwrap();
    aws.proxy().forget();
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap();
    written(&aws, 1).await;
    raise(&aws, "failed").await;
    let run = outcome(child).await.unwrap();
    assert_rolled_back(&aws, &workspace, &run, "Alarm raised: all").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_and_failing_versions_are_rolled_back() {
    let limits = r#"
    type                 = "LINEAR"
    percentage           = 60
    interval             = "2s"
    minimum_executions   = 5
    maximum_failure_rate = 0.1
"#;
    for (succeeded, failed, expected) in [
        (
            4,
            0,
            Some("4 executions of the new version ended, and the minimum is 5"),
        ),
        (6, 4, Some("4 of 10 executions of the new version failed")),
        (19, 1, None),
    ] {
        let (aws, workspace) = begun(limits).await;
        let child = workspace
            .start(&["apply", "-auto-approve", "-no-color"])
            .unwrap();
        written(&aws, 1).await;
        report(&aws, "2", succeeded, failed).await;
        // Executions of other versions do not count.
        report(&aws, "1", 50, 50).await;
        let run = outcome(child).await.unwrap();
        match expected {
            Some(reason) => assert_rolled_back(&aws, &workspace, &run, reason).await,
            None => {
                assert_success(&run);
                assert_eq!(alias(&aws).await.0, "2:100");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_writers_are_noticed() {
    let canary = CANARY.replace("alarms ", "# ");
    for routes in [&[("1", 50), ("2", 50)][..], &[("2", 100)][..]] {
        let (aws, workspace) = begun(&canary).await;
        let child = workspace
            .start(&["apply", "-auto-approve", "-no-color"])
            .unwrap();
        written(&aws, 1).await;
        route(&aws, routes).await;
        let run = outcome(child).await.unwrap();
        let reason = "The alias was changed during the deployment";
        assert_eq!(run.code, 1, "{}", run.text);
        assert!(words(&run).contains(reason), "{}", run.text);
        assert_eq!(alias(&aws).await.0, "1:100");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_no_start() {
    let (aws, workspace) = begun(CANARY).await;
    let body = json!({ "stateMachineArn": machine_arn("it") });
    let published = call(&aws, "PublishStateMachineVersion", body).await;
    assert!(published["stateMachineVersionArn"].as_str().is_some());
    // The definition did not change, so that another version exists only after an update.
    let run = workspace
        .terraform(&[
            "apply",
            "-auto-approve",
            "-no-color",
            "-target=sfn_state_machine.it",
        ])
        .await
        .unwrap();
    assert_success(&run);
    route(&aws, &[("1", 50), ("2", 50)]).await;
    aws.proxy().forget();
    let run = workspace.apply().await.unwrap();
    assert_says(&run, &["routes to version 1 (50 %) and version 2 (50 %)"]);
    assert_eq!(aws.proxy().count("UpdateStateMachineAlias"), 0);
    assert_eq!(alias(&aws).await.0, "1:50 2:50");
}

#[tokio::test(flavor = "multi_thread")]
async fn smoke_executions_decide_before_traffic() {
    let smoke = |expect: &str| {
        format!(
            "type = \"ALL_AT_ONCE\"\nbefore_traffic {{\n  input  = {{ orderId = element(split(\"/\", sfn_execution_alarm.failed.id), 0) == \"\" ? \"\" : \"smoke\" }}\n  expect = {expect}\n}}"
        )
    };
    let right = smoke("{ status = \"SUCCEEDED\", output = { orderId = \"smoke\" } }");
    let (aws, workspace) = begun(&right).await;
    let wrong = smoke("{ output = { orderId = \"other\" } }");
    workspace.configure(&configuration("two", &wrong)).unwrap();
    let run = workspace.apply().await.unwrap();
    let text = words(&run);
    assert!(text.contains("version 2 was not deployed"), "{text}");
    assert!(
        text.contains("Smoke execution failed: expected the output { \"orderId\": \"other\" }, got { \"orderId\": \"smoke\" }. Nothing was changed."),
        "{text}"
    );
    assert_eq!(aws.proxy().count("UpdateStateMachineAlias"), 0);
    workspace.configure(&configuration("two", &right)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(alias(&aws).await.0, "2:100");
    // An execution that takes too long is stopped.
    let slow = right.replace("before_traffic {", "before_traffic {\n  timeout = \"2s\"");
    let waiting = configuration("three", &slow).replace(
        "pass \"A\" {\n    end = true",
        "wait \"A\" {\n    seconds = 300\n    end     = true",
    );
    workspace.configure(&waiting).unwrap();
    let run = workspace.apply().await.unwrap();
    let text = words(&run);
    assert!(
        text.contains("Smoke execution failed: it did not end within 2s"),
        "{text}"
    );
    assert_eq!(aws.proxy().count("StopExecution"), 1);
    assert_eq!(alias(&aws).await.0, "2:100");
    let starts = aws.proxy().bodies("StartExecution");
    let is_new = |body: &String| body.contains("it:2") || body.contains("it:3");
    assert!(starts.len() == 3 && starts.iter().all(is_new), "{starts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_executions_decide_before_traffic() {
    let replay = |more: &str| format!("type = \"ALL_AT_ONCE\"\nreplay {{\n  last = 10\n{more}\n}}");
    let (aws, workspace) = begun(&replay("")).await;
    for name in ["a", "b"] {
        let body = json!({ "stateMachineArn": format!("{}:live", machine_arn("it")), "name": name, "input": "{\"id\":1}" });
        call(&aws, "StartExecution", body).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    // A comment is no change of behavior, a result is one.
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(alias(&aws).await.0, "2:100");
    let other = |more: &str| {
        configuration("two", &replay(more))
            .replace("pass \"A\" {", "pass \"A\" {\n    result = { done = true }")
    };
    workspace.configure(&other("")).unwrap();
    let run = workspace.apply().await.unwrap();
    let text = words(&run);
    assert!(text.contains("version 3 was not deployed"), "{text}");
    assert!(
        text.contains("Replay of the last 10 executions failed: 2 of 2 executions differ: `b` (output, output of A); `a` (output, output of A)"),
        "{text}"
    );
    assert_eq!(alias(&aws).await.0, "2:100");
    workspace.configure(&other("allow_changes = true")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(alias(&aws).await.0, "3:100");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_rolls_back() {
    let (aws, workspace) = begun(&CANARY.replace("\"2s\"", "\"5m\"")).await;
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap();
    let pid = i32::try_from(child.id().expect("it runs")).expect("a process");
    written(&aws, 1).await;
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::INT).unwrap();
    let run = outcome(child).await.unwrap();
    assert_rolled_back(&aws, &workspace, &run, "The deployment was cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_was_killed_at_any_call_goes_on() {
    if skip_without_proc() {
        return;
    }
    let canary = CANARY.replace("\"2s\"", "\"1s\"");
    let (aws, workspace) = begun(&canary).await;
    assert_success(&workspace.apply().await.unwrap());
    let calls = aws.proxy().calls();
    let published = calls
        .iter()
        .position(|call| call.operation == "UpdateStateMachine")
        .expect("a version is published");
    // The calls of the deployment come after it.
    let mut call = published + 2;
    loop {
        let (aws, workspace) = begun(&canary).await;
        if !apply_and_kill(&aws, &workspace, Until::Call(call)).await {
            break;
        }
        assert_success(&workspace.apply().await.unwrap());
        let found = alias(&aws).await;
        assert_eq!(found, ("2:100".into(), "Live orders".into()), "call {call}");
        assert_empty(&workspace.plan().await.unwrap());
        call += 1;
    }
    assert!(call > published + 8, "{published} {call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_deployment_of_another_version_returns_first() {
    if skip_without_proc() {
        return;
    }
    let canary = CANARY.replace("\"2s\"", "\"1s\"");
    // The version is published by the first write.
    for (write, left) in [(2, "1:90 2:10"), (3, "1:0 2:100")] {
        let (aws, workspace) = begun(&canary).await;
        assert!(apply_and_kill(&aws, &workspace, Until::Write(write)).await);
        assert_eq!(alias(&aws).await.0, left);
        workspace
            .configure(&configuration("three", &canary))
            .unwrap();
        assert_says(
            &workspace.plan().await.unwrap(),
            &["continues with version 2 or returns to version 1: 10 %"],
        );
        assert_success(&workspace.apply().await.unwrap());
        let found = alias(&aws).await;
        assert_eq!(found, ("3:100".into(), "Live orders".into()), "{write}");
        let bodies = aws.proxy().bodies("UpdateStateMachineAlias");
        let first = format!("{}:1\",\"weight\":100", machine_arn("it"));
        assert!(bodies[0].contains(&first), "{bodies:?}");
        assert!(
            bodies.iter().all(|body| !body.contains("it:2")),
            "{bodies:?}"
        );
        assert_empty(&workspace.plan().await.unwrap());
        // Without the block, a killed deployment ends with one write.
        workspace
            .configure(&configuration("four", &canary))
            .unwrap();
        assert!(apply_and_kill(&aws, &workspace, Until::Write(2)).await);
        let plain = configuration("four", "").replace("  deployment {\n\n  }\n", "");
        workspace.configure(&plain).unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_eq!(alias(&aws).await, ("4:100".into(), "Live orders".into()));
        assert_empty(&workspace.plan().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_shown_at_their_lines() {
    let aws = aws().await;
    for (deployment, expected) in [
        (
            "type = \"CANARY\"\ninterval = \"5m\"",
            "`percentage` is required for the type `CANARY`",
        ),
        (
            "type = \"LINEAR\"\npercentage = 5",
            "`interval` is required for the type `LINEAR`",
        ),
        (
            "type = \"ALL_AT_ONCE\"\npercentage = 5",
            "`percentage` conflicts with the type `ALL_AT_ONCE`",
        ),
        (
            "type = \"ALL_AT_ONCE\"\nalarms = [\"a\"]",
            "`alarms` has no effect without `bake`",
        ),
        (
            "type = \"LINEAR\"\npercentage = 1\ninterval = \"1h\"",
            "the steps take 100h, and 35h at most are allowed",
        ),
        (
            "type = \"CANARY\"\npercentage = 100\ninterval = \"1m\"",
            "`percentage` must be between 1 and 99, got 100",
        ),
        (
            "type = \"CANARY\"\npercentage = 5\ninterval = \"1m\"\nmaximum_failure_rate = 5",
            "`maximum_failure_rate` must be between 0 and 1, got 5",
        ),
        (
            "type = \"CANARY\"\npercentage = 5\ninterval = \"1m\"\nalarms = [\"arn:aws:sns:eu-west-1:123456789012:a\"]",
            "is not the ARN of an alarm",
        ),
        (
            "type = \"ALL_AT_ONCE\"\nbefore_traffic {\n  expect = { state = \"SUCCEEDED\" }\n}",
            "unknown field `state`",
        ),
        (
            "type = \"ALL_AT_ONCE\"\nbefore_traffic {\n  input = \"{\"\n}",
            "`input` is not valid JSON",
        ),
    ] {
        let workspace = workspace(&aws, &configuration("one", deployment));
        let run = workspace.plan().await.unwrap();
        assert_eq!(run.code, 1, "{deployment}");
        assert!(words(&run).contains(expected), "{deployment}: {}", run.text);
    }
    let short = configuration("one", &CANARY.replace("\"2s\"", "\"20m\"")).replace(
        "description           = ",
        "timeouts {\n    update = \"30m\"\n  }\n  description = ",
    );
    let run = workspace(&aws, &short).plan().await.unwrap();
    assert!(
        words(&run).contains("`update` must be at least 42m30s, got 30m"),
        "{}",
        run.text
    );
    let both = configuration("one", CANARY).replace(
        "  deployment {",
        "  routing_configuration {\n    state_machine_version_arn = \"x\"\n    weight = 100\n  }\n  deployment {",
    );
    let run = workspace(&aws, &both).plan().await.unwrap();
    assert!(words(&run).contains("conflicts with"), "{}", run.text);
}
