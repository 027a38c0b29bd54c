//! How long an editor waits for an answer in a file of 1,000 states: right after a change, and again.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "benchmarks fail as tests do"
)]

#[path = "../tests/client/mod.rs"]
mod client;

use std::time::Duration;

use client::Client;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

const STATES: usize = 1_000;

fn definition() -> String {
    let state = |index: usize| {
        format!(
            "    \"State {index}\": {{ \"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Parameters\": {{ \"FunctionName\": \"f\", \"Payload.$\": \"$\" }}, \"Next\": \"State {}\" }}",
            index + 1
        )
    };
    let states: Vec<String> = (0..STATES).map(state).collect();
    format!(
        "{{\n  \"StartAt\": \"State 0\",\n  \"States\": {{\n{},\n    \"State {STATES}\": {{ \"Type\": \"Suc‸ceed\" }}\n  }}\n}}\n",
        states.join(",\n")
    )
}

fn configuration() -> String {
    let state = |index: usize| {
        format!(
            "  task \"State {index}\" {{\n    lambda {{\n      function_arn = aws_lambda_function.f.arn\n    }}\n    next = \"State {}\"\n  }}\n",
            index + 1
        )
    };
    let states: String = (0..STATES).map(state).collect();
    format!(
        "resource \"sfn_state_machine\" \"a\" {{\n  name     = \"a\"\n  start_at = \"Sta‸te 0\"\n\n  execution_role {{}}\n\n{states}\n  succeed \"State {STATES}\" {{}}\n}}\n"
    )
}

fn answers(criterion: &mut Criterion) {
    for (name, text) in [("a.asl.json", definition()), ("main.tf", configuration())] {
        let mut group = criterion.benchmark_group(name);
        group
            .measurement_time(Duration::from_secs(3))
            .warm_up_time(Duration::from_secs(1))
            .sample_size(20);
        let mut client = Client::start(&[]);
        let position = client.open(name, &text);
        client.published(name);
        for method in [
            "completion",
            "definition",
            "references",
            "hover",
            "documentSymbol",
            "codeLens",
        ] {
            let mut asked = position.clone();
            asked["context"] = json!({ "includeDeclaration": true, "triggerKind": 1 });
            let method = format!("textDocument/{method}");
            group.bench_function(&method, |bencher| {
                bencher.iter(|| client.ask(&method, asked.clone()));
            });
        }
        group.bench_function("change and definition", |bencher| {
            bencher.iter(|| {
                let position = client.open(name, &text);
                client.ask("textDocument/definition", position)
            });
        });
        group.bench_function("change and diagnostics", |bencher| {
            bencher.iter(|| {
                client.open(name, &text);
                client.published(name)["diagnostics"]
                    .as_array()
                    .map_or(0, Vec::len)
            });
        });
        group.finish();
        assert!(
            client.ask("textDocument/hover", position) != Value::Null || name.ends_with("json")
        );
        client.end();
    }
}

criterion_group!(benches, answers);
criterion_main!(benches);
