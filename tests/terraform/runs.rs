//! Runs of Terraform with JSON output, in which lines are not wrapped.

use e2e::Workspace;
use serde_json::Value;

use super::assert_success;

/// An error of a run.
#[derive(Debug)]
pub struct Reported {
    /// Address of the resource; empty if the error is not about a resource.
    pub address: String,
    /// Summary and detail.
    pub text: String,
}

impl Reported {
    /// The only `import` block in the error, with the address of the resource.
    #[track_caller]
    pub fn import_block(&self) -> String {
        let (text, address) = (&self.text, &self.address);
        assert!(!address.is_empty(), "no resource is named by:\n{text}");
        assert_eq!(
            text.matches("import {").count(),
            1,
            "there is to be one `import` block in:\n{text}"
        );
        let block = text
            .split("import {")
            .nth(1)
            .unwrap_or_default()
            .split('}')
            .next()
            .unwrap_or_default();
        let id = block
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("id") && line.contains("= \""));
        let id = id.unwrap_or_else(|| panic!("there is no `id = \"…\"` in:\n{text}"));
        format!("import {{\n  to = {address}\n  {id}\n}}\n")
    }

    /// Asserts that each of these parts is in the text.
    #[track_caller]
    pub fn assert_says(&self, parts: &[&str]) {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(
                text.contains(part),
                "`{part}` is not in the error of {}:\n{}",
                self.address,
                self.text
            );
        }
    }
}

/// Applies, and returns the errors.
pub async fn apply_errors(workspace: &Workspace) -> Vec<Reported> {
    errors(workspace, &["apply", "-auto-approve", "-json"]).await
}

/// Plans, and returns the errors.
pub async fn plan_errors(workspace: &Workspace) -> Vec<Reported> {
    errors(workspace, &["plan", "-json"]).await
}

async fn errors(workspace: &Workspace, arguments: &[&str]) -> Vec<Reported> {
    let outcome = workspace
        .terraform(arguments)
        .await
        .expect("terraform runs");
    let errors: Vec<Reported> = outcome.stdout.lines().filter_map(error).collect();
    assert_eq!(errors.is_empty(), outcome.is_success(), "{}", outcome.text);
    errors
}

/// The error in a line of the JSON output, if there is one.
fn error(line: &str) -> Option<Reported> {
    let message: Value = serde_json::from_str(line).ok()?;
    let diagnostic = message
        .get("diagnostic")
        .filter(|found| found["severity"] == "error")?;
    let field = |name: &str| diagnostic[name].as_str().unwrap_or_default().to_owned();
    Some(Reported {
        address: field("address"),
        text: format!("{}\n{}", field("summary"), field("detail")),
    })
}

/// The plan in the format of `terraform show -json`. The plan file is kept as `planned`.
pub async fn plan_json(workspace: &Workspace) -> Value {
    assert_success(
        &workspace
            .terraform(&["plan", "-no-color", "-out=planned"])
            .await
            .expect("terraform runs"),
    );
    let shown = workspace
        .terraform(&["show", "-json", "planned"])
        .await
        .expect("terraform runs");
    assert_success(&shown);
    serde_json::from_str(shown.stdout.trim()).expect("the plan is JSON")
}

/// The change of an address in a plan.
pub fn change<'a>(plan: &'a Value, address: &str) -> &'a Value {
    let mut changes = plan["resource_changes"].as_array().into_iter().flatten();
    let found = changes.find(|change| change["address"] == address);
    found.map_or_else(
        || panic!("{address} is not in the plan: {plan}"),
        |change| &change["change"],
    )
}

/// The actions for an address in a plan, such as `["create"]`.
pub fn actions(plan: &Value, address: &str) -> Vec<String> {
    let actions = change(plan, address)["actions"]
        .as_array()
        .into_iter()
        .flatten();
    actions
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The resources in the state file, including deposed objects; none before the first apply.
pub async fn stored_resources(workspace: &Workspace) -> Vec<Value> {
    let pulled = workspace
        .terraform(&["state", "pull"])
        .await
        .expect("terraform runs");
    assert_success(&pulled);
    if pulled.stdout.trim().is_empty() {
        return Vec::new();
    }
    let state: Value = serde_json::from_str(pulled.stdout.trim()).expect("the state is JSON");
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    resources
        .into_iter()
        .filter(|resource| resource["mode"] == "managed")
        .collect()
}

/// The number of deposed objects in the state.
pub async fn deposed(workspace: &Workspace) -> usize {
    let resources = stored_resources(workspace).await;
    let instances = resources
        .iter()
        .filter_map(|resource| resource["instances"].as_array())
        .flatten();
    instances
        .filter(|instance| !instance["deposed"].is_null())
        .count()
}
