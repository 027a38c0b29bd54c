//! `sfn test --aws`: the states of cases on the local AWS.

use e2e::Workspace;

use super::{assert_says, assert_success, aws};

const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": { "FunctionName": "charge", "Payload.$": "$" },
      "ResultPath": "$.charged",
      "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }],
      "Catch": [{ "ErrorEquals": ["Declined"], "ResultPath": "$.error", "Next": "Refused" }],
      "Next": "Large"
    },
    "Large": {
      "Type": "Choice",
      "Choices": [{ "Variable": "$.amount", "NumericGreaterThan": 100, "Next": "Wait" }],
      "Default": "Done"
    },
    "Wait": { "Type": "Wait", "Seconds": 86400, "Next": "Done" },
    "Done": { "Type": "Pass", "Parameters": { "paid.$": "$.amount" }, "End": true },
    "Refused": { "Type": "Fail", "Error": "Refused", "Cause": "declined" }
  }
}
"#;

const CASES: &str = r"workflow: order.asl.json
cases:
  paid at the second attempt:
    input: { amount: 200 }
    mocks:
      Charge: [{ throw: { error: Busy } }, { payload: { ok: true } }]
    expect: { output: { paid: 200 } }
  declined:
    input: { amount: 2 }
    mocks: { Charge: { throw: { error: Declined, cause: no money } } }
    expect: { error: Refused }
";

#[tokio::test(flavor = "multi_thread")]
async fn states_end_as_on_aws() {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    workspace.write("order.asl.json", ORDER).unwrap();
    workspace.write("order.sfntest.yaml", CASES).unwrap();
    let outcome = workspace.sfn(&["test", "--aws"]).await.unwrap();
    assert_success(&outcome);
    assert_says(&outcome, &["2 passed, 0 failed"]);
    let tests = aws.proxy().calls();
    assert_eq!(tests.len(), 5, "{tests:?}");
}

/// A random value is another one on AWS.
#[tokio::test(flavor = "multi_thread")]
async fn differences_are_shown_and_fail_the_case() {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    let definition = r#"{ "StartAt": "A", "States": { "A": { "Type": "Pass", "Parameters": { "a.$": "States.UUID()" }, "End": true } } }"#;
    workspace.write("a.asl.json", definition).unwrap();
    let cases = "workflow: a.asl.json\ncases:\n  id: { input: 1 }\n";
    workspace.write("a.sfntest.yaml", cases).unwrap();
    let outcome = workspace.sfn(&["test", "--aws"]).await.unwrap();
    assert_eq!(outcome.code, 1, "{}", outcome.text);
    assert_says(
        &outcome,
        &["output of `A` on AWS: expected", "0 passed, 1 failed"],
    );
}
