//! Tests of single states.

use aws_sdk_sfn::types::{
    MockErrorOutput, MockInput, MockResponseValidationMode, TestStateConfiguration,
};

use crate::config::Aws;
use crate::error::AwsError;
use crate::host_prefix::without_prefix_if_local;
use crate::retry::Call;

/// A test of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateTest {
    /// The definition of the state machine.
    pub definition: String,
    /// Name of the state.
    pub state: String,
    /// Input of the state.
    pub input: String,
    /// How the task of the state ends.
    pub mock: Option<Mock>,
    /// How often the state was retried before.
    pub retries: i32,
    /// The context object.
    pub context: String,
    /// The variables.
    pub variables: String,
}

/// How a task ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mock {
    /// With a result.
    Result(String),
    /// With an error.
    Error {
        /// Name of the error.
        error: Option<String>,
        /// Cause of the error.
        cause: Option<String>,
    },
}

/// How a state ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestedState {
    /// Status: `SUCCEEDED`, `FAILED`, `RETRIABLE` or `CAUGHT_ERROR`.
    pub status: String,
    /// Output.
    pub output: Option<String>,
    /// Error.
    pub error: Option<String>,
    /// Name of the next state.
    pub next: Option<String>,
}

/// Tests a state with `TestState`. The result of a task is not compared with the response of its service.
///
/// # Errors
/// Errors returned by AWS.
pub async fn test_state(aws: &Aws, call: &Call, test: &StateTest) -> Result<TestedState, AwsError> {
    let (client, operation) = (aws.sfn().await?, "TestState");
    let mock = test.mock.clone().map(|mock| {
        let mode = MockResponseValidationMode::None;
        let builder = MockInput::builder().field_validation_mode(mode);
        match mock {
            Mock::Result(result) => builder.result(result).build(),
            Mock::Error { error, cause } => {
                let error = MockErrorOutput::builder().set_error(error).set_cause(cause);
                builder.error_output(error.build()).build()
            }
        }
    });
    let retries = TestStateConfiguration::builder().retrier_retry_count(test.retries);
    let retries = (test.retries > 0).then(|| retries.build());
    let answer = call
        .once(operation, async {
            let request = client
                .test_state()
                .definition(&test.definition)
                .state_name(&test.state)
                .input(&test.input)
                .context(&test.context)
                .variables(&test.variables)
                .set_mock(mock)
                .set_state_configuration(retries);
            request
                .customize()
                .mutate_request(without_prefix_if_local)
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(TestedState {
        status: answer
            .status
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        output: answer.output,
        error: answer.error,
        next: answer.next_state,
    })
}
