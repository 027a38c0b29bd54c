//! Log groups that are resources of their own.

use e2e::terraform::import;
use local_aws::{Fault, LocalAws};
use serde_json::{Value, json};

use super::{assert_empty, assert_says, assert_success, aws, workspace};

const NAME: &str = "/aws/vendedlogs/states/it";

fn group(extra: &str) -> String {
    format!("resource \"sfn_cloudwatch_log_group\" \"it\" {{\n  name = \"{NAME}\"\n{extra}\n}}\n")
}

async fn groups(aws: &LocalAws) -> Vec<Value> {
    let found = aws
        .call("Logs_20140328.DescribeLogGroups", &json!({}))
        .await
        .unwrap();
    found["logGroups"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_group_lives_and_dies() {
    let aws = aws().await;
    let workspace = workspace(&aws, &group("retention_in_days = 30\ntags = { a = \"1\" }"));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(groups(&aws).await[0]["retentionInDays"], 30);
    let state = workspace
        .resource("sfn_cloudwatch_log_group.it")
        .await
        .unwrap()
        .unwrap();
    let arn = format!(
        "arn:aws:logs:{}:{}:log-group:{NAME}",
        local_aws::REGION,
        local_aws::ACCOUNT
    );
    assert_eq!(
        (state["id"].as_str(), state["arn"].as_str()),
        (Some(NAME), Some(arn.as_str()))
    );
    assert_eq!(
        (&state["tags_all"], state["log_group_class"].as_str()),
        (&json!({ "a": "1" }), Some("STANDARD"))
    );
    // Removing an argument disables the setting.
    for extra in [
        "retention_in_days = 7\ntags = { b = \"2\" }",
        "retention_in_days = 0",
        "",
    ] {
        workspace.configure(&group(extra)).unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
    }
    assert_eq!(groups(&aws).await[0].get("retentionInDays"), None);
    // A log group that was deleted outside of Terraform is created again.
    aws.call(
        "Logs_20140328.DeleteLogGroup",
        &json!({ "logGroupName": NAME }),
    )
    .await
    .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    for id in [NAME, &arn, &format!("{arn}:*")] {
        assert_success(
            &workspace
                .terraform(&["state", "rm", "sfn_cloudwatch_log_group.it"])
                .await
                .unwrap(),
        );
        let import = ["import", "-no-color", "sfn_cloudwatch_log_group.it", id];
        assert_success(&workspace.terraform(&import).await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
    }
    workspace.configure(&group("skip_destroy = true")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(groups(&aws).await.len(), 1);
    workspace
        .configure("resource \"sfn_cloudwatch_log_group\" \"it\" {\n  name_prefix = \"mine-\"\n}\n")
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(groups(&aws).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_and_faults_are_told_or_overcome() {
    let aws = aws().await;
    let workspace = workspace(
        &aws,
        &group("retention_in_days = 8\nlog_group_class = \"CHEAP\"").replace("/aws", "/a ws"),
    );
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "invalid log group name `/a ws/vendedlogs/states/it`",
            "unsupported retention of 8 days",
            "Valid values are 1, 3, 5, 7, 14",
            "unsupported value `CHEAP`",
        ],
    );
    for operation in [
        "CreateLogGroup",
        "PutRetentionPolicy",
        "DeleteRetentionPolicy",
        "DeleteLogGroup",
        "TagResource",
    ] {
        for fault in [
            Fault::throttled(),
            Fault::Refuse(503, "Busy".into(), "busy".into()),
            Fault::Drop,
            Fault::LoseAnswer,
        ] {
            aws.proxy().fault(operation, 1, fault);
        }
    }
    workspace
        .configure(&group("retention_in_days = 30"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace.configure(&group("tags = { b = \"1\" }")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(groups(&aws).await.len(), 0);
    for operation in [
        "CreateLogGroup",
        "PutRetentionPolicy",
        "DeleteRetentionPolicy",
        "DeleteLogGroup",
        "TagResource",
    ] {
        assert!(
            aws.proxy().count(operation) > 4,
            "{operation} was not tried again"
        );
    }
    // A log group of another owner is not changed.
    aws.call(
        "Logs_20140328.CreateLogGroup",
        &json!({ "logGroupName": NAME }),
    )
    .await
    .unwrap();
    workspace
        .configure(&group("retention_in_days = 30"))
        .unwrap();
    let block = format!("import {{ to = sfn_cloudwatch_log_group.NAME id = \"{NAME}\" }}");
    let exists = "Error: the log group `/aws/vendedlogs/states/it` already exists";
    assert_says(
        &workspace.apply().await.unwrap(),
        &[exists, "import it", &block],
    );
    assert_eq!(
        workspace
            .resource("sfn_cloudwatch_log_group.it")
            .await
            .unwrap(),
        None
    );
    assert_eq!(groups(&aws).await[0].get("retentionInDays"), None);
    // The `import` block of the message imports the log group.
    let imported = format!(
        "{}{}",
        import("sfn_cloudwatch_log_group.it", NAME),
        group("retention_in_days = 30")
    );
    workspace.configure(&imported).unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["1 imported, 0 added, 1 changed, 0 destroyed"],
    );
    assert_eq!(groups(&aws).await[0]["retentionInDays"], 30);
    assert_empty(&workspace.plan().await.unwrap());
}
