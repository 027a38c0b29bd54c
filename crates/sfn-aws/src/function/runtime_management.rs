//! Runtime updates of a function.

use aws_sdk_lambda::types::UpdateRuntimeOn;

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;

/// Settings of a function, not of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeManagement {
    /// Update mode: `Auto`, which is the default, `FunctionUpdate` or `Manual`.
    pub update_runtime_on: String,
    /// ARN of the runtime version. Used with `Manual`.
    pub runtime_version_arn: Option<String>,
}

/// Reads the settings. `None` if the function does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read(
    aws: &Aws,
    call: &Call,
    name: &str,
) -> Result<Option<RuntimeManagement>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetRuntimeManagementConfig");
    let answer = call
        .once(operation, async {
            let request = client.get_runtime_management_config().function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    Ok(Some(RuntimeManagement {
        update_runtime_on: required(operation, "setting", answer.update_runtime_on)?
            .as_str()
            .to_owned(),
        runtime_version_arn: non_empty(answer.runtime_version_arn),
    }))
}

/// Replaces the settings.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn write(
    aws: &Aws,
    call: &Call,
    name: &str,
    wanted: &RuntimeManagement,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "PutRuntimeManagementConfig");
    call.healing(operation, || async {
        let request = client.put_runtime_management_config().function_name(name);
        let request = request
            .update_runtime_on(UpdateRuntimeOn::from(wanted.update_runtime_on.as_str()))
            .set_runtime_version_arn(wanted.runtime_version_arn.clone());
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}
