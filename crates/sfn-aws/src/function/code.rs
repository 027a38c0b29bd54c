//! Code of a function.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::FunctionCode;

use super::{architectures, wait};
use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// Source of the code of a function.
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
    /// URI of a container image in ECR.
    Image(String),
}

impl Code {
    /// The code for a creation request. The KMS key encrypts the zip file.
    pub(super) fn to_creation(&self, source_kms_key_arn: Option<&str>) -> FunctionCode {
        let code =
            FunctionCode::builder().set_source_kms_key_arn(source_kms_key_arn.map(str::to_owned));
        match self {
            Self::Zip(bytes) => code.zip_file(Blob::new(bytes.clone())).build(),
            Self::S3 {
                bucket,
                key,
                version,
            } => code
                .s3_bucket(bucket)
                .s3_key(key)
                .set_s3_object_version(version.clone())
                .build(),
            Self::Image(uri) => code.image_uri(uri).build(),
        }
    }
}

/// The zip file of a function. `None` if the function has a container image or does not exist.
///
/// # Errors
/// Errors returned by AWS, or if the file cannot be downloaded.
pub async fn code(aws: &Aws, call: &Call, name: &str) -> Result<Option<Vec<u8>>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetFunction");
    let answer = call
        .once(operation, async {
            let request = client.get_function().function_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let location = AwsError::absent_is_none(answer)?.and_then(|answer| answer.code?.location);
    match location {
        Some(address) => aws.download(call, &address).await.map(Some),
        None => Ok(None),
    }
}

/// Updates the code of a function, and waits until it is in use. The KMS key encrypts the zip file.
/// With `None`, an AWS owned key does.
///
/// # Errors
/// Errors returned by AWS.
pub async fn update_code(
    aws: &Aws,
    call: &Call,
    name: &str,
    code: &Code,
    architecture_names: &[String],
    source_kms_key_arn: Option<&str>,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "UpdateFunctionCode");
    call.healing(operation, || async {
        let request = client.update_function_code().function_name(name);
        let request = request
            .set_architectures(architectures(architecture_names))
            .set_source_kms_key_arn(source_kms_key_arn.map(str::to_owned));
        let request = match code {
            Code::Zip(bytes) => request.zip_file(Blob::new(bytes.clone())),
            Code::S3 {
                bucket,
                key,
                version,
            } => request
                .s3_bucket(bucket)
                .s3_key(key)
                .set_s3_object_version(version.clone()),
            Code::Image(uri) => request.image_uri(uri),
        };
        request
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    wait(aws, call, name).await.map(drop)
}
