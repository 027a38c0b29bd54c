//! Asynchronous invocations of a function: retries and destinations.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::put_function_event_invoke_config::builders::PutFunctionEventInvokeConfigFluentBuilder;
use aws_sdk_lambda::types::{DestinationConfig, OnFailure, OnSuccess};

use super::name_of;
use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;

/// The operation that creates and overwrites the configuration.
const PUT: &str = "PutFunctionEventInvokeConfig";

/// The configuration of asynchronous invocations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Maximum age of an event in seconds.
    pub maximum_event_age: Option<i32>,
    /// Maximum number of retries of a failed invocation.
    pub maximum_retry_attempts: Option<i32>,
    /// ARN of the destination for failed invocations.
    pub on_failure: Option<String>,
    /// ARN of the destination for successful invocations.
    pub on_success: Option<String>,
}

/// Creates the configuration of a function, or of one of its versions or aliases.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if a configuration
/// exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    wanted: &Wanted,
) -> Result<(), CreateError> {
    let (client, operation) = (aws.lambda().await?, PUT);
    let send = || async {
        let answer = send_once!(put(client, function, qualifier, wanted), aws_sdk_lambda).await;
        answer
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    };
    let own = |(_, found): (String, Wanted)| (found == *wanted).then_some(());
    let target = match qualifier {
        Some(qualifier) => format!("{}:{qualifier}", name_of(function)),
        None => name_of(function),
    };
    let object = format!("a configuration of asynchronous invocations of the function `{target}`");
    let creation = Creation {
        aws,
        call,
        operation,
        object,
    };
    creation
        .run(|| describe(aws, call, function, qualifier), send, own)
        .await
}

/// Updates the whole configuration.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn update(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    wanted: &Wanted,
) -> Result<(), AwsError> {
    let client = aws.lambda().await?;
    call.healing(PUT, || async {
        let answer = put(client, function, qualifier, wanted).send().await;
        answer.map(drop).map_err(|error| AwsError::new(PUT, error))
    })
    .await
}

/// The request that creates or overwrites the configuration.
fn put(
    client: &Client,
    function: &str,
    qualifier: Option<&str>,
    wanted: &Wanted,
) -> PutFunctionEventInvokeConfigFluentBuilder {
    let failure = wanted
        .on_failure
        .as_ref()
        .map(|arn| OnFailure::builder().destination(arn).build());
    let success = wanted
        .on_success
        .as_ref()
        .map(|arn| OnSuccess::builder().destination(arn).build());
    client
        .put_function_event_invoke_config()
        .function_name(function)
        .set_qualifier(qualifier.map(str::to_owned))
        .set_maximum_event_age_in_seconds(wanted.maximum_event_age)
        .set_maximum_retry_attempts(wanted.maximum_retry_attempts)
        .destination_config(
            DestinationConfig::builder()
                .set_on_failure(failure)
                .set_on_success(success)
                .build(),
        )
}

/// Reads the configuration, and the ARN of its function, version or alias. `None` if it does not
/// exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
) -> Result<Option<(String, Wanted)>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionEventInvokeConfig");
    let answer = call
        .once(operation, async {
            let request = client
                .get_function_event_invoke_config()
                .function_name(function);
            let request = request.set_qualifier(qualifier.map(str::to_owned));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    let (failure, success) = match answer.destination_config {
        Some(destinations) => (destinations.on_failure, destinations.on_success),
        None => (None, None),
    };
    let wanted = Wanted {
        maximum_event_age: answer.maximum_event_age_in_seconds,
        maximum_retry_attempts: answer.maximum_retry_attempts,
        on_failure: non_empty(failure.and_then(|on_failure| on_failure.destination)),
        on_success: non_empty(success.and_then(|on_success| on_success.destination)),
    };
    Ok(Some((
        required(operation, "ARN", answer.function_arn)?,
        wanted,
    )))
}

/// Deletes the configuration. Succeeds if it does not exist.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn delete(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteFunctionEventInvokeConfig");
    let answer = call
        .healing(operation, || async {
            let request = client
                .delete_function_event_invoke_config()
                .function_name(function);
            let request = request.set_qualifier(qualifier.map(str::to_owned));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
