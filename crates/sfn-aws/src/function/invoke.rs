//! Invocations of functions.

use std::time::Duration;

use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::{Call, once_only};

/// The result of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Result of the function as JSON, or the error that it raised.
    pub payload: String,
    /// Whether the function raised an error.
    pub is_error: bool,
}

/// Maximum time of an invocation, with a reserve for the connection (Lambda developer guide, "Lambda
/// quotas").
const LONGEST: Duration = Duration::from_secs(910);

/// Invokes a version of a function, and waits for its result. Does not repeat the invocation, because
/// the function would run again.
///
/// # Errors
/// Errors returned by AWS.
pub async fn invoke(
    aws: &Aws,
    call: &Call,
    function: &str,
    version: &str,
    payload: &str,
) -> Result<Invocation, AwsError> {
    let (client, operation) = (aws.lambda().await?, "Invoke");
    let answer = call
        .once(operation, async {
            let request = client
                .invoke()
                .function_name(function)
                .qualifier(version)
                .payload(Blob::new(payload));
            let timeouts = TimeoutConfig::builder()
                .operation_timeout(LONGEST)
                .operation_attempt_timeout(LONGEST)
                .read_timeout(LONGEST)
                .build();
            let config = Builder::new()
                .retry_config(once_only())
                .timeout_config(timeouts);
            request
                .customize()
                .config_override(config)
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let payload = answer.payload.map(Blob::into_inner);
    Ok(Invocation {
        payload: String::from_utf8_lossy(payload.as_deref().unwrap_or(b"null")).into_owned(),
        is_error: answer.function_error.is_some(),
    })
}
