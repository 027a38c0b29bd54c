//! Alarms on executions.

use local_aws::Fault;

use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

const ALARM: &str = r#"
resource "sfn_execution_alarm" "it" {
  state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:it"
  metric            = "failed"
  alarm_actions     = ["arn:aws:sns:eu-west-1:123456789012:alarms"]
  tags              = { team = "orders" }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_lives_and_dies() {
    let aws = aws().await;
    let workspace = workspace(&aws, ALARM);
    let busy = || Fault::Refuse(503, "ServiceUnavailable".into(), "busy".into());
    for operation in ["PutMetricAlarm", "DeleteAlarms"] {
        for fault in [Fault::throttled(), busy(), Fault::Drop, Fault::LoseAnswer] {
            aws.proxy().fault(operation, 1, fault);
        }
    }
    assert_says(
        &workspace.plan().await.unwrap(),
        &["\"it-failed\"", "+ threshold = 1", "+ statistic = \"Sum\""],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // The provider derives the dimensions from the state machine.
    let sent = || aws.proxy().bodies("PutMetricAlarm").pop().unwrap();
    for part in [
        "ExecutionsFailed",
        "AWS/States",
        "StateMachineArn",
        &machine_arn("it"),
        "Sum",
        "notBreaching",
    ] {
        assert!(sent().contains(part), "{part} is not in {}", sent());
    }
    let import = ["import", "-no-color", "sfn_execution_alarm.it", "it-failed"];
    assert_success(
        &workspace
            .terraform(&["state", "rm", import[2]])
            .await
            .unwrap(),
    );
    assert_success(&workspace.terraform(&import).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // An alarm of another owner is not overwritten.
    assert_success(
        &workspace
            .terraform(&["state", "rm", import[2]])
            .await
            .unwrap(),
    );
    workspace
        .configure(&ALARM.replace("tags  ", "threshold = 5\n  tags  "))
        .unwrap();
    let puts = aws.proxy().count("PutMetricAlarm");
    let block = "import { to = sfn_execution_alarm.NAME id = \"it-failed\" }";
    assert_says(
        &workspace.apply().await.unwrap(),
        &["Error: the alarm `it-failed` already exists", block],
    );
    assert_eq!(workspace.resource(import[2]).await.unwrap(), None);
    assert_eq!(
        aws.proxy().count("PutMetricAlarm"),
        puts,
        "it was written over"
    );
    assert_success(&workspace.terraform(&import).await.unwrap());
    let changed = ALARM
        .replace("tags  ", "threshold = 5\n  period = 300\n  evaluation_periods = 2\n  datapoints_to_alarm = 1\n  description = \"d\"\n  tags  ")
        .replace("orders\" }", "billing\", more = \"yes\" }");
    workspace.configure(&changed).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["0 to add, 1 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // Another metric changes the name, and so replaces the alarm.
    workspace
        .configure(&ALARM.replace(
            "\"failed\"",
            "\"duration\"\n  statistic = \"p99\"\n  threshold = 1.5",
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "# forces replacement",
            "1 to add, 0 to change, 1 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert!(
        sent().contains("ExecutionTime") && sent().contains("p99"),
        "{}",
        sent()
    );
    workspace
        .configure(&ALARM.replace("stateMachine:it", "stateMachine:it:live"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(
        sent().contains("Alias") && sent().contains("live"),
        "{}",
        sent()
    );
    assert_success(&workspace.destroy().await.unwrap());
}

const MAP_RUNS: &str = r#"
resource "sfn_execution_alarm" "it" {
  metric    = "open_map_runs"
  threshold = 900
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_metric_of_the_account_has_no_dimensions() {
    let aws = aws().await;
    let workspace = workspace(&aws, MAP_RUNS);
    assert_says(
        &workspace.plan().await.unwrap(),
        &["\"open_map_runs\"", "+ statistic = \"Maximum\""],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let sent = aws.proxy().bodies("PutMetricAlarm").pop().unwrap();
    assert!(
        sent.contains("ApproximateOpenMapRunCount") && !sent.contains("StateMachineArn"),
        "{sent}"
    );
    let import = [
        "import",
        "-no-color",
        "sfn_execution_alarm.it",
        "open_map_runs",
    ];
    assert_success(
        &workspace
            .terraform(&["state", "rm", import[2]])
            .await
            .unwrap(),
    );
    assert_success(&workspace.terraform(&import).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let backlog = "metric = \"map_run_backlog\"";
    workspace
        .configure(&format!(
            "resource \"sfn_execution_alarm\" \"it\" {{ {backlog} }}"
        ))
        .unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["1 added, 0 changed, 1 destroyed"],
    );
    assert_empty(&workspace.plan().await.unwrap());
    // From a metric of the account to one of a state machine.
    workspace.configure(ALARM).unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["1 added, 0 changed, 1 destroyed"],
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told() {
    let aws = aws().await;
    for (from, to, said) in [
        ("\"failed\"", "\"faild\"", "Did you mean `failed`?"),
        (
            "\"failed\"",
            "\"duration\"",
            "`threshold` is required for `duration`",
        ),
        (
            "\"failed\"",
            "\"failed\"\n  statistic = \"p99\"",
            "`statistic` requires the metric `duration`",
        ),
        (
            "\"failed\"",
            "\"duration\"\n  threshold = 1\n  statistic = \"p101\"",
            "unsupported value `p101`",
        ),
        (
            ":stateMachine:",
            ":activity:",
            "is not the ARN of a state machine",
        ),
        (
            "\"failed\"",
            "\"failed\"\n  period = 90",
            "`period` must be a multiple of 60, got 90",
        ),
        (
            "\"failed\"",
            "\"open_map_runs\"\n  threshold = 900",
            "`state_machine_arn` conflicts with the metric `open_map_runs`",
        ),
        (
            "\"failed\"",
            "\"open_executions\"",
            "`threshold` is required for `open_executions`",
        ),
        (
            "state_machine_arn",
            "description",
            "`state_machine_arn` is required for `failed`",
        ),
        (
            "\"failed\"",
            "\"failed\"\n  datapoints_to_alarm = 2",
            "`datapoints_to_alarm` must be at most 1, got 2",
        ),
    ] {
        let workspace = workspace(&aws, &ALARM.replace(from, to));
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
    let wrong = workspace(&aws, ALARM);
    let import = ["import", "-no-color", "sfn_execution_alarm.it", "nothing"];
    assert_says(
        &wrong.terraform(&import).await.unwrap(),
        &["there is no alarm `nothing`"],
    );
}
