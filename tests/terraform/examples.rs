//! The examples are formatted and valid.

use std::path::{Path, PathBuf};

use e2e::terraform::Feature;
use e2e::{Workspace, repository};
use local_aws::LocalAws;
use serde_json::json;

use super::{assert_empty, assert_says, assert_success, aws, machine_arn};

fn folders_with_configurations(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(repository().join("examples").join(below)).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let has_configuration = std::fs::read_dir(&path)
            .unwrap()
            .any(|file| file.unwrap().path().extension().is_some_and(|e| e == "tf"));
        if has_configuration {
            found.push(path);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_formatted_and_valid() {
    let aws = aws().await;
    let examples = repository().join("examples");
    let workspace = Workspace::new(&aws).unwrap();
    let format = ["fmt", "-check", "-recursive", examples.to_str().unwrap()];
    assert_success(&workspace.terraform(&format).await.unwrap());
    let mut checked = 0;
    for (group, feature) in [
        ("resources", None),
        ("data-sources", None),
        ("functions", None),
        ("workflows", None),
        ("actions", Some(Feature::Action)),
        ("ephemeral-resources", Some(Feature::Ephemeral)),
    ] {
        for folder in folders_with_configurations(group) {
            let mut workspace = example(&aws, &folder);
            if let Some(feature) = feature {
                workspace.need(feature).unwrap();
            }
            assert_success(&workspace.terraform(&["get", "-no-color"]).await.unwrap());
            assert_success(
                &workspace
                    .terraform(&["validate", "-no-color"])
                    .await
                    .unwrap(),
            );
            checked += 1;
        }
    }
    assert!(checked >= 40, "only {checked} examples were found");
}

/// `terraform test` runs the workflows of all examples without AWS.
#[tokio::test(flavor = "multi_thread")]
async fn workflows_pass_their_tests_offline() {
    let aws = aws().await;
    for folder in folders_with_configurations("workflows") {
        let workspace = example(&aws, &folder);
        assert_success(&workspace.terraform(&["get", "-no-color"]).await.unwrap());
        let outcome = workspace.terraform(&["test", "-no-color"]).await.unwrap();
        assert_says(&outcome, &["Success!", "0 failed"]);
    }
    assert_eq!(aws.proxy().calls(), []);
}

/// A folder with an example, and the usual header if the example has none.
fn example(aws: &LocalAws, folder: &Path) -> Workspace {
    let name = folder.strip_prefix(repository().join("examples")).unwrap();
    let workspace = Workspace::of_example(aws, name.to_str().unwrap()).unwrap();
    if !workspace.path().join("versions.tf").exists() {
        workspace.write("versions.tf", e2e::HEADER).unwrap();
    }
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_of_the_reference_can_be_applied() {
    let aws = aws().await;
    aws.create_topic("alarms").await.unwrap();
    for group in ["resources", "functions"] {
        for folder in folders_with_configurations(group) {
            let workspace = example(&aws, &folder);
            assert_success(&workspace.apply().await.unwrap());
            assert_empty(&workspace.plan().await.unwrap());
            assert_success(&workspace.destroy().await.unwrap());
        }
    }
    // Those with actions change nothing in a plan, and the ephemeral execution runs in each.
    for (group, feature) in [
        ("actions", Feature::Action),
        ("ephemeral-resources", Feature::Ephemeral),
    ] {
        for folder in folders_with_configurations(group) {
            let mut workspace = example(&aws, &folder);
            workspace.need(feature).unwrap();
            assert_success(&workspace.apply().await.unwrap());
            assert_empty(&workspace.plan().await.unwrap());
            assert_success(&workspace.destroy().await.unwrap());
        }
    }
    // The data sources in the examples read the resources of the resource examples.
    let resources = repository().join("examples/resources");
    let kept: Vec<Workspace> = ["sfn_alias", "sfn_activity", "sfn_lambda_function"]
        .map(|name| example(&aws, &resources.join(name)))
        .into();
    for workspace in &kept {
        assert_success(&workspace.apply().await.unwrap());
    }
    let execution = json!({ "stateMachineArn": machine_arn("orders"), "name": "4711" });
    aws.call("AWSStepFunctions.StartExecution", &execution)
        .await
        .unwrap();
    for folder in folders_with_configurations("data-sources") {
        let workspace = example(&aws, &folder);
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
    }
}
