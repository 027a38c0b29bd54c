//! Times of executions: a small state machine, and distributed Map states over many items.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "benchmarks fail as tests do"
)]

use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use asl_run::{Content, Execution, Machine, Request, Start, Status};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

/// Ten states, of which one is a Map state over ten items: 18 states are entered.
fn small_jsonpath() -> Value {
    json!({
        "StartAt": "Order",
        "States": {
            "Order": {
                "Type": "Pass",
                "Parameters": { "id.$": "$.id", "lines.$": "$.lines", "currency": "EUR" },
                "Next": "Known"
            },
            "Known": {
                "Type": "Choice",
                "Choices": [
                    { "Variable": "$.id", "NumericLessThan": 0, "Next": "Refused" },
                    { "And": [
                        { "Variable": "$.currency", "StringEquals": "EUR" },
                        { "Variable": "$.lines[0]", "IsPresent": true }
                    ], "Next": "Lines" }
                ],
                "Default": "Refused"
            },
            "Lines": {
                "Type": "Map",
                "ItemsPath": "$.lines",
                "ItemSelector": {
                    "line.$": "$$.Map.Item.Value",
                    "place.$": "$$.Map.Item.Index",
                    "currency.$": "$.currency"
                },
                "ItemProcessor": {
                    "StartAt": "Line",
                    "States": {
                        "Line": {
                            "Type": "Pass",
                            "Parameters": {
                                "sum.$": "States.MathAdd($.line.price, $.line.tax)",
                                "text.$": "States.Format('{} {}', $.place, $.currency)"
                            },
                            "End": true
                        }
                    }
                },
                "ResultPath": "$.sums",
                "Next": "Count"
            },
            "Count": {
                "Type": "Pass",
                "Parameters": { "count.$": "States.ArrayLength($.sums)" },
                "ResultPath": "$.total",
                "Next": "Large"
            },
            "Large": {
                "Type": "Choice",
                "Choices": [
                    { "Variable": "$.total.count", "NumericGreaterThan": 5, "Next": "Discount" }
                ],
                "Default": "Paid"
            },
            "Discount": {
                "Type": "Pass",
                "Result": { "percent": 3 },
                "ResultPath": "$.discount",
                "Next": "Paid"
            },
            "Paid": { "Type": "Pass", "Assign": { "total.$": "$.total" }, "Next": "Sent" },
            "Sent": { "Type": "Succeed", "OutputPath": "$.sums" },
            "Refused": { "Type": "Fail", "Error": "Refused" }
        }
    })
}

/// The same in JSONata.
fn small_jsonata() -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Order",
        "States": {
            "Order": {
                "Type": "Pass",
                "Output": {
                    "id": "{% $states.input.id %}",
                    "lines": "{% $states.input.lines %}",
                    "currency": "EUR"
                },
                "Next": "Known"
            },
            "Known": {
                "Type": "Choice",
                "Choices": [
                    { "Condition": "{% $states.input.id < 0 %}", "Next": "Refused" },
                    {
                        "Condition":
                            "{% $states.input.currency = 'EUR' and $exists($states.input.lines) %}",
                        "Next": "Lines"
                    }
                ],
                "Default": "Refused"
            },
            "Lines": {
                "Type": "Map",
                "Items": "{% $states.input.lines %}",
                "ItemSelector": {
                    "line": "{% $states.context.Map.Item.Value %}",
                    "place": "{% $states.context.Map.Item.Index %}",
                    "currency": "{% $states.input.currency %}"
                },
                "ItemProcessor": {
                    "StartAt": "Line",
                    "States": {
                        "Line": {
                            "Type": "Pass",
                            "Output": {
                                "sum": "{% $states.input.line.(price + tax) %}",
                                "text": "{% $states.input.place & ' ' & $states.input.currency %}"
                            },
                            "End": true
                        }
                    }
                },
                "Output": "{% $merge([$states.input, { 'sums': $states.result }]) %}",
                "Next": "Count"
            },
            "Count": {
                "Type": "Pass",
                "Output": {
                    "sums": "{% $states.input.sums %}",
                    "count": "{% $count($states.input.sums) %}"
                },
                "Next": "Large"
            },
            "Large": {
                "Type": "Choice",
                "Choices": [
                    { "Condition": "{% $states.input.count > 5 %}", "Next": "Discount" }
                ],
                "Default": "Paid"
            },
            "Discount": {
                "Type": "Pass",
                "Assign": { "discount": 3 },
                "Next": "Paid"
            },
            "Paid": {
                "Type": "Pass",
                "Assign": { "total": "{% $sum($states.input.sums.sum) - $discount %}" },
                "Next": "Sent"
            },
            "Sent": { "Type": "Succeed", "Output": "{% $states.input.sums %}" },
            "Refused": { "Type": "Fail", "Error": "Refused" }
        }
    })
}

fn small_input() -> Value {
    let lines: Vec<Value> = (0..10)
        .map(|line| json!({ "article": format!("a{line}"), "price": 100 + line, "tax": 19 }))
        .collect();
    json!({ "id": 17, "lines": lines })
}

/// A distributed Map state that reads its items and writes its results.
fn large(language: &str) -> Value {
    let (parameters, inner) = match language {
        "JSONata" => (
            "Arguments",
            json!({ "double": "{% $states.input.n * 2 %}" }),
        ),
        _ => (
            "Parameters",
            json!({ "double.$": "States.MathAdd($.n, $.n)" }),
        ),
    };
    let output = if language == "JSONata" {
        "Output"
    } else {
        "Parameters"
    };
    json!({
        "QueryLanguage": language,
        "StartAt": "Items",
        "States": {
            "Items": {
                "Type": "Map",
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": { "InputType": "JSON" },
                    (parameters): { "Bucket": "data", "Key": "items.json" }
                },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Item",
                    "States": { "Item": { "Type": "Pass", (output): inner, "End": true } }
                },
                "ResultWriter": {
                    "Resource": "arn:aws:states:::s3:putObject",
                    (parameters): { "Bucket": "data", "Prefix": "results" }
                },
                "End": true
            }
        }
    })
}

/// Runs an execution without tasks, which has to succeed.
fn run(machine: &Rc<Machine>, input: Value, items: Option<&[u8]>) -> Execution {
    let start = Start {
        input,
        ..Start::default()
    };
    let mut execution = Execution::new(Rc::clone(machine), start);
    loop {
        match execution.advance() {
            Request::Read(read) => {
                let content = Content::Object(items.unwrap_or_default().to_vec());
                execution.give(read.id, Ok(content));
            }
            Request::Wait(_) => {}
            Request::Call(call) => panic!("{} calls", call.state),
            Request::Ended => break,
        }
    }
    let outcome = execution.outcome().unwrap();
    assert_eq!(outcome.status, Status::Succeeded, "{:?}", outcome.failure);
    execution
}

fn small(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("small");
    let input = small_input();
    for (language, definition) in [("JSONPath", small_jsonpath()), ("JSONata", small_jsonata())] {
        let machine = Rc::new(Machine::build(&definition).unwrap());
        group.bench_function(BenchmarkId::new("run", language), |bencher| {
            bencher.iter(|| run(&machine, black_box(input.clone()), None));
        });
        group.bench_function(BenchmarkId::new("build and run", language), |bencher| {
            bencher.iter(|| {
                let machine = Rc::new(Machine::build(black_box(&definition)).unwrap());
                run(&machine, input.clone(), None)
            });
        });
    }
    group.finish();
}

fn distributed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("distributed");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    for language in ["JSONPath", "JSONata"] {
        let machine = Rc::new(Machine::build(&large(language)).unwrap());
        for count in [10_000_u64, 40_000] {
            let items: Vec<Value> = (0..count).map(|n| json!({ "n": n })).collect();
            let items = serde_json::to_vec(&items).unwrap();
            group.throughput(Throughput::Elements(count));
            group.bench_with_input(
                BenchmarkId::new(language, count),
                &items,
                |bencher, items| {
                    bencher.iter_with_large_drop(|| run(&machine, json!({}), Some(items)));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, small, distributed);
criterion_main!(benches);
