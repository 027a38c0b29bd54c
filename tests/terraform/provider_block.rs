//! The provider block and the environment.

use e2e::Workspace;
use local_aws::{ACCOUNT, LocalAws};
use serde_json::{Value, json};

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
    let header = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        &format!("provider \"sfn\" {{\n{block}\n}}"),
    );
    workspace
        .write("main.tf", &format!("{header}{MACHINE}"))
        .unwrap();
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn default_tags_are_added() {
    let aws = aws().await;
    let workspace = with_provider(
        &aws,
        "default_tags {\n tags = { team = \"orders\", both = \"default\" }\n }",
    );
    assert_success(&workspace.apply().await.unwrap());
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        state["tags_all"],
        json!({ "team": "orders", "own": "yes", "both": "resource" })
    );
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
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        workspace.remove_env(name);
    }
    let role =
        "Action=CreateRole&Version=2010-05-08&RoleName=deployer&AssumeRolePolicyDocument=%7B%7D";
    aws.query("iam", role).await.unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(aws.proxy().count("AssumeRole") > 0);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_gives_region_and_credentials() {
    let aws = aws().await;
    let mut workspace = with_provider(
        &aws,
        "profile = \"orders\"\n shared_config_files = [\"${path.module}/config\"]",
    );
    let profile = format!(
        "[profile orders]\nregion = eu-west-1\naws_access_key_id = {ACCOUNT}\naws_secret_access_key = test\n"
    );
    workspace.write("config", &profile).unwrap();
    for name in [
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        workspace.remove_env(name);
    }
    assert_success(&workspace.apply().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told() {
    let aws = aws().await;
    let workspace = with_provider(&aws, "access_key = \"x\"");
    assert_says(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
        &["`access_key` requires `secret_key`"],
    );
    let mut workspace = with_provider(&aws, "");
    workspace.remove_env("AWS_REGION");
    workspace.remove_env("AWS_DEFAULT_REGION");
    assert_says(
        &workspace.apply().await.unwrap(),
        &["no region: set `region` in the provider block"],
    );
    let mut workspace = with_provider(&aws, "");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        workspace.remove_env(name);
    }
    let start = std::time::Instant::now();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["Configure credentials in the provider block"],
    );
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_some_accounts_may_be_used() {
    let aws = aws().await;
    let refused = "the credentials belong to the account";
    let blocks = [
        (
            "allowed_account_ids = [\"111111111111\"]".to_owned(),
            refused,
        ),
        (format!("forbidden_account_ids = [\"{ACCOUNT}\"]"), refused),
        (
            "allowed_account_ids = [\"1\"]\n forbidden_account_ids = [\"2\"]".to_owned(),
            "`allowed_account_ids` conflicts with `forbidden_account_ids`",
        ),
        (
            "allowed_account_ids = [\"1\"]\n skip_requesting_account_id = true".to_owned(),
            "`allowed_account_ids` conflicts with `skip_requesting_account_id`",
        ),
    ];
    for (block, said) in blocks {
        assert_says(&with_provider(&aws, &block).plan().await.unwrap(), &[said]);
    }
    // If the account cannot be determined, it is not allowed.
    let refusal = local_aws::Fault::Refuse(403, "AccessDenied".into(), "not today".into());
    aws.proxy().fault("GetCallerIdentity", usize::MAX, refusal);
    for name in ["allowed_account_ids", "forbidden_account_ids"] {
        let block = format!("{name} = [\"111111111111\"]\n skip_credentials_validation = true");
        assert_says(
            &with_provider(&aws, &block).plan().await.unwrap(),
            &["cannot use the credentials", "not today"],
        );
    }
    aws.proxy().forget();
    let workspace = with_provider(
        &aws,
        &format!("allowed_account_ids = [\"{ACCOUNT}\", \"111111111111\"]"),
    );
    assert_success(&workspace.apply().await.unwrap());
    // With a wrong account, existing objects must not appear deleted.
    let text = workspace.path().join("main.tf");
    let text = std::fs::read_to_string(text)
        .unwrap()
        .replace(&format!("\"{ACCOUNT}\", "), "");
    workspace.write("main.tf", &text).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            refused,
            "Use the credentials or the profile of the right account",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_do_not_work_are_told_once_in_the_plan() {
    let aws = aws().await;
    let workspace = with_provider(&aws, "");
    let second = MACHINE.replace("\"it\"", "\"other\"");
    workspace.write("second.tf", &second).unwrap();
    let unknown = local_aws::Fault::Refuse(
        403,
        "InvalidClientTokenId".into(),
        "The security token is invalid.".into(),
    );
    aws.proxy().fault("GetCallerIdentity", usize::MAX, unknown);
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "cannot use the credentials",
            "The credentials are invalid or have expired",
        ],
    );
    assert_eq!(plan.text.matches("Error:").count(), 1, "{}", plan.text);
    // An address without a server.
    aws.proxy().forget();
    let mut workspace = with_provider(&aws, "");
    workspace.set_env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let start = std::time::Instant::now();
    let refused = "connection refused by 127.0.0.1:9";
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "cannot use the credentials",
            refused,
            "Check the network, the proxy",
        ],
    );
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    // The same with existing objects, regardless of their number.
    let mut workspace = with_provider(&aws, "");
    workspace.write("second.tf", &second).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace.set_env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let start = std::time::Instant::now();
    let plan = workspace.plan().await.unwrap();
    assert_says(&plan, &[refused, "Check the network, the proxy"]);
    assert_eq!(plan.text.matches("Error:").count(), 1, "{}", plan.text);
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    // The validation can be skipped to plan without AWS.
    let mut workspace = with_provider(
        &aws,
        "skip_credentials_validation = true\n checks {\n remote = false\n }",
    );
    workspace.set_env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_somebody_else_stay() {
    let aws = aws().await;
    let block = "ignore_tags {\n keys = [\"Owner\"]\n key_prefixes = [\"kubernetes.io/\"]\n }";
    let mut workspace = with_provider(&aws, block);
    workspace.set_env("TF_AWS_DEFAULT_TAGS_Team", "orders");
    assert_success(&workspace.apply().await.unwrap());
    let arn = super::machine_arn("it");
    let theirs = [("Owner", "another-team"), ("kubernetes.io/cluster", "c")];
    let tags: Vec<_> = theirs
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    let body = json!({ "resourceArn": arn, "tags": tags });
    aws.call("AWSStepFunctions.TagResource", &body)
        .await
        .unwrap();
    assert_empty(&workspace.plan().await.unwrap());
    let text = std::fs::read_to_string(workspace.path().join("main.tf"))
        .unwrap()
        .replace("own = \"yes\", ", "");
    workspace.write("main.tf", &text).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let found = aws
        .call(
            "AWSStepFunctions.ListTagsForResource",
            &json!({ "resourceArn": arn }),
        )
        .await
        .unwrap();
    let mut keys: Vec<_> = found["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["key"].as_str().unwrap())
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, ["Owner", "Team", "both", "kubernetes.io/cluster"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_of_the_other_provider_can_be_pasted() {
    let aws = aws().await;
    let block = "retry_mode = \"standard\"\n use_fips_endpoint = false\n s3_use_path_style = true\n skip_region_validation = true\n token_bucket_rate_limiter_capacity = 500";
    let workspace = with_provider(&aws, block);
    let plan = workspace.plan().await.unwrap();
    // Terraform shows one warning of each kind with its line, and the number of the others.
    let (deprecated, more) = (
        "Warning: Argument is deprecated",
        "(and one more similar warning elsewhere)",
    );
    assert_says(
        &plan,
        &[
            deprecated,
            "s3_use_path_style = true",
            "It has no effect in this provider",
            more,
            "1 to add",
        ],
    );
    assert!(
        !plan.text.contains("skip_region_validation"),
        "it has its effect:\n{}",
        plan.text
    );
    let shown = workspace
        .terraform(&["providers", "schema", "-json"])
        .await
        .unwrap();
    let schema: Value = serde_json::from_str(&shown.stdout).unwrap();
    let provider =
        &schema["provider_schemas"][format!("registry.terraform.io/{}", e2e::SOURCE)]["provider"];
    for (name, is_deprecated) in [
        ("s3_use_path_style", true),
        ("token_bucket_rate_limiter_capacity", true),
        ("skip_region_validation", false),
        ("ec2_metadata_service_endpoint", false),
    ] {
        let attribute = &provider["block"]["attributes"][name];
        assert_eq!(
            attribute["deprecated"] == true,
            is_deprecated,
            "{name}: {attribute}"
        );
    }
    assert_says(
        &with_provider(&aws, "retry_mode = \"fast\"")
            .plan()
            .await
            .unwrap(),
        &["unsupported value `fast`"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_through_the_proxy() {
    let aws = aws().await;
    // Only the proxy can resolve this host.
    let block = format!("http_proxy = \"{}\"\n endpoints {{\n {} }}", aws.url(), {
        let services = ["sfn", "iam", "sts"];
        services
            .map(|service| format!("{service} = \"http://aws.invalid\"\n"))
            .concat()
    });
    let workspace = with_provider(&aws, &block);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let wrong = with_provider(&aws, "https_proxy = \"no address\"");
    assert_says(
        &wrong.plan().await.unwrap(),
        &["invalid proxy address `no address`"],
    );
    let wrong = with_provider(&aws, "custom_ca_bundle = \"/nowhere/ca.pem\"");
    assert_says(
        &wrong.plan().await.unwrap(),
        &["the certificates of `/nowhere/ca.pem` cannot be used"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_assumed_with_all_that_can_be_said() {
    let aws = aws().await;
    let role =
        "Action=CreateRole&Version=2010-05-08&RoleName=deployer&AssumeRolePolicyDocument=%7B%7D";
    aws.query("iam", role).await.unwrap();
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/deployer");
    let block = format!(
        "assume_role {{\n role_arn = \"{arn}\"\n source_identity = \"Ada\"\n tags = {{ team = \"orders\" }}\n \
         transitive_tag_keys = [\"team\"]\n external_id = \"x1\"\n session_name = \"ci\"\n }}"
    );
    let workspace = with_provider(&aws, &block);
    assert_success(&workspace.apply().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    let sent = aws.proxy().bodies("AssumeRole").join("\n");
    for part in [
        "SourceIdentity=Ada",
        "TransitiveTagKeys.member.1=team",
        "Tags.member.1.Key=team",
        "ExternalId=x1",
    ] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
    // A web identity token needs no other credentials.
    let token = format!(
        "assume_role_with_web_identity {{\n role_arn = \"{arn}\"\n web_identity_token_file = \"${{path.module}}/token\"\n }}"
    );
    let mut workspace = with_provider(&aws, &token);
    workspace.write("token", "token-of-the-pipeline\n").unwrap();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        workspace.remove_env(name);
    }
    assert_success(&workspace.apply().await.unwrap());
    let sent = aws.proxy().bodies("AssumeRoleWithWebIdentity").join("\n");
    assert!(
        sent.contains("WebIdentityToken=token-of-the-pipeline&")
            || sent.ends_with("WebIdentityToken=token-of-the-pipeline"),
        "{sent}"
    );
    for (block, said) in [
        (
            format!("role_arn = \"{arn}\""),
            "one of `web_identity_token` and `web_identity_token_file` is required",
        ),
        (
            "web_identity_token = \"t\"".to_owned(),
            "`role_arn` is required",
        ),
        (
            format!("role_arn = \"{arn}\"\n duration = \"soon\"\n web_identity_token = \"t\""),
            "invalid duration `soon`",
        ),
    ] {
        let workspace = with_provider(
            &aws,
            &format!("assume_role_with_web_identity {{\n {block}\n }}"),
        );
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
    // The error names the role that cannot be assumed.
    aws.proxy().fault(
        "AssumeRole",
        30,
        local_aws::Fault::Refuse(403, "AccessDenied".into(), "not you".into()),
    );
    let refused = format!("assume_role {{\n role_arn = \"{arn}\"\n }}");
    assert_says(
        &with_provider(&aws, &refused).plan().await.unwrap(),
        &["deployer` cannot be assumed"],
    );
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
    BufReader::new(provider.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let attach = line
        .trim()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    workspace.set_env("TF_REATTACH_PROVIDERS", attach);
    // The test runs several commands with one provider process.
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert!(
        provider.try_wait().unwrap().is_none(),
        "the provider has ended"
    );
    provider.kill().unwrap();
    provider.wait().unwrap();
}
