//! Objects of another state are not adopted, changed or deleted.

use e2e::terraform;
use local_aws::{Fault, LocalAws};
use serde_json::json;

use super::interrupted::{Until, apply_and_kill, skip_without_proc};
use super::inventory::{changes, inventory, log_group_tags, states_tags};
use super::objects::{self, BASE, BASE_ELSEWHERE, BASE_HERE, OBJECTS};
use super::runs::{apply_errors, stored_resources};
use super::{assert_empty, assert_says, assert_success, aws, machine_arn};

/// The calls that create objects.
const CREATIONS: [&str; 10] = [
    "CreateStateMachine",
    "CreateFunction",
    "CreateActivity",
    "CreateLogGroup",
    "CreateStateMachineAlias",
    "CreateAlias",
    "AddPermission",
    "PutFunctionEventInvokeConfig",
    "PutMetricAlarm",
    "CreateRole",
];

/// Another state has the objects, and a second one tries to create them with this configuration. If both configurations
/// are the same, the blocks in the errors import the objects.
async fn check(ours: &str) {
    let aws = aws().await;
    let theirs = objects::all("");
    let first = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}{theirs}"));
    assert_success(&first.apply().await.unwrap());
    let before = inventory(&aws).await;

    let second = objects::with_code(&aws, &format!("{BASE_ELSEWHERE}{ours}"));
    aws.proxy().forget();
    let errors = apply_errors(&second).await;
    let mut blocks = String::new();
    for object in &OBJECTS {
        let error = errors.iter().find(|error| error.address == object.address);
        let error =
            error.unwrap_or_else(|| panic!("{} was taken over: {errors:#?}", object.address));
        error.assert_says(&["already exists"]);
        blocks.push_str(&error.import_block());
    }
    assert_eq!(errors.len(), OBJECTS.len(), "{errors:#?}");
    // No creation is sent, because some creations succeed for existing objects and others overwrite them.
    for operation in CREATIONS {
        assert_eq!(aws.proxy().count(operation), 0, "{operation}");
    }
    assert_eq!(
        stored_resources(&second).await,
        Vec::<serde_json::Value>::new(),
        "nothing is in the failed state"
    );
    assert_success(&second.destroy().await.unwrap());
    assert_eq!(changes(&aws), Vec::<String>::new());
    assert_eq!(inventory(&aws).await, before);
    aws.proxy().forget();
    assert_empty(&first.plan().await.unwrap());

    if ours != theirs {
        return;
    }
    second.write("imports.tf", &blocks).unwrap();
    assert_says(
        &second.plan().await.unwrap(),
        &["Plan: 9 to import, 0 to add", "0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_objects_are_left_to_the_other_state() {
    check(&objects::all("")).await;
}

/// The same names with other settings, to detect writes.
fn other_settings() -> String {
    [
        (
            "start_at = \"Rest\"",
            "comment  = \"ours\"\n  tags = { whose = \"ours\" }\n  start_at = \"Rest\"",
        ),
        (
            "level = \"ERROR\"",
            "level = \"ALL\"\n    retention_in_days = 7",
        ),
        (
            "function_name = \"it\"",
            "description = \"ours\"\n  tags = { whose = \"ours\" }\n  function_name = \"it\"",
        ),
        (
            "name = \"it\"\n\n}",
            "name = \"it\"\n  tags = { whose = \"ours\" }\n}",
        ),
        (
            "name = \"/it\"",
            "name = \"/it\"\n  retention_in_days = 7\n  tags = { whose = \"ours\" }",
        ),
        (
            "weight                    = 100\n  }",
            "weight                    = 100\n  }\n  description = \"ours\"",
        ),
        (
            "function_version = local.function_version",
            "function_version = local.function_version\n  description = \"ours\"",
        ),
        ("rule/it", "rule/ours"),
        ("maximum_retry_attempts = 1", "maximum_retry_attempts = 2"),
        (
            "metric            = \"failed\"",
            "metric            = \"timed_out\"\n  tags = { whose = \"ours\" }",
        ),
    ]
    .iter()
    .fold(objects::all(""), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_with_other_settings_are_left_to_the_other_state() {
    check(&other_settings()).await;
}

const MACHINE: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "NAME"
  start_at = "Rest"
  execution_role {
    ROLE
  }
  pass "Rest" {
    end = true
  }
}
"#;

fn machine(aws: &LocalAws, name: &str, role: &str) -> e2e::Workspace {
    objects::with_code(aws, &MACHINE.replace("NAME", name).replace("ROLE", role))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_another_machine_is_not_used() {
    let aws = aws().await;
    let theirs = machine(&aws, "theirs", "name = \"shared\"");
    assert_success(&theirs.apply().await.unwrap());
    aws.proxy().forget();
    let ours = machine(&aws, "ours", "name = \"shared\"");
    let errors = apply_errors(&ours).await;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors[0].assert_says(&["shared", "already exists"]);
    assert_success(&ours.destroy().await.unwrap());
    assert_eq!(changes(&aws), Vec::<String>::new());
    assert_empty(&theirs.plan().await.unwrap());
    assert!(inventory(&aws).await.contains("role shared"));
}

/// A run ends after it created the role. The state that creates the state machine reuses the role and keeps it.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_stays_with_the_machine_that_uses_it() {
    if skip_without_proc() {
        return;
    }
    let aws = aws().await;
    let (killed, other) = (machine(&aws, "it", ""), machine(&aws, "it", ""));
    assert!(
        apply_and_kill(&aws, &killed, Until::Operation("CreateRole")).await,
        "no role was made"
    );
    assert_success(&other.apply().await.unwrap());
    let before = inventory(&aws).await;
    assert_eq!(before.len(), 2, "{before:?}");
    aws.proxy().forget();
    let errors = apply_errors(&killed).await;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors[0].assert_says(&["already exists"]);
    assert_success(&killed.destroy().await.unwrap());
    assert_eq!(changes(&aws), Vec::<String>::new());
    assert_eq!(inventory(&aws).await, before);
    assert_empty(&other.plan().await.unwrap());
}

/// A rejected creation leaves nothing in the state, even after several attempts.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_creation_leaves_nothing() {
    let aws = aws().await;
    let base = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}"));
    assert_success(&base.apply().await.unwrap());
    let parts: Vec<String> = OBJECTS
        .iter()
        .map(|object| object.configuration(""))
        .collect();
    let workspace = objects::with_code(&aws, &format!("{BASE_ELSEWHERE}{}", parts.concat()));
    for operation in CREATIONS {
        let refusal = Fault::Refuse(403, "AccessDeniedException".into(), "you may not".into());
        aws.proxy().fault(operation, usize::MAX, refusal);
    }
    for _ in 0..2 {
        let errors = apply_errors(&workspace).await;
        assert_eq!(errors.len(), parts.len(), "{errors:#?}");
        assert_eq!(
            stored_resources(&workspace).await,
            Vec::<serde_json::Value>::new()
        );
    }
    aws.proxy().forget();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_group_of_an_imported_state_machine_stays_with_its_owner() {
    let aws = aws().await;
    let name = "/aws/vendedlogs/states/it";
    let group = json!({ "logGroupName": name, "tags": { "team": "theirs" } });
    aws.call("Logs_20140328.CreateLogGroup", &group)
        .await
        .unwrap();
    let arn = format!("arn:aws:logs:eu-west-1:123456789012:log-group:{name}:*");
    let logging = json!({ "level": "ERROR", "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }] });
    let definition =
        json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }).to_string();
    let role = "arn:aws:iam::123456789012:role/theirs";
    let body = json!({ "name": "it", "definition": definition, "roleArn": role, "loggingConfiguration": logging });
    aws.call("AWSStepFunctions.CreateStateMachine", &body)
        .await
        .unwrap();
    let address = "sfn_state_machine.it";
    let workspace = objects::with_code(
        &aws,
        &terraform::import_to_generate(address, &machine_arn("it")),
    );
    let plan = workspace
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_says(&plan, &["1 to import, 0 to add, 0 to change, 0 to destroy"]);
    let generated = std::fs::read_to_string(workspace.path().join("generated.tf")).unwrap();
    assert!(
        generated.contains(arn.trim_end_matches(":*")),
        "{generated}"
    );
    workspace
        .configure(&terraform::import(address, &machine_arn("it")))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    // Changed tags are not written to the log group, and deleting the state machine does not delete the log group.
    let tagged = generated.replacen("role_arn", "tags = { team = \"ours\" }\n  role_arn", 1);
    let tagged: Vec<&str> = tagged
        .lines()
        .filter(|line| !line.trim_start().starts_with("tags  "))
        .collect();
    workspace.write("generated.tf", &tagged.join("\n")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(
        states_tags(&aws, &machine_arn("it")).await,
        ["team=ours".to_owned()].into()
    );
    assert_eq!(
        log_group_tags(&aws, name).await,
        ["team=theirs".to_owned()].into()
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(inventory(&aws).await, [format!("log group {name}")].into());
}
