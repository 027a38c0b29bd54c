//! Plans that are saved and applied later, as in pipelines.

use e2e::{Outcome, Workspace};

use super::{assert_empty, assert_says, assert_success, aws, counts, describe, workspace};

const CODE: &str = "def handler(event, context):\n    return event\n";

fn configuration(comment: &str) -> String {
    format!(
        r#"
resource "sfn_lambda_function" "charge" {{
  function_name = "charge"
  source_dir    = "${{path.module}}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {{}}
}}

resource "sfn_state_machine" "orders" {{
  name     = "orders"
  comment  = "{comment}"
  start_at = "Charge"
  publish  = true
  execution_role {{}}
  logging_configuration {{
    level = "ERROR"
  }}
  task "Charge" {{
    timeout_seconds = 60
    lambda {{
      function_arn = sfn_lambda_function.charge.arn
    }}
    end = true
  }}
}}

resource "sfn_alias" "live" {{
  name = "live"
  routing_configuration {{
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }}
}}
"#
    )
}

/// Saves the plan as `saved`.
async fn save(workspace: &Workspace, options: &[&str]) -> Outcome {
    let arguments = [&["plan", "-no-color", "-out=saved"][..], options].concat();
    let plan = workspace.terraform(&arguments).await.unwrap();
    assert_success(&plan);
    plan
}

async fn apply_saved(workspace: &Workspace) -> Outcome {
    workspace
        .terraform(&["apply", "-no-color", "saved"])
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_creates_changes_and_destroys() {
    let aws = aws().await;
    let workspace = workspace(&aws, &configuration("one"));
    workspace.write("code/main.py", CODE).unwrap();
    assert_says(
        &save(&workspace, &[]).await,
        &["Plan: 3 to add, 0 to change, 0 to destroy."],
    );
    assert_eq!(counts(&aws).await, (0, 0, 0));
    assert_success(&apply_saved(&workspace).await);
    assert_empty(&workspace.plan().await.unwrap());

    workspace.configure(&configuration("two")).unwrap();
    assert_says(
        &save(&workspace, &[]).await,
        &["Plan: 0 to add, 2 to change, 0 to destroy."],
    );
    assert!(
        describe(&aws, "orders").await["definition"]
            .as_str()
            .unwrap()
            .contains("\"one\"")
    );
    assert_success(&apply_saved(&workspace).await);
    assert!(
        describe(&aws, "orders").await["definition"]
            .as_str()
            .unwrap()
            .contains("\"two\"")
    );
    assert_empty(&workspace.plan().await.unwrap());

    assert_says(
        &save(&workspace, &["-destroy"]).await,
        &["Plan: 0 to add, 0 to change, 3 to destroy."],
    );
    assert_success(&apply_saved(&workspace).await);
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_applied_in_another_folder() {
    let aws = aws().await;
    let first = workspace(&aws, &configuration("one"));
    first.write("code/main.py", CODE).unwrap();
    save(&first, &[]).await;
    let second = workspace(&aws, &configuration("one"));
    second.write("code/main.py", CODE).unwrap();
    std::fs::copy(first.path().join("saved"), second.path().join("saved")).unwrap();
    drop(first);
    assert_success(&apply_saved(&second).await);
    assert_empty(&second.plan().await.unwrap());
    assert_success(&second.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_that_somebody_overtook_is_not_applied() {
    let aws = aws().await;
    let workspace = workspace(&aws, &configuration("one"));
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    workspace.configure(&configuration("two")).unwrap();
    save(&workspace, &[]).await;
    workspace.configure(&configuration("three")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let refused = apply_saved(&workspace).await;
    assert_eq!(refused.code, 1, "{}", refused.text);
    assert_says(&refused, &["Saved plan is stale"]);
    assert!(
        describe(&aws, "orders").await["definition"]
            .as_str()
            .unwrap()
            .contains("\"three\"")
    );
    assert_empty(&workspace.plan().await.unwrap());
}
