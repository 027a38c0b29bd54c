//! Log groups: those that belong to one state machine, and those that stand for themselves.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::{OWNER_TAG, Tags, retag};

/// What is wanted of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// For how many days events are kept; `None` for ever.
    pub retention: Option<i32>,
    /// ARN of the key that encrypts it; AWS's own if absent.
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`; `STANDARD` if absent.
    pub class: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A log group as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// ARN, without `:*`.
    pub arn: String,
    /// What it is like.
    pub is: Wanted,
}

/// Who a log group that stands for itself is marked as belonging to, so that one whose answer was lost is known again.
fn own_mark(name: &str) -> String {
    format!("log-group/{name}")
}

/// Creates a log group that stands for itself. One that an interrupted run has left is taken up.
///
/// # Errors
/// What AWS refused, and that there is one of this name that is somebody else's.
pub async fn create(aws: &Aws, call: &Call, name: &str, wanted: &Wanted) -> Result<Described, AwsError> {
    let (client, operation) = (aws.logs().await?, "CreateLogGroup");
    let mut tags: HashMap<String, String> = wanted.tags.clone().into_iter().collect();
    tags.insert(OWNER_TAG.to_owned(), own_mark(name));
    let created = call
        .healing(operation, || async {
            let request = client.create_log_group().log_group_name(name).set_tags(Some(tags.clone()));
            let request = request.set_kms_key_id(wanted.kms_key_id.clone());
            let request = request.set_log_group_class(wanted.class.as_deref().map(LogGroupClass::from));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let missing = || AwsError::local(operation, "the log group is gone again");
    match created {
        Err(error) if error.code == "ResourceAlreadyExistsException" => {
            let found = describe(aws, call, name).await?.ok_or_else(missing)?;
            if found.is.tags.get(OWNER_TAG) != Some(&own_mark(name)) {
                return Err(error);
            }
            update(aws, call, name, &found, wanted).await?;
        }
        Err(error) => return Err(error),
        Ok(_) if wanted.retention.is_some() => write_retention(aws, call, name, wanted.retention).await?,
        Ok(_) => {}
    }
    describe(aws, call, name).await?.ok_or_else(missing)
}

/// Reads a log group with its tags; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.logs().await?, "DescribeLogGroups");
    let answer = call
        .once(operation, async {
            let request = client.describe_log_groups().log_group_name_prefix(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    // Names come in their order, so that the name itself is before all others that begin with it.
    let groups = answer.log_groups.unwrap_or_default();
    let Some(group) = groups.into_iter().find(|group| group.log_group_name.as_deref() == Some(name)) else {
        return Ok(None);
    };
    let arn = group.arn.unwrap_or_default().trim_end_matches(":*").to_owned();
    let tags = read_tags(aws, call, &arn).await?.unwrap_or_default();
    let class = group.log_group_class.map(|class| class.as_str().to_owned());
    let is = Wanted { retention: group.retention_in_days, kms_key_id: group.kms_key_id, class, tags };
    Ok(Some(Described { arn, is }))
}

/// The tags of a log group; `None` when there is none.
async fn read_tags(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Tags>, AwsError> {
    let (client, operation) = (aws.logs().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

/// Makes a log group what is wanted; its class cannot be changed.
///
/// # Errors
/// What AWS refused.
pub async fn update(aws: &Aws, call: &Call, name: &str, found: &Described, wanted: &Wanted) -> Result<(), AwsError> {
    if found.is.retention != wanted.retention {
        write_retention(aws, call, name, wanted.retention).await?;
    }
    if found.is.kms_key_id != wanted.kms_key_id {
        write_key(aws, call, name, wanted.kms_key_id.as_deref()).await?;
    }
    let mut tags = wanted.tags.clone();
    // The mark stays, wherever it came from.
    if let Some(owner) = found.is.tags.get(OWNER_TAG) {
        tags.insert(OWNER_TAG.to_owned(), owner.clone());
    }
    write_tags(aws, call, &found.arn, &found.is.tags, &tags).await
}

async fn write_key(aws: &Aws, call: &Call, name: &str, key: Option<&str>) -> Result<(), AwsError> {
    let client = aws.logs().await?;
    match key {
        Some(key) => {
            let operation = "AssociateKmsKey";
            call.healing(operation, || async {
                let request = client.associate_kms_key().log_group_name(name).kms_key_id(key);
                request.send().await.map(drop).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DisassociateKmsKey";
            call.healing(operation, || async {
                let request = client.disassociate_kms_key().log_group_name(name);
                request.send().await.map(drop).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}

async fn write_tags(aws: &Aws, call: &Call, arn: &str, from: &Tags, to: &Tags) -> Result<(), AwsError> {
    let client = aws.logs().await?;
    retag!(client, call, resource_arn(arn), from => to, |tags| tags.into_iter().collect())
}

/// Deletes a log group; one that is gone already is no error.
///
/// # Errors
/// What AWS refused.
pub async fn remove(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.logs().await?, "DeleteLogGroup");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_log_group().log_group_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

/// Makes the log group, unless it is there already.
///
/// # Errors
/// What AWS refused.
pub async fn ensure(aws: &Aws, call: &Call, name: &str, owner: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.logs().await?, "CreateLogGroup");
    let answer = call
        .healing(operation, || async {
            let request = client.create_log_group().log_group_name(name).tags(OWNER_TAG, owner);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Err(error) if error.code != "ResourceAlreadyExistsException" => Err(error),
        _ => Ok(()),
    }
}

/// For how many days events are kept; `None` for ever.
///
/// # Errors
/// What AWS refused.
pub async fn write_retention(aws: &Aws, call: &Call, name: &str, days: Option<i32>) -> Result<(), AwsError> {
    let client = aws.logs().await?;
    match days {
        Some(days) => {
            let operation = "PutRetentionPolicy";
            call.healing(operation, || async {
                let request = client.put_retention_policy().log_group_name(name).retention_in_days(days);
                request.send().await.map(|_| ()).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteRetentionPolicy";
            call.healing(operation, || async {
                let request = client.delete_retention_policy().log_group_name(name);
                request.send().await.map(|_| ()).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}

/// Deletes the log group if it was made for this owner; one that somebody else made stays.
///
/// # Errors
/// What AWS refused.
pub async fn delete(aws: &Aws, call: &Call, name: &str, arn: &str, owner: &str) -> Result<(), AwsError> {
    let tags = read_tags(aws, call, arn.trim_end_matches(":*")).await?.unwrap_or_default();
    if tags.get(OWNER_TAG).is_none_or(|tag| tag != owner) {
        return Ok(());
    }
    remove(aws, call, name).await
}
