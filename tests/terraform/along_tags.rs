//! The role and the log group of a state machine or function have its tags.

use std::collections::BTreeSet;

use e2e::Workspace;
use local_aws::LocalAws;

use super::inventory::{log_group_tags, role_tags, states_tags};
use super::{assert_empty, assert_success, aws, machine_arn, objects};

/// A state machine with a role and a log group, and a function with a role, with these tags.
fn owners(own: &str) -> String {
    let role = format!("tags = {{ {own} }}\n  execution_role {{}}");
    objects::owners(
        &format!("{role}\n  logging_configuration {{\n    level = \"ERROR\"\n  }}"),
        &role,
    )
}

fn configure(workspace: &Workspace, defaults: &str, own: &str) {
    let block =
        format!("provider \"sfn\" {{\n  default_tags {{\n    tags = {{ {defaults} }}\n  }}\n}}");
    let header = e2e::HEADER.replace("provider \"sfn\" {}", &block);
    workspace
        .write("main.tf", &format!("{header}{}", owners(own)))
        .unwrap();
}

/// Asserts that all objects have exactly these tags and the owner tag.
async fn assert_tags(aws: &LocalAws, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|tag| (*tag).to_owned()).collect();
    for (object, tags) in [
        (
            "the state machine",
            states_tags(aws, &machine_arn("it")).await,
        ),
        (
            "its role",
            role_tags(aws, "it-eu-west-1-state-machine").await,
        ),
        (
            "its log group",
            log_group_tags(aws, "/aws/vendedlogs/states/it").await,
        ),
        (
            "the role of the function",
            role_tags(aws, "it-eu-west-1-function").await,
        ),
    ] {
        let users: BTreeSet<String> = tags
            .into_iter()
            .filter(|tag| !tag.starts_with("terraform-provider-sfn:owner="))
            .collect();
        assert_eq!(users, expected, "{object}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_kept_in_step() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, "");
    for (defaults, own, expected) in [
        (
            "cost = \"1\", team = \"shop\"",
            "own = \"a\"",
            &["cost=1", "own=a", "team=shop"][..],
        ),
        // First the default tags change, then the own tags, then all tags are removed.
        ("cost = \"2\"", "own = \"a\"", &["cost=2", "own=a"]),
        (
            "cost = \"2\"",
            "own = \"b\", cost = \"3\"",
            &["cost=3", "own=b"],
        ),
        ("", "", &[]),
    ] {
        configure(&workspace, defaults, own);
        assert_success(&workspace.apply().await.unwrap());
        assert_tags(&aws, expected).await;
        assert_empty(&workspace.plan().await.unwrap());
    }
    // The owner tags are kept, so the role and the log group are deleted with their owners.
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(super::counts(&aws).await, (0, 0, 0));
}

/// A log group that is created later has the tags as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_group_that_comes_later_has_the_tags() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, "");
    configure(&workspace, "cost = \"1\"", "own = \"a\"");
    let text = std::fs::read_to_string(workspace.path().join("main.tf")).unwrap();
    let logging = "  logging_configuration {\n    level = \"ERROR\"\n  }\n";
    assert_eq!(text.matches(logging).count(), 1);
    workspace
        .write("main.tf", &text.replace(logging, ""))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace.write("main.tf", &text).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_tags(&aws, &["cost=1", "own=a"]).await;
}
