//! Lambda functions.

pub mod alias;
mod code;
pub mod code_signing;
mod configuration;
mod create;
pub mod event_invoke;
mod invoke;
pub mod permission;
pub mod recursion;
pub mod runtime_management;
mod version;

use aws_arn::FunctionArn;
use aws_sdk_lambda::types::{
    Architecture, FunctionConfiguration, LastUpdateStatus, Runtime, State,
};

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;
use crate::{Tags, retag};

pub use code::{Code, code, update_code};
pub use configuration::{
    CapacityProvider, Configuration, Durable, FileSystem, Image, Logging, Vpc,
};
pub use create::{New, create};
pub use invoke::{Invocation, invoke};
pub use version::{newest_version, publish};

/// HTTP status of a deletion that continues after the response.
const ACCEPTED: i32 = 202;

/// The current state of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// ARN, without a version.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Version that was read or published. `$LATEST` for the function itself.
    pub version: String,
    /// Base64-encoded SHA-256 hash of the zip file. `None` if the endpoint does not return it.
    pub code_sha256: Option<String>,
    /// Size of the zip file in bytes.
    pub code_size: i64,
    /// Architectures: `x86_64` or `arm64`.
    pub architectures: Vec<String>,
    /// Date and time of the last change. `None` if the endpoint does not return it.
    pub last_modified: Option<String>,
    /// Configuration.
    pub configuration: Configuration,
    /// URI of the container image.
    pub image_uri: Option<String>,
    /// ARN of the KMS key that encrypts the zip file. `None` for an AWS owned key.
    pub source_kms_key_arn: Option<String>,
    /// Number of reserved concurrent executions.
    pub reserved_concurrency: Option<i32>,
    /// State, such as `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// Tags.
    pub tags: Tags,
}

fn architectures(names: &[String]) -> Option<Vec<Architecture>> {
    (!names.is_empty()).then(|| {
        names
            .iter()
            .map(|name| Architecture::from(name.as_str()))
            .collect()
    })
}

/// The name in the name or ARN of a function, for locks and messages.
fn name_of(function: &str) -> String {
    FunctionArn::parse(function).map_or_else(|| function.to_owned(), |arn| arn.name)
}

/// Reserves concurrent executions for a function. `None` removes the reservation.
///
/// # Errors
/// Errors returned by AWS.
pub async fn reserve(
    aws: &Aws,
    call: &Call,
    name: &str,
    before: Option<i32>,
    wanted: Option<i32>,
) -> Result<(), AwsError> {
    let client = aws.lambda().await?;
    match wanted {
        _ if before == wanted => Ok(()),
        Some(number) => {
            let operation = "PutFunctionConcurrency";
            call.healing(operation, || async {
                let request = client.put_function_concurrency().function_name(name);
                let request = request.reserved_concurrent_executions(number);
                request
                    .send()
                    .await
                    .map(drop)
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteFunctionConcurrency";
            call.healing(operation, || async {
                let request = client.delete_function_concurrency().function_name(name);
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

/// Names and ARNs of all functions of the account and region.
///
/// # Errors
/// Errors returned by AWS.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<(String, String)>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "ListFunctions");
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_functions().set_marker(marker.clone());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        let functions = answer.functions.into_iter().flatten();
        found.extend(
            functions
                .filter_map(|function| Some((function.function_name?, function.function_arn?))),
        );
        marker = answer.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(found);
        }
    }
}

/// Whether the function with this name or ARN exists.
///
/// # Errors
/// Errors returned by AWS.
pub async fn exists(aws: &Aws, call: &Call, name: &str) -> Result<bool, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionConfiguration");
    let answer = call
        .once(operation, async {
            let request = client.get_function_configuration().function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.is_some())
}

/// Reads a function by name or ARN. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    describe_qualified(aws, call, name, None).await
}

/// Reads a function, or a version or alias of it. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe_qualified(
    aws: &Aws,
    call: &Call,
    name: &str,
    qualifier: Option<&str>,
) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunction");
    let answer = call
        .once(operation, async {
            let request = client
                .get_function()
                .function_name(name)
                .set_qualifier(qualifier.map(str::to_owned));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    let configuration = required(operation, "configuration", answer.configuration)?;
    let (image_uri, source_kms_key_arn) = match answer.code {
        Some(code) => (code.image_uri, non_empty(code.source_kms_key_arn)),
        None => (None, None),
    };
    Ok(Some(Described {
        tags: answer.tags.into_iter().flatten().collect(),
        image_uri,
        source_kms_key_arn,
        reserved_concurrency: answer
            .concurrency
            .and_then(|concurrency| concurrency.reserved_concurrent_executions),
        ..described(operation, configuration)?
    }))
}

fn described(operation: &'static str, found: FunctionConfiguration) -> Result<Described, AwsError> {
    let arn = required(operation, "ARN", found.function_arn.as_deref())?;
    Ok(Described {
        // The ARN of a version or alias ends with the qualifier.
        arn: FunctionArn::parse(arn).map_or_else(|| arn.to_owned(), |arn| arn.function),
        name: required(operation, "name", found.function_name.clone())?,
        version: required(operation, "version", found.version.clone())?,
        code_sha256: non_empty(found.code_sha256.clone()),
        code_size: found.code_size,
        architectures: found
            .architectures()
            .iter()
            .map(|name| name.as_str().to_owned())
            .collect(),
        last_modified: non_empty(found.last_modified.clone()),
        // Older functions have no state, and can be invoked.
        state: found
            .state
            .as_ref()
            .unwrap_or(&State::Active)
            .as_str()
            .to_owned(),
        configuration: Configuration::of_response(operation, found)?,
        ..Described::default()
    })
}

/// Waits until a function can be invoked, and no change of it is in progress.
///
/// # Errors
/// Errors returned by AWS, or if the function does not become active.
pub async fn wait(aws: &Aws, call: &Call, name: &str) -> Result<Described, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionConfiguration");
    let ready = || async {
        let request = client.get_function_configuration().function_name(name);
        let answer = request
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))?;
        let failed = answer.state == Some(State::Failed)
            || answer.last_update_status == Some(LastUpdateStatus::Failed);
        if failed {
            let reason = answer.last_update_status_reason.or(answer.state_reason);
            let reason = reason
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            return Err(AwsError::local(
                operation,
                format!("the function `{name}` failed{reason}"),
            ));
        }
        let busy = answer.state == Some(State::Pending)
            || answer.last_update_status == Some(LastUpdateStatus::InProgress);
        Ok((!busy).then_some(()))
    };
    call.until(operation, ready).await?;
    describe(aws, call, name).await?.ok_or_else(|| {
        AwsError::local(
            operation,
            format!("the function `{name}` was deleted in the meantime"),
        )
    })
}

/// Updates the configuration of a function, and waits until it is in use. The tenant isolation mode cannot be changed.
///
/// # Errors
/// Errors returned by AWS.
pub async fn update_configuration(
    aws: &Aws,
    call: &Call,
    name: &str,
    before: &Configuration,
    wanted: &Configuration,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateFunctionConfiguration");
    let file_systems = wanted.file_systems(operation)?;
    let storage = wanted.ephemeral_storage(operation)?;
    let capacity_provider = wanted.capacity_provider(operation)?;
    call.healing(operation, || async {
        client
            .update_function_configuration()
            .function_name(name)
            .role(&wanted.role)
            .set_handler(wanted.handler.clone())
            .set_runtime(wanted.runtime.as_deref().map(Runtime::from))
            // AWS keeps settings that are not sent, so removed settings are sent as empty ones.
            .description(wanted.description.clone().unwrap_or_default())
            .set_memory_size(wanted.memory_size)
            .set_timeout(wanted.timeout)
            .set_layers(Some(wanted.layers.clone()))
            .set_logging_config(wanted.logging())
            .environment(wanted.environment())
            .tracing_config(wanted.tracing())
            .set_vpc_config((before.vpc != wanted.vpc).then(|| wanted.vpc()))
            .set_dead_letter_config(
                (before.dead_letter != wanted.dead_letter).then(|| wanted.dead_letter()),
            )
            .set_image_config((before.image != wanted.image).then(|| wanted.image()))
            .set_ephemeral_storage(
                (before.ephemeral_storage != wanted.ephemeral_storage).then(|| storage.clone()),
            )
            .set_snap_start((before.snap_start != wanted.snap_start).then(|| wanted.snap_start()))
            .set_kms_key_arn(
                (before.kms_key_arn != wanted.kms_key_arn)
                    .then(|| wanted.kms_key_arn.clone().unwrap_or_default()),
            )
            .set_file_system_configs(
                (before.file_system != wanted.file_system).then(|| file_systems.clone()),
            )
            .set_durable_config(
                wanted
                    .durable()
                    .filter(|_| before.durable != wanted.durable),
            )
            .set_capacity_provider_config(
                capacity_provider
                    .clone()
                    .filter(|_| before.capacity_provider != wanted.capacity_provider),
            )
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    wait(aws, call, name).await.map(drop)
}

/// Deletes a function with its versions and aliases, and waits until it is deleted. Succeeds if it
/// does not exist.
///
/// # Errors
/// Errors returned by AWS, or if it is not deleted in time.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteFunction");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_function().function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match AwsError::absent_is_none(answer)? {
        // Only the deletion of functions with a capacity provider takes time.
        Some(answer) if answer.status_code == ACCEPTED => {
            call.until(operation, || async {
                Ok((!exists(aws, call, name).await?).then_some(()))
            })
            .await
        }
        _ => Ok(()),
    }
}

/// Updates the tags of a function.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_tags(
    aws: &Aws,
    call: &Call,
    arn: &str,
    from: &Tags,
    to: &Tags,
) -> Result<(), AwsError> {
    let client = aws.lambda().await?;
    retag!(client, call, resource(arn), from => to, |tags| tags.into_iter().collect())
}
