//! The acceptance tests of hashicorp/aws for Step Functions, with the same steps and expected values, for this
//! provider.

use e2e::Workspace;
use local_aws::{LocalAws, REGION};
use serde_json::{Value, json};

use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

/// The state machine of most tests: one task with a retrier of `attempts`.
fn machine(attempts: u32, arguments: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "test" {{
  comment  = "A task that is tried again"
  start_at = "HelloWorld"
  role_arn = "arn:aws:iam::123456789012:role/for_sfn"
  {arguments}

  task "HelloWorld" {{
    resource = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    retry {{
      error_equals     = ["States.ALL"]
      interval_seconds = 5
      max_attempts     = {attempts}
      backoff_rate     = 8.0
    }}
    end = true
  }}
}}
"#
    )
}

/// A configuration and the expected state after it. `verify` lists the attributes that an import cannot set.
struct Step {
    configuration: String,
    expected: Vec<(&'static str, Value)>,
    verify: Option<&'static [&'static str]>,
}

fn step<const N: usize>(configuration: String, expected: [(&'static str, Value); N]) -> Step {
    Step {
        configuration,
        expected: expected.into(),
        verify: None,
    }
}

/// A step after which the object is imported and compared, except for the ignored attributes.
fn verified<const N: usize>(
    configuration: String,
    expected: [(&'static str, Value); N],
    ignored: &'static [&'static str],
) -> Step {
    Step {
        verify: Some(ignored),
        ..step(configuration, expected)
    }
}

/// The value at a path such as `task.HelloWorld.retry.0.max_attempts`.
fn at<'a>(state: &'a Value, path: &str) -> &'a Value {
    let pointer = path
        .split('.')
        .map(|part| format!("/{part}"))
        .collect::<String>();
    state.pointer(&pointer).unwrap_or(&Value::Null)
}

/// Runs the steps. Each of them must leave an empty plan.
async fn check(address: &str, steps: &[Step]) -> (LocalAws, Workspace) {
    let aws = aws().await;
    let workspace = workspace(&aws, "");
    for Step {
        configuration,
        expected,
        verify,
    } in steps
    {
        workspace.configure(configuration).unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        let state = workspace.resource(address).await.unwrap().unwrap();
        for (path, value) in expected {
            assert_eq!(at(&state, path), value, "{path} of {state}");
        }
        let Some(ignored) = verify else { continue };
        let id = state["id"].as_str().unwrap();
        assert_success(
            &workspace
                .terraform(&["state", "rm", address])
                .await
                .unwrap(),
        );
        assert_success(
            &workspace
                .terraform(&["import", "-no-color", address, id])
                .await
                .unwrap(),
        );
        let mut imported = workspace.resource(address).await.unwrap().unwrap();
        for name in *ignored {
            imported[*name] = state[*name].clone();
        }
        assert_eq!(imported, state, "an import gives something else");
    }
    (aws, workspace)
}

const MACHINE: &str = "sfn_state_machine.test";
const ATTEMPTS: &str = "task.HelloWorld.retry.0.max_attempts";

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_create_update() {
    let text = |attempts| machine(attempts, "name = \"it\"");
    let expected = |attempts: u32| {
        [
            ("arn", json!(machine_arn("it"))),
            ("status", json!("ACTIVE")),
            ("name", json!("it")),
            ("type", json!("STANDARD")),
            ("role_arn", json!("arn:aws:iam::123456789012:role/for_sfn")),
            ("region", json!(REGION)),
            ("state_machine_version_arn", Value::Null),
            ("logging_configuration", Value::Null),
            ("tags", Value::Null),
            (ATTEMPTS, json!(attempts)),
        ]
    };
    check(
        MACHINE,
        &[
            verified(text(5), expected(5), &[]),
            verified(text(10), expected(10), &[]),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_standard_and_express_update() {
    for kind in ["STANDARD", "EXPRESS"] {
        let text = |attempts| {
            machine(
                attempts,
                &format!("name = \"it\"\n  type = \"{kind}\"\n  publish = true"),
            )
        };
        let expected = |version: u32| {
            let arn = format!("{}:{version}", machine_arn("it"));
            [
                ("type", json!(kind)),
                ("state_machine_version_arn", json!(arn)),
                ("publish", json!(true)),
            ]
        };
        check(
            MACHINE,
            &[step(text(5), expected(1)), step(text(10), expected(2))],
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_name_generated_and_prefix() {
    for (argument, prefix) in [
        ("", "terraform-"),
        (
            "name_prefix = \"tf-acc-test-prefix-\"",
            "tf-acc-test-prefix-",
        ),
    ] {
        let ignored = &["name_prefix"];
        let (_aws, workspace) =
            check(MACHINE, &[verified(machine(5, argument), [], ignored)]).await;
        let state = workspace.resource(MACHINE).await.unwrap().unwrap();
        let name = state["name"].as_str().unwrap();
        assert_eq!(
            (name.strip_prefix(prefix).map(str::len), name.len()),
            (Some(26), prefix.len() + 26),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_publish() {
    let (_aws, workspace) =
        check(MACHINE, &[verified(machine(5, "publish = true"), [], &[])]).await;
    // An import must not cause another version to be published.
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_tags() {
    let text = |tags: &str| machine(5, &format!("name = \"it\"\n  tags = {tags}"));
    let both = json!({ "key1": "value1updated", "key2": "value2" });
    check(
        MACHINE,
        &[
            verified(
                text("{ key1 = \"value1\" }"),
                [("tags", json!({ "key1": "value1" }))],
                &[],
            ),
            step(
                text("{ key1 = \"value1updated\", key2 = \"value2\" }"),
                [("tags", both.clone()), ("tags_all", both)],
            ),
            step(
                text("{ key2 = \"value2\" }"),
                [("tags", json!({ "key2": "value2" }))],
            ),
            // A tag with an empty value is kept.
            step(text("{ key2 = \"\" }"), [("tags", json!({ "key2": "" }))]),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_tracing() {
    let text = |on: bool| {
        machine(
            5,
            &format!("name = \"it\"\n  tracing_configuration {{\n    enabled = {on}\n  }}"),
        )
    };
    // Without the block, tracing is disabled as well, so an import does not set the block.
    let ignored = &["tracing_configuration"];
    check(
        MACHINE,
        &[
            verified(
                text(false),
                [("tracing_configuration.enabled", json!(false))],
                ignored,
            ),
            verified(
                text(true),
                [("tracing_configuration.enabled", json!(true))],
                &[],
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_disappears() {
    let (aws, workspace) = check(MACHINE, &[step(machine(5, "name = \"it\""), [])]).await;
    let body = json!({ "stateMachineArn": machine_arn("it") });
    aws.call("AWSStepFunctions.DeleteStateMachine", &body)
        .await
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_express_logging() {
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/mine:*";
    let text = |level: &str| {
        let block = format!(
            "logging_configuration {{\n    level = \"{level}\"\n    include_execution_data = false\n    log_destination = \"{group}\"\n  }}"
        );
        machine(
            5,
            &format!("name = \"it\"\n  type = \"EXPRESS\"\n  {block}"),
        )
    };
    let expected = |level: &str| {
        [
            ("logging_configuration.level", json!(level)),
            ("logging_configuration.include_execution_data", json!(false)),
            ("logging_configuration.log_destination", json!(group)),
        ]
    };
    check(
        MACHINE,
        &[
            step(text("ERROR"), expected("ERROR")),
            step(text("ALL"), expected("ALL")),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_encryption() {
    let key = |name: &str| format!("arn:aws:kms:eu-west-1:123456789012:key/{name}");
    let text = |block: &str| {
        machine(
            5,
            &format!("name = \"it\"\n  encryption_configuration {{\n    {block}\n  }}"),
        )
    };
    let customer = |name: &str, seconds: u32| {
        let block = format!(
            "type = \"CUSTOMER_MANAGED_KMS_KEY\"\n    kms_key_id = \"{}\"\n    kms_data_key_reuse_period_seconds = {seconds}",
            key(name)
        );
        let expected = [
            (
                "encryption_configuration.type",
                json!("CUSTOMER_MANAGED_KMS_KEY"),
            ),
            ("encryption_configuration.kms_key_id", json!(key(name))),
            (
                "encryption_configuration.kms_data_key_reuse_period_seconds",
                json!(seconds),
            ),
        ];
        (text(&block), expected)
    };
    let owned = || {
        step(
            text("type = \"AWS_OWNED_KEY\""),
            [("encryption_configuration.type", json!("AWS_OWNED_KEY"))],
        )
    };
    let (first, shorter, other) = (customer("1", 900), customer("1", 450), customer("2", 450));
    let steps = [
        verified(first.0, first.1, &[]),
        step(shorter.0, shorter.1),
        step(other.0, other.1),
        owned(),
    ];
    check(MACHINE, &steps).await;
    let managed = customer("1", 900);
    check(MACHINE, &[owned(), step(managed.0, managed.1)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machine_definition_validation() {
    let aws = aws().await;
    let text = "resource \"sfn_state_machine\" \"test\" {\n  name = \"it\"\n  role_arn = \"arn:aws:iam::123456789012:role/for_sfn\"\n  \
                definition = jsonencode({ StartAt = \"A\", Status = { A = { Type = \"Pass\", End = true } } })\n}\n";
    let plan = workspace(&aws, text).plan().await.unwrap();
    assert_says(
        &plan,
        &["a state machine has no field `Status`", "has no `States`"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn alias_basic_and_disappears() {
    let text = format!(
        "{}\nresource \"sfn_alias\" \"test\" {{\n  name = \"live\"\n  routing_configuration {{\n    state_machine_version_arn = \
         sfn_state_machine.test.state_machine_version_arn\n    weight = 100\n  }}\n}}\n",
        machine(5, "name = \"it\"\n  publish = true")
    );
    let arn = format!("{}:live", machine_arn("it"));
    let expected = [("name", json!("live")), ("arn", json!(arn))];
    let (aws, workspace) = check("sfn_alias.test", &[verified(text, expected, &[])]).await;
    aws.call(
        "AWSStepFunctions.DeleteStateMachineAlias",
        &json!({ "stateMachineAliasArn": arn }),
    )
    .await
    .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn activity_basic_tags_encryption_and_disappears() {
    let text = |arguments: &str| {
        format!("resource \"sfn_activity\" \"test\" {{\n  name = \"it\"\n  {arguments}\n}}\n")
    };
    let encrypted = "encryption_configuration {\n    type = \"CUSTOMER_MANAGED_KMS_KEY\"\n    kms_key_id = \
                     \"arn:aws:kms:eu-west-1:123456789012:key/1\"\n    kms_data_key_reuse_period_seconds = 900\n  }";
    let steps = [
        verified(
            text(""),
            [("name", json!("it")), ("tags", Value::Null)],
            &[],
        ),
        verified(
            text("tags = { key1 = \"value1\" }"),
            [("tags", json!({ "key1": "value1" }))],
            &[],
        ),
        step(
            text("tags = { key2 = \"value2\" }"),
            [("tags", json!({ "key2": "value2" }))],
        ),
        verified(
            text(encrypted),
            [(
                "encryption_configuration.kms_data_key_reuse_period_seconds",
                json!(900),
            )],
            &[],
        ),
    ];
    let (aws, workspace) = check("sfn_activity.test", &steps).await;
    let arn = workspace
        .resource("sfn_activity.test")
        .await
        .unwrap()
        .unwrap()["arn"]
        .clone();
    aws.call(
        "AWSStepFunctions.DeleteActivity",
        &json!({ "activityArn": arn }),
    )
    .await
    .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn data_sources_pair_with_resources() {
    let text = format!(
        r#"{}
resource "sfn_alias" "test" {{
  name        = "live"
  description = "d"
  routing_configuration {{
    state_machine_version_arn = sfn_state_machine.test.state_machine_version_arn
    weight                    = 100
  }}
}}
resource "sfn_activity" "test" {{
  name = "pack"
}}
data "sfn_state_machine" "test" {{
  name = sfn_state_machine.test.name
}}
data "sfn_state_machine_versions" "test" {{
  statemachine_arn = sfn_state_machine.test.arn
}}
data "sfn_alias" "test" {{
  name             = sfn_alias.test.name
  statemachine_arn = sfn_state_machine.test.arn
}}
data "sfn_activity" "by_name" {{
  name = sfn_activity.test.name
}}
data "sfn_activity" "by_arn" {{
  arn = sfn_activity.test.arn
}}
output "pairs" {{
  value = {{
    arn         = data.sfn_state_machine.test.arn == sfn_state_machine.test.arn
    date        = data.sfn_state_machine.test.creation_date == sfn_state_machine.test.creation_date
    definition  = nonsensitive(jsondecode(data.sfn_state_machine.test.definition) == jsondecode(sfn_state_machine.test.asl))
    role        = data.sfn_state_machine.test.role_arn == sfn_state_machine.test.role_arn
    revision    = data.sfn_state_machine.test.revision_id == sfn_state_machine.test.revision_id
    status      = data.sfn_state_machine.test.status == sfn_state_machine.test.status
    versions    = length(data.sfn_state_machine_versions.test.statemachine_versions) == 1
    alias       = data.sfn_alias.test.arn == sfn_alias.test.arn
    description = data.sfn_alias.test.description == sfn_alias.test.description
    by_name     = data.sfn_activity.by_name.arn == sfn_activity.test.arn
    by_arn      = data.sfn_activity.by_arn.name == sfn_activity.test.name
  }}
}}
"#,
        machine(5, "name = \"it\"\n  publish = true")
    );
    let (_aws, workspace) = check(MACHINE, &[step(text, [])]).await;
    let output = workspace
        .terraform(&["output", "-json", "pairs"])
        .await
        .unwrap();
    let pairs: Value = serde_json::from_str(&output.text).unwrap();
    assert!(
        pairs.as_object().unwrap().values().all(|same| same == true),
        "{pairs}"
    );
}
