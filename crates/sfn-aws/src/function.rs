//! Lambda functions.

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    ApplicationLogLevel, Architecture, Environment, FunctionCode, FunctionConfiguration, LastUpdateStatus, LogFormat,
    LoggingConfig, Runtime, State, SystemLogLevel, TracingConfig, TracingMode,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::tags_between;

/// A moment as RFC 3339 has it.
pub(crate) fn rfc3339(moment: &DateTime) -> String {
    moment.fmt(Format::DateTime).unwrap_or_default()
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
}

/// How a function logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// `Text` or `JSON`.
    pub format: Option<String>,
    /// Level of the function's own lines.
    pub application_level: Option<String>,
    /// Level of Lambda's lines.
    pub system_level: Option<String>,
    /// Name of the log group.
    pub group: Option<String>,
}

/// The configuration of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// ARN of the role it runs with.
    pub role: String,
    /// Entry point in the code.
    pub handler: Option<String>,
    /// Such as `python3.13`.
    pub runtime: Option<String>,
    /// A text for people.
    pub description: Option<String>,
    /// Memory in MiB.
    pub memory_size: Option<i32>,
    /// The longest time a call may take, in seconds.
    pub timeout: Option<i32>,
    /// Environment variables; they may hold secrets.
    pub environment: BTreeMap<String, String>,
    /// ARNs of layers.
    pub layers: Vec<String>,
    /// `Active` or `PassThrough`.
    pub tracing: Option<String>,
    /// Logs.
    pub logging: Option<Logging>,
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
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

fn environment(configuration: &Configuration) -> Environment {
    let variables = configuration.environment.iter().map(|(key, value)| (key.clone(), value.clone()));
    Environment::builder().set_variables(Some(variables.collect())).build()
}

fn tracing(configuration: &Configuration) -> TracingConfig {
    let mode = configuration.tracing.as_deref().unwrap_or("PassThrough");
    TracingConfig::builder().mode(TracingMode::from(mode)).build()
}

fn logging(logging: &Logging) -> LoggingConfig {
    LoggingConfig::builder()
        .set_log_format(logging.format.as_deref().map(LogFormat::from))
        .set_application_log_level(logging.application_level.as_deref().map(ApplicationLogLevel::from))
        .set_system_log_level(logging.system_level.as_deref().map(SystemLogLevel::from))
        .set_log_group(logging.group.clone())
        .build()
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
                .set_logging_config(configuration.logging.as_ref().map(logging))
                .environment(environment(configuration))
                .tracing_config(tracing(configuration))
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
                wait(aws, call, &new.name).await
            }
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Reads a function by name or ARN; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunction");
    let answer = call
        .once(operation, async {
            let request = client.get_function().function_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.and_then(|answer| {
        let tags = answer.tags.unwrap_or_default().into_iter().collect();
        answer.configuration.map(|configuration| Described { tags, ..described(configuration) })
    }))
}

fn described(configuration: FunctionConfiguration) -> Described {
    let logging = configuration.logging_config.map(|logging| Logging {
        format: logging.log_format.map(|format| format.as_str().to_owned()),
        application_level: logging.application_log_level.map(|level| level.as_str().to_owned()),
        system_level: logging.system_log_level.map(|level| level.as_str().to_owned()),
        group: logging.log_group,
    });
    let architectures = configuration.architectures.unwrap_or_default();
    Described {
        // A version or alias at the end of the ARN is not part of the function's own.
        arn: configuration
            .function_arn
            .map(|arn| arn.split(':').take(7).collect::<Vec<_>>().join(":"))
            .unwrap_or_default(),
        name: configuration.function_name.unwrap_or_default(),
        version: configuration.version.unwrap_or_default(),
        code_sha256: configuration.code_sha256.unwrap_or_default(),
        code_size: configuration.code_size,
        architectures: architectures.iter().map(|architecture| architecture.as_str().to_owned()).collect(),
        last_modified: configuration.last_modified.unwrap_or_default(),
        configuration: Configuration {
            role: configuration.role.unwrap_or_default(),
            handler: configuration.handler.filter(|text| !text.is_empty()),
            runtime: configuration.runtime.map(|runtime| runtime.as_str().to_owned()),
            description: configuration.description.filter(|text| !text.is_empty()),
            memory_size: configuration.memory_size,
            timeout: configuration.timeout,
            environment: configuration
                .environment
                .and_then(|environment| environment.variables)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            layers: configuration.layers.unwrap_or_default().into_iter().filter_map(|layer| layer.arn).collect(),
            tracing: configuration.tracing_config.and_then(|tracing| tracing.mode).map(|mode| mode.as_str().to_owned()),
            logging,
        },
        tags: BTreeMap::new(),
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
        };
        request.send().await.map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    wait(aws, call, name).await.map(|_| ())
}

/// Gives a function another configuration, and waits until it is in use.
///
/// # Errors
/// What AWS refused.
pub async fn update_configuration(
    aws: &Aws,
    call: &Call,
    name: &str,
    configuration: &Configuration,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateFunctionConfiguration");
    call.healing(operation, || async {
        client
            .update_function_configuration()
            .function_name(name)
            .role(&configuration.role)
            .set_handler(configuration.handler.clone())
            .set_runtime(configuration.runtime.as_deref().map(Runtime::from))
            // What is no longer wanted is emptied: an absent value would be kept.
            .description(configuration.description.clone().unwrap_or_default())
            .set_memory_size(configuration.memory_size)
            .set_timeout(configuration.timeout)
            .set_layers(Some(configuration.layers.clone()))
            .set_logging_config(configuration.logging.as_ref().map(logging))
            .environment(environment(configuration))
            .tracing_config(tracing(configuration))
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
    let (removed, changed) = tags_between(from, to);
    if !removed.is_empty() {
        let operation = "UntagResource";
        call.once(operation, async {
            let request = client.untag_resource().resource(arn).set_tag_keys(Some(removed));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    }
    if !changed.is_empty() {
        let operation = "TagResource";
        call.once(operation, async {
            let request = client.tag_resource().resource(arn).set_tags(Some(changed.into_iter().collect()));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    }
    Ok(())
}
