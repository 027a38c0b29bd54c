//! Every optional argument in the schema of every resource: null, empty, and empty but unknown in the plan.

use std::collections::BTreeSet;

use e2e::Workspace;
use serde_json::{Map, Value};

use super::inventory::changes;
use super::objects::{self, BASE, BASE_ELSEWHERE, BASE_HERE, OBJECTS, Object};
use super::{assert_empty, assert_success, aws};

/// Form of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Null,
    Empty,
    Unknown,
}

/// Outputs that are unknown until apply, and then empty.
const UNKNOWN: &str = r#"
resource "terraform_data" "text" {
  input = ""
}

resource "terraform_data" "list" {
  input = []
}

resource "terraform_data" "map" {
  input = {}
}
"#;

/// The expression for an argument of this type. Numbers and booleans cannot be empty.
fn expression(form: Form, kind: &Value) -> &'static str {
    let kind = kind
        .as_str()
        .or_else(|| kind[0].as_str())
        .unwrap_or_default();
    match (form, kind) {
        (Form::Empty, "string") => "\"\"",
        (Form::Empty, "list" | "set") => "[]",
        (Form::Empty, "map") => "{}",
        (Form::Unknown, "string") => "terraform_data.text.output",
        (Form::Unknown, "list" | "set") => "terraform_data.list.output",
        (Form::Unknown, "map") => "terraform_data.map.output",
        _ => "null",
    }
}

/// The schemas of the resources, by their type.
async fn schemas(workspace: &Workspace) -> Map<String, Value> {
    let shown = workspace
        .terraform(&["providers", "schema", "-json"])
        .await
        .unwrap();
    assert_success(&shown);
    let schemas: Value = serde_json::from_str(shown.stdout.trim()).unwrap();
    let providers = schemas["provider_schemas"].as_object().unwrap();
    let (_, ours) = providers
        .iter()
        .find(|(source, _)| source.ends_with(e2e::SOURCE))
        .unwrap();
    ours["resource_schemas"].as_object().unwrap().clone()
}

fn kind(object: &Object) -> &'static str {
    object.address.split('.').next().unwrap_or_default()
}

/// Lines for all optional arguments that the object does not set.
fn optional_arguments(object: &Object, schemas: &Map<String, Value>, form: Form) -> String {
    let written = object.configuration("");
    let written: BTreeSet<&str> = written
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
        .collect();
    let attributes = schemas[kind(object)]["block"]["attributes"]
        .as_object()
        .unwrap();
    let optional = attributes.iter().filter(|(name, attribute)| {
        attribute["optional"] == true
            && attribute["deprecated"] != true
            && !written.contains(name.as_str())
    });
    optional
        .map(|(name, attribute)| format!("  {name} = {}\n", expression(form, &attribute["type"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_optional_argument_may_be_null_empty_or_unknown() {
    let aws = aws().await;
    let base = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}"));
    assert_success(&base.apply().await.unwrap());
    let workspace = objects::with_code(&aws, "");
    let schemas = schemas(&workspace).await;
    let known: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    assert_eq!(
        OBJECTS.iter().map(kind).collect::<BTreeSet<_>>(),
        known,
        "one object of each resource"
    );
    let configuration = |form: Form| {
        let objects = OBJECTS
            .iter()
            .map(|object| object.configuration(&optional_arguments(object, &schemas, form)));
        format!("{UNKNOWN}{BASE_ELSEWHERE}{}", objects.collect::<String>())
    };
    for form in [Form::Null, Form::Empty, Form::Unknown] {
        eprintln!("{form:?}");
        workspace.configure(&configuration(form)).unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        // All three forms must be equivalent, so that changing the form plans no change.
        for other in [Form::Null, Form::Empty]
            .into_iter()
            .filter(|other| *other != form)
        {
            aws.proxy().forget();
            workspace.configure(&configuration(other)).unwrap();
            assert_success(&workspace.apply().await.unwrap());
            assert_eq!(
                changes(&aws),
                Vec::<String>::new(),
                "from {form:?} to {other:?}"
            );
            assert_empty(&workspace.plan().await.unwrap());
        }
        assert_success(&workspace.destroy().await.unwrap());
    }
}
