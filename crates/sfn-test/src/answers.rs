//! Answers calls of tasks with the mocks of a case.

use std::collections::HashMap;
use std::path::Path;

use asl::integration::Resource;
use asl_run::test_state::{ValidationMode, check_result};
use asl_run::{Answer, Call, Data, Reply};
use serde_json::{Value, json};

use crate::mock::{Items, Mock, MockResult, Mocks, Validate};
use crate::program;
use crate::suite::Case;

/// The mocks of a case, and how many of them were used.
pub(crate) struct Answers<'a> {
    case: &'a Case,
    folder: &'a Path,
    /// The number of calls by state, and by item where the mocks tell items apart.
    used: HashMap<(String, Option<usize>), usize>,
}

impl<'a> Answers<'a> {
    /// The mocks of a case. Programs start in a folder.
    pub(crate) fn new(case: &'a Case, folder: &'a Path) -> Self {
        Self {
            case,
            folder,
            used: HashMap::new(),
        }
    }

    /// Answers a call. The error says which mock is missing or wrong.
    pub(crate) fn answer(&mut self, call: &Call) -> Result<Answer, String> {
        let mock = self.mock(call)?;
        let reply = self.reply(mock, call)?;
        Ok(Answer {
            submitted: submitted(mock, call),
            reply,
            after: mock.after.0,
        })
    }

    /// The mocks of the case that were not used: the names of their states, with the first call that a list answers
    /// in vain.
    pub(crate) fn unused(&self) -> Vec<String> {
        let mocks = self.case.file.mocks.iter();
        mocks
            .filter_map(|(state, mocks)| self.unused_of(state, mocks))
            .collect()
    }

    fn unused_of(&self, state: &str, mocks: &Mocks) -> Option<String> {
        let of_state = self.used.iter().filter(|((used, _), _)| used == state);
        match (of_state.map(|(_, count)| *count).max(), mocks) {
            (None, _) => Some(state.to_owned()),
            (Some(calls), Mocks::Each(list)) if calls < list.len() => {
                Some(format!("{state} (answer {} of {})", calls + 1, list.len()))
            }
            _ => None,
        }
    }

    fn mock(&mut self, call: &Call) -> Result<&'a Mock, String> {
        let case = self.case;
        let own = case.file.mocks.get(&*call.state);
        let Some(mocks) = own.or_else(|| case.shared.get(&*call.state)) else {
            return Err(missing(call));
        };
        let (mocks, item) = match mocks {
            Mocks::Items(Items { items }) => {
                let index = call.place.last().copied().unwrap_or(0);
                let of_item = items.get(&index).ok_or_else(|| {
                    format!("`{}` has no answer for item {index} in `items`", call.state)
                })?;
                (of_item, Some(index))
            }
            mocks => (mocks, None),
        };
        let count = self.used.entry((call.state.to_string(), item)).or_default();
        *count += 1;
        match mocks {
            Mocks::All(mock) => Ok(mock),
            Mocks::Items(_) => Err(format!(
                "the answers of an item of `{}` cannot have `items` again",
                call.state
            )),
            Mocks::Each(list) => list.get(*count - 1).ok_or_else(|| {
                format!(
                    "call {count} of `{}` has no answer in its list of {}: add one, or write one without a list for all calls",
                    call.state,
                    list.len()
                )
            }),
        }
    }

    fn reply(&self, mock: &Mock, call: &Call) -> Result<Reply, String> {
        let result = match &mock.result {
            MockResult::Never => return Ok(Reply::Never),
            MockResult::Throw(throw) => return Ok(Reply::Failure(throw.failure())),
            MockResult::Return(result) => result.clone(),
            MockResult::Payload(payload) => of_function(payload.clone(), call),
            MockResult::Program(program) => match program::run(program, call, self.folder)? {
                Ok(output) => output,
                Err(failure) => return Ok(Reply::Failure(failure)),
            },
        };
        let mode = match mock.validate {
            Validate::Strict => ValidationMode::Strict,
            Validate::Present => ValidationMode::Present,
            Validate::None => return Ok(Reply::Success(Data::new(result))),
        };
        check_result(&call.resource, &result, mode).map_err(|refusal| {
            format!("the mock of `{}` is not a response of the service: {refusal}. Use `validate: NONE` to allow it", call.state)
        })?;
        Ok(Reply::Success(Data::new(result)))
    }
}

/// The result of a task whose function returns a value: the response of `lambda:invoke`, or else the value itself.
pub(crate) fn of_function(payload: Value, call: &Call) -> Value {
    if !is_service(call) {
        return payload;
    }
    json!({
        "ExecutedVersion": "$LATEST",
        "Payload": payload,
        "SdkHttpMetadata": { "HttpStatusCode": 200 },
        "StatusCode": 200,
    })
}

/// Whether a task calls an operation of a service, and not a function by its ARN.
pub(crate) fn is_service(call: &Call) -> bool {
    call.resource.contains(":states:")
}

/// The response of a service to the call, for tasks that wait for something after it.
fn submitted(mock: &Mock, call: &Call) -> Option<Data> {
    let waits = call.resource.contains(".sync") || call.resource.contains(".waitForTaskToken");
    let given = mock.submitted.clone();
    waits.then(|| {
        Data::new(given.unwrap_or_else(|| json!({ "SdkHttpMetadata": { "HttpStatusCode": 200 } })))
    })
}

/// The message for a call without a mock, with the mock to add.
fn missing(call: &Call) -> String {
    let state = &call.state;
    let example = match Resource::parse(&call.resource) {
        Resource::Optimized(called) if called.service == "lambda" && called.pattern.is_empty() => {
            "payload: { }   # what the function returns".to_owned()
        }
        resource => match resource.result() {
            Some(response) => {
                let names = response.names().take(4).collect::<Vec<_>>().join(", ");
                format!("return: {{ }}   # members such as {names}")
            }
            None => "return: { }".to_owned(),
        },
    };
    format!(
        "`{state}` has no mock. It calls {} with {}. Add:\n\n    mocks:\n      {state}:\n        {example}\n",
        call.resource,
        call.parameters.value()
    )
}
