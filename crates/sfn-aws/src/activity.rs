//! Activities: queues of work that workers take from.

use crate::config::Aws;
use crate::error::AwsError;
use crate::function::rfc3339;
use crate::retry::Call;
use crate::state_machine::{Encryption, encryption};
use crate::{Tags, tags};

/// An activity as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// RFC 3339.
    pub creation_date: String,
    /// Encryption; absent where the endpoint does not say.
    pub encryption: Option<Encryption>,
}

/// Creates an activity; one of this name with the same encryption is no error, and gets these tags. Gives its ARN and when
/// it was created.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn create(
    aws: &Aws,
    call: &Call,
    name: &str,
    wanted: &Encryption,
    wanted_tags: &Tags,
) -> Result<(String, String), AwsError> {
    let (client, operation) = (aws.sfn().await?, "CreateActivity");
    let encrypted = (*wanted != Encryption::aws_owned()).then(|| encryption(operation, wanted)).transpose()?;
    let answer = call
        .healing(operation, || async {
            let request = client.create_activity().name(name).set_tags(tags::listed(wanted_tags));
            let request = request.set_encryption_configuration(encrypted.clone());
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let error = match answer {
        Ok(answer) => return Ok((answer.activity_arn, rfc3339(&answer.creation_date))),
        Err(error) if error.code == "ActivityAlreadyExists" => error,
        Err(error) => return Err(error),
    };
    // It may be there by a call whose answer was lost.
    let Some(arn) = find(aws, call, name).await? else { return Err(error) };
    let Some(found) = describe(aws, call, &arn).await? else { return Err(error) };
    if found.encryption.unwrap_or_else(Encryption::aws_owned) != *wanted {
        return Err(error);
    }
    tags::write(aws, call, &arn, &tags::read(aws, call, &arn).await?, wanted_tags).await?;
    Ok((arn, found.creation_date))
}

/// The ARN of the activity of this name.
///
/// # Errors
/// What AWS refused.
pub async fn find(aws: &Aws, call: &Call, name: &str) -> Result<Option<String>, AwsError> {
    let all = list(aws, call).await?;
    Ok(all.into_iter().find_map(|(arn, known)| (known == name).then_some(arn)))
}

/// ARN and name of all activities of the account and region.
///
/// # Errors
/// What AWS refused.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<(String, String)>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListActivities");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_activities().set_next_token(token.clone());
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(answer.activities.into_iter().map(|activity| (activity.activity_arn, activity.name)));
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Reads an activity; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeActivity");
    let answer = call
        .once(operation, async {
            let request = client.describe_activity().activity_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| Described {
        arn: answer.activity_arn,
        name: answer.name,
        creation_date: rfc3339(&answer.creation_date),
        encryption: answer.encryption_configuration.map(Encryption::from),
    }))
}

/// Deletes an activity; one that is gone already is no error.
///
/// # Errors
/// What AWS refused.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteActivity");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_activity().activity_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
