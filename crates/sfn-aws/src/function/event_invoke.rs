//! What becomes of asynchronous calls of a function.

use aws_sdk_lambda::types::{DestinationConfig, OnFailure, OnSuccess};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// How asynchronous calls are dealt with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How long an event waits at the most, in seconds.
    pub maximum_event_age: Option<i32>,
    /// How often a failed call is tried again.
    pub maximum_retry_attempts: Option<i32>,
    /// ARN of where failed events go.
    pub on_failure: Option<String>,
    /// ARN of where results go.
    pub on_success: Option<String>,
}

/// Makes it what is wanted, all of it.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn write(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    wanted: &Wanted,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "PutFunctionEventInvokeConfig");
    let failure = wanted.on_failure.as_ref().map(|arn| OnFailure::builder().destination(arn).build());
    let success = wanted.on_success.as_ref().map(|arn| OnSuccess::builder().destination(arn).build());
    let destinations = DestinationConfig::builder().set_on_failure(failure).set_on_success(success).build();
    call.healing(operation, || async {
        client
            .put_function_event_invoke_config()
            .function_name(function)
            .set_qualifier(qualifier.map(str::to_owned))
            .set_maximum_event_age_in_seconds(wanted.maximum_event_age)
            .set_maximum_retry_attempts(wanted.maximum_retry_attempts)
            .destination_config(destinations.clone())
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Reads it, and the ARN of the function that it is for; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
) -> Result<Option<(String, Wanted)>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionEventInvokeConfig");
    let answer = call
        .once(operation, async {
            let request = client.get_function_event_invoke_config().function_name(function);
            let request = request.set_qualifier(qualifier.map(str::to_owned));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| {
        let destinations = answer.destination_config;
        let failure = destinations.as_ref().and_then(|all| all.on_failure()).and_then(|on| on.destination());
        let success = destinations.as_ref().and_then(|all| all.on_success()).and_then(|on| on.destination());
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let wanted = Wanted {
            maximum_event_age: answer.maximum_event_age_in_seconds,
            maximum_retry_attempts: answer.maximum_retry_attempts,
            on_failure: text(failure),
            on_success: text(success),
        };
        (answer.function_arn.unwrap_or_default(), wanted)
    }))
}

/// Takes it away; one that is gone already is no error.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn delete(aws: &Aws, call: &Call, function: &str, qualifier: Option<&str>) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteFunctionEventInvokeConfig");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_function_event_invoke_config().function_name(function);
            let request = request.set_qualifier(qualifier.map(str::to_owned));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
