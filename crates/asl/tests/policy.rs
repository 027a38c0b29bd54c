//! What the derived policies allow, as reviewed snapshots.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use asl::policy::{Account, Settings, derive};

/// The policy for one task with this resource and payload, and what is said about it.
fn policy(resource: &str, payload: &str) -> String {
    let text = format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{resource}","Parameters":{payload},"End":true}}}}}}"#
    );
    of_definition(&text, &settings())
}

fn settings() -> Settings {
    let account = Account::of_arn("arn:aws:states:eu-west-1:123456789012:stateMachine:it");
    Settings { account, name: "it".into(), ..Settings::default() }
}

fn of_definition(text: &str, settings: &Settings) -> String {
    let (document, findings) = derive(&asl::parse(text).unwrap().0.root, settings);
    let statements = document.statements().map(|statement| {
        let conditions =
            if statement.conditions.is_empty() { String::new() } else { format!(" if {:?}", statement.conditions) };
        format!("{} on {}{conditions}", statement.actions.join(" "), statement.resources.join(" "))
    });
    let findings =
        findings.iter().map(|finding| format!("{:?} {}: {}", finding.severity, finding.code, finding.message));
    statements.chain(findings).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_integration_gets_what_it_needs() {
    let cases = [
        ("arn:aws:lambda:eu-west-1:123456789012:function:f:live", "{}"),
        ("arn:aws:states:::lambda:invoke", r#"{"FunctionName":"f"}"#),
        (
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            r#"{"FunctionName":"arn:aws:lambda:eu-west-1:123456789012:function:f:2"}"#,
        ),
        ("arn:aws:states:::lambda:invoke", r#"{"FunctionName.$":"$.f"}"#),
        ("arn:aws:states:::sns:publish", r#"{"TopicArn":"arn:aws:sns:eu-west-1:123456789012:t"}"#),
        ("arn:aws:states:::sns:publish", r#"{"PhoneNumber":"+1"}"#),
        ("arn:aws:states:::sqs:sendMessage", r#"{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/210987654321/q"}"#),
        ("arn:aws:states:::sqs:sendMessage", r#"{"QueueUrl":"{% $states.input.q %}"}"#),
        ("arn:aws:states:::dynamodb:getItem", r#"{"TableName":"orders"}"#),
        (
            "arn:aws:states:::dynamodb:putItem",
            r#"{"TableName":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}"#,
        ),
        ("arn:aws:states:::aws-sdk:dynamodb:query", r#"{"TableName":"orders","IndexName":"by-date"}"#),
        (
            "arn:aws:states:::states:startExecution",
            r#"{"StateMachineArn":"arn:aws:states:eu-west-1:123456789012:stateMachine:child"}"#,
        ),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            r#"{"StateMachineArn":"arn:aws:states:eu-west-1:123456789012:stateMachine:child"}"#,
        ),
        ("arn:aws:states:::events:putEvents", r#"{"Entries":[{"Source":"s"},{"EventBusName":"bus"}]}"#),
        ("arn:aws:states:eu-west-1:123456789012:activity:a", "{}"),
        ("arn:aws:states:::aws-sdk:sesv2:sendEmail", "{}"),
        ("arn:aws:states:::ecs:runTask.sync", "{}"),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(resource, payload)| format!("{resource} {payload}\n{}", policy(resource, payload)))
        .collect();
    insta::assert_snapshot!(said.join("\n\n"));
}

#[test]
fn settings_and_maps_add_to_it() {
    let text = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"M","States":{"M":{
        "Type":"Map","End":true,
        "ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"in","Key":"list.json"}},
        "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out","Prefix":"results/"}},
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"T","States":{"T":{
            "Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"arn:aws:sns:eu-west-1:123456789012:t"},
            "Credentials":{"RoleArn":"arn:aws:iam::210987654321:role/other"},"End":true}}}}}}]}}}"#;
    let all = Settings { logging: true, tracing: true, kms_key_id: Some("1234".into()), ..settings() };
    insta::assert_snapshot!(of_definition(text, &all));
}

#[test]
fn nothing_needs_nothing() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let (document, _) = derive(&asl::parse(text).unwrap().0.root, &settings());
    assert!(document.is_empty());
}
