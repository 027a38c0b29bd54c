//! Runs a case with what its tasks answered on AWS.

use std::rc::Rc;
use std::time::Duration;

use asl_run::test_state::{Level, Mock as TestMock, StateTest, ValidationMode, test_state};
use asl_run::{
    Answer, Call, Content, Data, Execution, Failure, Machine, Moment, Read, Reply, Request, Start,
};
use serde_json::Value;

use crate::case::{Case, Kind, Mock, Outcome};
use crate::compare::Actual;
use crate::matching::Matcher;

/// The account that the recordings name.
const ACCOUNT: &str = "111111111111";

/// The role that the recording generated.
fn role(case: &Case, express: bool) -> String {
    let recorded = case.expected.events.as_ref().and_then(|events| {
        events.first()?["executionStartedEventDetails"]["roleArn"]
            .as_str()
            .map(str::to_owned)
    });
    let name = if express {
        "sfn_role_arn"
    } else {
        "snf_role_arn"
    };
    recorded.unwrap_or_else(|| format!("arn:aws:iam::{ACCOUNT}:{name}"))
}

/// The input with a timestamp in place of those that the recording masks.
fn with_time(input: Value) -> Value {
    let text = input
        .to_string()
        .replace("\"<timestamp>\"", "\"2025-12-01T00:00:00Z\"");
    serde_json::from_str(&text).unwrap_or(input)
}

/// Runs a case.
pub fn run(case: &Case) -> Result<Actual, String> {
    if case.kind == Kind::TestState {
        return run_test(case);
    }
    let machine = Machine::build(&case.definition).map_err(|error| error.to_string())?;
    let express = case.machine_type.as_deref() == Some("EXPRESS");
    let start = Start {
        input: with_time(case.input.clone().unwrap_or_default()),
        account: ACCOUNT.to_owned(),
        role: role(case, express),
        time: Moment(1_764_547_200_000),
        express,
        ..Start::default()
    };
    let mut execution = Execution::new(Rc::new(machine), start);
    let mut answers = Answers::of(case);
    loop {
        match execution.advance() {
            Request::Call(call) => {
                let answer = answers.answer(&call)?;
                execution.answer(call.id, answer);
            }
            Request::Read(read) => execution.give(read.id, object(case, &read)),
            Request::Wait(_) => {}
            Request::Ended => break,
        }
    }
    let outcome = execution.outcome().ok_or("no outcome")?;
    let failure = outcome.failure.clone().unwrap_or_default();
    Ok(Actual {
        status: outcome.status.to_string(),
        output: outcome.output.as_ref().map(|output| output.value().clone()),
        error: failure.error,
        cause: failure.cause,
        events: execution
            .events()
            .iter()
            .map(asl_run::Event::to_json)
            .collect(),
        response: None,
    })
}

/// The answers that are left.
struct Answers<'a> {
    mocks: Vec<&'a Mock>,
    matcher: Matcher<'a>,
}

impl<'a> Answers<'a> {
    fn of(case: &'a Case) -> Self {
        Self {
            mocks: case.mocks.iter().collect(),
            matcher: Matcher::new(&case.wildcards),
        }
    }

    /// The answer of a call: the first one of its state with its parameters, or else of its state.
    fn answer(&mut self, call: &Call) -> Result<Answer, String> {
        let of_state = |mock: &&Mock| mock.state == *call.state;
        let fits = |mock: &&Mock| {
            of_state(mock)
                && mock.parameters.as_ref().is_some_and(|parameters| {
                    self.matcher.same(parameters, call.parameters.value())
                })
        };
        // A call that was cut off has no outcome, and comes last.
        let ended = |mock: &&Mock| mock.outcome.is_some();
        let place = self.mocks.iter().position(|mock| fits(mock) && ended(mock));
        let place = place.or_else(|| {
            self.mocks
                .iter()
                .position(|mock| of_state(mock) && ended(mock))
        });
        let place = place.or_else(|| self.mocks.iter().position(of_state));
        let place = place.ok_or_else(|| format!("no answer for `{}`", call.state))?;
        let mock = self.mocks.remove(place);
        Ok(Answer {
            submitted: mock.submitted.clone().map(Data::new),
            reply: reply(mock.outcome.as_ref()),
            after: Duration::from_millis(10),
        })
    }
}

fn reply(outcome: Option<&Outcome>) -> Reply {
    match outcome {
        Some(Outcome {
            output: Some(output),
            ..
        }) => Reply::Success(Data::new(output.clone())),
        None
        | Some(Outcome {
            timeout: Some(_), ..
        }) => Reply::Never,
        Some(outcome) => Reply::Failure(Failure {
            error: outcome.error.clone(),
            cause: outcome.cause.as_ref().map(text),
        }),
    }
}

/// A cause that is an object here was a text on AWS.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn object(case: &Case, read: &Read) -> Result<Content, Failure> {
    let parameters = read.parameters.value();
    let found = case
        .s3
        .iter()
        .find(|object| parameters["Key"] == object.key.as_str());
    match found.or(case.s3.first()) {
        Some(object) => Ok(Content::Object(object.body.clone().into_bytes())),
        None => Err(Failure::new("States.ItemReaderFailed", "no object")),
    }
}

fn run_test(case: &Case) -> Result<Actual, String> {
    let arguments = &case.arguments;
    let configuration = &arguments["stateConfiguration"];
    let string = |value: &Value| value.as_str().map(str::to_owned);
    let mock = arguments.get("mock").map(|mock| TestMock {
        result: mock.get("result").map(json),
        error: mock.get("errorOutput").map(|error| Failure {
            error: string(&error["error"]),
            cause: string(&error["cause"]),
        }),
        mode: match mock["fieldValidationMode"].as_str() {
            Some("NONE") => ValidationMode::None,
            Some("PRESENT") => ValidationMode::Present,
            _ => ValidationMode::Strict,
        },
    });
    let test = StateTest {
        definition: case.definition.clone(),
        state_name: string(&arguments["stateName"]),
        input: case
            .input
            .clone()
            .filter(|input| !input.is_null())
            .unwrap_or_else(|| Value::Object(serde_json::Map::new())),
        level: match arguments["inspectionLevel"].as_str() {
            Some("DEBUG") => Level::Debug,
            Some("TRACE") => Level::Trace,
            _ => Level::Info,
        },
        mock,
        context: arguments.get("context").map(json),
        variables: arguments.get("variables").map(json).unwrap_or_default(),
        account: Some(ACCOUNT.to_owned()),
        role: Some(format!("arn:aws:iam::{ACCOUNT}:role/role")),
        reveal_secrets: arguments["revealSecrets"] == true,
        retrier_retry_count: configuration["retrierRetryCount"].as_u64().unwrap_or(0),
        error_caused_by_state: string(&configuration["errorCausedByState"]),
        map_iteration_failure_count: configuration["mapIterationFailureCount"].as_u64(),
        map_item_reader_data: string(&configuration["mapItemReaderData"]),
    };
    Ok(match test_state(&test) {
        Ok(response) => Actual {
            response: Some(response),
            ..Actual::default()
        },
        Err(refusal) => Actual {
            cause: Some(refusal.to_string()),
            response: Some(Value::String(refusal.to_string())),
            ..Actual::default()
        },
    })
}

/// A value that may be JSON text.
fn json(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}
