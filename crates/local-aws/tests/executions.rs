//! Executions know their version and alias, and are redriven.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::time::Duration;

use local_aws::{ACCOUNT, LocalAws, REGION};
use serde_json::{Value, json};

fn arn(resource: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:{resource}")
}

async fn call(aws: &LocalAws, operation: &str, body: Value) -> std::io::Result<Value> {
    aws.call(&format!("AWSStepFunctions.{operation}"), &body)
        .await
}

/// A state machine that fails, with a version and an alias.
async fn begun() -> LocalAws {
    let log = format!("ministack-executions-{}.log", std::process::id());
    let aws = LocalAws::start(&std::env::temp_dir().join(log))
        .await
        .unwrap();
    let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Fail", "Error": "E" } } });
    let machine = json!({
        "name": "it",
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/r"),
        "definition": definition.to_string(),
        "publish": true,
    });
    call(&aws, "CreateStateMachine", machine).await.unwrap();
    let route = json!({ "stateMachineVersionArn": arn("stateMachine:it:1"), "weight": 100 });
    let alias = json!({ "name": "live", "routingConfiguration": [route] });
    call(&aws, "CreateStateMachineAlias", alias).await.unwrap();
    aws
}

async fn ended(aws: &LocalAws, name: &str) -> Value {
    loop {
        let body = json!({ "executionArn": arn(&format!("execution:it:{name}")) });
        let found = call(aws, "DescribeExecution", body).await.unwrap();
        if found["status"] != "RUNNING" {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_belong_to_versions_and_aliases() {
    let aws = begun().await;
    let (version, alias) = (arn("stateMachine:it:1"), arn("stateMachine:it:live"));
    for (name, machine, expected_version, expected_alias) in [
        ("a", arn("stateMachine:it"), Value::Null, Value::Null),
        ("b", version.clone(), json!(version), Value::Null),
        ("c", alias.clone(), json!(version), json!(alias)),
    ] {
        let start = json!({ "stateMachineArn": machine, "name": name });
        call(&aws, "StartExecution", start).await.unwrap();
        let found = ended(&aws, name).await;
        assert_eq!(found["stateMachineVersionArn"], expected_version, "{name}");
        assert_eq!(found["stateMachineAliasArn"], expected_alias, "{name}");
    }
    for (machine, expected) in [
        (arn("stateMachine:it"), vec!["a", "b", "c"]),
        (version, vec!["b", "c"]),
        (alias, vec!["c"]),
    ] {
        let list = json!({ "stateMachineArn": machine });
        let found = call(&aws, "ListExecutions", list).await.unwrap();
        let mut names: Vec<&str> = found["executions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{machine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_executions_are_redriven() {
    let aws = begun().await;
    let start = json!({ "stateMachineArn": arn("stateMachine:it"), "name": "a", "input": "{}" });
    call(&aws, "StartExecution", start).await.unwrap();
    assert_eq!(ended(&aws, "a").await["redriveCount"], 0);
    let redrive = json!({ "executionArn": arn("execution:it:a") });
    for count in 1..=2 {
        let found = call(&aws, "RedriveExecution", redrive.clone())
            .await
            .unwrap();
        assert!(!found["redriveDate"].is_null(), "{found}");
        let found = ended(&aws, "a").await;
        assert_eq!(
            (&found["redriveCount"], &found["name"]),
            (&json!(count), &json!("a"))
        );
        assert_eq!(found["status"], "FAILED");
    }
    let list = json!({ "stateMachineArn": arn("stateMachine:it") });
    let found = call(&aws, "ListExecutions", list).await.unwrap();
    assert_eq!(found["executions"].as_array().unwrap().len(), 1, "{found}");
    let missing = json!({ "executionArn": arn("execution:it:other") });
    assert!(call(&aws, "RedriveExecution", missing).await.is_err());
}
