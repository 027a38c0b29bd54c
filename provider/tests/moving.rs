//! Migration of objects from hashicorp/aws: with the same configuration, there are no changes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use local_aws::{ACCOUNT, LocalAws, REGION};
use serde_json::json;
use terraform_provider_sfn::SfnProvider;
use tfplugin::testing::Client;
use tfplugin::{Provider as _, Server, Value};

const AWS: &str = "registry.terraform.io/hashicorp/aws";
const DEFINITION: &str =
    r#"{ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } }"#;

#[tokio::test(flavor = "multi_thread")]
async fn functions_and_what_belongs_to_them_move_in() {
    let log = std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()));
    let aws = LocalAws::start(&log).await.unwrap();
    let mut client = client(&aws).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("main.py"),
        "def handler(event, context):\n    return event\n",
    )
    .unwrap();
    let zip = std::process::Command::new("python3")
        .args(["-m", "zipfile", "-c", "code.zip", "main.py"])
        .current_dir(folder.path())
        .status();
    assert!(zip.unwrap().success());
    let file = folder.path().join("code.zip").to_str().unwrap().to_owned();
    let role = format!("arn:aws:iam::{ACCOUNT}:role/theirs");
    let function = Value::object([
        ("function_name", "f".into()),
        ("filename", file.as_str().into()),
        ("role", role.as_str().into()),
        ("handler", "main.handler".into()),
        ("runtime", "python3.13".into()),
        ("publish", true.into()),
        ("memory_size", 256.into()),
        (
            "environment",
            Value::object([("variables", Value::object([("A", "b".into())]))]),
        ),
        ("tags", Value::object([("team", "orders".into())])),
    ]);
    let stored = |made: &Value| {
        json!({
            "architectures": ["x86_64"], "arn": text(made, "arn"), "code_sha256": text(made, "source_code_hash"),
            "dead_letter_config": [], "description": "", "environment": [{"variables": {"A": "b"}}],
            "ephemeral_storage": [{"size": 512}], "file_system_config": [], "filename": file, "function_name": "f",
            "handler": "main.handler", "id": "f", "image_config": [], "image_uri": "", "invoke_arn": text(made, "invoke_arn"),
            "kms_key_arn": "", "layers": [], "logging_config": [{"log_format": "Text", "log_group": "/aws/lambda/f"}],
            "memory_size": 256, "package_type": "Zip", "publish": true, "qualified_arn": text(made, "qualified_arn"),
            "reserved_concurrent_executions": -1, "role": role, "runtime": "python3.13", "s3_bucket": null,
            "skip_destroy": false, "snap_start": [], "source_code_hash": text(made, "source_code_hash"),
            "tags": {"team": "orders"}, "tags_all": {"team": "orders"}, "timeout": 3, "timeouts": null,
            "tracing_config": [{"mode": "PassThrough"}], "version": text(made, "version"), "vpc_config": []
        })
    };
    let made = check(&mut client, "sfn_lambda_function", &function, stored).await;

    let alias = Value::object([
        ("name", "live".into()),
        ("function_name", "f".into()),
        ("function_version", made.get("version").clone()),
        ("description", "d".into()),
    ]);
    let stored = |made: &Value| {
        json!({
            "arn": text(made, "arn"), "id": text(made, "arn"), "invoke_arn": text(made, "invoke_arn"), "name": "live",
            "function_name": "f", "function_version": "1", "description": "d", "routing_config": []
        })
    };
    check(&mut client, "sfn_lambda_alias", &alias, stored).await;

    let permission = Value::object([
        ("statement_id", "s".into()),
        ("action", "lambda:InvokeFunction".into()),
        ("function_name", "f".into()),
        ("principal", "events.amazonaws.com".into()),
        (
            "source_arn",
            "arn:aws:events:eu-west-1:123456789012:rule/nightly".into(),
        ),
    ]);
    let stored = |_: &Value| {
        json!({
            "action": "lambda:InvokeFunction", "event_source_token": null, "function_name": "f", "id": "s",
            "function_url_auth_type": null, "principal": "events.amazonaws.com", "principal_org_id": null, "qualifier": "",
            "source_account": null, "source_arn": "arn:aws:events:eu-west-1:123456789012:rule/nightly",
            "statement_id": "s", "statement_id_prefix": ""
        })
    };
    check(&mut client, "sfn_lambda_permission", &permission, stored).await;
}

async fn client(aws: &LocalAws) -> Client {
    let provider = SfnProvider::default();
    let schema = provider.schema();
    let names = ["sfn", "lambda", "iam", "logs", "sts"].map(|name| (name, Value::from(aws.url())));
    let config = Value::object([
        ("region", REGION.into()),
        ("access_key", ACCOUNT.into()),
        ("secret_key", "test".into()),
        ("endpoints", Value::List(vec![Value::object(names)])),
    ]);
    let mut client = Client::connect(Server::new(provider)).await;
    assert_eq!(
        client.configure(&config, &schema).await,
        Vec::<String>::new()
    );
    client
}

/// Creates an object, moves it in the form in which the other provider stores it, and plans the
/// same configuration. Returns the state.
async fn check(
    client: &mut Client,
    ty: &str,
    config: &Value,
    former: impl Fn(&Value) -> serde_json::Value,
) -> Value {
    let planned = client.plan(ty, &Value::Null, config).await;
    let made = client
        .apply(ty, &Value::Null, &planned.value, config)
        .await
        .clean();
    let stored = former(&made).to_string();
    let moved = client
        .moved(ty, &former_type(ty), AWS, stored.as_bytes())
        .await
        .clean();
    let read = client.read(ty, &moved).await.clean();
    let plan = client.plan(ty, &read, config).await;
    assert_eq!(plan.value, read, "the plan has changes");
    assert_eq!(plan.replaces, Vec::<String>::new());
    made
}

/// The type in hashicorp/aws.
fn former_type(ty: &str) -> String {
    format!(
        "aws_{}",
        ty.replace("sfn_lambda", "lambda")
            .replace("sfn_cloudwatch", "cloudwatch")
    )
}

fn text<'a>(state: &'a Value, name: &str) -> &'a str {
    state.get(name).as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn state_machines_aliases_and_activities_move_in() {
    let log = std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()));
    let aws = LocalAws::start(&log).await.unwrap();
    let mut client = client(&aws).await;

    let role = "arn:aws:iam::123456789012:role/theirs";
    let plain = Value::object([
        ("name", "plain".into()),
        ("definition", DEFINITION.into()),
        ("role_arn", role.into()),
    ]);
    // As version 5 stores it: blocks that are not configured, and no region.
    let stored = |made: &Value| {
        json!({
            "arn": text(made, "arn"), "id": text(made, "arn"), "name": "plain", "name_prefix": "",
            "creation_date": text(made, "creation_date"), "definition": DEFINITION, "description": "",
            "encryption_configuration": [{"kms_data_key_reuse_period_seconds": 0, "kms_key_id": "", "type": "AWS_OWNED_KEY"}],
            "logging_configuration": [{"include_execution_data": false, "level": "OFF", "log_destination": ""}],
            "publish": false, "revision_id": "", "role_arn": role, "state_machine_version_arn": "", "status": "ACTIVE",
            "tags": null, "tags_all": {}, "timeouts": null, "tracing_configuration": [{"enabled": false}],
            "type": "STANDARD", "version_description": null
        })
    };
    check(&mut client, "sfn_state_machine", &plain, stored).await;

    let log_group =
        format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/states/full:*");
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let full = Value::object([
        ("name", "full".into()),
        ("definition", DEFINITION.into()),
        ("role_arn", role.into()),
        ("publish", true.into()),
        ("tags", Value::object([("team", "orders".into())])),
        (
            "logging_configuration",
            Value::object([
                ("level", "ERROR".into()),
                ("include_execution_data", true.into()),
                ("log_destination", log_group.as_str().into()),
            ]),
        ),
        (
            "tracing_configuration",
            Value::object([("enabled", true.into())]),
        ),
        (
            "encryption_configuration",
            Value::object([
                ("type", "CUSTOMER_MANAGED_KMS_KEY".into()),
                ("kms_key_id", key.into()),
                ("kms_data_key_reuse_period_seconds", 450.into()),
            ]),
        ),
    ]);
    // As version 6 stores it.
    let stored = |made: &Value| {
        json!({
            "arn": text(made, "arn"), "id": text(made, "arn"), "name": "full", "name_prefix": "", "region": REGION,
            "creation_date": text(made, "creation_date"), "definition": DEFINITION, "description": "",
            "encryption_configuration": [{"kms_data_key_reuse_period_seconds": 450, "kms_key_id": key, "type": "CUSTOMER_MANAGED_KMS_KEY"}],
            "logging_configuration": [{"include_execution_data": true, "level": "ERROR", "log_destination": log_group}],
            "publish": true, "revision_id": text(made, "revision_id"), "role_arn": role,
            "state_machine_version_arn": text(made, "state_machine_version_arn"), "status": "ACTIVE",
            "tags": {"team": "orders"}, "tags_all": {"team": "orders"}, "timeouts": null,
            "tracing_configuration": [{"enabled": true}], "type": "STANDARD", "version_description": null
        })
    };
    let made = check(&mut client, "sfn_state_machine", &full, stored).await;

    let version = text(&made, "state_machine_version_arn");
    let route = Value::object([
        ("state_machine_version_arn", version.into()),
        ("weight", 100.into()),
    ]);
    let alias = Value::object([
        ("name", "live".into()),
        ("routing_configuration", Value::List(vec![route])),
    ]);
    let stored = |made: &Value| {
        json!({
            "arn": text(made, "arn"), "creation_date": text(made, "creation_date"), "description": "",
            "id": text(made, "arn"), "name": "live", "region": REGION, "timeouts": null,
            "routing_configuration": [{"state_machine_version_arn": version, "weight": 100}]
        })
    };
    check(&mut client, "sfn_alias", &alias, stored).await;

    let activity = Value::object([
        ("name", "pack".into()),
        ("tags", Value::object([("a", "b".into())])),
    ]);
    let stored = |made: &Value| {
        json!({
            "creation_date": text(made, "creation_date"), "encryption_configuration": [], "id": text(made, "arn"),
            "name": "pack", "tags": {"a": "b"}, "tags_all": {"a": "b"}
        })
    };
    check(&mut client, "sfn_activity", &activity, stored).await;

    let group = Value::object([
        ("name", "/aws/theirs".into()),
        ("retention_in_days", 14.into()),
        ("tags", Value::object([("a", "b".into())])),
    ]);
    let stored = |made: &Value| {
        json!({
            "arn": text(made, "arn"), "id": "/aws/theirs", "name": "/aws/theirs", "name_prefix": "", "region": REGION,
            "retention_in_days": 14, "kms_key_id": "", "log_group_class": "STANDARD", "skip_destroy": false,
            "tags": {"a": "b"}, "tags_all": {"a": "b"}
        })
    };
    check(&mut client, "sfn_cloudwatch_log_group", &group, stored).await;

    for (source, provider) in [
        ("aws_sfn_alias", AWS),
        ("aws_sfn_state_machine", "registry.terraform.io/other/aws"),
    ] {
        let refused = client
            .moved("sfn_state_machine", source, provider, b"{}")
            .await;
        assert!(
            refused.messages[0].starts_with("error: cannot move"),
            "{:?}",
            refused.messages
        );
    }
    let broken = client
        .moved("sfn_activity", "aws_sfn_activity", AWS, b"{")
        .await;
    assert!(
        broken.messages[0].contains("could not read the state of the `aws_sfn_activity`"),
        "{:?}",
        broken.messages
    );
}
