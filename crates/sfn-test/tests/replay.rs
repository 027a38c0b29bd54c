//! Executions recorded on AWS are repeated with unchanged and with changed definitions, if the folder with them exists.
//!
//! `EXECUTIONS` names another folder than `shared/executions` next to the workspace.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read files and the environment"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use asl_run::Machine;
use serde_json::{Map, Value, json};
use sfn_test::{Replayed, case_of, replay};

fn folder() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/executions");
    std::env::var_os("EXECUTIONS").map_or(default, PathBuf::from)
}

/// A recorded execution.
struct Recorded {
    file: String,
    definition: Value,
    history: Value,
}

/// The recorded executions of type `STANDARD` that have a history.
fn recorded(folder: &Path) -> Vec<Recorded> {
    let index = std::fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let lines = index.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line
    });
    lines
        .filter(|line| line["kind"] == "execution" && line["runnable"] == true)
        .filter_map(|line| {
            let file = line["file"].as_str().unwrap().to_owned();
            let text = std::fs::read_to_string(folder.join(&file)).unwrap();
            let content: Value = serde_json::from_str(&text).unwrap();
            let history = as_aws_writes(content["expected"]["events"].clone());
            let definition = content["definition"].clone();
            case_of(&history).ok()?;
            Some(Recorded {
                file,
                definition,
                history,
            })
        })
        .collect()
}

/// The events as the API returns them: inputs, outputs and causes are texts.
fn as_aws_writes(mut events: Value) -> Value {
    for event in events.as_array_mut().into_iter().flatten() {
        for (name, details) in event.as_object_mut().into_iter().flatten() {
            let Some(details) = details.as_object_mut() else {
                continue;
            };
            assert!(name.ends_with("EventDetails"), "{name}");
            for member in ["input", "output"] {
                if let Some(value) = details.get_mut(member) {
                    *value = value.to_string().into();
                }
            }
            if let Some(cause) = details.get_mut("cause").filter(|cause| !cause.is_string()) {
                *cause = cause.to_string().into();
            }
        }
    }
    json!({ "events": events })
}

fn machine(definition: &Value) -> Option<Rc<Machine>> {
    Machine::build(definition).ok().map(Rc::new)
}

/// The names of the states that the execution entered.
fn entered(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    let names = events
        .iter()
        .filter_map(|event| event.pointer("/stateEnteredEventDetails/name"));
    let mut names: Vec<String> = names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    names.dedup();
    names
}

/// Changes a state of the outermost level.
fn changed(
    definition: &Value,
    state: &str,
    change: impl FnOnce(&mut Map<String, Value>) -> bool,
) -> Option<Value> {
    let mut definition = definition.clone();
    let states = definition.get_mut("States")?.as_object_mut()?;
    let is_changed = change(states.get_mut(state)?.as_object_mut()?);
    let broken = json!({ "Type": "Fail", "Error": "Seeded" });
    states.insert("SeededFailure".to_owned(), broken);
    is_changed.then_some(definition)
}

/// The parts of a history about a state.
#[derive(Default)]
struct Shown {
    /// Whether it has an output, which not each state that fails has.
    exited: bool,
    /// Whether its output differs from its input.
    changes: bool,
    /// Whether it called a task.
    called: bool,
}

fn shown(history: &Value, state: &str) -> Shown {
    let mut shown = Shown::default();
    let (mut entered, mut input) = (Vec::new(), &Value::Null);
    for event in history["events"].as_array().unwrap() {
        let of_state = |details: &str| event[details]["name"] == state;
        if of_state("stateEnteredEventDetails") {
            entered.push(&event["id"]);
            input = &event["stateEnteredEventDetails"]["input"];
        } else if of_state("stateExitedEventDetails") {
            shown.exited = true;
            shown.changes |= event["stateExitedEventDetails"]["output"] != *input;
        } else if entered.contains(&&event["previousEventId"]) {
            shown.called |= event["type"].as_str().unwrap().ends_with("Scheduled");
        }
    }
    shown
}

/// Definitions with one changed behavior of a state that the execution entered, by the kind of the change.
fn seeds(definition: &Value, history: &Value, state: &str) -> Vec<(&'static str, Value)> {
    let shown = shown(history, state);
    let ty = definition["States"][state]["Type"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    let is_jsonata = definition["QueryLanguage"] == "JSONata"
        || definition["States"][state]["QueryLanguage"] == "JSONata";
    let mut seeds = Vec::new();
    let mut add = |kind: &'static str, change: &dyn Fn(&mut Map<String, Value>) -> bool| {
        if let Some(definition) = changed(definition, state, |members| change(members)) {
            seeds.push((kind, definition));
        }
    };
    add("the state fails", &|members| {
        *members = json!({ "Type": "Fail", "Error": "Seeded" })
            .as_object()
            .unwrap()
            .clone();
        true
    });
    add("the state is skipped", &|members| {
        let mut pass = Map::new();
        pass.insert("Type".to_owned(), "Pass".into());
        for name in ["Next", "End"] {
            pass.extend(
                members
                    .get(name)
                    .map(|value| (name.to_owned(), value.clone())),
            );
        }
        let has_next = pass.len() > 1;
        *members = pass;
        has_next && (shown.changes || shown.called)
    });
    if ty == "Task" && shown.called {
        add("another resource is called", &|members| {
            let resource = members.get("Resource").and_then(Value::as_str);
            let other = match resource {
                Some("arn:aws:states:::lambda:invoke") => "arn:aws:states:::sqs:sendMessage",
                Some(arn) if arn.contains(":function:") => {
                    "arn:aws:lambda:us-east-1:123456789012:function:other"
                }
                _ => return false,
            };
            members.insert("Resource".to_owned(), other.into());
            true
        });
        let field = if is_jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        add("a task has another input", &|members| {
            let Some(parameters) = members.get_mut(field).and_then(Value::as_object_mut) else {
                return false;
            };
            parameters.insert("Seeded".to_owned(), true.into());
            true
        });
    }
    if shown.exited && ["Pass", "Task", "Map", "Parallel", "Wait"].contains(&ty.as_str()) {
        let (field, value) = if is_jsonata {
            ("Output", json!({ "seeded": true }))
        } else {
            ("OutputPath", json!("$$.StateMachine.Name"))
        };
        add("the state has another output", &|members| {
            members.insert(field.to_owned(), value.clone());
            // The output of a caught error does not depend on it.
            !members.contains_key("Catch")
        });
    }
    if ty == "Wait" {
        add("the wait is longer", &|members| {
            let seconds = members.get("Seconds").and_then(Value::as_i64);
            seconds.is_some_and(|seconds| {
                members.insert("Seconds".to_owned(), (seconds + 7).into());
                true
            })
        });
    }
    seeds
}

/// An execution of two tasks: the first fails and is retried, and the result of the second is the output.
fn own_history() -> Value {
    let event = |id: u64, ty: &str, details: Value| {
        let mut event = json!({
            "id": id,
            "previousEventId": id - 1,
            "timestamp": format!("2026-12-01T00:00:{id:02}Z"),
            "type": ty,
        });
        event
            .as_object_mut()
            .unwrap()
            .extend(details.as_object().unwrap().clone());
        event
    };
    let entered =
        |name: &str| json!({ "stateEnteredEventDetails": { "name": name, "input": "{\"id\":1}" } });
    let exited = |name: &str, output: &str| json!({ "stateExitedEventDetails": { "name": name, "output": output } });
    let scheduled = json!({ "lambdaFunctionScheduledEventDetails": { "resource": "f", "input": "{\"id\":1}" } });
    let succeeded =
        |output: &str| json!({ "lambdaFunctionSucceededEventDetails": { "output": output } });
    json!({ "events": [
        event(1, "ExecutionStarted", json!({ "executionStartedEventDetails": { "input": "{\"id\":1}" } })),
        event(2, "TaskStateEntered", entered("Reserve")),
        event(3, "LambdaFunctionScheduled", scheduled.clone()),
        event(4, "LambdaFunctionFailed", json!({ "lambdaFunctionFailedEventDetails": { "error": "Busy" } })),
        event(5, "LambdaFunctionScheduled", scheduled.clone()),
        event(6, "LambdaFunctionSucceeded", succeeded("{\"id\":1}")),
        event(7, "TaskStateExited", exited("Reserve", "{\"id\":1}")),
        event(8, "TaskStateEntered", entered("Charge")),
        event(9, "LambdaFunctionScheduled", scheduled),
        event(10, "LambdaFunctionSucceeded", succeeded("{\"paid\":true}")),
        event(11, "TaskStateExited", exited("Charge", "{\"paid\":true}")),
        event(12, "ExecutionSucceeded", json!({ "executionSucceededEventDetails": { "output": "{\"paid\":true}" } })),
    ] })
}

fn own_definition() -> Value {
    let task = |name: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
    json!({
        "StartAt": "Reserve",
        "States": {
            "Reserve": {
                "Type": "Task",
                "Resource": task("reserve"),
                "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1 }],
                "Next": "Charge",
            },
            "Charge": { "Type": "Task", "Resource": task("charge"), "End": true },
        },
    })
}

#[test]
fn differences_name_what_changed() {
    let (history, definition) = (own_history(), own_definition());
    let before = machine(&definition).unwrap();
    let check = |pointer: &str, value: Value, expected: &[(&str, &str, &str)]| {
        let mut definition = definition.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = definition
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        match value {
            Value::Null => parent.remove(name),
            value => parent.insert(name.to_owned(), value),
        };
        let after = machine(&definition).unwrap();
        let found = match replay(&history, &before, &after) {
            Replayed::Same => Vec::new(),
            Replayed::Different(differences) => differences,
            Replayed::Skipped(reason) => panic!("{pointer}: {reason}"),
        };
        let found: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.what.as_str(),
                    one.expected.as_str(),
                    one.actual.as_str(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{pointer}");
    };
    check("/Comment", "new".into(), &[]);
    check(
        "/States/Reserve/Retry",
        Value::Null,
        &[
            ("end", "SUCCEEDED", "FAILED (Busy)"),
            ("path", "Reserve → Charge", "Reserve"),
            ("calls of Reserve", "2", "1"),
            ("calls of Charge", "1", "0"),
            ("duration", "4s", "1s"),
        ],
    );
    check(
        "/States/Charge/Resource",
        "arn:aws:lambda:eu-west-1:123456789012:function:other".into(),
        &[(
            "calls of Charge",
            "arn:aws:lambda:eu-west-1:123456789012:function:charge",
            "arn:aws:lambda:eu-west-1:123456789012:function:other",
        )],
    );
    check(
        "/States/Charge/InputPath",
        "$.id".into(),
        &[("calls of Charge", "{\n  \"id\": 1\n}", "1")],
    );
    check(
        "/States/Charge/OutputPath",
        "$.paid".into(),
        &[
            ("output", "{\n  \"paid\": true\n}", "true"),
            ("output of Charge", "{\n  \"paid\": true\n}", "true"),
        ],
    );
    let renamed = definition.to_string().replace("\"Charge\"", "\"Pay\"");
    let after = machine(&serde_json::from_str(&renamed).unwrap()).unwrap();
    let Replayed::Different(differences) = replay(&history, &before, &after) else {
        panic!("a state is gone");
    };
    let whats: Vec<&str> = differences.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "state Charge",
            "answers",
            "path",
            "calls of Charge",
            "calls of Pay"
        ]
    );
    assert!(differences[1].actual.contains("Pay"), "{differences:?}");
    // A definition that does not have the states of the history cannot be the one that it ran.
    assert!(matches!(
        replay(&history, &after, &before),
        Replayed::Skipped(_)
    ));
    assert!(matches!(
        replay(&json!({ "events": [] }), &before, &before),
        Replayed::Skipped(_)
    ));
}

#[test]
fn recorded_ends_are_compared_with_runs_first() {
    let (mut history, definition) = (own_history(), own_definition());
    let before = machine(&definition).unwrap();
    // A value that differs in each run, such as a generated ID, does not keep an execution from being repeated.
    let end = "/events/11/executionSucceededEventDetails/output";
    *history.pointer_mut(end).unwrap() = "{\"paid\":\"other\"}".into();
    assert_eq!(replay(&history, &before, &before), Replayed::Same);
    // Another path does.
    let mut other = own_history();
    let exited = other.pointer_mut("/events/6/stateExitedEventDetails/name");
    *exited.unwrap() = "Charge".into();
    let skipped = Replayed::Skipped("the recorded path cannot be repeated on this machine".into());
    assert_eq!(replay(&other, &before, &before), skipped);
    // Two failures are compared by their errors.
    let mut failing = definition.clone();
    failing["States"]["Charge"] = json!({ "Type": "Fail", "Error": "Declined" });
    let mut failed = own_history();
    let events = failed["events"].as_array_mut().unwrap();
    events.truncate(8);
    events[7]["type"] = "FailStateEntered".into();
    events.push(json!({
        "id": 9,
        "previousEventId": 8,
        "timestamp": "2026-12-01T00:00:09Z",
        "type": "ExecutionFailed",
        "executionFailedEventDetails": { "error": "Declined" },
    }));
    let before = machine(&failing).unwrap();
    assert_eq!(replay(&failed, &before, &before), Replayed::Same);
    failing["States"]["Charge"]["Error"] = "Refused".into();
    let after = machine(&failing).unwrap();
    let Replayed::Different(differences) = replay(&failed, &before, &after) else {
        panic!("the errors differ");
    };
    assert_eq!(differences[0].what, "end");
    assert_eq!(
        (
            differences[0].expected.as_str(),
            differences[0].actual.as_str()
        ),
        ("FAILED (Declined)", "FAILED (Refused)")
    );
}

#[test]
fn seeded_changes_are_found_and_unchanged_definitions_are_the_same() {
    let folder = folder();
    if !folder.exists() {
        eprintln!("skipped: there is no folder {}", folder.display());
        return;
    }
    let (mut same, mut skipped) = (0, BTreeMap::<String, usize>::new());
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for execution in recorded(&folder) {
        let Some(before) = machine(&execution.definition) else {
            continue;
        };
        match replay(&execution.history, &before, &before) {
            Replayed::Same => same += 1,
            Replayed::Skipped(reason) => {
                let reason = reason.split(['`', ':']).next().unwrap_or("").to_owned();
                *skipped.entry(reason).or_default() += 1;
                continue;
            }
            Replayed::Different(differences) => {
                panic!("{}: {differences:#?}", execution.file);
            }
        }
        for state in entered(&execution.history) {
            for (kind, definition) in seeds(&execution.definition, &execution.history, &state) {
                let Some(after) = machine(&definition) else {
                    continue;
                };
                match replay(&execution.history, &before, &after) {
                    Replayed::Different(_) => *found.entry(kind).or_default() += 1,
                    other => missed.push(format!("{} {state}: {kind}: {other:?}", execution.file)),
                }
            }
        }
    }
    println!("{same} the same, skipped: {skipped:#?}, found: {found:#?}");
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
    let skips: usize = skipped.values().sum();
    assert!(same > 300 && same > 9 * skips, "{same} {skipped:?}");
    assert_eq!(found.len(), 6, "{found:?}");
}
