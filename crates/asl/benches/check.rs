//! Times of a check by size, and for real definitions if the collection exists.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "benchmarks fail as tests do"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use asl::MachineType;
use asl::linter::Linter;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A definition of about this size: a chain of tasks with parameters, retriers and catchers.
fn definition(bytes: usize) -> String {
    let mut states = Vec::new();
    let mut length = 0;
    while length < bytes {
        let index = states.len();
        let next = index + 1;
        let state = format!(
            r#""State {index}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "f", "Payload": {{"id.$": "$.order.id", "text.$": "States.Format('{{}} of {{}}', $.a, $.b)"}}}}, "ResultPath": "$.r{0}", "TimeoutSeconds": 30, "Retry": [{{"ErrorEquals": ["Lambda.ServiceException"], "MaxAttempts": 3}}], "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}}], "Next": "State {next}"}}"#,
            index % 7,
        );
        length += state.len() + 2;
        states.push(state);
    }
    let last = states.len();
    format!(
        r#"{{"StartAt": "State 0", "States": {{{}, "State {last}": {{"Type": "Succeed"}}, "Failed": {{"Type": "Fail"}}}}}}"#,
        states.join(", ")
    )
}

fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .sample_size(20);
    for size in [1_024, 8 * 1_024, 64 * 1_024, 256 * 1_024, 1_024 * 1_024] {
        let text = definition(size);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &text, |bencher, text| {
            bencher.iter_with_large_drop(|| {
                Linter::new(MachineType::Standard).check_text(black_box(text))
            });
        });
    }
    group.finish();
}

/// Prints the median for real definitions, because criterion measures one input at a time.
fn corpus(_: &mut Criterion) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = fs::read_to_string(corpus.join("index.jsonl")) else {
        println!("skipped: the collection of definitions does not exist");
        return;
    };
    let files = index.lines().filter_map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        fs::read_to_string(corpus.join(entry["file"].as_str()?)).ok()
    });
    let texts: Vec<String> = files.collect();
    let mut times: Vec<Duration> = texts
        .iter()
        .map(|text| {
            let runs = (0..5).map(|_| {
                let start = Instant::now();
                black_box(Linter::new(MachineType::Standard).check_text(black_box(text)));
                start.elapsed()
            });
            runs.min().unwrap()
        })
        .collect();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{} definitions: median {:?}, p99 {:?}, longest {:?}, all {:?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        times.iter().sum::<Duration>()
    );
}

criterion_group!(benches, sizes, corpus);
criterion_main!(benches);
