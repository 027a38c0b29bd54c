//! Log groups: those that belong to a single state machine, and those that are separate resources.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::create_log_group::builders::CreateLogGroupFluentBuilder;
use aws_sdk_cloudwatchlogs::types::{LogGroup, LogGroupClass};
use aws_smithy_types::DateTime;

use crate::config::Aws;
use crate::creation::{CreateError, Creation, is_conflict, send_once};
use crate::error::{AwsError, AwsErrorKind};
use crate::fields::required;
use crate::retry::{Call, Created};
use crate::tags::{self, changeable};
use crate::time::Began;
use crate::{OWNER_TAG, Tags, retag};

/// Valid retention periods of CloudWatch Logs in days (API reference, PutRetentionPolicy).
pub const RETENTION_DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Default class of a log group.
const DEFAULT_CLASS: &str = "STANDARD";

/// The settings of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Number of days to retain log events. With `None`, they never expire.
    pub retention: Option<i32>,
    /// ARN of the KMS key that encrypts the log group. `None` for an AWS owned key.
    pub kms_key_id: Option<String>,
    /// Class: `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`. `STANDARD` if `None`.
    pub class: Option<String>,
    /// Tags.
    pub tags: Tags,
}

impl Wanted {
    /// Whether a log group equals the one that was sent with `CreateLogGroup`.
    fn is_as_sent(&self, sent: &Self) -> bool {
        let class = |wanted: &Self| {
            wanted
                .class
                .clone()
                .unwrap_or_else(|| DEFAULT_CLASS.to_owned())
        };
        self.kms_key_id == sent.kms_key_id
            && class(self) == class(sent)
            && tags::are_same(&self.tags, &sent.tags)
    }
}

/// The current state of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// ARN, without `:*`.
    pub arn: String,
    /// Settings.
    pub is: Wanted,
}

/// Creates a log group.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if a log group with this name exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    name: &str,
    wanted: &Wanted,
) -> Result<Described, CreateError> {
    let (client, operation) = (aws.logs().await?, "CreateLogGroup");
    let send = || async {
        let request = request(client, name, &wanted.tags).set_kms_key_id(wanted.kms_key_id.clone());
        let request = request.set_log_group_class(wanted.class.as_deref().map(LogGroupClass::from));
        let answer = send_once!(request, aws_sdk_cloudwatchlogs).await;
        answer
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    };
    let own = |found: Described| found.is.is_as_sent(wanted).then_some(());
    let creation = Creation {
        aws,
        call,
        operation,
        object: format!("a log group `{name}`"),
    };
    creation
        .run(|| describe(aws, call, name), send, own)
        .await?;
    let described = async {
        if wanted.retention.is_some() {
            write_retention(aws, call, name, wanted.retention).await?;
        }
        let gone = || {
            AwsError::local(
                "DescribeLogGroups",
                format!("the log group `{name}` was deleted in the meantime"),
            )
        };
        describe(aws, call, name).await?.ok_or_else(gone)
    };
    described.await.map_err(CreateError::afterwards)
}

fn request(client: &Client, name: &str, tags: &Tags) -> CreateLogGroupFluentBuilder {
    let tags = (!tags.is_empty()).then(|| tags.clone().into_iter().collect());
    client
        .create_log_group()
        .log_group_name(name)
        .set_tags(tags)
}

/// Reads a log group with its tags. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    let Some(group) = find(aws, call, name).await? else {
        return Ok(None);
    };
    let arn = arn_of(&group)?;
    // Without tags, it has been deleted in the meantime.
    let Some(tags) = read_tags(aws, call, &arn).await? else {
        return Ok(None);
    };
    let class = group.log_group_class.map(|class| class.as_str().to_owned());
    let is = Wanted {
        retention: group.retention_in_days,
        kms_key_id: group.kms_key_id,
        class,
        tags,
    };
    Ok(Some(Described { arn, is }))
}

/// The log group with this name as AWS lists it. `None` if it does not exist.
async fn find(aws: &Aws, call: &Call, name: &str) -> Result<Option<LogGroup>, AwsError> {
    let (client, operation) = (aws.logs().await?, "DescribeLogGroups");
    let answer = call
        .once(operation, async {
            let request = client.describe_log_groups().log_group_name_prefix(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    // The list is sorted, so the name precedes longer names with this prefix.
    let mut groups = answer.log_groups.into_iter().flatten();
    Ok(groups.find(|group| group.log_group_name.as_deref() == Some(name)))
}

/// The ARN of a log group, without `:*` at its end.
fn arn_of(group: &LogGroup) -> Result<String, AwsError> {
    let arn = required("DescribeLogGroups", "ARN", group.arn.as_deref())?;
    Ok(arn.trim_end_matches(":*").to_owned())
}

/// The tags of a log group, including the owner tag. `None` if it does not exist. The ARN must not
/// end with `:*`.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read_tags(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Tags>, AwsError> {
    let (client, operation) = (aws.logs().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| answer.tags.into_iter().flatten().collect()))
}

/// Updates a log group, except for its class, which cannot be changed.
///
/// # Errors
/// Errors returned by AWS.
pub async fn update(
    aws: &Aws,
    call: &Call,
    name: &str,
    found: &Described,
    wanted: &Wanted,
) -> Result<(), AwsError> {
    if found.is.retention != wanted.retention {
        write_retention(aws, call, name, wanted.retention).await?;
    }
    if found.is.kms_key_id != wanted.kms_key_id {
        write_key(aws, call, name, wanted.kms_key_id.as_deref()).await?;
    }
    write_tags(aws, call, &found.arn, &found.is.tags, &wanted.tags).await
}

async fn write_key(aws: &Aws, call: &Call, name: &str, key: Option<&str>) -> Result<(), AwsError> {
    let client = aws.logs().await?;
    match key {
        Some(key) => {
            let operation = "AssociateKmsKey";
            call.healing(operation, || async {
                let request = client
                    .associate_kms_key()
                    .log_group_name(name)
                    .kms_key_id(key);
                request
                    .send()
                    .await
                    .map(drop)
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DisassociateKmsKey";
            call.healing(operation, || async {
                let request = client.disassociate_kms_key().log_group_name(name);
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

/// Updates the tags of a log group, except for the owner tag. The ARN must not end with `:*`.
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
    let client = aws.logs().await?;
    let (from, to) = (changeable(from), changeable(to));
    retag!(client, call, resource_arn(arn), &from => &to, |tags| tags.into_iter().collect())
}

/// Deletes a log group. Succeeds if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn remove(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.logs().await?, "DeleteLogGroup");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_log_group().log_group_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

/// Creates the log group of a state machine, or reuses one with the tag of the same owner and
/// updates its tags. Only for an owner that does not exist yet, or that already has the log group.
/// Returns whether this call created it. Otherwise, an interrupted run left it.
///
/// # Errors
/// Errors of AWS that remain after retries, and [`AwsErrorKind::AlreadyExists`] for a log group
/// with this name that has another owner.
pub async fn create_or_adopt(
    aws: &Aws,
    call: &Call,
    name: &str,
    owner: &str,
    tags: &Tags,
) -> Result<bool, AwsError> {
    let (client, operation, began) = (aws.logs().await?, "CreateLogGroup", Began::now());
    let mut owned_tags = tags.clone();
    owned_tags.insert(OWNER_TAG.to_owned(), owner.to_owned());
    let Created { answer, lost } = call
        .creating(operation, |_| async {
            let answer =
                send_once!(request(client, name, &owned_tags), aws_sdk_cloudwatchlogs).await;
            answer
                .map(drop)
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let refusal = match answer {
        Ok(()) => return Ok(true),
        Err(error) if is_conflict(&error) => error,
        Err(error) => return Err(error),
    };
    let Some(group) = find(aws, call, name).await? else {
        return Err(refusal);
    };
    let arn = arn_of(&group)?;
    let Some(found) = read_tags(aws, call, &arn).await? else {
        return Err(refusal);
    };
    if !is_owned_by(&found, owner) {
        return Err(foreign(name, owner, refusal));
    }
    write_tags(aws, call, &arn, &found, tags).await?;
    let created = group.creation_time.map(DateTime::from_millis);
    Ok(lost && created.is_none_or(|created| !began.is_clearly_after(&created)))
}

fn is_owned_by(tags: &Tags, owner: &str) -> bool {
    tags.get(OWNER_TAG).is_some_and(|tag| tag == owner)
}

fn foreign(name: &str, owner: &str, refusal: AwsError) -> AwsError {
    let message = format!(
        "a log group `{name}` already exists and does not belong to `{owner}`. Set `log_destination` to its ARN to use it."
    );
    AwsError {
        code: refusal.code,
        ..AwsError::of(AwsErrorKind::AlreadyExists, refusal.operation, message)
    }
}

/// Sets the retention in days. With `None`, log events never expire.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_retention(
    aws: &Aws,
    call: &Call,
    name: &str,
    days: Option<i32>,
) -> Result<(), AwsError> {
    let client = aws.logs().await?;
    match days {
        Some(days) => {
            let operation = "PutRetentionPolicy";
            call.healing(operation, || async {
                let request = client
                    .put_retention_policy()
                    .log_group_name(name)
                    .retention_in_days(days);
                request
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteRetentionPolicy";
            call.healing(operation, || async {
                let request = client.delete_retention_policy().log_group_name(name);
                request
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}

/// Deletes a log group that has this owner. Others are kept.
///
/// # Errors
/// Errors returned by AWS.
pub async fn delete(
    aws: &Aws,
    call: &Call,
    name: &str,
    arn: &str,
    owner: &str,
) -> Result<(), AwsError> {
    if is_owned(aws, call, arn, owner).await? {
        remove(aws, call, name).await
    } else {
        Ok(())
    }
}

/// Whether a log group has the tag of this owner.
///
/// # Errors
/// Errors returned by AWS.
pub async fn is_owned(aws: &Aws, call: &Call, arn: &str, owner: &str) -> Result<bool, AwsError> {
    let tags = read_tags(aws, call, arn.trim_end_matches(":*")).await?;
    Ok(tags.is_some_and(|tags| is_owned_by(&tags, owner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        let tags = Tags::from([("a".to_owned(), "1".to_owned())]);
        Wanted {
            retention: Some(30),
            kms_key_id: None,
            class: None,
            tags,
        }
    }

    #[test]
    fn a_log_group_is_compared_with_what_was_sent() {
        // The retention is set with a separate call afterwards, and AWS adds the default class.
        let created = Wanted {
            retention: None,
            class: Some("STANDARD".into()),
            ..wanted()
        };
        assert!(created.is_as_sent(&wanted()));
        for other in [
            Wanted {
                class: Some("DELIVERY".into()),
                ..wanted()
            },
            Wanted {
                kms_key_id: Some("arn:aws:kms:eu-west-1:123456789012:key/k".into()),
                ..wanted()
            },
            Wanted {
                tags: Tags::new(),
                ..wanted()
            },
        ] {
            assert!(!other.is_as_sent(&wanted()), "{other:?}");
        }
    }

    #[test]
    fn a_log_group_belongs_to_what_its_tag_names() {
        let tags = |owner: &str| Tags::from([(OWNER_TAG.to_owned(), owner.to_owned())]);
        assert!(is_owned_by(
            &tags("state-machine/eu-west-1/orders"),
            "state-machine/eu-west-1/orders"
        ));
        assert!(!is_owned_by(
            &tags("state-machine/eu-west-1/other"),
            "state-machine/eu-west-1/orders"
        ));
        assert!(!is_owned_by(&Tags::new(), "state-machine/eu-west-1/orders"));
    }

    #[test]
    fn the_arn_is_without_its_wildcard() {
        let group = |arn: Option<&str>| LogGroup::builder().set_arn(arn.map(str::to_owned)).build();
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/x";
        for written in [arn.to_owned(), format!("{arn}:*")] {
            assert_eq!(arn_of(&group(Some(&written))).ok().as_deref(), Some(arn));
        }
        assert_eq!(
            arn_of(&group(None)).unwrap_err().to_string(),
            "DescribeLogGroups: AWS returned no ARN"
        );
    }

    #[test]
    fn the_days_of_retention_are_sorted() {
        assert!(RETENTION_DAYS.is_sorted_by(|a, b| a < b));
        assert!(RETENTION_DAYS.contains(&30) && !RETENTION_DAYS.contains(&8));
    }
}
