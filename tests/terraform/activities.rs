//! Activities.

use local_aws::Fault;
use serde_json::json;

use super::{assert_empty, assert_says, assert_success, aws, workspace};
use e2e::terraform::import;

fn activity(extra: &str) -> String {
    format!("resource \"sfn_activity\" \"it\" {{\n  name = \"it\"\n{extra}\n}}\n")
}

const ENCRYPTED: &str = r#"
  encryption_configuration {
    type       = "CUSTOMER_MANAGED_KMS_KEY"
    kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    kms_data_key_reuse_period_seconds = 900
  }
"#;

fn arn() -> String {
    format!(
        "arn:aws:states:{}:{}:activity:it",
        local_aws::REGION,
        local_aws::ACCOUNT
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_lives_and_dies() {
    let aws = aws().await;
    let workspace = workspace(&aws, &activity("tags = { a = \"1\" }"));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_activity.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (state["arn"].as_str(), state["id"].as_str()),
        (Some(arn().as_str()), Some(arn().as_str()))
    );
    assert_eq!(state["tags_all"], json!({ "a": "1" }));
    workspace
        .configure(&activity("tags = { a = \"2\", b = \"3\" }"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace.configure(&activity("")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // An activity that was deleted outside of Terraform is created again.
    aws.call(
        "AWSStepFunctions.DeleteActivity",
        &json!({ "activityArn": arn() }),
    )
    .await
    .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_activity.it"])
            .await
            .unwrap(),
    );
    assert_success(
        &workspace
            .terraform(&["import", "-no-color", "sfn_activity.it", &arn()])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    let left = aws
        .call("AWSStepFunctions.ListActivities", &json!({}))
        .await
        .unwrap();
    assert_eq!(left["activities"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_encryption_makes_another_activity() {
    let aws = aws().await;
    let workspace = workspace(&aws, &activity(""));
    assert_success(&workspace.apply().await.unwrap());
    workspace.configure(&activity(ENCRYPTED)).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "# forces replacement",
            "1 to add, 0 to change, 1 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_and_faults_are_told_or_overcome() {
    let aws = aws().await;
    let wrong = activity(&ENCRYPTED.replace("900", "30")).replace("\"it\"\n", "\"i t\"\n");
    let workspace = workspace(&aws, &wrong);
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "invalid activity name `i t`",
            "Use 1 to 80 characters",
            "`kms_data_key_reuse_period_seconds` must be between 60 and 900, got 30",
        ],
    );
    for operation in [
        "CreateActivity",
        "DeleteActivity",
        "TagResource",
        "UntagResource",
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
        .configure(&activity("tags = { a = \"1\" }"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&activity("tags = { b = \"1\" }"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // An existing activity with this name is never adopted, regardless of its encryption.
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_activity.it"])
            .await
            .unwrap(),
    );
    let writes = aws.proxy().writes().len();
    let wanted = activity("tags = { c = \"1\" }");
    let block = format!("import {{ to = sfn_activity.NAME id = \"{}\" }}", arn());
    for configuration in [&activity(ENCRYPTED), &wanted] {
        workspace.configure(configuration).unwrap();
        let refused = workspace.apply().await.unwrap();
        assert_says(
            &refused,
            &[
                "Error: the activity `it` already exists",
                "nothing was changed",
                &block,
            ],
        );
        assert_eq!(workspace.resource("sfn_activity.it").await.unwrap(), None);
    }
    assert_eq!(
        aws.proxy().writes().len(),
        writes,
        "it was changed: {:?}",
        aws.proxy().writes()
    );
    // The `import` block of the message imports the activity.
    workspace
        .configure(&format!("{}{wanted}", import("sfn_activity.it", &arn())))
        .unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["1 imported, 0 added, 1 changed, 0 destroyed"],
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}
