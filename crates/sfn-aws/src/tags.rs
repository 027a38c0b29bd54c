//! Tags of state machines and activities.

use aws_sdk_sfn::types::Tag;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::{Tags, retag};

/// The tags for a request; `None` without any.
pub(crate) fn listed(tags: &Tags) -> Option<Vec<Tag>> {
    (!tags.is_empty()).then(|| tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

/// The tags of an object.
///
/// # Errors
/// What AWS refused.
pub async fn read(aws: &Aws, call: &Call, arn: &str) -> Result<Tags, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    Ok(answer.tags.unwrap_or_default().into_iter().filter_map(pair).collect())
}

/// Makes the tags of an object those that are wanted.
///
/// # Errors
/// What AWS refused.
pub async fn write(aws: &Aws, call: &Call, arn: &str, from: &Tags, to: &Tags) -> Result<(), AwsError> {
    let client = aws.sfn().await?;
    retag!(client, call, resource_arn(arn), from => to, |tags| listed(&tags).unwrap_or_default())
}
