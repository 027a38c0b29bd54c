//! Answers calls of tasks with the mocks of a case.

use std::collections::HashMap;
use std::time::Duration;

use asl::integration::Resource;
use asl_run::test_state::{ValidationMode, check_result};
use asl_run::{Answer, Call, Data, Failure, Reply};
use serde_json::{Value, json};

use crate::mock::{Calls, Mock, MockResult, Mocks, Validate};
use crate::suite::Case;
use crate::{Addition, Stop, Surroundings, child, program};

/// The mocks of a case, and how many of them were used.
pub(crate) struct Answers<'a> {
    case: &'a Case,
    around: &'a Surroundings<'a>,
    /// The number of calls by state, and by items where the mocks tell items apart.
    used: HashMap<(String, Vec<usize>), usize>,
    /// The mocks of workflows that tasks started that were not used.
    unused_inside: Vec<String>,
}

impl<'a> Answers<'a> {
    /// The mocks of a case.
    pub(crate) fn new(case: &'a Case, around: &'a Surroundings<'a>) -> Self {
        Self {
            case,
            around,
            used: HashMap::new(),
            unused_inside: Vec::new(),
        }
    }

    /// Answers a call. The error says which mock is missing or wrong.
    pub(crate) fn answer(&mut self, call: &Call) -> Result<Answer, Stop> {
        let mock = self.mock(call)?;
        let given = match &mock.result {
            MockResult::Never => Given::at_once(Reply::Never),
            MockResult::Throw(throw) => Given::at_once(Reply::Failure(throw.failure())),
            MockResult::Reject(throw) => {
                return Ok(reject(throw.failure(), call, mock)?);
            }
            MockResult::Return(result) => checked(result.clone(), mock, call)?,
            MockResult::Payload(payload) => {
                checked(of_function(payload.clone(), call), mock, call)?
            }
            MockResult::Program(program) => {
                match program::run(program, call, self.around.folder)? {
                    Ok(output) => checked(output, mock, call)?,
                    Err(failure) => Given::at_once(Reply::Failure(failure)),
                }
            }
            MockResult::Workflow(child) => child::run(child, call, self.around)
                .map_err(|stop| stop.of_workflow(&call.state))?,
        };
        let inner = given.unused.iter();
        self.unused_inside.extend(
            inner.map(|unused| format!("{unused} of the workflow that {} starts", call.state)),
        );
        Ok(Answer {
            submitted: submitted(mock, call),
            reply: given.reply,
            after: mock.after.0.saturating_add(given.after),
        })
    }

    /// The mocks of the case that were not used: the names of their states, with the first call that a list answers
    /// in vain.
    pub(crate) fn unused(&self) -> Vec<String> {
        let mocks = self.case.file.mocks.iter();
        mocks
            .filter_map(|(state, mocks)| self.unused_of(state, mocks))
            .chain(self.unused_inside.iter().cloned())
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

    fn mock(&mut self, call: &Call) -> Result<&'a Mock, Stop> {
        let case = self.case;
        let own = case.file.mocks.get(&*call.state);
        let Some(mocks) = own.or_else(|| case.shared.get(&*call.state)) else {
            return Err(missing(call));
        };
        let depth = mocks.depth();
        let from = call.items.len().checked_sub(depth).ok_or_else(|| {
            format!(
                "`{}` has `items`, but fewer Map states around it",
                call.state
            )
        })?;
        let indexes = call.items.get(from..).unwrap_or(&[]);
        let calls = mocks.of_items(indexes).ok_or_else(|| {
            let names: Vec<_> = indexes.iter().map(usize::to_string).collect();
            let item = names.join(", ");
            format!("`{}` has no answer for item {item} in `items`", call.state)
        })?;
        let used = (call.state.to_string(), indexes.to_vec());
        let count = self.used.entry(used).or_default();
        *count += 1;
        match calls {
            Calls::All(mock) => Ok(mock),
            Calls::Each(list) => list.get(*count - 1).ok_or_else(|| {
                format!(
                    "call {count} of `{}` has no answer in its list of {}: add one, or write one without a list for all calls",
                    call.state,
                    list.len()
                )
                .into()
            }),
        }
    }
}

/// How a task ends, and how long that takes apart from `after`.
pub(crate) struct Given {
    pub reply: Reply,
    pub after: Duration,
    /// The mocks of the workflow that the task starts that were not used.
    pub unused: Vec<String>,
}

impl Given {
    pub(crate) fn at_once(reply: Reply) -> Self {
        Self {
            reply,
            after: Duration::ZERO,
            unused: Vec::new(),
        }
    }
}

/// Compares a result with the response of the service.
fn checked(result: Value, mock: &Mock, call: &Call) -> Result<Given, String> {
    let mode = match mock.validate {
        Validate::Strict => Some(ValidationMode::Strict),
        Validate::Present => Some(ValidationMode::Present),
        Validate::None => None,
    };
    if let Some(mode) = mode {
        if let Some((status, ends)) = Resource::parse(&call.resource).unfinished_job(&result) {
            return Err(format!(
                "the mock of `{}` has the status `{status}`, with which the job does not end: use one of {}",
                call.state,
                ends.join(", ")
            ));
        }
        check_result(&call.resource, &result, mode).map_err(|refusal| {
            format!("the mock of `{}` is not a response of the service: {refusal}. Use `validate: NONE` to allow it", call.state)
        })?;
    }
    Ok(Given::at_once(Reply::Success(Data::new(result))))
}

/// The answer of a service that rejects a call.
fn reject(failure: Failure, call: &Call, mock: &Mock) -> Result<Answer, String> {
    if !waits(call) {
        let state = &call.state;
        return Err(format!(
            "`{state}` waits for no job and no task token: use `throw` in place of `reject`"
        ));
    }
    Ok(Answer {
        submitted: None,
        reply: Reply::Failure(failure),
        after: mock.after.0,
    })
}

/// Whether a task waits for a job or a task token after its call.
fn waits(call: &Call) -> bool {
    match Resource::parse(&call.resource) {
        Resource::Optimized(called) | Resource::Sdk(called) => !called.pattern.is_empty(),
        _ => false,
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
    matches!(
        Resource::parse(&call.resource),
        Resource::Optimized(_) | Resource::Sdk(_)
    )
}

/// The response of a service to the call, for tasks that wait for something after it.
fn submitted(mock: &Mock, call: &Call) -> Option<Data> {
    let given = mock.submitted.clone();
    waits(call).then(|| {
        Data::new(given.unwrap_or_else(|| json!({ "SdkHttpMetadata": { "HttpStatusCode": 200 } })))
    })
}

/// The error of a call without a mock, with the mock to add.
fn missing(call: &Call) -> Stop {
    let (member, comment) = match Resource::parse(&call.resource) {
        Resource::Optimized(called) if called.service == "lambda" && called.pattern.is_empty() => {
            ("payload", "what the function returns".to_owned())
        }
        resource if resource.job_status().is_some() => {
            let status = resource.job_status().unwrap_or("");
            (
                "return",
                format!("the job, with {status} and the members that the workflow reads"),
            )
        }
        resource => (
            "return",
            resource.result().map_or_else(String::new, |response| {
                let names = response.names().take(4).collect::<Vec<_>>().join(", ");
                format!("members such as {names}")
            }),
        ),
    };
    Stop {
        message: format!(
            "`{}` has no mock. It calls {} with {}",
            call.state,
            call.resource,
            call.parameters.value()
        ),
        add: Some(Box::new(Addition {
            part: "mocks",
            starter: None,
            state: call.state.to_string(),
            member: (member, "{ }"),
            comment,
        })),
    }
}
