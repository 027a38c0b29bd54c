//! Errors when AWS cannot be reached: the root cause in plain words, quickly, and without internals of the SDK.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use e2e::{Outcome, Workspace};
use local_aws::{Fault, LocalAws};

use super::objects::{self, BASE, BASE_HERE};
use super::runs::apply_errors;
use super::{assert_says, assert_success, aws, workspace};

/// Time limit for errors that retries cannot resolve. They must be reported within two seconds; the rest is
/// Terraform's.
const SOON: Duration = Duration::from_secs(8);

/// Texts in a message if a type of the SDK is printed.
const NOISE: [&str; 12] = [
    "DispatchFailure",
    "SdkError",
    "ServiceError",
    "ResponseError",
    "ConstructionFailure",
    "ConnectorError",
    "Extensions",
    "HeaderMap",
    "ErrorMetadata",
    "ProviderError",
    " source: ",
    "Some(",
];

#[track_caller]
fn assert_quiet(what: &str, text: &str) {
    for noise in NOISE {
        assert!(
            !text.contains(noise),
            "`{noise}` is in the message about {what}:\n{text}"
        );
    }
}

const ACTIVITY: &str = "resource \"sfn_activity\" \"it\" {\n  name = \"it\"\n}\n";

/// A local address without a server.
fn closed_address() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

async fn timed(run: impl Future<Output = std::io::Result<Outcome>>) -> (Outcome, Duration) {
    let start = Instant::now();
    let outcome = run.await.unwrap();
    (outcome, start.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_does_not_answer_is_explained() {
    let aws = aws().await;
    let closed = closed_address();
    let plain = aws.url().replace("http://", "");
    let cases = [
        (
            format!("http://{closed}"),
            format!("connection refused by {closed}"),
        ),
        (
            format!("https://{closed}"),
            format!("connection refused by {closed}"),
        ),
        (
            "https://does-not-exist.invalid".to_owned(),
            "cannot resolve host `does-not-exist.invalid`".to_owned(),
        ),
        (
            format!("https://{plain}"),
            "the server does not speak TLS".to_owned(),
        ),
    ];
    // An object to create, and an existing one.
    let (mut new, mut known) = (workspace(&aws, ACTIVITY), workspace(&aws, ACTIVITY));
    assert_success(&known.apply().await.unwrap());
    for (endpoint, cause) in &cases {
        for workspace in [&mut new, &mut known] {
            workspace.set_env("AWS_ENDPOINT_URL", endpoint);
            let (plan, elapsed) = timed(workspace.plan()).await;
            assert_eq!(plan.code, 1, "{endpoint}:\n{}", plan.text);
            assert_says(&plan, &[cause]);
            assert_quiet(endpoint, &plan.text);
            assert!(elapsed < SOON, "{endpoint}: {elapsed:?}");
        }
        let (imported, elapsed) = timed(new.sfn(&["import", "--all"])).await;
        assert_eq!(imported.code, 2, "{}", imported.text);
        assert_says(&imported, &[cause]);
        assert_quiet(endpoint, &imported.text);
        assert!(elapsed < SOON, "{endpoint}: {elapsed:?}");
    }
}

#[track_caller]
fn assert_html(operation: &str, text: &str) {
    let text = text
        .replace(['│', '╷', '╵'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in [
        operation,
        "HTTP 404 with text/html",
        "of AWS",
        "Check the endpoint and the proxy",
    ] {
        assert!(
            text.contains(part),
            "`{part}` is not in the message about {operation}:\n{text}"
        );
    }
    assert_quiet(operation, &text);
}

/// The reading operations of a plan, without repetitions.
async fn reads(aws: &LocalAws, workspace: &Workspace) -> Vec<String> {
    aws.proxy().forget();
    assert_success(&workspace.terraform(&["plan", "-no-color"]).await.unwrap());
    let mut operations: Vec<String> = aws
        .proxy()
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    operations.sort();
    operations.dedup();
    operations
}

const READERS: &str = r#"
data "sfn_state_machine" "it" {
  name = "it"
}

data "sfn_activity" "it" {
  name = "it"
}

data "sfn_lambda_function" "it" {
  function_name = "it"
}

data "sfn_state_machine_versions" "it" {
  statemachine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:base"
}
"#;

/// Each response of a plan is replaced with the page of a proxy, which must never be treated as "not found".
#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_a_read_is_explained() {
    let aws = aws().await;
    let configuration = format!("{BASE}{BASE_HERE}{}", objects::all(""));
    let workspace = objects::with_code(&aws, &configuration);
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&format!("{configuration}{READERS}"))
        .unwrap();
    let operations = reads(&aws, &workspace).await;
    for expected in [
        "DescribeStateMachine",
        "GetFunction",
        "GetPolicy",
        "DescribeAlarms",
        "DescribeLogGroups",
    ] {
        assert!(
            operations.iter().any(|operation| operation == expected),
            "{expected} is not in {operations:?}"
        );
    }
    for operation in &operations {
        aws.proxy().forget();
        aws.proxy().fault(operation, usize::MAX, Fault::Html(404));
        let plan = workspace.plan().await.unwrap();
        assert!(
            !plan.text.contains("will be created"),
            "{operation}:\n{}",
            plan.text
        );
        // A read that is not essential causes a warning.
        assert!(
            plan.code == 1 || plan.text.contains("Warning:"),
            "{operation}:\n{}",
            plan.text
        );
        assert_html(operation, &plan.text);
    }
    // If all reads fail, the output is at most one page.
    aws.proxy().forget();
    aws.proxy().fault_all(usize::MAX, Fault::Html(404));
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 1, "{}", plan.text);
    assert_html("HTTP", &plan.text);
}

const CREATIONS: [(&str, &str); 9] = [
    ("sfn_state_machine.it", "CreateStateMachine"),
    ("sfn_lambda_function.it", "CreateFunction"),
    ("sfn_activity.it", "CreateActivity"),
    ("sfn_cloudwatch_log_group.it", "CreateLogGroup"),
    ("sfn_alias.it", "CreateStateMachineAlias"),
    ("sfn_lambda_alias.it", "CreateAlias"),
    ("sfn_lambda_permission.it", "AddPermission"),
    (
        "sfn_lambda_function_event_invoke_config.it",
        "PutFunctionEventInvokeConfig",
    ),
    ("sfn_execution_alarm.it", "PutMetricAlarm"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_a_creation_is_explained() {
    let aws = aws().await;
    let base = format!("{BASE}{BASE_HERE}");
    let workspace = objects::with_code(&aws, &base);
    assert_success(&workspace.apply().await.unwrap());
    // The log group is created before the state machine.
    let logging = "  logging_configuration {\n    level = \"ERROR\"\n  }\n";
    let objects = objects::all("");
    assert_eq!(objects.matches(logging).count(), 1);
    workspace
        .configure(&format!("{base}{}", objects.replace(logging, "")))
        .unwrap();
    for (_, operation) in CREATIONS {
        aws.proxy().fault(operation, usize::MAX, Fault::Html(404));
    }
    let errors = apply_errors(&workspace).await;
    for (address, operation) in CREATIONS {
        let error = errors.iter().find(|error| error.address == address);
        assert_html(
            operation,
            &error
                .unwrap_or_else(|| panic!("{address} was created: {errors:#?}"))
                .text,
        );
    }
    aws.proxy().forget();
    assert_success(&workspace.destroy().await.unwrap());
}

/// If AWS cannot be reached, the remote check of a workflow is a warning.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_remote_check_is_a_warning() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &objects::OBJECTS[0].configuration(""));
    aws.proxy().fault(
        "ValidateStateMachineDefinition",
        usize::MAX,
        Fault::Html(502),
    );
    let plan = workspace.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_says(&plan, &["Warning:", "HTTP 502 with text/html", "of AWS"]);
    assert_quiet("the remote check", &plan.text);
}

const CONFIG: &str = r"
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = dev
region = eu-west-1

[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access

[profile process]
credential_process = /bin/false
region = eu-west-1

[profile no-json]
credential_process = /bin/echo no-json-at-all
region = eu-west-1

[profile chain]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = nothing
region = eu-west-1
";

/// Profiles without usable credentials, and the texts that the error contains.
const PROFILES: [(&str, &[&str]); 5] = [
    ("sso", &["`aws sso login --profile sso`"]),
    ("process", &["credential_process", "`process`"]),
    ("no-json", &["credential_process", "`no-json`"]),
    ("chain", &["`chain`", "`nothing`"]),
    ("nobody", &["`nobody`"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_without_credentials_is_one_sentence() {
    let aws = aws().await;
    for (profile, parts) in PROFILES {
        let block = format!(
            "provider \"sfn\" {{\n  profile = \"{profile}\"\n  region  = \"eu-west-1\"\n  shared_config_files = [\"${{path.module}}/config\"]\n}}"
        );
        let mut workspace = workspace(&aws, "");
        let header = e2e::HEADER.replace("provider \"sfn\" {}", &block);
        workspace
            .write("main.tf", &format!("{header}{ACTIVITY}"))
            .unwrap();
        workspace.write("config", CONFIG).unwrap();
        // SSO tokens are stored in the home folder.
        let home = workspace.path().display().to_string();
        workspace.set_env("HOME", &home);
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_CONFIG_FILE",
        ] {
            workspace.remove_env(name);
        }
        let (plan, elapsed) = timed(workspace.plan()).await;
        assert_eq!(plan.code, 1, "{profile}:\n{}", plan.text);
        assert_says(&plan, parts);
        assert_quiet(profile, &plan.text);
        assert!(elapsed < SOON, "{profile}: {elapsed:?}");
        // A summary, the place, and one or two sentences.
        let error = plan.text.split("Error:").nth(1).unwrap_or_default();
        assert!(error.lines().count() < 16, "{profile}:\n{error}");
        assert_eq!(
            plan.text.matches("Error:").count(),
            1,
            "{profile}:\n{}",
            plan.text
        );
    }
}
