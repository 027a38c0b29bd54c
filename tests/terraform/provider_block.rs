//! The provider block and the environment.

use e2e::Workspace;
use local_aws::{ACCOUNT, LocalAws};
use serde_json::json;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::{assert_empty, assert_says, assert_success, aws};

const MACHINE: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  tags     = { own = "yes", both = "resource" }
  execution_role {}
  succeed "A" {}
}
"#;

/// A workspace with this provider block.
fn with_provider(aws: &LocalAws, block: &str) -> Workspace {
    let workspace = Workspace::new(aws).unwrap();
    let header = e2e::HEADER.replace("provider \"sfn\" {}", &format!("provider \"sfn\" {{\n{block}\n}}"));
    workspace.write("main.tf", &format!("{header}{MACHINE}")).unwrap();
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn default_tags_are_added() {
    let aws = aws().await;
    let workspace = with_provider(&aws, "default_tags {\n tags = { team = \"orders\", both = \"default\" }\n }");
    assert_success(&workspace.apply().await.unwrap());
    let state = workspace.resource("sfn_state_machine.it").await.unwrap().unwrap();
    assert_eq!(state["tags_all"], json!({ "team": "orders", "own": "yes", "both": "resource" }));
    assert_eq!(state["tags"], json!({ "own": "yes", "both": "resource" }));
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_may_stand_in_the_block() {
    let aws = aws().await;
    let url = aws.url();
    let block = format!(
        "region = \"eu-west-1\"\n access_key = \"{ACCOUNT}\"\n secret_key = \"test\"\n max_retries = 3\n \
         assume_role {{\n role_arn = \"arn:aws:iam::{ACCOUNT}:role/deployer\"\n duration = \"1h\"\n }}\n \
         endpoints {{\n stepfunctions = \"{url}\"\n iam = \"{url}\"\n sts = \"{url}\"\n }}"
    );
    let mut workspace = with_provider(&aws, &block);
    for name in ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        workspace.remove_env(name);
    }
    let role = "Action=CreateRole&Version=2010-05-08&RoleName=deployer&AssumeRolePolicyDocument=%7B%7D";
    aws.query("iam", role).await.unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(aws.proxy().count("AssumeRole") > 0);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_gives_region_and_credentials() {
    let aws = aws().await;
    let mut workspace = with_provider(&aws, "profile = \"orders\"\n shared_config_files = [\"${path.module}/config\"]");
    let profile =
        format!("[profile orders]\nregion = eu-west-1\naws_access_key_id = {ACCOUNT}\naws_secret_access_key = test\n");
    workspace.write("config", &profile).unwrap();
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        workspace.remove_env(name);
    }
    assert_success(&workspace.apply().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told() {
    let aws = aws().await;
    let workspace = with_provider(&aws, "access_key = \"x\"");
    assert_says(
        &workspace.terraform(&["validate", "-no-color"]).await.unwrap(),
        &["`access_key` is there without `secret_key`"],
    );
    let mut workspace = with_provider(&aws, "");
    workspace.remove_env("AWS_REGION");
    workspace.remove_env("AWS_DEFAULT_REGION");
    assert_says(&workspace.apply().await.unwrap(), &["no region: set `region` in the provider block"]);
    let mut workspace = with_provider(&aws, "");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        workspace.remove_env(name);
    }
    let start = std::time::Instant::now();
    assert_says(&workspace.apply().await.unwrap(), &["Give credentials in the provider block"]);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn terraform_attaches_to_a_provider_that_is_debugged() {
    let aws = aws().await;
    let mut workspace = with_provider(&aws, "");
    let mut provider = Command::new(e2e::provider_binary().unwrap())
        .arg("-debug")
        .envs(workspace.env())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(provider.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let attach = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    workspace.set_env("TF_REATTACH_PROVIDERS", attach);
    // One process serves several runs of Terraform.
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert!(provider.try_wait().unwrap().is_none(), "the provider has ended");
    provider.kill().unwrap();
    provider.wait().unwrap();
}
