//! Objects in another region than that of the provider block.

use super::runs::{actions, plan_json};
use super::{assert_empty, assert_says, assert_success, aws, workspace};

const ELSEWHERE: &str = r#"
resource "sfn_state_machine" "far" {
  region   = "us-east-1"
  name     = "far"
  start_at = "A"
  publish  = true
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "A" {
    end = true
  }
}

resource "sfn_alias" "far" {
  region = "us-east-1"
  name   = "live"
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.far.state_machine_version_arn
    weight                    = 100
  }
}

resource "sfn_activity" "near" {
  name = "near"
}

data "sfn_state_machine" "far" {
  region     = "us-east-1"
  name       = sfn_state_machine.far.name
  depends_on = [sfn_alias.far]
}

output "found" {
  value = data.sfn_state_machine.far.arn
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_object_may_be_in_another_region() {
    let aws = aws().await;
    let workspace = workspace(&aws, ELSEWHERE);
    let outcome = workspace.apply().await.unwrap();
    assert_success(&outcome);
    assert_says(&outcome, &["found = \"arn:aws:states:us-east-1:"]);
    assert_empty(&workspace.plan().await.unwrap());
    let far = workspace
        .resource("sfn_state_machine.far")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(far["region"], "us-east-1");
    assert!(
        far["arn"].as_str().unwrap().contains(":us-east-1:"),
        "{far}"
    );
    assert!(
        far["role_arn"]
            .as_str()
            .unwrap()
            .ends_with("/far-us-east-1-state-machine"),
        "{far}"
    );
    let near = workspace
        .resource("sfn_activity.near")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(near["region"], local_aws::REGION);
    // The object can be imported by its ARN alone, or by its name and region.
    let arn = far["arn"].as_str().unwrap();
    for id in [arn.to_owned(), format!("{arn}@us-east-1")] {
        assert_success(
            &workspace
                .terraform(&["state", "rm", "sfn_state_machine.far"])
                .await
                .unwrap(),
        );
        assert_success(
            &workspace
                .terraform(&["import", "-no-color", "sfn_state_machine.far", &id])
                .await
                .unwrap(),
        );
        let found = workspace
            .resource("sfn_state_machine.far")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found["region"], "us-east-1");
    }
    // Another region replaces the object.
    workspace
        .configure(&ELSEWHERE.replace(
            "name = \"near\"",
            "name = \"near\"\n region = \"us-east-1\"",
        ))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&ELSEWHERE.replace(
            "name = \"near\"",
            "name = \"near\"\n region = \"eu-central-1\"",
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["\"us-east-1\" -> \"eu-central-1\" # forces replacement"],
    );
    for (region, said) in [
        ("eu_west_1", "`eu_west_1` is not an AWS region"),
        ("cn-north-1", "is in another partition of AWS"),
    ] {
        let text = ELSEWHERE.replace(
            "name = \"near\"",
            &format!("name = \"near\"\n region = \"{region}\""),
        );
        workspace.configure(&text).unwrap();
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
    workspace.configure(ELSEWHERE).unwrap();
    assert_success(&workspace.destroy().await.unwrap());
}

/// A state machine with the same name in another region is a different object.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_machine_of_the_same_name_elsewhere_replaces_no_alias() {
    let aws = aws().await;
    let workspace = workspace(&aws, ELSEWHERE);
    assert_success(&workspace.apply().await.unwrap());
    let machine = ELSEWHERE.split("resource \"sfn_alias\"").next().unwrap();
    let near = machine
        .replace("\"far\" {", "\"near\" {")
        .replace("  region   = \"us-east-1\"\n", "");
    let changed = ELSEWHERE.replace("end = true", "comment = \"changed\"\n    end = true");
    workspace.configure(&format!("{near}{changed}")).unwrap();
    let plan = plan_json(&workspace).await;
    assert_eq!(actions(&plan, "sfn_state_machine.near"), ["create"]);
    assert_eq!(actions(&plan, "sfn_state_machine.far"), ["update"]);
    assert_eq!(actions(&plan, "sfn_alias.far"), ["update"]);
    assert_success(&workspace.destroy().await.unwrap());
}
