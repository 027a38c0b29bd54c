//! `create_before_destroy`: an object is never replaced by an object with the same name.

use e2e::Workspace;
use local_aws::LocalAws;

use super::inventory::{changes, inventory};
use super::objects::{self, BASE, BASE_HERE, OBJECTS};
use super::runs::{apply_errors, deposed, plan_json, stored_resources};
use super::{assert_empty, assert_success, aws};

const GENERATION: &str = r#"
variable "generation" {
  type    = string
  default = "1"
}

resource "terraform_data" "generation" {
  input = var.generation
}
"#;

/// Replaces the object with each generation, and creates the new object first.
const REPLACED: &str = r"
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.generation]
  }
";

fn configured(aws: &LocalAws, replaced: &str) -> Workspace {
    objects::with_code(aws, &format!("{GENERATION}{BASE}{BASE_HERE}{replaced}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_is_refused_before_anything_is_deleted() {
    let aws = aws().await;
    let mut workspace = configured(&aws, &objects::all(REPLACED));
    assert_success(&workspace.apply().await.unwrap());
    let before = inventory(&aws).await;
    assert!(stored_resources(&workspace).await.len() > OBJECTS.len());
    // A second attempt creates nothing more than the first one.
    for generation in ["2", "3"] {
        workspace.set_env("TF_VAR_generation", generation);
        aws.proxy().forget();
        let errors = apply_errors(&workspace).await;
        assert_eq!(
            changes(&aws),
            Vec::<String>::new(),
            "generation {generation}"
        );
        for object in &OBJECTS {
            let error = errors.iter().find(|error| error.address == object.address);
            let error =
                error.unwrap_or_else(|| panic!("{} was replaced: {errors:#?}", object.address));
            error.assert_says(&["already exists", "create_before_destroy"]);
            error.assert_says(object.prefix.as_slice());
        }
        assert_eq!(errors.len(), OBJECTS.len(), "{errors:#?}");
        assert_eq!(inventory(&aws).await, before, "generation {generation}");
        assert_eq!(deposed(&workspace).await, 0, "generation {generation}");
        assert_empty(&workspace.plan().await.unwrap());
    }
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(
        inventory(&aws).await.into_iter().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_name_lets_the_new_object_come_first() {
    let aws = aws().await;
    let generated: Vec<String> = OBJECTS
        .iter()
        .filter_map(|object| object.with_prefix(REPLACED))
        .collect();
    let mut workspace = configured(&aws, &generated.concat());
    assert_success(&workspace.apply().await.unwrap());
    let before = inventory(&aws).await;
    workspace.set_env("TF_VAR_generation", "2");
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    let operations: Vec<String> = aws
        .proxy()
        .writes()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    for (create, delete) in [
        ("CreateStateMachine", "DeleteStateMachine"),
        ("CreateLogGroup", "DeleteLogGroup"),
        ("AddPermission", "RemovePermission"),
    ] {
        let place = |name: &str| operations.iter().position(|operation| operation == name);
        let (created, deleted) = (place(create), place(delete));
        assert!(
            created.is_some() && created < deleted,
            "{create} before {delete}: {operations:?}"
        );
    }
    assert_empty(&workspace.plan().await.unwrap());
    let after = inventory(&aws).await;
    assert_eq!(after.len(), before.len(), "{before:?} became {after:?}");
    let kept: Vec<&String> = before.intersection(&after).collect();
    assert_eq!(
        kept,
        ["function base", "state machine base", "version base:1"],
        "each object has another name"
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(inventory(&aws).await.len(), 0);
}

/// `create_before_destroy` of a resource also applies to all resources that it depends on.
const CONSUMER: &str = r#"
resource "sfn_activity" "it" {
  name = "it"
  tags = { generation = var.generation }
  lifecycle {
    replace_triggered_by = [terraform_data.generation]
  }
}

resource "terraform_data" "consumer" {
  input = sfn_activity.it.arn
  lifecycle {
    create_before_destroy = true
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_spreads_it_loses_nothing() {
    let aws = aws().await;
    let mut workspace = objects::with_code(&aws, &format!("{GENERATION}{CONSUMER}"));
    assert_success(&workspace.apply().await.unwrap());
    workspace.set_env("TF_VAR_generation", "2");
    let plan = plan_json(&workspace).await;
    assert_eq!(
        super::runs::actions(&plan, "sfn_activity.it"),
        ["create", "delete"],
        "it has spread"
    );
    aws.proxy().forget();
    let errors = apply_errors(&workspace).await;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors[0].assert_says(&["already exists", "create_before_destroy"]);
    assert_eq!(changes(&aws), Vec::<String>::new());
    assert!(inventory(&aws).await.contains("activity it"));
    assert_eq!(deposed(&workspace).await, 0);
}
