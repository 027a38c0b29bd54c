//! The result of a run against the record.

use serde_json::{Value, json};

use crate::case::{Case, Kind};
use crate::history;
use crate::matching::{Matcher, cause, cut, parsed};

/// Length of a difference, in characters.
const LENGTH: usize = 300;

/// Members of the result, in the order of the comparison.
pub const FIELDS: [&str; 4] = ["status", "output", "error", "cause"];

/// The result of a run.
#[derive(Debug, Default)]
pub struct Actual {
    /// Status of the execution, such as `SUCCEEDED`.
    pub status: String,
    /// Output.
    pub output: Option<Value>,
    /// Error.
    pub error: Option<String>,
    /// Cause.
    pub cause: Option<String>,
    /// History, as `GetExecutionHistory` returns it: inputs, outputs and parameters are JSON texts.
    pub events: Vec<Value>,
    /// Response of `TestState`, with JSON texts as AWS has them.
    pub response: Option<Value>,
}

/// The parts of a record that a run reproduces. `None`: the record does not have the part.
#[derive(Debug)]
pub struct Verdict {
    /// Status, output, error and cause.
    pub result: bool,
    /// Types of the events in their order.
    pub types: Option<bool>,
    /// Whole events.
    pub history: Option<bool>,
    /// Response of `TestState`.
    pub test_state: Option<bool>,
    /// The differences, each with its place.
    pub differences: Vec<String>,
}

impl Verdict {
    /// The verdict on a run without a result.
    pub fn without_result(case: &Case, message: &str) -> Self {
        let events = events(case).map(|_| false);
        Self {
            result: false,
            types: events,
            history: events,
            test_state: (case.kind == Kind::TestState).then_some(false),
            differences: vec![line(&format!("no result: {message}"))],
        }
    }

    /// Whether the run reproduces all parts of the record.
    pub fn is_right(&self) -> bool {
        let parts = [self.types, self.history, self.test_state];
        self.result && !parts.contains(&Some(false))
    }
}

/// A difference on one line.
fn line(text: &str) -> String {
    cut(&text.replace(['\n', '\r'], " "), LENGTH)
}

/// The recorded history, if the kind of the case has one.
fn events(case: &Case) -> Option<&[Value]> {
    let events = case.expected.events.as_deref();
    events.filter(|_| case.kind == Kind::Execution)
}

/// Compares the result of a run with the record.
pub fn judge(case: &Case, actual: &Actual) -> Verdict {
    if case.is_refusal() {
        return refusal(case, actual);
    }
    let matcher = Matcher::new(&case.wildcards);
    let is_test_state = case.kind == Kind::TestState;
    let result = match is_test_state {
        true => response(matcher, case, actual, true),
        false => result(matcher, case, actual),
    };
    let test_state = is_test_state.then(|| response(matcher, case, actual, false));
    let types = events(case).map(|events| history::types(matcher, events, &actual.events));
    let whole = events(case).map(|events| history::whole(matcher, events, &actual.events));
    let right = |found: &Option<Vec<String>>| found.as_ref().map(Vec::is_empty);
    let mut verdict = Verdict {
        result: result.is_empty(),
        types: right(&types),
        history: right(&whole),
        test_state: right(&test_state),
        differences: result,
    };
    let parts = [types, whole, test_state];
    for difference in parts.into_iter().flatten().flatten() {
        if !verdict.differences.contains(&difference) {
            verdict.differences.push(difference);
        }
    }
    verdict
        .differences
        .iter_mut()
        .for_each(|text| *text = line(text));
    verdict
}

/// Compares the message of a refused request with the record. The record has it with or without the words of the
/// client.
fn refusal(case: &Case, actual: &Actual) -> Verdict {
    let response = case.expected.response.clone().unwrap_or_default();
    let message = response.get("message").or(response.get("exception_value"));
    let message = message.and_then(Value::as_str).unwrap_or_default();
    let message = message
        .split_once(" operation: ")
        .map_or(message, |(_, message)| message);
    let got = actual.cause.as_deref().unwrap_or("no refusal");
    let right = got == message;
    let difference = line(&format!("message: expected {message:?} got {got:?}"));
    Verdict {
        result: right,
        types: None,
        history: None,
        test_state: Some(right),
        differences: if right { Vec::new() } else { vec![difference] },
    }
}

/// The differences of the result of an execution.
fn result(matcher: Matcher<'_>, case: &Case, actual: &Actual) -> Vec<String> {
    let expected = &case.expected;
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let pairs = [
        (text(&expected.status), Some(json!(actual.status))),
        (expected.output.clone(), actual.output.clone()),
        (text(&expected.error), text(&actual.error)),
        (
            expected.cause.as_ref().map(cause),
            text(&actual.cause).as_ref().map(cause),
        ),
    ];
    FIELDS
        .into_iter()
        .zip(&pairs)
        .flat_map(|(field, (expected, actual))| {
            matcher.optional(field, expected.as_ref(), actual.as_ref())
        })
        .collect()
}

/// The differences of a response of `TestState`: of the result only, or of all other members too.
fn response(matcher: Matcher<'_>, case: &Case, actual: &Actual, only_result: bool) -> Vec<String> {
    let expected = case.expected.response.as_ref();
    let expected = expected.map(|response| readable(response, Value::clone));
    let actual = actual
        .response
        .as_ref()
        .map(|response| readable(response, parsed));
    let names = [&expected, &actual].into_iter().flatten();
    let names = names
        .filter_map(Value::as_object)
        .flat_map(|object| object.keys());
    let mut names: Vec<_> = names.map(String::as_str).collect();
    names.retain(|name| !only_result || FIELDS.contains(name));
    names.sort_by_key(|name| {
        FIELDS
            .iter()
            .position(|field| field == name)
            .unwrap_or(usize::MAX)
    });
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if !names[..index].contains(name) {
            let member = |value: &'_ Option<Value>| value.as_ref()?.get(*name).cloned();
            let (expected, actual) = (member(&expected), member(&actual));
            found.extend(matcher.optional(name, expected.as_ref(), actual.as_ref()));
        }
    }
    found
}

/// A response with values in place of JSON texts.
fn readable(response: &Value, output: fn(&Value) -> Value) -> Value {
    let mut response = response.clone();
    for (name, value) in response.as_object_mut().into_iter().flatten() {
        match name.as_str() {
            "output" => *value = output(value),
            "cause" => *value = cause(value),
            "inspectionData" => history::parse_members(value),
            _ => {}
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(kind: &str, expected: Value) -> Case {
        let case = json!({
            "key": "0", "id": "x", "kind": kind, "group": "x", "class": "pure", "runnable": true,
            "definition": {}, "wildcards": ["<id>"], "expected": expected,
        });
        serde_json::from_value(case).unwrap()
    }

    fn actual(output: Option<Value>, cause: Option<&str>) -> Actual {
        Actual {
            status: "FAILED".to_owned(),
            output,
            cause: cause.map(str::to_owned),
            ..Actual::default()
        }
    }

    #[test]
    fn results_are_compared_by_field() {
        for (expected, actual, differences) in [
            (
                json!({ "output": null }),
                actual(Some(json!(null)), None),
                vec![],
            ),
            (
                json!({ "output": null }),
                actual(None, None),
                vec!["output: expected null got nothing"],
            ),
            (
                json!({ "cause": { "a": "<id>" } }),
                actual(None, Some("{\"a\": 1}")),
                vec![],
            ),
            (
                json!({ "cause": "a <id>." }),
                actual(None, Some("a 12.")),
                vec![],
            ),
            (
                json!({ "cause": "a <id>." }),
                actual(None, Some("a 12")),
                vec!["cause: expected \"a <id>.\" got \"a 12\""],
            ),
            (
                json!({ "status": "SUCCEEDED", "error": "E" }),
                actual(Some(json!("1")), None),
                vec![
                    "status: expected \"SUCCEEDED\" got \"FAILED\"",
                    "output: expected nothing got \"1\"",
                    "error: expected \"E\" got nothing",
                ],
            ),
        ] {
            let mut case = case("choice", expected);
            case.expected
                .status
                .get_or_insert_with(|| "FAILED".to_owned());
            let verdict = judge(&case, &actual);
            assert_eq!(verdict.differences, differences);
            assert_eq!(verdict.result, differences.is_empty());
            assert_eq!((verdict.types, verdict.test_state), (None, None));
        }
    }

    #[test]
    fn types_can_be_right_when_histories_are_not() {
        let event = |id: u64| json!({ "id": id, "previousEventId": 0, "type": "A" });
        let case = case(
            "execution",
            json!({ "status": "FAILED", "events": [event(1)] }),
        );
        let mut actual = actual(None, None);
        actual.events = vec![event(2)];
        let verdict = judge(&case, &actual);
        assert_eq!((verdict.types, verdict.history), (Some(true), Some(false)));
        assert!(verdict.result && !verdict.is_right());
        assert_eq!(verdict.differences, ["event 1.id: expected 1 got 2"]);
    }

    #[test]
    fn responses_are_compared_as_a_whole() {
        let response = json!({
            "status": "SUCCEEDED",
            "output": { "a": "<id>" },
            "inspectionData": { "input": [1, 2], "afterItemsPath": "[1, 2]", "maxConcurrency": 0 },
        });
        let case = case("test_state", json!({ "response": response }));
        let response = |input: &str, next: &str| {
            json!({
                "status": "SUCCEEDED",
                "output": "{\"a\":1}",
                "inspectionData":
                    { "input": input, "afterItemsPath": "[1,2]", "maxConcurrency": 0 },
                next: "x",
            })
        };
        for (input, next, result, test_state) in [
            ("[1,2]", "status", false, false),
            ("[1,2]", "nextState", true, false),
            ("[1]", "output", false, false),
        ] {
            let response = Some(response(input, next));
            let verdict = judge(
                &case,
                &Actual {
                    response,
                    ..Actual::default()
                },
            );
            assert_eq!(
                (verdict.result, verdict.test_state),
                (result, Some(test_state))
            );
        }
        let mut right = response("[1,2]", "next");
        right.as_object_mut().unwrap().shift_remove("next");
        let response = Some(right);
        let verdict = judge(
            &case,
            &Actual {
                response,
                ..Actual::default()
            },
        );
        assert_eq!((verdict.result, verdict.test_state), (true, Some(true)));
        let verdict = judge(&case, &Actual::default());
        assert_eq!((verdict.result, verdict.test_state), (false, Some(false)));
    }

    #[test]
    fn differences_are_short_lines() {
        let case = case("choice", json!({ "status": "SUCCEEDED" }));
        let verdict = Verdict::without_result(&case, &"ä\n".repeat(400));
        assert_eq!(verdict.differences[0].chars().count(), LENGTH);
        assert!(!verdict.differences[0].contains('\n'));
    }
}
