//! The example workflows: applied, and executed with a successful and a failing result.

use std::time::Duration;

use e2e::{Workspace, repository};
use local_aws::LocalAws;
use serde_json::{Value, json};

use super::{assert_empty, assert_success, aws, machine_arn};

/// An execution and its expected result.
struct Case {
    /// Name of the mocked test case for calls that the emulator does not support; can be empty.
    mocked: &'static str,
    input: &'static str,
    status: &'static str,
    /// Text in the output or, if the execution fails, in the error.
    says: &'static str,
}

const fn case(input: &'static str, status: &'static str, says: &'static str) -> Case {
    Case {
        mocked: "",
        input,
        status,
        says,
    }
}

const fn mocked(
    mocked: &'static str,
    input: &'static str,
    status: &'static str,
    says: &'static str,
) -> Case {
    Case {
        mocked,
        input,
        status,
        says,
    }
}

const CONNECTION: &str = "arn:aws:events:eu-west-1:123456789012:connection/theirs/1";

/// An AWS with the objects that the workflows use.
async fn with_objects() -> LocalAws {
    let aws = aws().await;
    aws.skip_waits(true).await.unwrap();
    aws.create_topic("orders").await.unwrap();
    for (table, key) in [("customers", "customerId"), ("events", "userId")] {
        let body = json!({
            "TableName": table, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": "S" }],
        });
        aws.call("DynamoDB_20120810.CreateTable", &body)
            .await
            .unwrap();
    }
    let item = json!({ "customerId": { "S": "c-1" }, "name": { "S": "Ada" } });
    aws.call(
        "DynamoDB_20120810.PutItem",
        &json!({ "TableName": "customers", "Item": item }),
    )
    .await
    .unwrap();
    aws
}

/// Applies an example with these variables, expects an empty plan, executes the workflow, and destroys it.
async fn check(folder: &str, variables: &[(&str, &str)], mocks: Value, cases: &[Case]) {
    let aws = with_objects().await;
    aws.mock(&mocks).await.unwrap();
    let workspace = applied(&aws, folder, variables).await;
    for case in cases {
        let ended = execute(&aws, folder, case).await;
        compare(&aws, &workspace, &ended).await;
        assert_eq!(
            ended["status"], case.status,
            "{folder} with {}: {ended}",
            case.input
        );
        let said = ended["output"]
            .as_str()
            .filter(|_| case.status == "SUCCEEDED")
            .or(ended["error"].as_str());
        let said = said.unwrap_or_default().replace(' ', "");
        assert!(
            said.contains(&case.says.replace(' ', "")),
            "{folder} with {}: {said}",
            case.input
        );
    }
    assert_success(&workspace.destroy().await.unwrap());
}

/// Repeats an execution offline, with the results that its tasks had, and expects the same end.
async fn compare(aws: &LocalAws, workspace: &Workspace, ended: &Value) {
    let about = json!({ "executionArn": ended["executionArn"], "maxResults": 1000 });
    let history = aws.call("AWSStepFunctions.GetExecutionHistory", &about);
    let mut history = history.await.unwrap();
    if !is_complete(&history) {
        return;
    }
    // The emulator names no previous events.
    for event in history["events"].as_array_mut().unwrap() {
        event["previousEventId"] = json!(event["id"].as_u64().unwrap() - 1);
    }
    let machine = json!({ "stateMachineArn": ended["stateMachineArn"] });
    let machine = aws.call("AWSStepFunctions.DescribeStateMachine", &machine);
    let definition = machine.await.unwrap()["definition"]
        .as_str()
        .unwrap()
        .to_owned();
    workspace
        .write("offline/definition.asl.json", &definition)
        .unwrap();
    workspace
        .write("offline/history.json", &history.to_string())
        .unwrap();
    let from = [
        "test",
        "--from",
        "offline/history.json",
        "--workflow",
        "definition.asl.json",
    ];
    let recorded = workspace.sfn(&from).await.unwrap();
    let arn = ended["executionArn"].as_str().unwrap();
    let of_aws = workspace.sfn(&["test", "--from", arn]).await.unwrap();
    assert_success(&of_aws);
    assert!(of_aws.stdout.contains("    expect:\n"), "{}", of_aws.stdout);
    let machine = ended["stateMachineArn"].as_str().unwrap();
    let of_machine = recorded.stdout.replace("definition.asl.json", machine);
    workspace
        .write("offline/of-aws.sfntest.yaml", &of_machine)
        .unwrap();
    assert_success(&recorded);
    workspace
        .write("offline/recorded.sfntest.yaml", &recorded.stdout)
        .unwrap();
    let repeated = workspace.sfn(&["test", "offline"]).await.unwrap();
    assert!(
        repeated.is_success(),
        "{}\n{}\n{history}",
        recorded.stdout,
        repeated.text
    );
}

/// Whether the history of the emulator has the results of all tasks in an order that says where they belong. It has no
/// events of mocked tasks, and mixes those of branches and items.
fn is_complete(history: &Value) -> bool {
    let events = history["events"].as_array().unwrap().windows(2);
    let mut types = events.map(|pair| (pair[0]["type"].as_str(), pair[1]["type"].as_str()));
    types.all(|types| match types {
        (Some("TaskStateEntered"), next) => next == Some("TaskScheduled"),
        (first, _) => !matches!(first, Some("ParallelStateEntered" | "MapStateEntered")),
    })
}

async fn applied(aws: &LocalAws, folder: &str, variables: &[(&str, &str)]) -> Workspace {
    let mut workspace = Workspace::of_example(aws, &format!("workflows/{folder}")).unwrap();
    for (name, value) in variables {
        workspace.set_env(&format!("TF_VAR_{name}"), value);
    }
    assert_success(&workspace.terraform(&["get", "-no-color"]).await.unwrap());
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
}

async fn execute(aws: &LocalAws, machine: &str, case: &Case) -> Value {
    let suffix = if case.mocked.is_empty() {
        String::new()
    } else {
        format!("#{}", case.mocked)
    };
    let body = json!({ "stateMachineArn": format!("{}{suffix}", machine_arn(machine)), "input": case.input });
    let started = aws
        .call("AWSStepFunctions.StartExecution", &body)
        .await
        .unwrap();
    let arn = json!({ "executionArn": started["executionArn"] });
    for _ in 0..300 {
        let found = aws
            .call("AWSStepFunctions.DescribeExecution", &arn)
            .await
            .unwrap();
        if found["status"] != "RUNNING" {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the execution of {machine} does not end");
}

/// Mocked responses by test case and state.
fn mocks(machine: &str, cases: Value, responses: Value) -> Value {
    json!({ "StateMachines": { machine: { "TestCases": cases } }, "MockedResponses": responses })
}

/// An error with this name. In the emulator, errors of functions always have the same name.
fn thrown(error: &str) -> Value {
    json!({ "Throw": { "Error": error, "Cause": "as the test says" } })
}

const TOPIC: (&str, &str) = ("topic_arn", "arn:aws:sns:eu-west-1:123456789012:orders");

#[tokio::test(flavor = "multi_thread")]
async fn order_processing_sequential() {
    let answers = mocks(
        "order-processing-sequential",
        json!({ "Declined": { "ProcessPayment": "Declined" } }),
        json!({ "Declined": { "0": thrown("PaymentDeclined") } }),
    );
    let cases = [
        case(r#"{"orderId":"1"}"#, "SUCCEEDED", "MessageId"),
        mocked("Declined", r#"{"orderId":"2"}"#, "SUCCEEDED", "MessageId"),
        case(
            r#"{"orderId":"3","card":"unknown"}"#,
            "SUCCEEDED",
            "MessageId",
        ),
        case("{}", "FAILED", ""),
    ];
    check("order-processing-sequential", &[TOPIC], answers, &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn saas_onboarding() {
    // The emulator does not call third-party APIs, so the response is mocked.
    let answers = mocks(
        "saas-onboarding",
        json!({
            "Good": { "CreatePaymentCustomer": "Made" },
            "Bad": { "CreatePaymentCustomer": "Refused" },
            "Invalid": { "ValidateSignup": "Invalid" },
        }),
        json!({
            "Made": { "0": { "Return": { "ResponseBody": { "id": "cus_1" }, "StatusCode": 200 } } },
            "Refused": { "0": thrown("States.Http.StatusCode.401") },
            "Invalid": { "0": thrown("ValidationError") },
        }),
    );
    let cases = [
        mocked("Good", r#"{"email":"ada@example.com"}"#, "SUCCEEDED", "{"),
        mocked(
            "Bad",
            r#"{"email":"ada@example.com"}"#,
            "FAILED",
            "States.Http.StatusCode.401",
        ),
        mocked("Invalid", r#"{"email":"nobody"}"#, "SUCCEEDED", "MessageId"),
        case(r#"{"email":"nobody"}"#, "FAILED", ""),
    ];
    check(
        "saas-onboarding",
        &[
            TOPIC,
            ("table_name", "events"),
            ("connection_arn", CONNECTION),
        ],
        answers,
        &cases,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_access() {
    let cases = [
        case(r#"{"user_id":"ada"}"#, "SUCCEEDED", r#""role":"admin""#),
        case(r#"{"user_id":"eve"}"#, "FAILED", "AccessDenied"),
    ];
    check("user-access", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customer_lookup() {
    let cases = [
        case(r#"{"customerId":"c-1"}"#, "SUCCEEDED", r#"{"name":"Ada"}"#),
        case(r#"{"customerId":"c-2"}"#, "FAILED", "UnknownCustomer"),
    ];
    check(
        "customer-lookup",
        &[("table_name", "customers")],
        json!({}),
        &cases,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn create_order() {
    let cases = [
        case(
            r#"{"id":"o","customer":{"id":"c"},"items":[{"name":"pen","qty":3},{"name":"ink","qty":1}]}"#,
            "SUCCEEDED",
            r#""orderResult":{"orderId":"o","pieces":4}"#,
        ),
        case(
            r#"{"id":"o","customer":{"id":"c"},"items":[]}"#,
            "FAILED",
            "",
        ),
    ];
    check("create-order", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_with_fallbacks() {
    // The timeout is mocked, because waiting for it would take half a minute.
    let answers = mocks(
        "payment-with-fallbacks",
        json!({ "Slow": { "Pay": "Late", "PayLater": "Paid" }, "Declined": { "Pay": "Declined" } }),
        json!({
            "Declined": { "0-9": thrown("PaymentDeclined") },
            "Late": { "0-9": thrown("States.Timeout") },
            "Paid": { "0": { "Return": { "Payload": { "paid": true } } } },
        }),
    );
    let cases = [
        case(r#"{"card":"valid"}"#, "SUCCEEDED", r#""paid":true"#),
        mocked(
            "Declined",
            r#"{"card":"declined"}"#,
            "SUCCEEDED",
            r#""paid":false"#,
        ),
        case(r#"{"card":"broken"}"#, "FAILED", ""),
        mocked("Slow", "{}", "SUCCEEDED", r#""paid":true"#),
    ];
    check("payment-with-fallbacks", &[], answers, &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_checkout() {
    let cases = [
        case(
            r#"{"card":"valid"}"#,
            "SUCCEEDED",
            r#""chargeId":"ch-1","reservationId":"r-1""#,
        ),
        case(r#"{"card":"declined"}"#, "FAILED", "CheckoutFailed"),
    ];
    check("parallel-checkout", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn job_polling() {
    let cases = [
        case("{}", "SUCCEEDED", r#""looks":3"#),
        case(r#"{"ends":"failed"}"#, "FAILED", "JobFailed"),
    ];
    check("job-polling", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callback() {
    // No worker returns the task token, so the responses are mocked.
    let answers = mocks(
        "callback",
        json!({ "Good": { "StartJob": "Answered" }, "Bad": { "StartJob": "Refused" } }),
        json!({
            "Answered": { "0": { "Return": { "frames": 24 } } },
            "Refused": { "0": thrown("RenderFailed") },
        }),
    );
    let cases = [
        mocked("Good", r#"{"job":"render"}"#, "SUCCEEDED", r#""frames":24"#),
        mocked("Bad", r#"{"job":"render"}"#, "FAILED", "RenderFailed"),
    ];
    check("callback", &[], answers, &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn third_party_api() {
    // The emulator does not call third-party APIs, so the responses are mocked.
    let answers = mocks(
        "third-party-api",
        json!({ "Good": { "Process": "Done" }, "Bad": { "Process": "Refused" } }),
        json!({
            "Done": { "0": { "Return": { "ResponseBody": { "done": true }, "StatusCode": 200 } } },
            "Refused": { "0": thrown("States.Http.StatusCode.403") },
        }),
    );
    let cases = [
        mocked(
            "Good",
            r#"{"order":1}"#,
            "SUCCEEDED",
            r#"{"answer":{"done":true}}"#,
        ),
        mocked(
            "Bad",
            r#"{"order":1}"#,
            "FAILED",
            "States.Http.StatusCode.403",
        ),
    ];
    check(
        "third-party-api",
        &[("connection_arn", CONNECTION)],
        answers,
        &cases,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nested() {
    let cases = [
        case(
            r#"{"orderId":"o","totalAmount":42}"#,
            "SUCCEEDED",
            r#""success":true"#,
        ),
        case(
            r#"{"orderId":"o","totalAmount":0}"#,
            "FAILED",
            "PaymentFailed",
        ),
    ];
    check("nested", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamic_parallelism() {
    let cases = [
        case(
            r#"{"items":[{"number":2},{"number":3}]}"#,
            "SUCCEEDED",
            r#""square":9"#,
        ),
        case(
            r#"{"items":[{"number":2},{"number":-1}]}"#,
            "SUCCEEDED",
            r#"{"done":false}"#,
        ),
    ];
    check("dynamic-parallelism", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonata_variables() {
    let cases = [
        case(
            r#"{"customer":"ada","items":[{"price":20,"quantity":6}]}"#,
            "SUCCEEDED",
            r#""shipping":0,"total":120"#,
        ),
        case(
            r#"{"customer":"ada","items":[{"price":2,"quantity":2}]}"#,
            "SUCCEEDED",
            r#""shipping":5"#,
        ),
    ];
    check("jsonata-variables", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn express_logging() {
    let cases = [
        case(r#"{"orderId":"o-1"}"#, "SUCCEEDED", r#""accepted":true"#),
        case("{}", "FAILED", "NoOrder"),
    ];
    check("express-logging", &[], json!({}), &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_fragment() {
    let answers = mocks(
        "shared-fragment",
        json!({ "Bad": { "Publish": "Refused" } }),
        json!({ "Refused": { "0-9": thrown("SNS.AuthorizationError") } }),
    );
    let cases = [
        case(r#"{"orderId":"o-1"}"#, "SUCCEEDED", "MessageId"),
        mocked(
            "Bad",
            r#"{"orderId":"o-1"}"#,
            "FAILED",
            "SNS.AuthorizationError",
        ),
    ];
    check("shared-fragment", &[TOPIC], answers, &cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn distributed_map() {
    let aws = with_objects().await;
    aws.create_bucket("files").await.unwrap();
    aws.put_object("files", "in/orders.csv", "order,amount\n1,10\n2,20.5\n")
        .await
        .unwrap();
    let workspace = applied(&aws, "distributed-map", &[("bucket", "files")]).await;
    let state = workspace
        .resource("sfn_state_machine.this")
        .await
        .unwrap()
        .unwrap();
    let policy = state["policy_json"].as_str().unwrap();
    for part in [
        "arn:aws:s3:::files/in/orders.csv",
        "arn:aws:s3:::files/out/*",
        "stateMachine:distributed-map",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    let ended = execute(&aws, "distributed-map", &case("{}", "SUCCEEDED", "")).await;
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    // In this file, one failing row is more than 5% of the rows.
    aws.put_object("files", "in/orders.csv", "order,amount\n1,ten\n")
        .await
        .unwrap();
    let ended = execute(&aws, "distributed-map", &case("{}", "FAILED", "")).await;
    assert_eq!(ended["status"], "FAILED", "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn canary() {
    let aws = with_objects().await;
    let mut workspace = applied(&aws, "canary", &[]).await;
    let routes = async |workspace: &Workspace| {
        let alias = workspace.resource("sfn_alias.live").await.unwrap().unwrap();
        let routes = alias["routing_configuration"].as_array().unwrap().clone();
        let of = |route: &Value| {
            let version = route["state_machine_version_arn"].as_str().unwrap();
            format!(
                "{}: {}",
                version.rsplit(':').next().unwrap(),
                route["weight"]
            )
        };
        routes.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(routes(&workspace).await, ["1: 100"]);
    workspace.set_env("TF_VAR_comment", "second");
    workspace.set_env("TF_VAR_stable_version", "1");
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(routes(&workspace).await, ["1: 90", "2: 10"]);
    workspace.remove_env("TF_VAR_stable_version");
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(routes(&workspace).await, ["2: 100"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn start_from_lambda() {
    let aws = with_objects().await;
    applied(&aws, "start-from-lambda", &[]).await;
    let sent = aws
        .proxy()
        .bodies("PutRolePolicy")
        .join("")
        .replace("%3A", ":");
    for part in [
        "states:StartExecution",
        "states:DescribeExecution",
        "stateMachine:start-from-lambda",
    ] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
    // Repeated messages for the same order start one execution.
    for _ in 0..2 {
        let told = aws
            .invoke("start-from-lambda-start", &json!({ "orderId": "7" }))
            .await
            .unwrap();
        assert!(
            told["executionArn"]
                .as_str()
                .is_some_and(|arn| arn.ends_with(":order-7")),
            "{told}"
        );
    }
    let list = json!({ "stateMachineArn": machine_arn("start-from-lambda") });
    let list = aws
        .call("AWSStepFunctions.ListExecutions", &list)
        .await
        .unwrap();
    assert_eq!(list["executions"].as_array().unwrap().len(), 1, "{list}");
}

/// Each folder has a test, and its README describes it.
#[test]
fn every_workflow_is_executed() {
    let tests = include_str!("workflows.rs");
    for entry in std::fs::read_dir(repository().join("examples/workflows")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "order-processing" {
            assert!(
                tests.contains(&format!("async fn {}()", name.replace('-', "_"))),
                "{name} has no test"
            );
            assert!(path.join("README.md").exists(), "{name} has no README.md");
        }
    }
}
