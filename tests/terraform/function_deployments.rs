//! Gradual deployments of aliases of functions.

use std::sync::Arc;
use std::time::Duration;

use e2e::{Workspace, outcome};
use local_aws::LocalAws;
use serde_json::json;

use super::deployments::words;
use super::interrupted::{Until, apply_and_kill, skip_without_proc};
use super::{assert_empty, assert_says, assert_success, aws, workspace};

/// A function, and its alias `live` with this deployment.
fn function(deployment: &str) -> String {
    format!(
        r#"
resource "sfn_lambda_function" "f" {{
  function_name = "f"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  source_dir    = "${{path.module}}/code"
  execution_role {{}}
}}

resource "sfn_lambda_alias" "live" {{
  name             = "live"
  function_name    = sfn_lambda_function.f.function_name
  function_version = sfn_lambda_function.f.version
  deployment {{
{deployment}
  }}
}}
"#
    )
}

/// Changes the code of the function.
fn answer(workspace: &Workspace, answer: &str) {
    let code = format!("def handler(event, context):\n    return {{'answer': '{answer}'}}\n");
    workspace.write("code/main.py", &code).unwrap();
}

/// Reports invocations of a version, as Lambda does.
async fn invocations(aws: &LocalAws, version: &str, all: u32, errors: u32) {
    for (metric, count) in [("Invocations", all), ("Errors", errors)] {
        let dimensions = [
            ("FunctionName", "f"),
            ("Resource", "f:live"),
            ("ExecutedVersion", version),
        ];
        let dimensions: String = dimensions
            .iter()
            .zip(1..)
            .map(|((name, value), index)| {
                let member = format!("MetricData.member.1.Dimensions.member.{index}");
                format!("&{member}.Name={name}&{member}.Value={value}")
            })
            .collect();
        let form = format!(
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS/Lambda&MetricData.member.1.MetricName={metric}&MetricData.member.1.Value={count}{dimensions}"
        );
        aws.query("monitoring", &form)
            .await
            .expect("metrics are kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_functions_are_deployed_gradually() {
    let aws = Arc::new(aws().await);
    let steps = |expect: &str| {
        format!(
            "type = \"CANARY\"\npercentage = 10\ninterval = \"2s\"\nmaximum_failure_rate = 0.1\nbefore_traffic {{\n  expect = {{ output = {{ answer = \"{expect}\" }} }}\n}}"
        )
    };
    let workspace = workspace(&aws, &function(&steps("one")));
    answer(&workspace, "one");
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    answer(&workspace, "two");
    // The smoke invocation of the new version fails.
    workspace.configure(&function(&steps("three"))).unwrap();
    aws.proxy().forget();
    let run = workspace.apply().await.unwrap();
    let text = words(&run);
    assert!(text.contains("version 2 was not deployed"), "{text}");
    assert!(text.contains("got { \"answer\": \"two\" }"), "{text}");
    assert_eq!(aws.proxy().count("UpdateAlias"), 0);
    // Too many invocations fail.
    workspace.configure(&function(&steps("two"))).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["from version 1: 10 % at once, 100 % after 2s"],
    );
    let child = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap();
    while aws.proxy().count("UpdateAlias") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    invocations(&aws, "2", 10, 4).await;
    let run = outcome(child).await.unwrap();
    let text = words(&run);
    assert!(
        text.contains("the deployment of version 2 was rolled back"),
        "{text}"
    );
    assert!(
        text.contains("4 of 10 executions of the new version failed"),
        "{text}"
    );
    let state = workspace
        .resource("sfn_lambda_alias.live")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&state["function_version"], &state["description"]),
        (&json!("1"), &json!(null))
    );
    let bodies = aws.proxy().bodies("UpdateAlias");
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert!(
        bodies[0].contains("\"AdditionalVersionWeights\":{\"2\":0.1}"),
        "{bodies:?}"
    );
    // Without failures the version receives everything.
    let canary = "type = \"CANARY\"\npercentage = 60\ninterval = \"1s\"";
    workspace.configure(&function(canary)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_alias.live")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&state["function_version"], &state["routing_config"]),
        (&json!("2"), &json!(null))
    );
    if skip_without_proc() {
        return;
    }
    answer(&workspace, "three");
    assert!(apply_and_kill(&aws, &workspace, Until::Operation("UpdateAlias")).await);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_alias.live")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["function_version"], "3");
}
