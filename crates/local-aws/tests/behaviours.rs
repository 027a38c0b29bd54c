//! The local AWS responds as AWS does, including behavior that the emulator lacks.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local_aws::{ACCOUNT, Fault, LocalAws, REGION};
use serde_json::{Value, json};

/// A ZIP archive without files, in base64.
const CODE: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// A local AWS for this test.
async fn aws() -> LocalAws {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let (process, number) = (std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
    let log = std::env::temp_dir().join(format!("ministack-behaviours-{process}-{number}.log"));
    LocalAws::start(&log).await.unwrap()
}

/// A call.
#[derive(Debug, Clone)]
struct Sent {
    service: &'static str,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// A call, and the expected status and content of the response.
type Step = (Sent, u16, Value);

fn json_call(service: &'static str, target: String, body: &Value) -> Sent {
    let headers = vec![
        ("content-type", "application/x-amz-json-1.0".into()),
        ("x-amz-target", target),
    ];
    Sent {
        service,
        method: Method::POST,
        path: "/".into(),
        headers,
        body: body.to_string(),
    }
}

/// A call of Step Functions.
fn states(operation: &str, body: Value) -> Sent {
    json_call("states", format!("AWSStepFunctions.{operation}"), &body)
}

/// A call of CloudWatch Logs.
fn logs(operation: &str, body: Value) -> Sent {
    json_call("logs", format!("Logs_20140328.{operation}"), &body)
}

/// A call of IAM or CloudWatch.
fn query(service: &'static str, form: &str) -> Sent {
    let headers = vec![("content-type", "application/x-www-form-urlencoded".into())];
    Sent {
        service,
        method: Method::POST,
        path: "/".into(),
        headers,
        body: form.into(),
    }
}

/// A call of Lambda.
fn lambda(method: Method, path: &str, body: Value) -> Sent {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    Sent {
        service: "lambda",
        method,
        path: path.into(),
        headers: Vec::new(),
        body,
    }
}

/// Status, content type and body of a response. The body is a text if it is not JSON.
async fn send(aws: &LocalAws, sent: &Sent) -> (u16, String, Value) {
    let scope = format!("{ACCOUNT}/20260101/{REGION}/{}/aws4_request", sent.service);
    let mut request = Request::builder()
        .method(sent.method.clone())
        .uri(format!("{}{}", aws.url(), sent.path))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        );
    for (name, value) in &sent.headers {
        request = request.header(*name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(sent.body.clone())))
        .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let kind = parts
        .headers
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned())
        .unwrap_or_default();
    let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
    (
        parts.status.as_u16(),
        kind,
        serde_json::from_slice(&bytes).unwrap_or_else(|_| text()),
    )
}

/// Whether a response has the expected content: these members of an object, where null means a
/// missing one, or this part of XML.
fn has(answer: &Value, wanted: &Value) -> bool {
    match (answer, wanted) {
        (_, Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| has(answer.get(name).unwrap_or(&Value::Null), wanted)),
        (Value::String(xml), Value::String(part)) if xml.starts_with("<?xml") => {
            xml.contains(part.as_str())
        }
        _ => answer == wanted,
    }
}

/// Makes calls one after the other, and compares each status and response. Returns the responses.
async fn check(aws: &LocalAws, steps: &[Step]) -> Vec<Value> {
    let mut answers = Vec::new();
    for (sent, status, wanted) in steps {
        let (found, _, answer) = send(aws, sent).await;
        assert_eq!(found, *status, "{sent:?}: {answer}");
        assert!(
            has(&answer, wanted),
            "{sent:?}: {answer} does not contain {wanted}"
        );
        answers.push(answer);
    }
    answers
}

/// Makes calls one after the other, which must all have equal responses.
async fn check_equal(aws: &LocalAws, calls: &[Sent]) {
    let steps: Vec<Step> = calls
        .iter()
        .map(|sent| (sent.clone(), 200, json!({})))
        .collect();
    let answers = check(aws, &steps).await;
    assert!(
        answers.windows(2).all(|pair| pair.first() == pair.last()),
        "{answers:#?}"
    );
}

/// Makes calls one after the other, which must all be rejected with this code.
async fn check_refused(aws: &LocalAws, code: &str, calls: &[Sent]) {
    let steps: Vec<Step> = calls
        .iter()
        .map(|sent| (sent.clone(), 400, json!({ "__type": code })))
        .collect();
    check(aws, &steps).await;
}

fn arn(resource: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:{resource}")
}

/// The body with additional members.
fn with(mut body: Value, more: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (body.as_object_mut(), more) {
        members.extend(more);
    }
    body
}

fn create_machine(more: Value) -> Sent {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let body = json!({ "name": "m", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r" });
    states("CreateStateMachine", with(body, more))
}

fn machine(operation: &str) -> Sent {
    states(
        operation,
        json!({ "stateMachineArn": arn("stateMachine:m") }),
    )
}

fn describe_version(number: u32) -> Sent {
    states(
        "DescribeStateMachine",
        json!({ "stateMachineArn": arn(&format!("stateMachine:m:{number}")) }),
    )
}

fn create_alias(weights: &[(u32, u32)], more: Value) -> Sent {
    let route = |(version, weight): &(u32, u32)| {
        let version = arn(&format!("stateMachine:m:{version}"));
        json!({ "stateMachineVersionArn": version, "weight": weight })
    };
    let routes: Vec<Value> = weights.iter().map(route).collect();
    states(
        "CreateStateMachineAlias",
        with(
            json!({ "name": "live", "routingConfiguration": routes }),
            more,
        ),
    )
}

fn function(method: Method, rest: &str, body: Value) -> Sent {
    lambda(method, &format!("/2015-03-31/functions/f{rest}"), body)
}

fn create_function(more: Value) -> Sent {
    let body = json!({
        "FunctionName": "f", "Runtime": "python3.13", "Handler": "main.handler",
        "Role": "arn:aws:iam::123456789012:role/r", "Code": { "ZipFile": CODE },
    });
    lambda(Method::POST, "/2015-03-31/functions", with(body, more))
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_aliases_are_deleted_with_their_state_machine() {
    let aws = aws().await;
    let describe_alias = || {
        states(
            "DescribeStateMachineAlias",
            json!({ "stateMachineAliasArn": arn("stateMachine:m:live") }),
        )
    };
    let gone = || -> Vec<Step> {
        vec![
            (
                describe_alias(),
                400,
                json!({ "__type": "ResourceNotFound" }),
            ),
            (
                describe_version(1),
                400,
                json!({ "__type": "StateMachineDoesNotExist" }),
            ),
        ]
    };
    let steps: [Vec<Step>; 4] = [
        vec![
            (create_machine(json!({ "publish": true })), 200, json!({})),
            (machine("PublishStateMachineVersion"), 200, json!({})),
            (create_alias(&[(1, 60), (2, 40)], json!({})), 200, json!({})),
            (describe_alias(), 200, json!({ "name": "live" })),
            (describe_version(1), 200, json!({ "name": "m" })),
            (machine("DeleteStateMachine"), 200, json!({})),
            (
                machine("ListStateMachineAliases"),
                400,
                json!({ "__type": "StateMachineDoesNotExist" }),
            ),
            (
                machine("ListStateMachineVersions"),
                400,
                json!({ "__type": "StateMachineDoesNotExist" }),
            ),
        ],
        gone(),
        vec![
            (create_machine(json!({})), 200, json!({})),
            (
                machine("ListStateMachineAliases"),
                200,
                json!({ "stateMachineAliases": [] }),
            ),
            (
                machine("ListStateMachineVersions"),
                200,
                json!({ "stateMachineVersions": [] }),
            ),
        ],
        gone(),
    ];
    check(&aws, &steps.concat()).await;
    let writes: Vec<String> = aws
        .proxy()
        .writes()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    let sent = [
        "CreateStateMachine",
        "PublishStateMachineVersion",
        "CreateStateMachineAlias",
        "DeleteStateMachine",
        "CreateStateMachine",
    ];
    assert_eq!(writes, sent, "the proxy's own calls are not recorded");
    assert_eq!(aws.proxy().count("ListStateMachineAliases"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_an_equal_state_machine_gives_the_one_that_exists() {
    let aws = aws().await;
    let create = |more: Value| {
        create_machine(with(
            json!({ "tracingConfiguration": { "enabled": true } }),
            more,
        ))
    };
    check_equal(
        &aws,
        &[
            create(json!({})),
            create(json!({})),
            create(json!({ "roleArn": "arn:aws:iam::123456789012:role/other" })),
            create(json!({ "tags": [{ "key": "a", "value": "1" }] })),
            create(json!({ "type": "STANDARD", "encryptionConfiguration": { "type": "AWS_OWNED_KEY" } })),
            create(json!({ "loggingConfiguration": { "level": "OFF" } })),
            create(json!({ "loggingConfiguration": { "destinations": [] } })),
        ],
    )
    .await;
    let customer = json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": KEY });
    check_refused(
        &aws,
        "StateMachineAlreadyExists",
        &[
            create(json!({ "definition": r#"{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}"# })),
            create(json!({ "type": "EXPRESS" })),
            create(
                json!({ "loggingConfiguration": { "level": "OFF", "includeExecutionData": true } }),
            ),
            create(json!({ "encryptionConfiguration": customer })),
            create(json!({ "publish": true })),
            create(json!({ "tracingConfiguration": { "enabled": false } })),
            create_machine(json!({})),
        ],
    )
    .await;
    let untraced = json!({ "tracingConfiguration": { "enabled": false } });
    let update = with(
        json!({ "stateMachineArn": arn("stateMachine:m") }),
        untraced.clone(),
    );
    check(
        &aws,
        &[
            (
                machine("DescribeStateMachine"),
                200,
                json!({ "tracingConfiguration": { "enabled": true } }),
            ),
            (states("UpdateStateMachine", update), 200, json!({})),
            (create_machine(json!({})), 200, json!({})),
            (
                create(json!({})),
                400,
                json!({ "__type": "StateMachineAlreadyExists" }),
            ),
            (machine("DescribeStateMachine"), 200, untraced),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tracing_is_kept_for_state_machines_and_versions() {
    let aws = aws().await;
    let tracing = |enabled: bool| json!({ "tracingConfiguration": { "enabled": enabled } });
    let update = |more: Value| {
        states(
            "UpdateStateMachine",
            with(
                json!({ "stateMachineArn": arn("stateMachine:m"), "publish": true }),
                more,
            ),
        )
    };
    check(
        &aws,
        &[
            (
                create_machine(with(json!({ "publish": true }), tracing(true))),
                200,
                json!({}),
            ),
            (
                update(json!({ "roleArn": "arn:aws:iam::123456789012:role/other" })),
                200,
                json!({}),
            ),
            (update(tracing(false)), 200, json!({})),
            (describe_version(1), 200, tracing(true)),
            (describe_version(2), 200, tracing(true)),
            (describe_version(3), 200, tracing(false)),
            (machine("DescribeStateMachine"), 200, tracing(false)),
            (update(tracing(true)), 200, json!({})),
            (machine("DescribeStateMachine"), 200, tracing(true)),
            (machine("DeleteStateMachine"), 200, json!({})),
            (create_machine(json!({ "publish": true })), 200, json!({})),
            (describe_version(1), 200, tracing(false)),
            (machine("DescribeStateMachine"), 200, tracing(false)),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_an_equal_alias_gives_the_one_that_exists() {
    let aws = aws().await;
    check(
        &aws,
        &[
            (create_machine(json!({ "publish": true })), 200, json!({})),
            (machine("PublishStateMachineVersion"), 200, json!({})),
        ],
    )
    .await;
    let routes = [(1, 60), (2, 40)];
    check_equal(
        &aws,
        &[
            create_alias(&routes, json!({})),
            create_alias(&routes, json!({ "description": "" })),
            create_alias(&[(2, 40), (1, 60)], json!({})),
        ],
    )
    .await;
    check_refused(
        &aws,
        "ConflictException",
        &[
            create_alias(&routes, json!({ "description": "other" })),
            create_alias(&[(1, 40), (2, 60)], json!({})),
            create_alias(&[(1, 100)], json!({})),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_an_equal_activity_gives_the_one_that_exists() {
    let aws = aws().await;
    let create = |more: Value| states("CreateActivity", with(json!({ "name": "a" }), more));
    let activity = |operation: &str| states(operation, json!({ "activityArn": arn("activity:a") }));
    let owned = json!({ "encryptionConfiguration": { "type": "AWS_OWNED_KEY" } });
    let customer = json!({ "encryptionConfiguration": { "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": KEY } });
    let reuse = |seconds: u32| {
        let kind = "CUSTOMER_MANAGED_KMS_KEY";
        json!({ "encryptionConfiguration":
            { "type": kind, "kmsKeyId": KEY, "kmsDataKeyReusePeriodSeconds": seconds } })
    };
    let tags = json!({ "tags": [{ "key": "a", "value": "1" }] });
    check_equal(
        &aws,
        &[create(json!({})), create(tags), create(owned.clone())],
    )
    .await;
    check_refused(&aws, "ActivityAlreadyExists", &[create(customer.clone())]).await;
    check(
        &aws,
        &[
            (activity("DescribeActivity"), 200, owned.clone()),
            (activity("DeleteActivity"), 200, json!({})),
            (
                activity("DescribeActivity"),
                400,
                json!({ "__type": "ActivityDoesNotExist" }),
            ),
        ],
    )
    .await;
    check_equal(&aws, &[create(customer), create(reuse(300))]).await;
    check_refused(
        &aws,
        "ActivityAlreadyExists",
        &[create(json!({})), create(owned), create(reuse(60))],
    )
    .await;
    check(&aws, &[(activity("DescribeActivity"), 200, reuse(300))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_an_unchanged_function_gives_its_last_version() {
    let aws = aws().await;
    let publish = || function(Method::POST, "/versions", json!({}));
    let version = |number: u32| {
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:{number}");
        json!({ "Version": number.to_string(), "FunctionArn": arn })
    };
    let configure = || {
        function(
            Method::PUT,
            "/configuration",
            json!({ "Description": "other" }),
        )
    };
    let code = json!({ "ZipFile": CODE, "Publish": true });
    check(
        &aws,
        &[
            (
                create_function(json!({ "Publish": true })),
                201,
                json!({ "Version": "1" }),
            ),
            (publish(), 201, version(1)),
            (publish(), 201, version(1)),
            (configure(), 200, json!({})),
            (publish(), 201, version(2)),
            (publish(), 201, version(2)),
            (
                function(Method::PUT, "/code", code),
                200,
                json!({ "Version": "3" }),
            ),
            (publish(), 201, version(3)),
            (configure(), 200, json!({})),
            (publish(), 201, version(4)),
            (function(Method::DELETE, "", Value::Null), 204, json!({})),
            (
                publish(),
                404,
                json!({ "__type": "ResourceNotFoundException" }),
            ),
            (
                create_function(json!({})),
                201,
                json!({ "Version": "$LATEST" }),
            ),
            (publish(), 201, version(1)),
        ],
    )
    .await;
    assert_eq!(
        aws.proxy().count("ListVersionsByFunction"),
        0,
        "the proxy's own calls are not recorded"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kms_key_goes_with_the_environment_variables() {
    let aws = aws().await;
    let key = || json!({ "KMSKeyArn": KEY });
    let none = || json!({ "FunctionName": "f", "KMSKeyArn": null });
    let variables = || json!({ "Environment": { "Variables": { "a": "1" } } });
    let empty = json!({ "Environment": { "Variables": {} } });
    let update = |body: Value| function(Method::PUT, "/configuration", body);
    let read = || function(Method::GET, "/configuration", Value::Null);
    check(
        &aws,
        &[
            (create_function(key()), 201, none()),
            (read(), 200, none()),
            (
                function(Method::GET, "", Value::Null),
                200,
                json!({ "Configuration": none() }),
            ),
            (update(key()), 200, none()),
            (update(variables()), 200, none()),
            (update(key()), 200, key()),
            (read(), 200, key()),
            (
                function(Method::GET, "", Value::Null),
                200,
                json!({ "Configuration": key() }),
            ),
            (function(Method::POST, "/versions", json!({})), 201, key()),
            (update(empty), 200, none()),
            (update(variables()), 200, none()),
            (update(with(variables(), key())), 200, key()),
            (function(Method::DELETE, "", Value::Null), 204, json!({})),
            (create_function(with(variables(), key())), 201, key()),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_an_alias_is_deleted_with_it() {
    let aws = aws().await;
    let create = |name: &str| {
        function(
            Method::POST,
            "/aliases",
            json!({ "Name": name, "FunctionVersion": "1" }),
        )
    };
    let allow = |alias: &str, statement: &str| {
        let principal = "states.amazonaws.com";
        let body = json!({ "StatementId": statement, "Action": "lambda:InvokeFunction", "Principal": principal });
        function(Method::POST, &format!("/policy?Qualifier={alias}"), body)
    };
    let policy = |alias: &str| {
        function(
            Method::GET,
            &format!("/policy?Qualifier={alias}"),
            Value::Null,
        )
    };
    let none = || json!({ "__type": "ResourceNotFoundException" });
    check(
        &aws,
        &[
            (create_function(json!({ "Publish": true })), 201, json!({})),
            (create("live"), 201, json!({})),
            (create("other"), 201, json!({})),
            (allow("live", "one"), 201, json!({})),
            (allow("live", "two"), 201, json!({})),
            (allow("other", "three"), 201, json!({})),
            (policy("live"), 200, json!({})),
            (
                function(Method::DELETE, "/aliases/live", Value::Null),
                204,
                json!({}),
            ),
            (policy("live"), 404, none()),
            (create("live"), 201, json!({})),
            (policy("live"), 404, none()),
            (policy("other"), 200, json!({})),
            (allow("live", "one"), 201, json!({})),
            (policy("live"), 200, json!({})),
        ],
    )
    .await;
    assert_eq!(
        aws.proxy().count("RemovePermission"),
        0,
        "the proxy's own calls are not recorded"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_function_are_kept() {
    let aws = aws().await;
    let signing = |name: &str| {
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:{name}");
        json!({ "CodeSigningConfigArn": arn })
    };
    let sign = |method: Method, name: &str, body: Value| {
        lambda(
            method,
            &format!("/2020-06-30/functions/{name}/code-signing-config"),
            body,
        )
    };
    let recursion = |method: Method, body: Value| {
        lambda(method, "/2024-08-31/functions/f/recursion-config", body)
    };
    let runtime = |method: Method, rest: &str, body: Value| {
        lambda(method, &format!("/2021-07-20/functions/{rest}"), body)
    };
    let (latest, first) = (
        "f/runtime-management-config",
        "f/runtime-management-config?Qualifier=1",
    );
    let manual = json!({ "UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0a" });
    let automatic = || json!({ "UpdateRuntimeOn": "Auto", "RuntimeVersionArn": null });
    let allowed = json!({ "RecursiveLoop": "Allow" });
    let invalid = json!({ "__type": "InvalidParameterValueException" });
    let none = || json!({ "__type": "ResourceNotFoundException" });
    check(
        &aws,
        &[
            (
                create_function(with(json!({ "Publish": true }), signing("csc-1"))),
                201,
                json!({}),
            ),
            (sign(Method::GET, "f", Value::Null), 200, signing("csc-1")),
            (sign(Method::PUT, "f", signing("csc-2")), 200, json!({})),
            (sign(Method::GET, "f", Value::Null), 200, signing("csc-2")),
            (sign(Method::GET, "absent", Value::Null), 404, none()),
            (
                recursion(Method::GET, Value::Null),
                200,
                json!({ "RecursiveLoop": "Terminate" }),
            ),
            (
                recursion(Method::PUT, allowed.clone()),
                200,
                allowed.clone(),
            ),
            (recursion(Method::GET, Value::Null), 200, allowed),
            (runtime(Method::GET, latest, Value::Null), 200, automatic()),
            (
                runtime(Method::PUT, latest, manual.clone()),
                200,
                manual.clone(),
            ),
            (runtime(Method::GET, latest, Value::Null), 200, manual),
            (runtime(Method::GET, first, Value::Null), 200, automatic()),
            (
                runtime(Method::PUT, latest, json!({ "UpdateRuntimeOn": "Manual" })),
                400,
                invalid,
            ),
            (
                runtime(Method::GET, "absent/runtime-management-config", Value::Null),
                404,
                none(),
            ),
            (function(Method::DELETE, "", Value::Null), 204, json!({})),
            (runtime(Method::GET, latest, Value::Null), 404, none()),
            (create_function(json!({})), 201, json!({})),
            (runtime(Method::GET, latest, Value::Null), 200, automatic()),
            (
                recursion(Method::GET, Value::Null),
                200,
                json!({ "RecursiveLoop": "Terminate" }),
            ),
        ],
    )
    .await;
    assert_eq!(aws.proxy().count("GetRuntimeManagementConfig"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_alarms_roles_and_log_groups_are_kept() {
    let aws = aws().await;
    let iam = |rest: &str| query("iam", &format!("{rest}&Version=2010-05-08&RoleName=r"));
    let alarm = "ResourceARN=arn%3Aaws%3Acloudwatch%3Aeu-west-1%3A123456789012%3Aalarm%3Aa";
    let cloudwatch = |rest: &str| query("monitoring", &format!("{rest}&Version=2010-08-01"));
    let group = json!({ "resourceArn": "arn:aws:logs:eu-west-1:123456789012:log-group:g" });
    let threshold = "ComparisonOperator=GreaterThanThreshold&EvaluationPeriods=1&Period=60&Statistic=Sum&Threshold=1";
    let add = "Tags.member.1.Key=b&Tags.member.1.Value=2";
    let left = json!("<Tags><member><Key>b</Key><Value>2</Value></member></Tags>");
    let create_role = "Action=CreateRole&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=a&Tags.member.1.Value=1";
    let create_alarm =
        format!("Action=PutMetricAlarm&AlarmName=a&MetricName=m&Namespace=n&{threshold}&{add}");
    check(
        &aws,
        &[
            (iam(create_role), 200, json!({})),
            (iam(&format!("Action=TagRole&{add}")), 200, json!({})),
            (iam("Action=UntagRole&TagKeys.member.1=a"), 200, json!({})),
            (iam("Action=ListRoleTags"), 200, left.clone()),
            (cloudwatch(&create_alarm), 200, json!({})),
            (
                cloudwatch(&format!("Action=ListTagsForResource&{alarm}")),
                200,
                left,
            ),
            (
                logs(
                    "CreateLogGroup",
                    json!({ "logGroupName": "g", "tags": { "a": "1" } }),
                ),
                200,
                json!({}),
            ),
            (
                logs(
                    "TagResource",
                    with(group.clone(), json!({ "tags": { "b": "2" } })),
                ),
                200,
                json!({}),
            ),
            (
                logs(
                    "UntagResource",
                    with(group.clone(), json!({ "tagKeys": ["a"] })),
                ),
                200,
                json!({}),
            ),
            (
                logs("ListTagsForResource", group),
                200,
                json!({ "tags": { "a": null, "b": "2" } }),
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_can_be_answered_with_a_page() {
    let aws = aws().await;
    let calls = || {
        [
            machine("DescribeStateMachine"),
            create_machine(json!({})),
            query("iam", "Action=ListRoles&Version=2010-05-08"),
            lambda(Method::GET, "/2015-03-31/functions/f", Value::Null),
        ]
    };
    aws.proxy().fault_all(usize::MAX, Fault::Html(502));
    aws.proxy()
        .fault("CreateStateMachine", 1, Fault::throttled());
    for sent in calls() {
        let (status, kind, answer) = send(&aws, &sent).await;
        if sent.body.contains("definition") {
            assert_eq!(
                (status, &answer["__type"]),
                (400, &json!("ThrottlingException")),
                "{sent:?}"
            );
        } else {
            assert_eq!((status, kind.as_str()), (502, "text/html"), "{sent:?}");
            assert!(
                answer
                    .as_str()
                    .unwrap()
                    .contains("<title>502 Bad Gateway</title>"),
                "{answer}"
            );
        }
    }
    let recorded: Vec<_> = aws
        .proxy()
        .calls()
        .into_iter()
        .map(|call| (call.operation, call.status))
        .collect();
    let names = [
        "DescribeStateMachine",
        "CreateStateMachine",
        "ListRoles",
        "GetFunction",
    ];
    let expected: Vec<_> = names
        .into_iter()
        .map(str::to_owned)
        .zip([502, 400, 502, 502])
        .collect();
    assert_eq!(recorded, expected);
    assert_eq!(aws.proxy().writes().len(), 1);
    aws.proxy().forget();
    check(&aws, &[(create_machine(json!({})), 200, json!({}))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_the_tests_own_is_neither_recorded_nor_hit_by_a_fault() {
    let aws = aws().await;
    aws.proxy().fault_all(usize::MAX, Fault::throttled());
    let own = |mut sent: Sent| {
        sent.headers.push(("x-local-aws-unrecorded", "1".into()));
        sent
    };
    let traced = json!({ "tracingConfiguration": { "enabled": true } });
    check(
        &aws,
        &[
            (own(create_machine(traced.clone())), 200, json!({})),
            (own(machine("DescribeStateMachine")), 200, traced),
            (
                machine("DescribeStateMachine"),
                400,
                json!({ "__type": "ThrottlingException" }),
            ),
        ],
    )
    .await;
    assert_eq!(aws.proxy().calls().len(), 1);
}
