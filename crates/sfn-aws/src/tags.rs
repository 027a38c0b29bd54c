//! Tags of state machines and activities, and comparison of tags.

use aws_sdk_sfn::types::Tag;

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::{OWNER_TAG, Tags, retag};

/// Prefix of the keys of AWS's own tags, which users can neither set nor remove.
const RESERVED: &str = "aws:";

/// The tags for a request. `None` if there are none.
pub(crate) fn listed(tags: &Tags) -> Option<Vec<Tag>> {
    (!tags.is_empty()).then(|| {
        tags.iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect()
    })
}

/// Whether an object has exactly the tags that were sent, apart from AWS's own tags.
pub(crate) fn are_same(found: &Tags, sent: &Tags) -> bool {
    let own = |tags: &Tags| {
        tags.clone()
            .into_iter()
            .filter(|(key, _)| !key.starts_with(RESERVED))
            .collect::<Tags>()
    };
    own(found) == own(sent)
}

/// The tags that a change can set or remove: all except for AWS's own tags and the owner tag.
pub(crate) fn changeable(tags: &Tags) -> Tags {
    let is_kept = |key: &str| key == OWNER_TAG || key.starts_with(RESERVED);
    tags.clone()
        .into_iter()
        .filter(|(key, _)| !is_kept(key))
        .collect()
}

/// The tags of a state machine or an activity.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read(aws: &Aws, call: &Call, arn: &str) -> Result<Tags, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    Ok(answer.tags.into_iter().flatten().filter_map(pair).collect())
}

/// Updates the tags of a state machine or an activity.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write(
    aws: &Aws,
    call: &Call,
    arn: &str,
    from: &Tags,
    to: &Tags,
) -> Result<(), AwsError> {
    let client = aws.sfn().await?;
    retag!(client, call, resource_arn(arn), from => to, |tags| listed(&tags).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn tags_of_aws_do_not_count() {
        let sent = tags(&[("a", "1")]);
        assert!(are_same(
            &tags(&[("a", "1"), ("aws:cloudformation:stack-name", "s")]),
            &sent
        ));
        for other in [
            tags(&[]),
            tags(&[("a", "2")]),
            tags(&[("a", "1"), ("b", "1")]),
        ] {
            assert!(!are_same(&other, &sent), "{other:?}");
        }
    }

    #[test]
    fn the_owner_tag_is_never_changed() {
        let all = tags(&[
            ("a", "1"),
            (OWNER_TAG, "state-machine/eu-west-1/orders"),
            ("aws:x", "1"),
        ]);
        assert_eq!(changeable(&all), tags(&[("a", "1")]));
    }
}
