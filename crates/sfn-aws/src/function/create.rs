//! Creation of a function.

use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::types::{FunctionVersionLatestPublished, PackageType, Runtime};

use super::{Code, Configuration, Described, architectures, describe, publish, wait};
use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::fields::required;
use crate::retry::Call;
use crate::{Tags, tags};

const OPERATION: &str = "CreateFunction";

/// A function to create.
#[derive(Clone, PartialEq)]
pub struct New {
    /// Name.
    pub name: String,
    /// Architectures: `x86_64` or `arm64`.
    pub architectures: Vec<String>,
    /// Code.
    pub code: Code,
    /// ARN of the KMS key that encrypts the zip file. With `None`, an AWS owned key does.
    pub source_kms_key_arn: Option<String>,
    /// ARN of the code signing configuration.
    pub code_signing_config_arn: Option<String>,
    /// Configuration.
    pub configuration: Configuration,
    /// Whether to publish a version.
    pub publish: bool,
    /// Version to publish to, instead of a numbered version: `LATEST_PUBLISHED`.
    pub publish_to: Option<String>,
    /// Tags.
    pub tags: Tags,
}

impl New {
    /// Whether a function equals the one that was sent. `code_sha256` is the hash of the code, if
    /// it is known.
    fn is_met_by(&self, code_sha256: Option<&str>, found: &Described) -> bool {
        let is_same_code = match &self.code {
            Code::Image(uri) => found.image_uri.as_ref() == Some(uri),
            Code::Zip(_) | Code::S3 { .. } => {
                found.image_uri.is_none()
                    && code_sha256.is_none_or(|hash| found.code_sha256.as_deref() == Some(hash))
            }
        };
        is_same_code
            && (self.architectures.is_empty() || self.architectures == found.architectures)
            && self.source_kms_key_arn == found.source_kms_key_arn
            && self.configuration.is_met_by(&found.configuration)
            && tags::are_same(&found.tags, &self.tags)
    }
}

/// Creates a function and waits until it can be invoked. `code_sha256` is the hash of the code as
/// computed by AWS, if it is known.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if a function with this name exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    new: &New,
    code_sha256: Option<&str>,
) -> Result<Described, CreateError> {
    let client = aws.lambda().await?;
    let request = request(client.create_function(), new)?;
    let send = || async {
        let answer = send_once!(request.clone(), aws_sdk_lambda).await;
        let answer = answer.map_err(|error| AwsError::new(OPERATION, error))?;
        required(OPERATION, "version", answer.version).map(Some)
    };
    let own = |found: Described| new.is_met_by(code_sha256, &found).then_some(None);
    let object = format!("a function `{}`", new.name);
    let creation = Creation {
        aws,
        call,
        operation: OPERATION,
        object,
    };
    let version = creation
        .run(|| describe(aws, call, &new.name), send, own)
        .await?;
    finish(aws, call, new, version)
        .await
        .map_err(CreateError::afterwards)
}

/// Waits until the new function can be invoked. `version` is the version that AWS returned, unless
/// the response was lost.
async fn finish(
    aws: &Aws,
    call: &Call,
    new: &New,
    version: Option<String>,
) -> Result<Described, AwsError> {
    let described = wait(aws, call, &new.name).await?;
    let version = match version {
        Some(version) => version,
        // Publishing unchanged code returns the existing version.
        None if new.publish => publish(aws, call, &new.name, new.publish_to.as_deref()).await?,
        None => return Ok(described),
    };
    Ok(Described {
        version,
        ..described
    })
}

fn request(
    request: CreateFunctionFluentBuilder,
    new: &New,
) -> Result<CreateFunctionFluentBuilder, AwsError> {
    let configuration = &new.configuration;
    let file_systems = configuration.file_systems(OPERATION)?;
    let storage = configuration.ephemeral_storage(OPERATION)?;
    let is_image = matches!(new.code, Code::Image(_));
    Ok(request
        .function_name(&new.name)
        .role(&configuration.role)
        .code(new.code.to_creation(new.source_kms_key_arn.as_deref()))
        .publish(new.publish)
        .set_publish_to(
            new.publish_to
                .as_deref()
                .map(FunctionVersionLatestPublished::from),
        )
        .set_code_signing_config_arn(new.code_signing_config_arn.clone())
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
        .set_dead_letter_config(
            configuration
                .dead_letter
                .is_some()
                .then(|| configuration.dead_letter()),
        )
        .set_image_config(configuration.image.is_some().then(|| configuration.image()))
        .set_ephemeral_storage(configuration.ephemeral_storage.is_some().then_some(storage))
        .set_snap_start(configuration.snap_start.then(|| configuration.snap_start()))
        .set_kms_key_arn(configuration.kms_key_arn.clone())
        .set_file_system_configs((!file_systems.is_empty()).then_some(file_systems))
        .set_durable_config(configuration.durable())
        .set_tenancy_config(configuration.tenancy(OPERATION)?)
        .set_capacity_provider_config(configuration.capacity_provider(OPERATION)?)
        .set_package_type(is_image.then_some(PackageType::Image))
        .set_tags((!new.tags.is_empty()).then(|| new.tags.clone().into_iter().collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(code: Code) -> New {
        New {
            name: "f".into(),
            architectures: Vec::new(),
            code,
            source_kms_key_arn: None,
            code_signing_config_arn: None,
            configuration: Configuration {
                role: "r".into(),
                ..Configuration::default()
            },
            publish: false,
            publish_to: None,
            tags: Tags::from([("a".to_owned(), "1".to_owned())]),
        }
    }

    fn found(code_sha256: Option<&str>, image_uri: Option<&str>) -> Described {
        let new = new(Code::Zip(Vec::new()));
        Described {
            name: new.name,
            code_sha256: code_sha256.map(str::to_owned),
            image_uri: image_uri.map(str::to_owned),
            architectures: vec!["x86_64".into()],
            configuration: new.configuration,
            tags: new.tags,
            ..Described::default()
        }
    }

    #[test]
    fn a_function_is_compared_with_what_was_sent() {
        let zip = new(Code::Zip(vec![1]));
        assert!(zip.is_met_by(Some("hash"), &found(Some("hash"), None)));
        assert!(!zip.is_met_by(Some("hash"), &found(Some("other"), None)));
        assert!(!zip.is_met_by(Some("hash"), &found(None, None)));
        let role = Configuration {
            role: "other".into(),
            ..Configuration::default()
        };
        for other in [
            Described {
                tags: Tags::new(),
                ..found(Some("hash"), None)
            },
            Described {
                source_kms_key_arn: Some("k".into()),
                ..found(Some("hash"), None)
            },
            Described {
                configuration: role,
                ..found(Some("hash"), None)
            },
        ] {
            assert!(!zip.is_met_by(Some("hash"), &other), "{other:?}");
        }
        let arm = New {
            architectures: vec!["arm64".into()],
            ..zip
        };
        assert!(!arm.is_met_by(Some("hash"), &found(Some("hash"), None)));
    }

    #[test]
    fn code_without_a_known_hash_is_compared_by_its_kind() {
        let s3 = new(Code::S3 {
            bucket: "b".into(),
            key: "k".into(),
            version: None,
        });
        assert!(s3.is_met_by(None, &found(Some("hash"), None)));
        assert!(!s3.is_met_by(None, &found(None, Some("uri"))));
        let image = new(Code::Image("uri".into()));
        assert!(image.is_met_by(None, &found(Some("hash"), Some("uri"))));
        assert!(!image.is_met_by(None, &found(Some("hash"), Some("other"))));
    }
}
