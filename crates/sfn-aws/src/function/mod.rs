//! Lambda functions.

pub mod alias;
mod configuration;
pub mod event_invoke;
pub mod permission;

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, FunctionCode, FunctionConfiguration, LastUpdateStatus, PackageType, Runtime, State,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retag;
use crate::retry::Call;

pub use configuration::{Configuration, Durable, FileSystem, Image, Logging, Vpc};

/// A moment as RFC 3339 has it.
pub(crate) fn rfc3339(moment: &DateTime) -> String {
    moment.fmt(Format::DateTime).unwrap_or_default()
}

/// The name in a name or ARN of a function.
pub fn name_of(function: &str) -> &str {
    function.split(':').nth(6).unwrap_or(function)
}

/// Where the code comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Code {
    /// The bytes of a zip file.
    Zip(Vec<u8>),
    /// A zip file in S3.
    S3 {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
        /// Version of the object.
        version: Option<String>,
    },
    /// A container image in ECR.
    Image(String),
}

/// A function to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct New {
    /// Name.
    pub name: String,
    /// `x86_64` or `arm64`.
    pub architectures: Vec<String>,
    /// Code.
    pub code: Code,
    /// Configuration.
    pub configuration: Configuration,
    /// Whether a version is published.
    pub publish: bool,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// A function as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// ARN without version.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Version that was asked for or published, `$LATEST` otherwise.
    pub version: String,
    /// SHA-256 of the zip file, in Base64.
    pub code_sha256: String,
    /// Size of the zip file, in bytes.
    pub code_size: i64,
    /// `x86_64` or `arm64`.
    pub architectures: Vec<String>,
    /// When it was last changed.
    pub last_modified: String,
    /// Configuration.
    pub configuration: Configuration,
    /// The image that it is made of.
    pub image_uri: Option<String>,
    /// Concurrent calls that are kept for it.
    pub reserved_concurrency: Option<i32>,
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

fn architectures(names: &[String]) -> Option<Vec<Architecture>> {
    (!names.is_empty()).then(|| names.iter().map(|name| Architecture::from(name.as_str())).collect())
}

fn function_code(code: &Code) -> FunctionCode {
    match code {
        Code::Zip(bytes) => FunctionCode::builder().zip_file(Blob::new(bytes.clone())).build(),
        Code::S3 { bucket, key, version } => {
            FunctionCode::builder().s3_bucket(bucket).s3_key(key).set_s3_object_version(version.clone()).build()
        }
        Code::Image(uri) => FunctionCode::builder().image_uri(uri).build(),
    }
}

/// Creates a function and waits until it can be called. One of the same name that an interrupted run left is taken
/// up when it has the same code and role.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn create(aws: &Aws, call: &Call, new: &New, code_sha256: Option<&str>) -> Result<Described, AwsError> {
    let (client, operation) = (aws.lambda().await?, "CreateFunction");
    let configuration = &new.configuration;
    let is_image = matches!(new.code, Code::Image(_));
    let file_systems = configuration.file_systems(operation)?;
    let storage = configuration.ephemeral_storage(operation)?;
    let answer = call
        .healing(operation, || async {
            client
                .create_function()
                .function_name(&new.name)
                .role(&configuration.role)
                .code(function_code(&new.code))
                .publish(new.publish)
                .set_handler(configuration.handler.clone())
                .set_runtime(configuration.runtime.as_deref().map(Runtime::from))
                .set_description(configuration.description.clone())
                .set_memory_size(configuration.memory_size)
                .set_timeout(configuration.timeout)
                .set_layers((!configuration.layers.is_empty()).then(|| configuration.layers.clone()))
                .set_architectures(architectures(&new.architectures))
                .set_logging_config(configuration.logging())
                .environment(configuration.environment())
                .tracing_config(configuration.tracing())
                .set_vpc_config(configuration.vpc.is_some().then(|| configuration.vpc()))
                .set_dead_letter_config(configuration.dead_letter.is_some().then(|| configuration.dead_letter()))
                .set_image_config(configuration.image.is_some().then(|| configuration.image()))
                .set_ephemeral_storage(configuration.ephemeral_storage.is_some().then(|| storage.clone()))
                .set_snap_start(configuration.snap_start.then(|| configuration.snap_start()))
                .set_kms_key_arn(configuration.kms_key_arn.clone())
                .set_file_system_configs((!file_systems.is_empty()).then(|| file_systems.clone()))
                .set_durable_config(configuration.durable())
                .set_package_type(is_image.then_some(PackageType::Image))
                .set_tags((!new.tags.is_empty()).then(|| new.tags.clone().into_iter().collect()))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Ok(answer) => {
            let version = answer.version.unwrap_or_default();
            let described = wait(aws, call, &new.name).await?;
            Ok(Described { version, ..described })
        }
        Err(error) if error.code == "ResourceConflictException" => match describe(aws, call, &new.name).await? {
            Some(found)
                if found.configuration.role == configuration.role
                    && code_sha256.is_some_and(|hash| hash == found.code_sha256) =>
            {
                let described = wait(aws, call, &new.name).await?;
                // Publishing what has not changed gives the version that there is.
                let version = if new.publish { publish(aws, call, &new.name).await? } else { described.version };
                Ok(Described { version, ..described })
            }
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Makes the concurrency that is kept for a function what is wanted; without a number none is kept.
///
/// # Errors
/// What AWS refused.
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
                request.send().await.map(drop).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteFunctionConcurrency";
            call.healing(operation, || async {
                let request = client.delete_function_concurrency().function_name(name);
                request.send().await.map(drop).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}

/// Name and ARN of all functions of the account and region.
///
/// # Errors
/// What AWS refused.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<(String, String)>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "ListFunctions");
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_functions().set_marker(marker.clone());
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        let functions = answer.functions.unwrap_or_default().into_iter();
        found.extend(functions.filter_map(|function| Some((function.function_name?, function.function_arn?))));
        marker = answer.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(found);
        }
    }
}

/// Reads a function by name or ARN; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    describe_qualified(aws, call, name, None).await
}

/// Reads a function, or a version or alias of it; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe_qualified(
    aws: &Aws,
    call: &Call,
    name: &str,
    qualifier: Option<&str>,
) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunction");
    let answer = call
        .once(operation, async {
            let request = client.get_function().function_name(name).set_qualifier(qualifier.map(str::to_owned));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.and_then(|answer| {
        let tags = answer.tags.unwrap_or_default().into_iter().collect();
        let image_uri = answer.code.and_then(|code| code.image_uri);
        let reserved_concurrency = answer.concurrency.and_then(|kept| kept.reserved_concurrent_executions);
        let configuration = answer.configuration?;
        Some(Described { tags, image_uri, reserved_concurrency, ..described(configuration) })
    }))
}

/// The zip file of a function; `None` for one of an image, or that is gone.
///
/// # Errors
/// What AWS refused, or that the file could not be had.
pub async fn code(aws: &Aws, call: &Call, name: &str) -> Result<Option<Vec<u8>>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunction");
    let answer = call
        .once(operation, async {
            let request = client.get_function().function_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let location = AwsError::absent_is_none(answer)?.and_then(|answer| answer.code?.location);
    match location {
        Some(address) => aws.download(call, &address).await.map(Some),
        None => Ok(None),
    }
}

fn described(found: FunctionConfiguration) -> Described {
    let architectures = found.architectures().iter().map(|architecture| architecture.as_str().to_owned());
    Described {
        // A version or alias at the end of the ARN is not part of the function's own.
        arn: found.function_arn().map(|arn| arn.split(':').take(7).collect::<Vec<_>>().join(":")).unwrap_or_default(),
        name: found.function_name().unwrap_or_default().to_owned(),
        version: found.version().unwrap_or_default().to_owned(),
        code_sha256: found.code_sha256().unwrap_or_default().to_owned(),
        code_size: found.code_size(),
        architectures: architectures.collect(),
        last_modified: found.last_modified().unwrap_or_default().to_owned(),
        state: found.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        image_uri: None,
        reserved_concurrency: None,
        tags: BTreeMap::new(),
        configuration: Configuration::from(found),
    }
}

/// Waits until a function can be called and no change of it is under way.
///
/// # Errors
/// What AWS refused, or why the function does not become active.
pub async fn wait(aws: &Aws, call: &Call, name: &str) -> Result<Described, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunctionConfiguration");
    let ready = || async {
        let request = client.get_function_configuration().function_name(name);
        let answer = request.send().await.map_err(|error| AwsError::new(operation, error))?;
        let failed = answer.state == Some(State::Failed) || answer.last_update_status == Some(LastUpdateStatus::Failed);
        if failed {
            let reason = answer.last_update_status_reason.or(answer.state_reason).unwrap_or_default();
            return Err(AwsError::local(operation, format!("the function `{name}` failed: {reason}")));
        }
        let busy =
            answer.state == Some(State::Pending) || answer.last_update_status == Some(LastUpdateStatus::InProgress);
        Ok((!busy).then_some(()))
    };
    call.until(operation, ready).await?;
    describe(aws, call, name)
        .await?
        .ok_or_else(|| AwsError::local(operation, format!("the function `{name}` was deleted meanwhile")))
}

/// Gives a function other code, and waits until it is in use.
///
/// # Errors
/// What AWS refused.
pub async fn update_code(aws: &Aws, call: &Call, name: &str, code: &Code, kinds: &[String]) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateFunctionCode");
    call.healing(operation, || async {
        let request = client.update_function_code().function_name(name).set_architectures(architectures(kinds));
        let request = match code {
            Code::Zip(bytes) => request.zip_file(Blob::new(bytes.clone())),
            Code::S3 { bucket, key, version } => {
                request.s3_bucket(bucket).s3_key(key).set_s3_object_version(version.clone())
            }
            Code::Image(uri) => request.image_uri(uri),
        };
        request.send().await.map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    wait(aws, call, name).await.map(|_| ())
}

/// Gives a function another configuration than the one before, and waits until it is in use.
///
/// # Errors
/// What AWS refused.
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
    call.healing(operation, || async {
        client
            .update_function_configuration()
            .function_name(name)
            .role(&wanted.role)
            .set_handler(wanted.handler.clone())
            .set_runtime(wanted.runtime.as_deref().map(Runtime::from))
            // What is no longer wanted is emptied: an absent value would be kept.
            .description(wanted.description.clone().unwrap_or_default())
            .set_memory_size(wanted.memory_size)
            .set_timeout(wanted.timeout)
            .set_layers(Some(wanted.layers.clone()))
            .set_logging_config(wanted.logging())
            .environment(wanted.environment())
            .tracing_config(wanted.tracing())
            .set_vpc_config((before.vpc != wanted.vpc).then(|| wanted.vpc()))
            .set_dead_letter_config((before.dead_letter != wanted.dead_letter).then(|| wanted.dead_letter()))
            .set_image_config((before.image != wanted.image).then(|| wanted.image()))
            .set_ephemeral_storage((before.ephemeral_storage != wanted.ephemeral_storage).then(|| storage.clone()))
            .set_snap_start((before.snap_start != wanted.snap_start).then(|| wanted.snap_start()))
            .set_kms_key_arn(
                (before.kms_key_arn != wanted.kms_key_arn).then(|| wanted.kms_key_arn.clone().unwrap_or_default()),
            )
            .set_file_system_configs((before.file_system != wanted.file_system).then(|| file_systems.clone()))
            .set_durable_config(wanted.durable().filter(|_| before.durable != wanted.durable))
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    wait(aws, call, name).await.map(|_| ())
}

/// Publishes the function as it is, and gives the version.
///
/// # Errors
/// What AWS refused.
pub async fn publish(aws: &Aws, call: &Call, name: &str) -> Result<String, AwsError> {
    let (client, operation) = (aws.lambda().await?, "PublishVersion");
    let answer = call
        .healing(operation, || async {
            let request = client.publish_version().function_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.version.unwrap_or_default())
}

/// Deletes a function with its versions; one that is gone is no error.
///
/// # Errors
/// What AWS refused.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "DeleteFunction");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_function().function_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

/// Makes the tags of a function those that are wanted.
///
/// # Errors
/// What AWS refused.
pub async fn write_tags(
    aws: &Aws,
    call: &Call,
    arn: &str,
    from: &BTreeMap<String, String>,
    to: &BTreeMap<String, String>,
) -> Result<(), AwsError> {
    let client = aws.lambda().await?;
    retag!(client, call, resource(arn), from => to, |tags| tags.into_iter().collect())
}
