//! The states of earlier builds plan no changes with this build. Each folder in `tests/states` has a configuration
//! and the state that a build wrote for it. Each release adds one.

use std::fs;

use e2e::Workspace;
use serde_json::Value;

use super::{assert_empty, assert_success, aws};

/// A name that the earlier build generated, and that the object of this run must have.
fn generated(state: &Value, ty: &str, name: &str, attribute: &str) -> String {
    let resources = state["resources"].as_array().unwrap();
    let resource = resources
        .iter()
        .find(|resource| resource["type"] == ty && resource["name"] == name)
        .unwrap();
    resource["instances"][0]["attributes"][attribute]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_the_build_before_typed_models_plans_empty() {
    let folder = e2e::repository().join("tests/states/typed-values");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let (configuration, stored) = (read("main.tf"), read("state.json"));
    let state: Value = serde_json::from_str(&stored).unwrap();
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    workspace
        .write("code/main.py", &read("code/main.py"))
        .unwrap();
    // The objects are created with the names that the earlier build generated.
    let name = generated(&state, "sfn_state_machine", "text", "name");
    let id = generated(&state, "sfn_lambda_permission", "generated", "statement_id");
    let named = configuration
        .replace("name_prefix = \"text-\"", &format!("name = \"{name}\""))
        .replace(
            "\"generated\" {\n",
            &format!("\"generated\" {{\n  statement_id = \"{id}\"\n"),
        );
    assert!(named.contains(&name) && named.contains(&id));
    workspace.write("main.tf", &named).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace.write("main.tf", &configuration).unwrap();
    workspace.write("terraform.tfstate", &stored).unwrap();
    assert_empty(&workspace.plan().await.unwrap());
    // The next apply upgrades the state, and a plan then shows no changes.
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}
