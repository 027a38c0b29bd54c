//! Recursive loop detection of Lambda.

use aws_sdk_lambda::types::RecursiveLoop;

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::required;
use crate::retry::Call;

/// `Allow` or `Terminate`, which is the default. `None` if the function does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read(aws: &Aws, call: &Call, name: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionRecursionConfig");
    let answer = call
        .once(operation, async {
            let request = client.get_function_recursion_config().function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    required(operation, "setting", answer.recursive_loop)
        .map(|setting| Some(setting.as_str().to_owned()))
}

/// Sets the action to `Allow` or `Terminate`.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn write(
    aws: &Aws,
    call: &Call,
    name: &str,
    recursive_loop: &str,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "PutFunctionRecursionConfig");
    call.healing(operation, || async {
        let request = client.put_function_recursion_config().function_name(name);
        let request = request.recursive_loop(RecursiveLoop::from(recursive_loop));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}
