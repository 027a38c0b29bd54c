//! The code of functions: when it is read, and how it is compared between plan and apply.

use std::fs;

use e2e::Workspace;
use local_aws::LocalAws;

use super::inventory::{changes, inventory, lambda};
use super::runs::{change, plan_errors, plan_json};
use super::{assert_empty, assert_success, aws};

/// A function from a folder, a function from a zip file, and another resource.
const CONFIGURATION: &str = r#"
variable "tag" {
  type    = string
  default = "one"
}

resource "sfn_lambda_function" "folder" {
  function_name = "folder"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
  publish       = true
}

resource "sfn_lambda_function" "zip" {
  function_name = "zip"
  filename      = "${path.module}/code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
}

resource "sfn_activity" "beside" {
  name = "beside"
  tags = { tag = var.tag }
}
"#;

const ADDRESSES: [&str; 2] = ["sfn_lambda_function.folder", "sfn_lambda_function.zip"];

/// Writes code that returns this value for both functions.
fn write_code(workspace: &Workspace, returned: &str) {
    let code = format!("def handler(event, context):\n    return {returned}\n");
    workspace.write("code/main.py", &code).unwrap();
    let zip = ["-m", "zipfile", "-c", "../code.zip", "main.py"];
    let made = std::process::Command::new("python3")
        .args(zip)
        .current_dir(workspace.path().join("code"))
        .status();
    assert!(made.unwrap().success());
}

fn remove_code(workspace: &Workspace) {
    fs::remove_dir_all(workspace.path().join("code")).unwrap();
    fs::remove_file(workspace.path().join("code.zip")).unwrap();
}

fn with_code(aws: &LocalAws) -> Workspace {
    let workspace = super::workspace(aws, CONFIGURATION);
    write_code(&workspace, "1");
    workspace
}

/// The code hash of a function in AWS.
async fn hash(aws: &LocalAws, function: &str) -> String {
    let found = lambda(
        aws,
        &format!("/2015-03-31/functions/{function}/configuration"),
    )
    .await;
    found["CodeSha256"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_changed_does_not_read_the_code() {
    let aws = aws().await;
    let mut workspace = with_code(&aws);
    assert_success(&workspace.apply().await.unwrap());
    // The pipeline plans with the code and applies without it. Only the activity changes.
    workspace.set_env("TF_VAR_tag", "two");
    plan_json(&workspace).await;
    remove_code(&workspace);
    aws.proxy().forget();
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_eq!(changes(&aws), ["TagResource"]);
    // A plan without the code shows no change of the functions.
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(
        inventory(&aws).await.into_iter().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

/// Creating a function requires its code. The error names the path.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_function_needs_its_code() {
    let aws = aws().await;
    let workspace = super::workspace(&aws, CONFIGURATION);
    let errors = plan_errors(&workspace).await;
    for (address, path) in ADDRESSES.iter().zip(["/code", "/code.zip"]) {
        let error = errors.iter().find(|error| error.address == *address);
        error
            .unwrap_or_else(|| panic!("{address} is planned: {errors:#?}"))
            .assert_says(&[path]);
    }
}

/// The words of a text that are Base64-encoded SHA-256 hashes.
fn hashes(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
    words
        .filter(|word| word.len() == 44 && word.ends_with('='))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_code_than_planned_is_an_error_that_names_both_hashes() {
    let aws = aws().await;
    let workspace = with_code(&aws);
    // First for functions that are created, then for functions that exist.
    for (planned_code, other_code) in [("1", "2"), ("3", "4")] {
        write_code(&workspace, planned_code);
        let plan = plan_json(&workspace).await;
        write_code(&workspace, other_code);
        aws.proxy().forget();
        let outcome = workspace
            .terraform(&["apply", "-json", "planned"])
            .await
            .unwrap();
        assert!(!outcome.is_success(), "{}", outcome.text);
        // Terraform before 1.16 plans again during apply without the private data of the first plan, and reports the
        // hashes itself.
        for address in ADDRESSES {
            let planned = change(&plan, address)["after"]["source_code_hash"]
                .as_str()
                .unwrap();
            let errors = outcome
                .stdout
                .lines()
                .filter(|line| line.contains("\"diagnostic\"") && line.contains(address));
            let named: Vec<&str> = errors.flat_map(hashes).collect();
            assert!(
                named.contains(&planned),
                "the planned hash of {address} is not in {}",
                outcome.text
            );
            assert!(
                named.iter().any(|hash| *hash != planned),
                "one hash alone is in {}",
                outcome.text
            );
        }
        assert_eq!(changes(&aws), Vec::<String>::new());
        write_code(&workspace, planned_code);
        assert_success(&workspace.apply().await.unwrap());
    }
    assert_empty(&workspace.plan().await.unwrap());
}

/// The apply that creates the function builds its code. The folder is an output of the build, which is unknown whenever
/// the build runs.
const BUILT: &str = r#"
variable "returned" {
  type    = string
  default = "1"
}

resource "terraform_data" "build" {
  triggers_replace = var.returned
  input            = "${path.module}/build"

  provisioner "local-exec" {
    command = "mkdir -p build && printf 'def handler(event, context):\\n    return %s\\n' \"$RETURNED\" > build/main.py"
    environment = {
      RETURNED = var.returned
    }
  }
}

resource "sfn_lambda_function" "built" {
  function_name = "built"
  source_dir    = terraform_data.build.output
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
  publish       = true
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn code_is_built_by_the_same_apply() {
    let aws = aws().await;
    let mut workspace = super::workspace(&aws, BUILT);
    let mut seen = Vec::new();
    for (returned, version) in [("1", "1"), ("2", "2")] {
        workspace.set_env("TF_VAR_returned", returned);
        let plan = plan_json(&workspace).await;
        assert_eq!(
            change(&plan, "sfn_lambda_function.built")["after_unknown"]["source_code_hash"],
            true
        );
        assert_success(
            &workspace
                .terraform(&["apply", "-no-color", "planned"])
                .await
                .unwrap(),
        );
        let state = workspace
            .resource("sfn_lambda_function.built")
            .await
            .unwrap()
            .unwrap();
        let hash = hash(&aws, "built").await;
        assert_eq!(
            (
                state["source_code_hash"].as_str(),
                state["version"].as_str()
            ),
            (Some(hash.as_str()), Some(version))
        );
        assert!(!seen.contains(&hash), "the code is the same as before");
        seen.push(hash);
        assert_empty(&workspace.plan().await.unwrap());
    }
}
