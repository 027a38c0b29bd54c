//! `sfn diff` between files, state machines, versions and aliases.

use e2e::Workspace;
use serde_json::{Value, json};

use crate::{assert_says, aws, machine_arn};

fn definition(seconds: u32) -> Value {
    json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": seconds, "End": true } } })
}

#[tokio::test]
async fn versions_and_aliases_are_compared_as_files_are() {
    let aws = aws().await;
    let role = "arn:aws:iam::123456789012:role/theirs";
    let body = json!({ "name": "orders", "definition": definition(1).to_string(), "roleArn": role, "publish": true });
    aws.call("AWSStepFunctions.CreateStateMachine", &body)
        .await
        .unwrap();
    let arn = machine_arn("orders");
    let body =
        json!({ "stateMachineArn": arn, "definition": definition(2).to_string(), "publish": true });
    aws.call("AWSStepFunctions.UpdateStateMachine", &body)
        .await
        .unwrap();
    for (name, routes) in [
        (
            "live",
            json!([{ "stateMachineVersionArn": format!("{arn}:1"), "weight": 100 }]),
        ),
        (
            "both",
            json!([{ "stateMachineVersionArn": format!("{arn}:1"), "weight": 90 },
                { "stateMachineVersionArn": format!("{arn}:2"), "weight": 10 }]),
        ),
    ] {
        let body = json!({ "name": name, "routingConfiguration": routes });
        aws.call("AWSStepFunctions.CreateStateMachineAlias", &body)
            .await
            .unwrap();
    }
    let workspace = Workspace::new(&aws).unwrap();
    workspace
        .write("two.json", &definition(2).to_string())
        .unwrap();
    let (one, two, live, both) = (
        format!("{arn}:1"),
        format!("{arn}:2"),
        format!("{arn}:live"),
        format!("{arn}:both"),
    );
    for (before, after, code, said) in [
        (
            arn.as_str(),
            "two.json",
            0,
            "The two definitions mean the same.",
        ),
        (&one, &two, 1, "~ Seconds: 1 -> 2"),
        (&live, &arn, 1, "~ Seconds: 1 -> 2"),
        (&live, &one, 0, "mean the same"),
        (
            "two.json",
            &both,
            2,
            "the alias routes to several versions: use the ARN of one of",
        ),
        (
            "two.json",
            &format!("{arn}x"),
            2,
            "the state machine does not exist",
        ),
        (
            "two.json",
            &format!("{arn}:gone"),
            2,
            "the alias does not exist",
        ),
    ] {
        let outcome = workspace.sfn(&["diff", before, after]).await.unwrap();
        assert_eq!(outcome.code, code, "{before} {after}: {}", outcome.text);
        assert_says(&outcome, &[said]);
    }
}
