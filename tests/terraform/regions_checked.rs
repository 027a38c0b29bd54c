//! A region that does not exist is an error at once.

use std::time::{Duration, Instant};

use e2e::Workspace;
use local_aws::LocalAws;

use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

/// Time limit for an unknown region, which must be detected without waiting for a call. Most of it is used by
/// Terraform.
const AT_ONCE: Duration = Duration::from_secs(8);

const RESOURCE: &str = r#"
resource "sfn_activity" "it" {
  name = "it"
  REGION
}
"#;

const DATA: &str = r#"
data "sfn_state_machine" "it" {
  name = "it"
  REGION
}
"#;

fn with_provider(aws: &LocalAws, block: &str, configuration: &str) -> Workspace {
    let workspace = workspace(aws, "");
    let header = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        &format!("provider \"sfn\" {{\n{block}\n}}"),
    );
    workspace
        .write("main.tf", &format!("{header}{configuration}"))
        .unwrap();
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_region_is_an_error_with_the_nearest_one() {
    let aws = aws().await;
    let misspelt = "region = \"eu-wst-1\"";
    let mut by_environment = with_provider(&aws, "", RESOURCE.replace("REGION", "").as_str());
    by_environment.set_env("AWS_REGION", "eu-wst-1");
    for (place, workspace) in [
        (
            "provider block",
            with_provider(&aws, misspelt, &RESOURCE.replace("REGION", "")),
        ),
        ("environment", by_environment),
        (
            "resource",
            with_provider(&aws, "", &RESOURCE.replace("REGION", misspelt)),
        ),
        (
            "data source",
            with_provider(&aws, "", &DATA.replace("REGION", misspelt)),
        ),
        (
            "STS",
            with_provider(
                &aws,
                "sts_region = \"eu-wst-1\"",
                &RESOURCE.replace("REGION", ""),
            ),
        ),
    ] {
        let start = Instant::now();
        let plan = workspace.plan().await.unwrap();
        assert!(start.elapsed() < AT_ONCE, "{place}: {:?}", start.elapsed());
        assert_eq!(plan.code, 1, "{place}:\n{}", plan.text);
        assert_says(&plan, &["`eu-wst-1`", "Did you mean `eu-west-1`?"]);
    }
}

/// The provider must accept regions that are newer than itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_check_can_be_skipped() {
    let aws = aws().await;
    let newer = "region = \"eu-wst-1\"";
    let skip = "skip_region_validation = true";
    for (block, region) in [(format!("{newer}\n{skip}"), ""), (skip.to_owned(), newer)] {
        let workspace = with_provider(&aws, &block, &RESOURCE.replace("REGION", region));
        let applied = workspace.apply().await.unwrap();
        assert_success(&applied);
        assert!(
            !applied.text.contains("no effect"),
            "it has its effect:\n{}",
            applied.text
        );
        let state = workspace
            .resource("sfn_activity.it")
            .await
            .unwrap()
            .unwrap();
        let arn = machine_arn("it")
            .replace("stateMachine", "activity")
            .replace("eu-west-1", "eu-wst-1");
        assert_eq!(state["arn"], arn);
        assert_empty(&workspace.plan().await.unwrap());
        assert_success(&workspace.destroy().await.unwrap());
    }
}
