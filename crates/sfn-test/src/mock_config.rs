//! Mock configuration files of Step Functions Local: `MockConfigFile.json`.
//!
//! Source: the developer guide, "Testing state machines with Step Functions Local", "Mocked service integrations".

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::mock::{Mock, MockResult, Mocks, Throw, present};
use crate::suite::{Case, CaseFile};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MockConfig {
    state_machines: IndexMap<String, StateMachine>,
    #[serde(default)]
    mocked_responses: IndexMap<String, IndexMap<String, Response>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StateMachine {
    test_cases: IndexMap<String, IndexMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default, rename = "Return", deserialize_with = "present")]
    result: Option<Value>,
    throw: Option<Thrown>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Thrown {
    error: String,
    cause: String,
}

/// Reads a mock configuration file: the cases of each state machine by its name.
///
/// # Errors
/// An error in the file.
pub fn read(text: &str) -> Result<IndexMap<String, Vec<Case>>, String> {
    let config: MockConfig = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut machines = IndexMap::new();
    for (machine, about) in &config.state_machines {
        let mut cases = Vec::new();
        for (name, states) in &about.test_cases {
            let mut mocks = IndexMap::new();
            for (state, response) in states {
                let steps = config.mocked_responses.get(response).ok_or_else(|| {
                    format!("case `{name}` of `{machine}`: `MockedResponses` has no `{response}`")
                })?;
                mocks.insert(state.clone(), Mocks::Each(answers(response, steps)?));
            }
            cases.push(Case {
                name: name.clone(),
                line: 1,
                file: CaseFile {
                    input: Value::Object(serde_json::Map::new()),
                    mocks,
                    ..CaseFile::default()
                },
                shared: std::rc::Rc::default(),
                lines: IndexMap::new(),
                inspect: false,
                expect: None,
            });
        }
        machines.insert(machine.clone(), cases);
    }
    Ok(machines)
}

/// The answers of a mocked response, by attempt. Steps are `0`, or `1-3` for several attempts.
fn answers(name: &str, steps: &IndexMap<String, Response>) -> Result<Vec<Mock>, String> {
    const MOST: usize = 1000;
    let wrong = |what: String| format!("mocked response `{name}`: {what}");
    let mut answers: Vec<Option<Mock>> = Vec::new();
    for (step, response) in steps {
        let (first, last) = step.split_once('-').unwrap_or((step, step));
        let (Ok(first), Ok(last)) = (first.trim().parse::<usize>(), last.trim().parse::<usize>())
        else {
            return Err(wrong(format!(
                "`{step}` is neither a number nor a range of numbers"
            )));
        };
        if last < first || last >= MOST {
            return Err(wrong(format!(
                "`{step}` is not a range of attempts below {MOST}"
            )));
        }
        let mock = match (&response.result, &response.throw) {
            (Some(result), None) => Mock::unchecked(result.clone()),
            (None, Some(thrown)) => Mock::new(MockResult::Throw(Throw {
                error: thrown.error.clone(),
                cause: Some(thrown.cause.clone()),
            })),
            _ => {
                return Err(wrong(format!(
                    "step `{step}` needs exactly one of `Return` and `Throw`"
                )));
            }
        };
        if answers.len() <= last {
            answers.resize(last + 1, None);
        }
        for slot in answers.iter_mut().take(last + 1).skip(first) {
            *slot = Some(mock.clone());
        }
    }
    let missing = answers.iter().position(Option::is_none);
    match missing {
        Some(index) => Err(wrong(format!("step `{index}` is missing"))),
        None => Ok(answers.into_iter().flatten().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_attempts() {
        let read = |steps: &str| {
            let text = format!(
                r#"{{"StateMachines": {{"m": {{"TestCases": {{"c": {{"S": "R"}}}}}}}}, "MockedResponses": {{"R": {steps}}}}}"#
            );
            read(&text).map(|machines| match &machines["m"][0].file.mocks["S"] {
                Mocks::Each(answers) => answers.len(),
                Mocks::Items(_) | Mocks::All(_) => 0,
            })
        };
        assert_eq!(read(r#"{"0": {"Return": null}}"#), Ok(1));
        assert_eq!(
            read(r#"{"0-2": {"Throw": {"Error": "E", "Cause": "c"}}, "3": {"Return": {}}}"#),
            Ok(4)
        );
        for (steps, said) in [
            (r#"{"1": {"Return": {}}}"#, "step `0` is missing"),
            (r#"{"x": {"Return": {}}}"#, "neither a number"),
            (r#"{"2-1": {"Return": {}}}"#, "not a range"),
            (r#"{"0": {}}"#, "exactly one of"),
            (
                r#"{"0": {"Throw": {"Error": "E"}}}"#,
                "missing field `Cause`",
            ),
        ] {
            assert!(
                read(steps).is_err_and(|message| message.contains(said)),
                "{steps}"
            );
        }
    }
}
