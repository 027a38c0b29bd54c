//! Objects are found, imported by id and identity, and generated as minimal configuration. The next
//! plan has no changes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use local_aws::{ACCOUNT, LocalAws, REGION};
use terraform_provider_sfn::SfnProvider;
use tfplugin::testing::Client;
use tfplugin::{Provider as _, Server, Value};

const ROLE: &str = "arn:aws:iam::123456789012:role/theirs";
const DEFINITION: &str = r#"{ "Comment": "c", "StartAt": "A", "States": {
    "A": { "Type": "Choice", "Choices": [{ "Not": { "Variable": "$.a", "IsPresent": true }, "Next": "B" }], "Default": "P" },
    "P": { "Type": "Parallel", "Branches": [{ "StartAt": "Q", "States": { "Q": { "Type": "Wait", "Seconds": 3, "End": true } } }], "Next": "B" },
    "B": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ses:sendEmail", "Parameters": { "Source": "a", "Message.$": "$", "Destination": {} }, "TimeoutSeconds": 5, "End": true } } }"#;

async fn client(aws: &LocalAws) -> Client {
    let provider = SfnProvider::default();
    let schema = provider.schema();
    let mut client = Client::connect(Server::new(provider)).await;
    let mut config = Value::object([
        ("region", Value::from(REGION)),
        ("access_key", ACCOUNT.into()),
        ("secret_key", "test".into()),
    ]);
    let services = ["iam", "lambda", "logs", "sfn", "sns", "sts"];
    let endpoints = Value::object(services.map(|service| (service, Value::from(aws.url()))));
    config.set("endpoints", Value::List(vec![endpoints]));
    assert_eq!(
        client.configure(&config, &schema).await,
        Vec::<String>::new()
    );
    client
}

/// Creates an object, removes it from the state, imports it by id and by identity, and checks that
/// the plan for the generated configuration has no changes. Returns the state and the generated
/// configuration.
async fn check(client: &mut Client, name: &str, config: &Value, id: &str) -> (Value, Value) {
    let planned = client.plan(name, &Value::Null, config).await.clean();
    let made = client
        .apply(name, &Value::Null, &planned, config)
        .await
        .clean();
    let state = client.import(name, made.text(id)).await.clean();
    let identity = Value::object([(id, made.get(id).clone())]);
    assert_eq!(
        client.import_by_identity(name, &identity).await.clean(),
        state
    );
    let state = client.read(name, &state).await.clean();
    let generated = client.generate(name, &state).await.clean();
    assert_eq!(
        client.validate(name, &generated).await,
        Vec::<String>::new()
    );
    assert_eq!(
        client.plan(name, &state, &generated).await.clean(),
        state,
        "{name}"
    );
    (state, generated)
}

/// The arguments and blocks that are set.
fn written(config: &Value) -> Vec<&str> {
    let is_written = |value: &Value| {
        !value.is_null()
            && !matches!(value.plain(), Value::Map(entries) if entries.is_empty())
            && value.as_list() != Some(&[])
    };
    let entries = config
        .as_map()
        .unwrap()
        .iter()
        .filter(|(_, value)| is_written(value));
    let mut names: Vec<&str> = entries.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exists_is_imported_and_written_cleanly() {
    let log = std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()));
    let aws = LocalAws::start(&log).await.unwrap();
    let mut client = client(&aws).await;

    let machine = Value::object([
        ("name", "orders".into()),
        ("definition", DEFINITION.into()),
        ("role_arn", ROLE.into()),
        ("publish", true.into()),
        ("tags", Value::object([("team", "orders".into())])),
        (
            "logging_configuration",
            Value::object([("level", "ERROR".into())]),
        ),
        (
            "tracing_configuration",
            Value::object([("enabled", true.into())]),
        ),
    ]);
    let (state, generated) = check(&mut client, "sfn_state_machine", &machine, "arn").await;
    assert_eq!(
        written(&generated),
        [
            "choice",
            "comment",
            "logging_configuration",
            "name",
            "parallel",
            "publish",
            "role_arn",
            "start_at",
            "tags",
            "task",
            "tracing_configuration",
            "wait"
        ]
    );
    let express = Value::object([
        ("name", "quick".into()),
        (
            "definition",
            r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#.into(),
        ),
        ("role_arn", ROLE.into()),
        ("type", "EXPRESS".into()),
        ("region", "us-east-1".into()),
    ]);
    let (_, generated) = check(&mut client, "sfn_state_machine", &express, "arn").await;
    assert_eq!(
        written(&generated),
        ["name", "region", "role_arn", "start_at", "succeed", "type"]
    );

    let route = Value::object([
        (
            "state_machine_version_arn",
            state.get("state_machine_version_arn").clone(),
        ),
        ("weight", 100.into()),
    ]);
    let alias = Value::object([
        ("name", "live".into()),
        ("routing_configuration", Value::List(vec![route])),
    ]);
    let (_, generated) = check(&mut client, "sfn_alias", &alias, "arn").await;
    assert_eq!(written(&generated), ["name", "routing_configuration"]);

    let activity = Value::object([
        ("name", "pack".into()),
        ("tags", Value::object([("a", "b".into())])),
    ]);
    let (_, generated) = check(&mut client, "sfn_activity", &activity, "arn").await;
    assert_eq!(written(&generated), ["name", "tags"]);

    let group = Value::object([("name", "/aws/x".into()), ("retention_in_days", 7.into())]);
    let (_, generated) = check(&mut client, "sfn_cloudwatch_log_group", &group, "name").await;
    assert_eq!(written(&generated), ["name", "retention_in_days"]);

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
    let function = Value::object([
        ("function_name", "f".into()),
        (
            "filename",
            folder.path().join("code.zip").to_str().unwrap().into(),
        ),
        ("role", ROLE.into()),
        ("handler", "main.handler".into()),
        ("runtime", "python3.13".into()),
        (
            "environment",
            Value::object([("variables", Value::object([("A", "b".into())]))]),
        ),
    ]);
    let (imported, generated) = check(
        &mut client,
        "sfn_lambda_function",
        &function,
        "function_name",
    )
    .await;
    // AWS does not return the source of the code. Without it, the code is deployed elsewhere.
    assert_eq!(
        written(&generated),
        ["environment", "function_name", "handler", "role", "runtime"]
    );
    // The source of the code can be set afterwards. The same code is not deployed again.
    let mut named = generated;
    named.set("filename", function.get("filename").clone());
    assert_eq!(
        client.validate("sfn_lambda_function", &named).await,
        Vec::<String>::new()
    );
    let mut expected = imported.clone();
    expected.set("filename", function.get("filename").clone());
    assert_eq!(
        client
            .plan("sfn_lambda_function", &imported, &named)
            .await
            .clean(),
        expected
    );

    found(&mut client, &state).await;
}

/// Checks which objects the searches find.
async fn found(client: &mut Client, machine: &Value) {
    let nothing = Value::object::<String>([]);
    let names = |found: &[(Value, String, Value)]| {
        found
            .iter()
            .map(|(_, name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    let (machines, said) = client.list("sfn_state_machine", &nothing, true, 100).await;
    assert_eq!(
        (names(&machines), said.len()),
        (vec!["orders".to_owned()], 0)
    );
    assert_eq!(machines[0].0.get("arn"), machine.get("arn"));
    assert_eq!(machines[0].2, *machine);
    for (config, expected) in [
        (
            Value::object([("region", "us-east-1".into())]),
            &["quick"][..],
        ),
        (Value::object([("name_prefix", "x".into())]), &[]),
        (Value::object([("type", "EXPRESS".into())]), &[]),
        (
            Value::object([("tags", Value::object([("team", "orders".into())]))]),
            &["orders"],
        ),
        (
            Value::object([("tags", Value::object([("team", "others".into())]))]),
            &[],
        ),
    ] {
        let (machines, said) = client.list("sfn_state_machine", &config, false, 100).await;
        assert_eq!(
            (names(&machines), said.len()),
            (expected.iter().map(|name| (*name).to_owned()).collect(), 0)
        );
        assert!(machines.iter().all(|(_, _, state)| state.is_null()));
    }
    let of_machine = Value::object([("state_machine_arn", machine.get("arn").clone())]);
    for (name, config, expected) in [
        ("sfn_alias", &of_machine, "live"),
        ("sfn_activity", &nothing, "pack"),
        ("sfn_lambda_function", &nothing, "f"),
    ] {
        let (objects, said) = client.list(name, config, true, 100).await;
        assert_eq!(
            (names(&objects), said.len()),
            (vec![expected.to_owned()], 0),
            "{said:?}"
        );
        assert!(!objects[0].2.is_null());
        let imported = client.import_by_identity(name, &objects[0].0).await.clean();
        assert_eq!(imported, objects[0].2, "{name}");
    }
    let gone = Value::object([(
        "state_machine_arn",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:gone".into(),
    )]);
    let (objects, said) = client.list("sfn_alias", &gone, false, 100).await;
    assert!(
        objects.is_empty() && said.iter().all(|said| said.contains("list the aliases of")),
        "{said:?}"
    );
}
