//! Generated definitions with every state type and field go through all calls of the provider
//! against a local emulator of AWS. The applied definition equals the generated one, is read back
//! unchanged and is imported to the same blocks.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../../crates/asl/tests/support/generator.rs"]
mod generator;

use std::collections::BTreeSet;

use asl::Json;
use asl::linter::Linter;
use asl::{Form, MachineType};
use asl_hcl::{STATE_BLOCKS, STATES};
use generator::{Generator, all_fields};
use local_aws::{ACCOUNT, LocalAws, REGION};
use terraform_provider_sfn::SfnProvider;
use tfplugin::testing::Client;
use tfplugin::{Provider as _, Server, Value};

const TYPE: &str = "sfn_state_machine";
const CASES: u64 = 300;

async fn client(aws: &LocalAws) -> Client {
    let provider = SfnProvider::default();
    let schema = provider.schema();
    let names = ["sfn", "lambda", "iam", "logs", "sts"].map(|name| (name, Value::from(aws.url())));
    // Random definitions do not follow best practices.
    let checks = [
        ("level", Value::from("error")),
        ("ignore", Value::Null),
        ("remote", Value::from(false)),
    ];
    let config = Value::object([
        ("region", REGION.into()),
        ("access_key", ACCOUNT.into()),
        ("secret_key", "test".into()),
        ("endpoints", Value::List(vec![Value::object(names)])),
        ("checks", Value::List(vec![Value::object(checks)])),
    ]);
    let mut client = Client::connect(Server::new(provider)).await;
    assert_eq!(
        client.configure(&config, &schema).await,
        Vec::<String>::new()
    );
    client
}

/// Runs one definition through all calls. The seed is used as its name.
async fn check_case(client: &mut Client, seed: u64, definition: &Json) {
    let context = || format!("seed {seed}: {}", definition.to_value().unwrap());
    let findings = Linter::new(MachineType::Standard).check(definition, Form::Nested);
    let errors: Vec<_> = findings
        .into_iter()
        .filter(|finding| finding.severity == asl::Severity::Error)
        .collect();
    assert_eq!(errors, [], "{}", context());
    let held = asl_hcl::from_asl(definition, &Value::Null);
    let mut config = held.unwrap_or_else(|reason| panic!("{reason}: {}", context()));
    let name = format!("case-{seed}");
    config.set("name", name.as_str());
    config.set("role_arn", "arn:aws:iam::123456789012:role/theirs");
    assert_eq!(
        client.validate(TYPE, &config).await,
        Vec::<String>::new(),
        "{}",
        context()
    );

    let planned = client.plan(TYPE, &Value::Null, &config).await.clean();
    let rendered = asl::parse(planned.get("asl").as_str().unwrap())
        .unwrap()
        .0
        .root;
    assert!(
        rendered.same_meaning(definition),
        "{}\nrendered {:?}",
        context(),
        planned.get("asl")
    );

    let state = client
        .apply(TYPE, &Value::Null, &planned, &config)
        .await
        .clean();
    assert_eq!(
        client.read(TYPE, &state).await.clean(),
        state,
        "{}",
        context()
    );
    assert_eq!(
        client.plan(TYPE, &state, &config).await.clean(),
        state,
        "{}",
        context()
    );

    let imported = client
        .import(TYPE, state.get("arn").as_str().unwrap())
        .await
        .clean();
    assert!(imported.get("definition").is_null(), "{}", context());
    assert_eq!(
        client.plan(TYPE, &imported, &config).await.clean(),
        imported,
        "{}",
        context()
    );

    // Every fifth is also configured with its states as values, which changes the configuration but
    // not AWS.
    let state = if seed.is_multiple_of(5) {
        as_values(client, &config, state).await
    } else {
        state
    };

    let gone = client.plan(TYPE, &state, &Value::Null).await.clean();
    client
        .apply(TYPE, &state, &gone, &Value::Null)
        .await
        .clean();
    assert!(client.read(TYPE, &state).await.clean().is_null());
}

/// Moves all states from blocks to `states`. Returns the state afterwards.
async fn as_values(client: &mut Client, config: &Value, state: Value) -> Value {
    let (mut config, mut entries) = (config.clone(), Vec::new());
    for (block, _) in STATE_BLOCKS.iter() {
        for (name, value) in config.get(block).as_map().into_iter().flatten() {
            let mut entry = value.clone();
            entry.set("type", block.as_str());
            entries.push((name.clone(), entry));
        }
        config.set(block, Value::object::<String>([]));
    }
    config.set(STATES, Value::object(entries));
    assert_eq!(
        client.validate(TYPE, &config).await,
        Vec::<String>::new(),
        "{config:?}"
    );
    let planned = client.plan(TYPE, &state, &config).await.clean();
    assert_eq!(planned.get("asl"), state.get("asl"), "{config:?}");
    let moved = client.apply(TYPE, &state, &planned, &config).await.clean();
    assert_eq!(client.read(TYPE, &moved).await.clean(), moved, "{config:?}");
    assert_eq!(
        client.plan(TYPE, &moved, &config).await.clean(),
        moved,
        "{config:?}"
    );
    moved
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_definitions_survive_every_call() {
    let log = std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()));
    let aws = LocalAws::start(&log).await.unwrap();
    let mut client = client(&aws).await;
    let mut covered = BTreeSet::new();
    for seed in 0..CASES {
        let mut generator = Generator::new(seed);
        let definition = generator.definition();
        covered.append(&mut generator.covered);
        check_case(&mut client, seed, &definition).await;
    }
    let missing: Vec<_> = all_fields().difference(&covered).cloned().collect();
    assert_eq!(missing, Vec::<String>::new(), "fields that no case had");
}
