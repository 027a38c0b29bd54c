//! Replacing a value with an explicit default has the same effect as removing the argument.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::inventory::lambda;
use super::objects::{self, BASE, BASE_HERE, OBJECTS};
use super::runs::{change, plan_json};
use super::{assert_empty, assert_success, aws, describe};

/// Arguments with a default: the address of the object, another value, and the default.
const ARGUMENTS: [(&str, &str, &str); 7] = [
    (
        "sfn_state_machine.it",
        "type = \"EXPRESS\"",
        "type = \"STANDARD\"",
    ),
    (
        "sfn_lambda_function.it",
        "memory_size = 256",
        "memory_size = 128",
    ),
    ("sfn_lambda_function.it", "timeout = 30", "timeout = 3"),
    (
        "sfn_lambda_function.it",
        "architectures = [\"arm64\"]",
        "architectures = [\"x86_64\"]",
    ),
    ("sfn_execution_alarm.it", "threshold = 5", "threshold = 1"),
    ("sfn_execution_alarm.it", "period = 300", "period = 60"),
    (
        "sfn_execution_alarm.it",
        "evaluation_periods = 2",
        "evaluation_periods = 1",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_written_default_is_applied() {
    let aws = aws().await;
    let addresses: BTreeSet<&str> = ARGUMENTS.iter().map(|(address, ..)| *address).collect();
    let configuration = |is_default: bool| {
        let objects = OBJECTS
            .iter()
            .filter(|object| addresses.contains(object.address))
            .map(|object| {
                let lines = ARGUMENTS
                    .iter()
                    .filter(|(address, ..)| *address == object.address);
                let lines =
                    lines.map(|(_, other, default)| if is_default { *default } else { *other });
                object.configuration(&lines.map(|line| format!("  {line}\n")).collect::<String>())
            });
        format!("{BASE}{BASE_HERE}{}", objects.collect::<String>())
    };
    let workspace = objects::with_code(&aws, &configuration(false));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace.configure(&configuration(true)).unwrap();
    let plan = plan_json(&workspace).await;
    for (address, other, default) in ARGUMENTS {
        let (name, value) = default.split_once(" = ").unwrap();
        let expected: Value = serde_json::from_str(value).unwrap();
        let change = change(&plan, address);
        assert_eq!(
            change["after"][name], expected,
            "{address}: {other} becomes {default}"
        );
        assert_ne!(
            change["before"][name], expected,
            "{address}: {other} becomes {default}"
        );
    }
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let function = lambda(&aws, "/2015-03-31/functions/it/configuration").await;
    assert_eq!(
        (&function["MemorySize"], &function["Timeout"]),
        (&json!(128), &json!(3))
    );
    assert_eq!(describe(&aws, "it").await["type"], "STANDARD");
    assert_success(&workspace.destroy().await.unwrap());
}
