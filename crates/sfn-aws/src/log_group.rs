//! Log groups that belong to one state machine.

use crate::OWNER_TAG;
use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

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
    let (client, operation) = (aws.logs().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn.trim_end_matches(":*"));
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let found = AwsError::absent_is_none(answer)?;
    let tags = found.as_ref().and_then(|answer| answer.tags());
    if tags.and_then(|tags| tags.get(OWNER_TAG)).is_none_or(|tag| tag != owner) {
        return Ok(());
    }
    let operation = "DeleteLogGroup";
    let answer = call
        .healing(operation, || async {
            let request = client.delete_log_group().log_group_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
