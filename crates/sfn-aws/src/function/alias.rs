//! Aliases of functions.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::AliasRoutingConfiguration;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// What an alias is to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The version that it leads to.
    pub version: String,
    /// A text for people.
    pub description: Option<String>,
    /// The share of calls that other versions get, from 0 to 1.
    pub weights: BTreeMap<String, f64>,
}

impl Wanted {
    fn routing(&self) -> AliasRoutingConfiguration {
        let weights = self.weights.iter().map(|(version, weight)| (version.clone(), *weight)).collect();
        AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build()
    }
}

/// Creates an alias; one of this name that says the same is no error. Gives its ARN.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn create(aws: &Aws, call: &Call, function: &str, name: &str, wanted: &Wanted) -> Result<String, AwsError> {
    let (client, operation) = (aws.lambda().await?, "CreateAlias");
    let answer = call
        .healing(operation, || async {
            let request = client.create_alias().function_name(function).name(name).function_version(&wanted.version);
            request
                .set_description(wanted.description.clone())
                .set_routing_config((!wanted.weights.is_empty()).then(|| wanted.routing()))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Ok(answer) => Ok(answer.alias_arn.unwrap_or_default()),
        // It may be there by a call whose answer was lost.
        Err(error) if error.code == "ResourceConflictException" || error.code == "ConflictException" => {
            match describe(aws, call, function, name).await? {
                Some((arn, found)) if found == *wanted => Ok(arn),
                Some(_) => Err(AwsError { code: "AliasAlreadyExists".into(), ..error }),
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Reads an alias and its ARN; `None` when there is none.
///
/// # Errors
/// What AWS refused.
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
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| {
        let weights = answer.routing_config.and_then(|routing| routing.additional_version_weights);
        let wanted = Wanted {
            version: answer.function_version.unwrap_or_default(),
            description: answer.description.filter(|text| !text.is_empty()),
            weights: weights.unwrap_or_default().into_iter().collect(),
        };
        (answer.alias_arn.unwrap_or_default(), wanted)
    }))
}

/// Changes an alias.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn update(aws: &Aws, call: &Call, function: &str, name: &str, wanted: &Wanted) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateAlias");
    call.healing(operation, || async {
        // What is not sent stays, so that nothing is sent as an empty text and empty weights.
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

/// Deletes an alias; one that is gone already is no error.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn delete(aws: &Aws, call: &Call, function: &str, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteAlias");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_alias().function_name(function).name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
