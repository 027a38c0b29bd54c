//! Tests the number of calls to AWS.

use local_aws::RecordedCall;

use super::{assert_empty, assert_success, aws, workspace};

const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "A"
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "A" {
    end = true
  }
}
"#;

fn writes(calls: &[RecordedCall]) -> Vec<&RecordedCall> {
    calls.iter().filter(|call| !call.reads()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_change_makes_no_writing_call_and_three_reading_ones() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    assert_success(&workspace.apply().await.unwrap());
    aws.proxy().forget();
    assert_empty(&workspace.plan().await.unwrap());
    let calls = aws.proxy().calls();
    assert!(calls.len() <= 3, "{calls:?}");
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    let calls = aws.proxy().calls();
    assert!(!calls.is_empty() && writes(&calls).is_empty(), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_an_object_asks_only_who_it_is_and_whether_the_definition_is_right() {
    let aws = aws().await;
    let workspace = workspace(&aws, CONFIGURATION);
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    let calls: Vec<_> = aws
        .proxy()
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    assert_eq!(
        calls,
        ["GetCallerIdentity", "ValidateStateMachineDefinition"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_to_write_the_same_state_updates_nothing() {
    let aws = aws().await;
    let task = |content: &str| {
        format!(
            "resource \"sfn_state_machine\" \"it\" {{\n  name = \"it\"\n  start_at = \"A\"\n  execution_role {{}}\n  task \"A\" {{\n    {content}\n    end = true\n  }}\n}}\n"
        )
    };
    let sugar = task(
        "lambda {\n function_arn = \"arn:aws:lambda:eu-west-1:123456789012:function:f\"\n retry_service_exceptions = false\n }",
    );
    let plain = task(
        "resource = \"arn:aws:states:::lambda:invoke\"\n output_path = \"$.Payload\"\n parameters = {\n FunctionName = \"arn:aws:lambda:eu-west-1:123456789012:function:f\"\n \"Payload.$\" = \"$\"\n }",
    );
    let workspace = workspace(&aws, &sugar);
    assert_success(&workspace.apply().await.unwrap());
    workspace.configure(&plain).unwrap();
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    assert!(
        writes(&aws.proxy().calls()).is_empty(),
        "{:?}",
        aws.proxy().calls()
    );
    assert_empty(&workspace.plan().await.unwrap());
}
