//! Courses of small executions.

use serde_json::{Value, json};

use super::super::event::events;
use super::*;

/// The course of an execution with these events: ID, ID of the event before, time in seconds, type and details.
fn history(rows: &[(u64, u64, u64, &str, Value)]) -> History {
    let list: Vec<Value> = rows
        .iter()
        .map(|(id, previous, seconds, ty, details)| {
            json!({
                "id": id, "previousEventId": previous, "timestamp": seconds, "type": ty,
                "someEventDetails": details,
            })
        })
        .collect();
    read(&events(&json!(list)).unwrap())
}

fn named(name: &str) -> Value {
    json!({ "name": name, "input": "{}", "output": "{}" })
}

fn error(name: &str) -> Value {
    json!({ "error": name })
}

fn item(index: u64) -> Value {
    json!({ "name": "Each", "index": index })
}

/// Label, outcome and number of attempts of each visit.
fn shown(history: &History) -> Vec<String> {
    let visits = history.visits.iter();
    let visits = visits.map(|visit| {
        let attempts = visit.attempts.len();
        format!("{} {} {attempts}", visit.label(), visit.outcome)
    });
    visits.collect()
}

fn culprits(history: &History) -> Vec<String> {
    history.culprits().map(Visit::label).collect()
}

#[test]
fn retries_belong_to_their_task_and_catchers_end_it() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({ "input": "{}" })),
        (2, 0, 0, "TaskStateEntered", named("Charge")),
        (
            3,
            2,
            0,
            "TaskScheduled",
            json!({ "resourceType": "lambda", "resource": "invoke" }),
        ),
        (4, 3, 2, "TaskFailed", error("Busy")),
        (
            5,
            4,
            62,
            "TaskScheduled",
            json!({ "resourceType": "lambda", "resource": "invoke" }),
        ),
        (6, 5, 63, "TaskTimedOut", error("States.Timeout")),
        (7, 6, 63, "TaskStateExited", named("Charge")),
        (8, 7, 63, "PassStateEntered", named("Late")),
        (9, 8, 64, "PassStateExited", named("Late")),
        (10, 9, 64, "ExecutionSucceeded", json!({ "output": "{}" })),
    ]);
    assert_eq!(shown(&found), ["Charge caught 2", "Late succeeded 0"]);
    assert!(culprits(&found).is_empty());
    let charge = &found.visits[0];
    assert_eq!(charge.next.as_deref(), Some("Late"));
    assert_eq!(charge.duration().unwrap().as_secs(), 63);
    let attempts: Vec<_> = charge
        .attempts
        .iter()
        .map(|attempt| {
            (
                attempt.resource.as_deref().unwrap(),
                attempt.duration().unwrap().as_secs(),
                attempt.failure.as_ref().unwrap().name(),
            )
        })
        .collect();
    assert_eq!(
        attempts,
        [
            ("lambda:invoke", 2, "Busy"),
            ("lambda:invoke", 1, "States.Timeout")
        ]
    );
    assert_eq!(found.status(), "SUCCEEDED");
}

#[test]
fn an_item_that_fails_ends_the_others() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "MapStateEntered", named("Each")),
        (3, 2, 0, "MapStateStarted", json!({ "length": 2 })),
        (4, 3, 0, "MapIterationStarted", item(0)),
        (5, 3, 0, "MapIterationStarted", item(1)),
        (6, 4, 0, "TaskStateEntered", named("Send")),
        (7, 5, 0, "TaskStateEntered", named("Send")),
        (
            8,
            6,
            0,
            "LambdaFunctionScheduled",
            json!({ "resource": "f" }),
        ),
        (
            9,
            7,
            0,
            "LambdaFunctionScheduled",
            json!({ "resource": "f" }),
        ),
        (10, 9, 1, "LambdaFunctionFailed", error("Full")),
        (11, 10, 1, "MapIterationFailed", item(1)),
        (12, 10, 1, "TaskStateAborted", Value::Null),
        (13, 10, 1, "MapIterationAborted", item(0)),
        (14, 10, 1, "MapStateFailed", Value::Null),
        (15, 14, 1, "ExecutionFailed", error("Full")),
    ]);
    assert_eq!(
        shown(&found),
        ["Each failed 1", "Send[0] aborted 1", "Send[1] failed 1"]
    );
    assert_eq!(culprits(&found), ["Each", "Send[1]"]);
    assert_eq!(
        found.culprit().map(Visit::label).as_deref(),
        Some("Send[1]")
    );
    let depths: Vec<_> = found.visits.iter().map(|visit| visit.depth).collect();
    assert_eq!(depths, [0, 1, 1]);
    assert_eq!(found.visits[0].failure, found.visits[2].failure);
}

#[test]
fn a_retried_map_state_has_another_attempt() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "MapStateEntered", named("Each")),
        (3, 2, 0, "MapStateStarted", json!({ "length": 1 })),
        (4, 3, 0, "MapIterationStarted", item(0)),
        (5, 4, 0, "FailStateEntered", named("Refuse")),
        (6, 5, 0, "MapIterationFailed", item(0)),
        (7, 5, 1, "MapStateStarted", json!({ "length": 1 })),
        (8, 7, 1, "MapIterationStarted", item(0)),
        (9, 8, 1, "PassStateEntered", named("Take")),
        (10, 9, 1, "PassStateExited", named("Take")),
        (11, 10, 1, "MapIterationSucceeded", item(0)),
        (12, 11, 1, "MapStateSucceeded", Value::Null),
        (13, 11, 1, "MapStateExited", named("Each")),
        (14, 13, 1, "SucceedStateEntered", named("Done")),
        (15, 14, 1, "SucceedStateExited", named("Done")),
        (16, 15, 1, "ExecutionSucceeded", json!({})),
    ]);
    assert_eq!(
        shown(&found),
        [
            "Each succeeded 2",
            "Refuse[0] failed 0",
            "Take[0] succeeded 0",
            "Done succeeded 0"
        ]
    );
    assert!(found.visits[1].is_superseded);
    assert_eq!(found.visits[0].next.as_deref(), Some("Done"));
    assert_eq!(found.visits[2].next, None);
}

#[test]
fn a_parallel_state_catches_the_error_of_a_branch() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "ParallelStateEntered", named("Both")),
        (3, 2, 0, "ParallelStateStarted", Value::Null),
        (4, 3, 0, "TaskStateEntered", named("Left")),
        (5, 3, 0, "WaitStateEntered", named("Right")),
        (6, 4, 0, "TaskScheduled", json!({})),
        (7, 6, 1, "TaskFailed", error("Busy")),
        (8, 7, 1, "WaitStateAborted", Value::Null),
        (9, 7, 1, "ParallelStateFailed", Value::Null),
        (10, 9, 1, "ParallelStateExited", named("Both")),
        (11, 10, 1, "PassStateEntered", named("After")),
    ]);
    assert_eq!(
        shown(&found),
        [
            "Both caught 1",
            "Left failed 1",
            "Right aborted 0",
            "After running 0"
        ]
    );
    assert_eq!(found.status(), "RUNNING");
    assert_eq!(found.visits[0].failure.as_ref().unwrap().name(), "Busy");
    assert!(culprits(&found).is_empty());
}

/// The event follows the end of the state before, and names the state.
#[test]
fn an_expression_fails_in_its_state() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "PassStateEntered", named("First")),
        (3, 2, 0, "PassStateExited", named("First")),
        (4, 3, 0, "PassStateEntered", named("Second")),
        (
            5,
            3,
            0,
            "EvaluationFailed",
            json!({ "error": "States.QueryEvaluationError", "state": "Second" }),
        ),
        (
            6,
            5,
            0,
            "ExecutionFailed",
            error("States.QueryEvaluationError"),
        ),
    ]);
    assert_eq!(shown(&found), ["First succeeded 0", "Second failed 1"]);
    assert_eq!(culprits(&found), ["Second"]);
}

#[test]
fn a_fail_state_has_the_error_of_the_execution() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "FailStateEntered", named("Refuse")),
        (3, 2, 0, "ExecutionFailed", error("Refused")),
    ]);
    assert_eq!(found.visits[0].failure.as_ref().unwrap().name(), "Refused");
    assert_eq!(found.failure().unwrap().name(), "Refused");
}

#[test]
fn a_redrive_continues_the_state_that_failed() {
    let failed = [
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "ParallelStateEntered", named("Both")),
        (3, 2, 0, "ParallelStateStarted", Value::Null),
        (4, 3, 0, "TaskStateEntered", named("Left")),
        (5, 4, 0, "TaskScheduled", json!({})),
        (6, 5, 1, "TaskFailed", error("Busy")),
        (7, 6, 1, "ParallelStateFailed", Value::Null),
        (8, 7, 1, "ExecutionFailed", error("Busy")),
        (9, 8, 60, "ExecutionRedriven", json!({ "redriveCount": 1 })),
    ];
    let goes_on = |events: &[(u64, u64, u64, &'static str, Value)]| {
        let all = [&failed[..], events].concat();
        history(&all)
    };
    let attempt = goes_on(&[
        (10, 9, 60, "TaskScheduled", json!({})),
        (11, 10, 61, "TaskSucceeded", json!({})),
        (12, 11, 61, "TaskStateExited", named("Left")),
        (13, 12, 61, "ParallelStateSucceeded", Value::Null),
        (14, 13, 61, "ParallelStateExited", named("Both")),
        (15, 14, 61, "ExecutionSucceeded", json!({})),
    ]);
    assert_eq!(shown(&attempt), ["Both succeeded 2", "Left succeeded 2"]);
    let entry = goes_on(&[
        (10, 9, 60, "TaskStateEntered", named("Left")),
        (11, 10, 60, "TaskScheduled", json!({})),
        (12, 11, 61, "TaskFailed", error("Full")),
        (13, 12, 61, "ParallelStateFailed", Value::Null),
        (14, 13, 61, "ExecutionFailed", error("Full")),
    ]);
    assert_eq!(
        shown(&entry),
        ["Both failed 2", "Left failed 1", "Left failed 1"]
    );
    assert_eq!(culprits(&entry), ["Both", "Left"]);
    assert_eq!(
        (entry.redrives, entry.failure().unwrap().name()),
        (1, "Full")
    );
    assert_eq!(goes_on(&[]).status(), "RUNNING");
}

#[test]
fn a_stop_ends_the_open_states() {
    for (ty, status) in [
        ("ExecutionAborted", "ABORTED"),
        ("ExecutionTimedOut", "TIMED_OUT"),
    ] {
        let found = history(&[
            (1, 0, 0, "ExecutionStarted", json!({})),
            (2, 0, 0, "WaitStateEntered", named("Later")),
            (3, 0, 9, ty, json!({})),
        ]);
        assert_eq!(shown(&found), ["Later aborted 0"]);
        assert_eq!(culprits(&found), ["Later"]);
        assert_eq!(
            (found.status().as_str(), found.duration().as_secs()),
            (status, 9)
        );
    }
}

/// Emulators of AWS do not write the number of the event before.
#[test]
fn events_without_predecessors_follow_each_other() {
    let found = history(&[
        (1, 0, 0, "ExecutionStarted", json!({})),
        (2, 0, 0, "TaskStateEntered", named("Charge")),
        (3, 0, 0, "TaskScheduled", json!({})),
        (4, 0, 1, "TaskSucceeded", json!({})),
        (5, 0, 1, "TaskStateExited", named("Charge")),
        (6, 0, 1, "SucceedStateEntered", named("Done")),
        (7, 0, 1, "SucceedStateExited", named("Done")),
        (8, 0, 1, "ExecutionSucceeded", json!({})),
    ]);
    assert_eq!(shown(&found), ["Charge succeeded 1", "Done succeeded 0"]);
    assert_eq!(found.visits[0].next.as_deref(), Some("Done"));
}
