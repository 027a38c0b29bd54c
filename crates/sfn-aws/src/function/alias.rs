//! Aliases of functions.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::AliasRoutingConfiguration;

use super::name_of;
use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;

/// The settings of an alias.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Version that receives invocations.
    pub version: String,
    /// Human-readable description.
    pub description: Option<String>,
    /// Shares of invocations for other versions, from 0 to 1.
    pub weights: BTreeMap<String, f64>,
}

impl Wanted {
    fn routing(&self) -> AliasRoutingConfiguration {
        let weights = self
            .weights
            .iter()
            .map(|(version, weight)| (version.clone(), *weight))
            .collect();
        AliasRoutingConfiguration::builder()
            .set_additional_version_weights(Some(weights))
            .build()
    }
}

/// Creates an alias. Returns its ARN.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if the function has an alias with this name.
pub async fn create(
    aws: &Aws,
    call: &Call,
    function: &str,
    name: &str,
    wanted: &Wanted,
) -> Result<String, CreateError> {
    let (client, operation) = (aws.lambda().await?, "CreateAlias");
    let send = || async {
        let request = client
            .create_alias()
            .function_name(function)
            .name(name)
            .function_version(&wanted.version);
        let request = request
            .set_description(wanted.description.clone())
            .set_routing_config((!wanted.weights.is_empty()).then(|| wanted.routing()));
        let answer = send_once!(request, aws_sdk_lambda)
            .await
            .map_err(|error| AwsError::new(operation, error))?;
        required(operation, "ARN", answer.alias_arn)
    };
    let own = |(arn, found): (String, Wanted)| (found == *wanted).then_some(arn);
    let object = format!("an alias `{name}` of the function `{}`", name_of(function));
    let creation = Creation {
        aws,
        call,
        operation,
        object,
    };
    creation
        .run(|| describe(aws, call, function, name), send, own)
        .await
}

/// Reads an alias and its ARN. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(
    aws: &Aws,
    call: &Call,
    function: &str,
    name: &str,
) -> Result<Option<(String, Wanted)>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetAlias");
    let answer = call
        .once(operation, async {
            let request = client.get_alias().function_name(function).name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    let weights = answer
        .routing_config
        .and_then(|routing| routing.additional_version_weights);
    let wanted = Wanted {
        version: required(operation, "version", answer.function_version)?,
        description: non_empty(answer.description),
        weights: weights.into_iter().flatten().collect(),
    };
    Ok(Some((
        required(operation, "ARN", answer.alias_arn)?,
        wanted,
    )))
}

/// Updates an alias.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn update(
    aws: &Aws,
    call: &Call,
    function: &str,
    name: &str,
    wanted: &Wanted,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateAlias");
    call.healing(operation, || async {
        // AWS keeps settings that are not sent, so a missing description and missing weights are
        // sent as empty ones.
        client
            .update_alias()
            .function_name(function)
            .name(name)
            .function_version(&wanted.version)
            .description(wanted.description.clone().unwrap_or_default())
            .routing_config(wanted.routing())
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Deletes an alias. Succeeds if it does not exist.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn delete(aws: &Aws, call: &Call, function: &str, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteAlias");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_alias().function_name(function).name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
