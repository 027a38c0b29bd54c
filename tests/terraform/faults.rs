//! Transient errors are retried, and others are reported.

use std::time::{Duration, Instant};

use local_aws::Fault;

use super::{assert_empty, assert_says, assert_success, aws, counts, machine_arn, workspace};

const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "A" {
    end = true
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_known_yet_is_waited_for() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    aws.proxy()
        .fault("CreateStateMachine", 3, Fault::role_not_known());
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(aws.proxy().count("CreateStateMachine"), 4);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_never_works_is_reported_within_two_minutes() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    aws.proxy()
        .fault("CreateStateMachine", usize::MAX, Fault::role_not_known());
    let start = Instant::now();
    let outcome = workspace.apply().await.unwrap();
    assert!(
        start.elapsed() < Duration::from_mins(2),
        "{:?}",
        start.elapsed()
    );
    assert_says(
        &outcome,
        &[
            "cannot create the state machine `it`",
            "authorized to assume the provided role",
            "trust policy",
        ],
    );
    // The state contains the objects that were created, and the next apply continues.
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 1, 1));
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_slow_answers_and_broken_connections_are_overcome() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    aws.proxy()
        .fault("CreateStateMachine", 5, Fault::throttled());
    aws.proxy().fault("CreateRole", 1, Fault::Drop);
    aws.proxy().fault(
        "CreateLogGroup",
        2,
        Fault::Refuse(503, "ServiceUnavailableException".into(), "busy".into()),
    );
    aws.proxy().fault(
        "DescribeStateMachine",
        1,
        Fault::Delay(Duration::from_secs(2)),
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(aws.proxy().count("CreateStateMachine"), 6);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_makes_no_duplicate() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    aws.proxy()
        .fault("CreateStateMachine", 1, Fault::LoseAnswer);
    aws.proxy().fault("CreateRole", 1, Fault::LoseAnswer);
    aws.proxy().fault("CreateLogGroup", 1, Fault::LoseAnswer);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_machine_of_somebody_else_is_not_touched() {
    let aws = aws().await;
    let theirs = serde_json::json!({
        "name": "it", "roleArn": "arn:aws:iam::123456789012:role/theirs",
        "definition": r#"{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}"#,
    });
    aws.call("AWSStepFunctions.CreateStateMachine", &theirs)
        .await
        .unwrap();
    let workspace = workspace(&aws, CONFIGURATION);
    let block = format!(
        "import {{ to = sfn_state_machine.NAME id = \"{}\" }}",
        machine_arn("it")
    );
    assert_says(
        &workspace.apply().await.unwrap(),
        &["Error: the state machine `it` already exists", &block],
    );
    assert_eq!(
        workspace.resource("sfn_state_machine.it").await.unwrap(),
        None
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_wait_and_keeps_what_was_made() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    aws.proxy()
        .fault("CreateStateMachine", usize::MAX, Fault::role_not_known());
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    while aws.proxy().count("CreateStateMachine") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let start = Instant::now();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "{:?}",
        start.elapsed()
    );
    assert!(!output.status.success());
    aws.proxy().forget();
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}
