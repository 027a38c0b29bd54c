//! A provider block with values that are unknown in the plan, null, or changed.

use e2e::Workspace;
use local_aws::{ACCOUNT, LocalAws};
use serde_json::json;

use super::inventory::{inventory, log_group_tags, role_tags, states_tags};
use super::runs::{actions, change, plan_json};
use super::{assert_empty, assert_success, aws, machine_arn, objects};

/// A folder with this provider block and configuration. `terraform_data.source.output` is unknown until it is
/// created, and whenever `source` changes.
fn with_provider(aws: &LocalAws, block: &str, configuration: &str) -> Workspace {
    let workspace = objects::with_code(aws, "");
    configure(&workspace, block, configuration);
    workspace
}

const SOURCE: &str = r#"
variable "source_value" {
  type    = string
  default = "one"
}

resource "terraform_data" "source" {
  input = var.source_value
}
"#;

fn configure(workspace: &Workspace, block: &str, configuration: &str) {
    let header = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        &format!("provider \"sfn\" {{\n{block}\n}}\n{SOURCE}"),
    );
    workspace
        .write("main.tf", &format!("{header}{configuration}"))
        .unwrap();
}

/// All objects with tags.
const TAGGED: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  tags     = { own = "yes" }
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "A" {
    end = true
  }
}

resource "sfn_lambda_function" "it" {
  function_name = "it"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}

resource "sfn_activity" "it" {
  name = "it"
}

resource "sfn_cloudwatch_log_group" "it" {
  name = "/it"
  tags = { own = "yes" }
}

resource "sfn_execution_alarm" "it" {
  name              = "it"
  state_machine_arn = sfn_state_machine.it.arn
  metric            = "failed"
}
"#;

const TAGGED_ADDRESSES: [&str; 5] = [
    "sfn_state_machine.it",
    "sfn_lambda_function.it",
    "sfn_activity.it",
    "sfn_cloudwatch_log_group.it",
    "sfn_execution_alarm.it",
];

fn activity_arn(name: &str) -> String {
    format!(
        "arn:aws:states:{}:{ACCOUNT}:activity:{name}",
        local_aws::REGION
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_default_tag_takes_one_apply() {
    let aws = aws().await;
    let block =
        "default_tags {\n tags = { team = \"shop\", commit = terraform_data.source.output }\n }";
    let mut workspace = with_provider(&aws, block, TAGGED);
    for commit in ["one", "two"] {
        workspace.set_env("TF_VAR_source_value", commit);
        let plan = plan_json(&workspace).await;
        for address in TAGGED_ADDRESSES {
            let expected = if commit == "one" { "create" } else { "update" };
            assert_eq!(actions(&plan, address), [expected], "{address}");
            let unknown = &change(&plan, address)["after_unknown"]["tags_all"];
            assert!(
                *unknown == true || unknown["commit"] == true,
                "the tag of {address} is not unknown: {unknown}"
            );
        }
        assert_success(
            &workspace
                .terraform(&["apply", "-no-color", "planned"])
                .await
                .unwrap(),
        );
        let tag = format!("commit={commit}");
        for tags in [
            states_tags(&aws, &machine_arn("it")).await,
            states_tags(&aws, &activity_arn("it")).await,
            log_group_tags(&aws, "/it").await,
            log_group_tags(&aws, "/aws/vendedlogs/states/it").await,
            role_tags(&aws, "it-eu-west-1-state-machine").await,
            role_tags(&aws, "it-eu-west-1-function").await,
        ] {
            assert!(
                tags.contains(&tag) && tags.contains("team=shop"),
                "{tags:?}"
            );
        }
        for address in TAGGED_ADDRESSES {
            let state = workspace.resource(address).await.unwrap().unwrap();
            assert_eq!(state["tags_all"]["commit"], commit, "{address}");
        }
        assert_empty(&workspace.plan().await.unwrap());
    }
    assert_success(&workspace.destroy().await.unwrap());
}

const ACTIVITY: &str = r#"
resource "sfn_activity" "it" {
  name = "it"
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_region_takes_one_apply() {
    let aws = aws().await;
    let mut workspace = with_provider(&aws, "region = terraform_data.source.output", ACTIVITY);
    workspace.set_env("TF_VAR_source_value", "us-east-1");
    let plan = plan_json(&workspace).await;
    assert_eq!(
        change(&plan, "sfn_activity.it")["after_unknown"]["region"],
        true
    );
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    let state = workspace
        .resource("sfn_activity.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["region"], "us-east-1");
    assert_eq!(
        state["arn"],
        activity_arn("it").replace(local_aws::REGION, "us-east-1")
    );
    assert_empty(&workspace.plan().await.unwrap());
    // Another region replaces the activity in one apply.
    workspace.set_env("TF_VAR_source_value", local_aws::REGION);
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    let state = workspace
        .resource("sfn_activity.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["arn"], activity_arn("it"));
    assert!(inventory(&aws).await.contains("activity it"));
    assert_eq!(
        (
            aws.proxy().count("CreateActivity"),
            aws.proxy().count("DeleteActivity")
        ),
        (1, 1)
    );
    assert_empty(&workspace.plan().await.unwrap());
}

/// A role that any principal can assume.
async fn create_role(aws: &LocalAws, name: &str) -> String {
    let form = format!(
        "Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument=%7B%7D"
    );
    aws.query("iam", &form).await.unwrap();
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_role_is_assumed_in_the_apply() {
    let aws = aws().await;
    let role = create_role(&aws, "deployer").await;
    let block = "assume_role {\n role_arn = terraform_data.source.output\n }";
    let mut workspace = with_provider(&aws, block, ACTIVITY);
    workspace.set_env("TF_VAR_source_value", &role);
    plan_json(&workspace).await;
    assert_eq!(
        aws.proxy().count("AssumeRole"),
        0,
        "a role that is not known is not assumed"
    );
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert!(
        aws.proxy()
            .bodies("AssumeRole")
            .iter()
            .all(|body| body.contains("deployer"))
    );
    assert!(aws.proxy().count("AssumeRole") > 0);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_null_or_empty_is_not_assumed() {
    let aws = aws().await;
    for role in ["null", "\"\"", "var.none"] {
        let block = format!("assume_role {{\n role_arn = {role}\n }}");
        let variable = "variable \"none\" {\n  type    = string\n  default = null\n}\n";
        let workspace = with_provider(&aws, &block, &format!("{variable}{ACTIVITY}"));
        assert_success(
            &workspace
                .terraform(&["validate", "-no-color"])
                .await
                .unwrap(),
        );
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_success(&workspace.destroy().await.unwrap());
    }
    assert_eq!(aws.proxy().count("AssumeRole"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_without_a_value_is_absent() {
    let aws = aws().await;
    let block = "default_tags {\n tags = { team = \"shop\", owner = null }\n }";
    let tags = "tags = { own = \"yes\", stage = null }";
    let nulls = TAGGED
        .replace("tags     = { own = \"yes\" }", tags)
        .replace("tags = { own = \"yes\" }\n}", &format!("{tags}\n}}"));
    assert_eq!(nulls.matches("stage = null").count(), 2);
    let workspace = with_provider(&aws, block, &nulls);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let expected = ["own=yes".to_owned(), "team=shop".to_owned()];
    assert_eq!(
        states_tags(&aws, &machine_arn("it"))
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        log_group_tags(&aws, "/it")
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        expected
    );
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["tags_all"], json!({ "own": "yes", "team": "shop" }));
    // A value adds a tag, and null removes it.
    for (value, tag) in [("\"dev\"", true), ("null", false)] {
        configure(
            &workspace,
            block,
            &nulls.replace("stage = null", &format!("stage = {value}")),
        );
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        assert_eq!(
            states_tags(&aws, &machine_arn("it"))
                .await
                .contains("stage=dev"),
            tag
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_tag_that_changes_is_no_change_of_own_tags() {
    let aws = aws().await;
    // `team` is also an own tag with the same value.
    let own = TAGGED.replace("own = \"yes\" }", "own = \"yes\", team = \"shop\" }");
    let defaults = |tags: &str| format!("default_tags {{\n tags = {{ {tags} }}\n }}");
    let workspace = with_provider(
        &aws,
        &defaults("team = \"shop\", stage = \"dev\", gone = \"soon\""),
        &own,
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    configure(
        &workspace,
        &defaults("team = \"shop\", stage = \"prod\""),
        &own,
    );
    let plan = plan_json(&workspace).await;
    for address in TAGGED_ADDRESSES {
        let change = change(&plan, address);
        assert_eq!(actions(&plan, address), ["update"], "{address}");
        assert_eq!(
            change["before"]["tags"], change["after"]["tags"],
            "{address}"
        );
        assert_eq!(change["before"]["tags_all"]["stage"], "dev", "{address}");
        assert_eq!(change["after"]["tags_all"]["stage"], "prod", "{address}");
        assert_eq!(change["after"]["tags_all"].get("gone"), None, "{address}");
    }
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    let expected = ["own=yes", "stage=prod", "team=shop"];
    assert_eq!(
        states_tags(&aws, &machine_arn("it"))
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        expected
    );
    // An own tag takes precedence over a default tag, and is kept without it.
    for tags in ["team = \"other\", stage = \"prod\"", "stage = \"prod\""] {
        configure(&workspace, &defaults(tags), &own);
        let plan = plan_json(&workspace).await;
        assert_eq!(actions(&plan, "sfn_state_machine.it"), ["no-op"], "{tags}");
        assert_eq!(
            actions(&plan, "sfn_cloudwatch_log_group.it"),
            ["no-op"],
            "{tags}"
        );
    }
}
