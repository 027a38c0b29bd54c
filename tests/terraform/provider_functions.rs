//! Provider-defined functions.

use e2e::Workspace;
use serde_json::Value;

use super::{assert_says, assert_success, aws, workspace};

/// Applies the example of a function and returns its outputs.
async fn outputs(example: &str) -> Value {
    let aws = aws().await;
    let workspace = Workspace::of_example(&aws, &format!("functions/{example}")).unwrap();
    workspace.write("versions.tf", e2e::HEADER).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let shown = workspace.terraform(&["output", "-json"]).await.unwrap();
    serde_json::from_str(&shown.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_validated_in_a_variable() {
    let outputs = outputs("validate").await;
    assert_eq!(outputs["lints"]["value"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_variable_is_told_with_its_line() {
    let aws = aws().await;
    let workspace = Workspace::of_example(&aws, "functions/validate").unwrap();
    workspace.write("versions.tf", e2e::HEADER).unwrap();
    let wrong = "definition = <<-JSON\n{\n  \"StartAt\": \"A\",\n  \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}\n}\nJSON\n";
    workspace.write("terraform.tfvars", wrong).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["line 3: there is no state `B` (ASL2001)"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_say_the_same_are_the_same() {
    assert_eq!(outputs("normalize").await["same"]["value"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_derived() {
    let outputs = outputs("policy").await;
    let policy: Value = serde_json::from_str(outputs["policy"]["value"].as_str().unwrap()).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(
        (&statement["Action"], &statement["Resource"]),
        (
            &serde_json::json!("sns:Publish"),
            &serde_json::json!("arn:aws:sns:eu-west-1:123456789012:orders")
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_of_blocks_is_drawn() {
    let outputs = outputs("graph").await;
    insta::assert_snapshot!(outputs["diagram"]["value"].as_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_estimated() {
    let outputs = outputs("estimate_cost").await;
    let expected = "Standard: 50 USD a month, Express: 1 USD and 1.0419 USD for each second";
    assert_eq!(outputs["cost"]["value"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_runs_without_aws() {
    let outputs = outputs("run").await;
    assert_eq!(outputs["calls"]["value"], 2);
    assert_eq!(outputs["shipped"]["value"]["approved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_are_told_apart() {
    let aws = aws().await;
    let good = r#"jsonencode({ StartAt = "A", States = { A = { Type = "Pass", End = true } } })"#;
    for (call, said) in [
        (
            format!(r#"graph({good}, "svg")"#),
            "unsupported format `svg`: use `mermaid` or `dot`",
        ),
        (
            format!("estimate_cost({good}, -1)"),
            "`executions` must be at least 0",
        ),
        (
            format!(r#"validate({good}, "FAST")"#),
            "unsupported type `FAST`: use `STANDARD` or `EXPRESS`",
        ),
        (r#"normalize("{\n  a")"#.to_owned(), "line 2, column 3"),
        (
            r#"policy("[]")"#.to_owned(),
            "the definition is an array, not an object",
        ),
        (
            format!("run({good}, {{}}, {{ B = {{ return = 1 }} }})"),
            "the workflow has no such state",
        ),
    ] {
        let workspace = workspace(
            &aws,
            &format!("output \"o\" {{\n  value = provider::sfn::{call}\n}}\n"),
        );
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
}

/// A run of a distributed Map state, with these arguments after the definition.
fn run_of_map(arguments: &str) -> String {
    format!(
        r#"
locals {{
  definition = jsonencode({{
    StartAt = "Each row"
    States = {{ "Each row" = {{
      Type       = "Map"
      ItemReader = {{
        Resource     = "arn:aws:states:::s3:getObject"
        ReaderConfig = {{ InputType = "CSV", CSVHeaderLocation = "FIRST_ROW" }}
        Parameters   = {{ Bucket = "orders", Key = "in.csv" }}
      }}
      ItemProcessor = {{
        ProcessorConfig = {{ Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }}
        StartAt         = "Charge"
        States          = {{ Charge = {{ Type = "Task", Resource = "arn:aws:lambda:eu-west-1:123456789012:function:f", End = true }} }}
      }}
      End = true
    }} }}
  }})
  run = provider::sfn::run(local.definition, {arguments})
}}

output "result" {{
  value = local.run.output
}}
"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_have_datasets_and_name_what_is_missing() {
    const DATASET: &str = "{ \"Each row\" = { content = \"id\\n1\\n2\\n\" } }";
    let aws = aws().await;
    for (arguments, expected) in [
        (
            format!("jsonencode({{ a = 1 }}), {{ Charge = {{ return = \"ok\" }} }}, {DATASET}"),
            "+ result = [ + \"ok\", + \"ok\", ]",
        ),
        (
            "\"{amount}\", {}".to_owned(),
            "Invalid value for \"input\" parameter: not valid JSON",
        ),
        (
            "{}, {}".to_owned(),
            "Add `{ \"Each row\" = { content = file(\"...\") } }` as the fourth argument",
        ),
        (
            format!("{{}}, {{}}, {DATASET}"),
            "Add `\"Charge\" = { return = {} }` to the mocks",
        ),
        (
            "{}, {}, { \"Each row\" = { file = \"in.csv\" } }".to_owned(),
            "files cannot be read here: use `content`",
        ),
        (
            "{}, { Charge = { throw = \"busy\" } }".to_owned(),
            "expected an object with `error`, and optionally `cause`",
        ),
        (
            "{}, { Charge = { command = [\"true\"] } }".to_owned(),
            "programs and other workflows cannot run here",
        ),
        (
            format!("{{}}, {{}}, {DATASET}, {{}}"),
            "there is only one argument with datasets",
        ),
    ] {
        let workspace = workspace(&aws, &run_of_map(&arguments));
        assert_says(&workspace.plan().await.unwrap(), &[expected]);
    }
}
