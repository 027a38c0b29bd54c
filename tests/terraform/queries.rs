//! `terraform query` finds existing objects, which are then imported by identity.

use e2e::Workspace;
use e2e::terraform::Feature;
use local_aws::LocalAws;
use serde_json::Value;

use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

const CODE: &str = "def handler(event, context):\n    return event\n";

/// One object of each kind that can be listed.
const OBJECTS: &str = r#"
resource "sfn_lambda_function" "charge" {
  function_name = "orders-charge"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
}

resource "sfn_activity" "pack" {
  name = "orders-pack"
  tags = { team = "orders" }
}

resource "sfn_state_machine" "orders" {
  name     = "orders"
  start_at = "Charge"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  publish  = true
  tags     = { team = "orders" }

  task "Charge" {
    timeout_seconds = 60
    lambda {
      function_arn = sfn_lambda_function.charge.arn
    }
    end = true
  }
}

resource "sfn_state_machine" "refunds" {
  name     = "orders-refunds"
  type     = "EXPRESS"
  start_at = "Done"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  tags     = { team = "orders", kind = "refund" }

  succeed "Done" {}
}

resource "sfn_alias" "live" {
  name = "live"

  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}
"#;

/// An AWS with these objects, and the workspace that created them.
async fn with_objects() -> (LocalAws, Workspace) {
    let aws = aws().await;
    let workspace = workspace(&aws, OBJECTS);
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    (aws, workspace)
}

/// An empty configuration with a query.
fn query(aws: &LocalAws, lists: &str) -> Workspace {
    let mut workspace = workspace(aws, "");
    workspace.need(Feature::Query).unwrap();
    workspace.write("all.tfquery.hcl", lists).unwrap();
    workspace
}

fn arn_of(kind: &str, name: &str) -> String {
    format!(
        "arn:aws:states:{}:{}:{kind}:{name}",
        local_aws::REGION,
        local_aws::ACCOUNT
    )
}

/// Lists of each kind, with or without the resources.
fn lists(include: bool) -> String {
    format!(
        r#"
list "sfn_state_machine" "machine" {{
  provider         = sfn
  include_resource = {include}
  config {{
    name_prefix = "orders"
  }}
}}

list "sfn_alias" "alias" {{
  provider         = sfn
  include_resource = {include}
  config {{
    state_machine_arn = "{}"
  }}
}}

list "sfn_activity" "activity" {{
  provider         = sfn
  include_resource = {include}
}}

list "sfn_lambda_function" "function" {{
  provider         = sfn
  include_resource = {include}
  config {{
    name_prefix = "orders-"
  }}
}}
"#,
        machine_arn("orders")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exists_is_listed_with_its_identity() {
    let (aws, _objects) = with_objects().await;
    let workspace = query(&aws, &lists(false));
    let found = workspace.terraform(&["query", "-no-color"]).await.unwrap();
    assert_success(&found);
    let expected = [
        format!(
            "list.sfn_state_machine.machine arn={} orders",
            machine_arn("orders")
        ),
        format!(
            "list.sfn_state_machine.machine arn={} orders-refunds",
            machine_arn("orders-refunds")
        ),
        format!(
            "list.sfn_alias.alias arn={}:live live",
            machine_arn("orders")
        ),
        format!(
            "list.sfn_activity.activity arn={} orders-pack",
            arn_of("activity", "orders-pack")
        ),
        "list.sfn_lambda_function.function function_name=orders-charge orders-charge".to_owned(),
    ];
    assert_says(&found, &expected.each_ref().map(String::as_str));
}

/// The names in the output of `terraform query -json`, by the address of the list, in order.
fn names(output: &str) -> Vec<(String, String)> {
    let found = output.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let found = line.get("list_resource_found")?;
        let text = |member: &str| found[member].as_str().unwrap().to_owned();
        Some((text("address"), text("display_name")))
    });
    let mut names: Vec<(String, String)> = found.collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_limited_and_repeated() {
    let (aws, _objects) = with_objects().await;
    let list = |label: &str, meta: &str, config: &str| {
        format!(
            "list \"sfn_state_machine\" \"{label}\" {{\n  provider = sfn\n{meta}\n  config {{\n{config}\n  }}\n}}\n"
        )
    };
    let mut text = [
        list("all", "", ""),
        list("first", "  limit = 1", ""),
        list("prefix", "", "    name_prefix = \"orders-\""),
        list("type", "", "    type = \"STANDARD\""),
        list(
            "tags",
            "",
            "    tags = { team = \"orders\", kind = \"refund\" }",
        ),
        list("elsewhere", "", "    region = \"us-east-1\""),
    ]
    .concat();
    text.push_str(
        r#"
list "sfn_alias" "each" {
  for_each = toset(list.sfn_state_machine.all.data[*].identity.arn)
  provider = sfn
  config {
    state_machine_arn = each.value
  }
}
"#,
    );
    let workspace = query(&aws, &text);
    let found = workspace.terraform(&["query", "-json"]).await.unwrap();
    assert_success(&found);
    let each = format!("list.sfn_alias.each[\"{}\"]", machine_arn("orders"));
    let expected = [
        (each.as_str(), "live"),
        ("list.sfn_state_machine.all", "orders"),
        ("list.sfn_state_machine.all", "orders-refunds"),
        ("list.sfn_state_machine.first", "orders"),
        ("list.sfn_state_machine.prefix", "orders-refunds"),
        ("list.sfn_state_machine.tags", "orders-refunds"),
        ("list.sfn_state_machine.type", "orders"),
    ];
    assert_eq!(
        names(&found.stdout),
        expected.map(|(list, name)| (list.to_owned(), name.to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_of_what_is_found_plans_only_imports() {
    let (aws, objects) = with_objects().await;
    let workspace = query(&aws, &lists(true));
    let found = workspace
        .terraform(&["query", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_success(&found);
    assert_says(
        &workspace.plan().await.unwrap(),
        &["Plan: 5 to import, 0 to add, 0 to change, 0 to destroy."],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    // The imported values are those in AWS, and the workspace that created the objects sees no change.
    let imported = workspace
        .resource("sfn_alias.alias_0")
        .await
        .unwrap()
        .unwrap();
    let made = objects.resource("sfn_alias.live").await.unwrap().unwrap();
    assert_eq!(imported["arn"], made["arn"]);
    assert_empty(&objects.plan().await.unwrap());
}

/// An `import` block by identity. It names the provider if the configuration is generated.
fn import(address: &str, attribute: &str, value: &str, is_generated: bool) -> String {
    let provider = if is_generated {
        "  provider = sfn\n"
    } else {
        ""
    };
    format!(
        "import {{\n  to = {address}\n{provider}  identity = {{\n    {attribute} = \"{value}\"\n  }}\n}}\n"
    )
}

/// All objects of [`OBJECTS`] by identity.
fn imports(is_generated: bool) -> String {
    [
        import(
            "sfn_lambda_function.charge",
            "function_name",
            "orders-charge",
            is_generated,
        ),
        import(
            "sfn_activity.pack",
            "arn",
            &arn_of("activity", "orders-pack"),
            is_generated,
        ),
        import(
            "sfn_state_machine.orders",
            "arn",
            &machine_arn("orders"),
            is_generated,
        ),
        import(
            "sfn_state_machine.refunds",
            "arn",
            &machine_arn("orders-refunds"),
            is_generated,
        ),
        import(
            "sfn_alias.live",
            "arn",
            &format!("{}:live", machine_arn("orders")),
            is_generated,
        ),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_imports_and_generates() {
    let (aws, _objects) = with_objects().await;
    let mut workspace = workspace(&aws, &imports(true));
    workspace.need(Feature::Identity).unwrap();
    let generated = workspace
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_success(&generated);
    assert_says(
        &generated,
        &["Plan: 5 to import, 0 to add, 0 to change, 0 to destroy."],
    );
    workspace.configure(&imports(false)).unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["5 imported, 0 added, 0 changed, 0 destroyed."],
    );
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_imports_what_is_written() {
    let (aws, objects) = with_objects().await;
    let role = objects
        .resource("sfn_lambda_function.charge")
        .await
        .unwrap()
        .unwrap()["role"]
        .clone();
    let written = OBJECTS.replace("execution_role {}", &format!("role = {role}"));
    let mut workspace = workspace(&aws, &format!("{}{written}", imports(false)));
    workspace.need(Feature::Identity).unwrap();
    workspace.write("code/main.py", CODE).unwrap();
    let applied = workspace.apply().await.unwrap();
    assert_success(&applied);
    assert_says(&applied, &["5 imported, 0 added", "0 destroyed"]);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_is_not_there_is_named() {
    let aws = aws().await;
    let mut workspace = workspace(
        &aws,
        &import(
            "sfn_state_machine.orders",
            "arn",
            &machine_arn("orders"),
            true,
        ),
    );
    workspace.need(Feature::Identity).unwrap();
    let plan = workspace
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_eq!(plan.code, 1, "{}", plan.text);
    let message = plan.text.split("Error: ").nth(1).unwrap();
    assert!(message.contains(&machine_arn("orders")), "{}", plan.text);
}

const MISTAKES: &str = r#"
list "sfn_alias" "orders" {
  provider = sfn

  config {
    state_machine_arn = "orders"
    region            = "eu-wst-1"
  }
}

list "sfn_state_machine" "fast" {
  provider = sfn

  config {
    type   = "FAST"
    region = "eu-wst-2"
  }
}

list "sfn_activity" "all" {
  provider = sfn

  config {
    region = "eu-wst-3"
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_lists_are_shown_at_their_lines_all_at_once() {
    let aws = aws().await;
    let workspace = query(&aws, MISTAKES);
    for command in [
        &["query", "-no-color"][..],
        &["validate", "-query", "-no-color"],
    ] {
        let refused = workspace.terraform(command).await.unwrap();
        assert_eq!(refused.code, 1, "{}", refused.text);
        for wrong in ["\"orders\"\n", "eu-wst-1", "FAST", "eu-wst-2", "eu-wst-3"] {
            let line = MISTAKES.split(wrong).next().unwrap().lines().count();
            assert_says(
                &refused,
                &[&format!("all.tfquery.hcl line {line}, in list")],
            );
        }
        assert_eq!(
            refused.text.matches("Error: ").count(),
            5,
            "{}",
            refused.text
        );
    }
    assert_eq!(aws.proxy().calls(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_lists_run() {
    let (aws, _objects) = with_objects().await;
    let mut tried = 0;
    for folder in std::fs::read_dir(e2e::repository().join("examples/list-resources")).unwrap() {
        let text =
            std::fs::read_to_string(folder.unwrap().path().join("list-resource.tfquery.hcl"))
                .unwrap();
        let workspace = query(&aws, &text);
        let found = workspace.terraform(&["query", "-no-color"]).await.unwrap();
        assert_success(&found);
        assert!(
            found.text.lines().any(|line| line.starts_with("list.sfn_")),
            "nothing is found:\n{}",
            found.text
        );
        tried += 1;
    }
    assert_eq!(tried, 4);
}
