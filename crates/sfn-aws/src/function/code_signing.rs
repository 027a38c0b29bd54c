//! Code signing configuration of a function.

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::non_empty;
use crate::retry::Call;

/// ARN of the code signing configuration. `None` if there is none, or the function does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read(aws: &Aws, call: &Call, name: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionCodeSigningConfig");
    let answer = call
        .once(operation, async {
            let request = client
                .get_function_code_signing_config()
                .function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?
        .and_then(|answer| non_empty(Some(answer.code_signing_config_arn))))
}

/// Sets the code signing configuration. `None` removes it.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn write(aws: &Aws, call: &Call, name: &str, arn: Option<&str>) -> Result<(), AwsError> {
    let client = aws.lambda().await?;
    match arn {
        Some(arn) => {
            let operation = "PutFunctionCodeSigningConfig";
            call.healing(operation, || async {
                let request = client
                    .put_function_code_signing_config()
                    .function_name(name);
                let request = request.code_signing_config_arn(arn);
                request
                    .send()
                    .await
                    .map(drop)
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteFunctionCodeSigningConfig";
            call.healing(operation, || async {
                let request = client
                    .delete_function_code_signing_config()
                    .function_name(name);
                request
                    .send()
                    .await
                    .map(drop)
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}
