//! Activities of Step Functions.

use crate::config::{Aws, Identity};
use crate::creation::{CreateError, Creation, send_once};
use crate::encryption::Encryption;
use crate::error::AwsError;
use crate::retry::Call;
use crate::state_machine::states_arn;
use crate::time::{Began, rfc3339};
use crate::{Tags, tags};

/// The current state of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Date and time of creation, in RFC 3339 format.
    pub creation_date: String,
    /// Encryption. `None` if the endpoint does not return it.
    pub encryption: Option<Encryption>,
}

/// Creates an activity. Returns its ARN and its creation date in RFC 3339 format.
///
/// # Errors
/// Errors returned by AWS, and `AwsErrorKind::AlreadyExists` if an activity with this name exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    name: &str,
    encryption: &Encryption,
    new_tags: &Tags,
) -> Result<(String, String), CreateError> {
    let (client, operation, began) = (aws.sfn().await?, "CreateActivity", Began::now());
    let configuration = encryption.to_creation(operation)?;
    let look = || async {
        let Some(found) = find(aws, call, name).await? else {
            return Ok(None);
        };
        let found_tags = tags::read(aws, call, &found.arn).await?;
        Ok(Some((found, found_tags)))
    };
    // AWS also succeeds for an activity with the same name and encryption. The date shows whether
    // it is new.
    let send = || async {
        let request = client
            .create_activity()
            .name(name)
            .set_tags(tags::listed(new_tags));
        let request = request.set_encryption_configuration(configuration.clone());
        let answer = send_once!(request, aws_sdk_sfn)
            .await
            .map_err(|error| AwsError::new(operation, error))?;
        let is_new = !began.is_clearly_after(&answer.creation_date);
        Ok(is_new.then(|| (answer.activity_arn, rfc3339(&answer.creation_date))))
    };
    let own = |(found, found_tags): (Described, Tags)| {
        let is_same = encryption.is_met_by(found.encryption.as_ref())
            && tags::are_same(&found_tags, new_tags);
        is_same.then_some(Some((found.arn, found.creation_date)))
    };
    let creation = Creation {
        aws,
        call,
        operation,
        object: format!("an activity `{name}`"),
    };
    let created = creation.run(look, send, own).await?;
    created.ok_or_else(|| creation.already_exists(None).into())
}

/// The ARN of the activity with this name in the account and region of the credentials. `None` if
/// the account is unknown.
pub fn arn_of(identity: &Identity, name: &str) -> Option<String> {
    states_arn(identity, format!("activity:{name}"))
}

/// Finds an activity by its name in the account and region of the credentials. `None` if it does
/// not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn find(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    if let Some(arn) = arn_of(aws.identity(call).await?, name) {
        return describe(aws, call, &arn).await;
    }
    match list(aws, call)
        .await?
        .into_iter()
        .find(|(_, listed)| listed == name)
    {
        Some((arn, _)) => describe(aws, call, &arn).await,
        None => Ok(None),
    }
}

/// ARN and name of all activities of the account and region.
///
/// # Errors
/// Errors returned by AWS.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<(String, String)>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListActivities");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_activities().set_next_token(token.clone());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(
            answer
                .activities
                .into_iter()
                .map(|activity| (activity.activity_arn, activity.name)),
        );
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Reads an activity. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeActivity");
    let answer = call
        .once(operation, async {
            let request = client.describe_activity().activity_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.map(|answer| Described {
        arn: answer.activity_arn,
        name: answer.name,
        creation_date: rfc3339(&answer.creation_date),
        encryption: answer.encryption_configuration.map(Encryption::from),
    }))
}

/// Deletes an activity. Succeeds if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteActivity");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_activity().activity_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
