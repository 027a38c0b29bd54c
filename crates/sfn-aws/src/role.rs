//! Execution roles that the provider creates for a single state machine or function.

use aws_sdk_iam::types::{self, Tag};
use percent_encoding::percent_decode_str;

use crate::config::Aws;
use crate::creation::{is_conflict, send_once};
use crate::error::{AwsError, AwsErrorKind};
use crate::fields::required;
use crate::retry::{Call, Created};
use crate::tags::changeable;
use crate::time::Began;
use crate::{OWNER_TAG, Tags, tags_between};

/// Name of the inline policy with all permissions of the role.
const POLICY_NAME: &str = "terraform-provider-sfn";

/// A role to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Name.
    pub name: String,
    /// Path, such as `/`.
    pub path: Option<String>,
    /// ARN of the permissions boundary.
    pub permissions_boundary: Option<String>,
    /// Trust policy document.
    pub trust_policy: String,
    /// Owner, such as `state-machine/eu-west-1/orders`. Stored as a tag.
    pub owner: String,
    /// Further tags.
    pub tags: Tags,
}

/// A role that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// ARN.
    pub arn: String,
    /// Whether this call created it. Otherwise, an interrupted run left it.
    pub made: bool,
}

/// Creates the role, or reuses one with this name and the tag of the same owner. Only for an owner
/// that does not exist yet, or that already has the role. A reused role gets the tags and the
/// permissions boundary.
///
/// # Errors
/// Errors of AWS that remain after retries, and [`AwsErrorKind::AlreadyExists`] for a role with
/// this name that has another owner.
pub async fn create_or_adopt(aws: &Aws, call: &Call, role: &Role) -> Result<Adopted, AwsError> {
    let (client, operation, began) = (aws.iam().await?, "CreateRole", Began::now());
    let mut tags = role.tags.clone();
    tags.insert(OWNER_TAG.to_owned(), role.owner.clone());
    let tags = listed(operation, &tags)?;
    let Created { answer, lost } = call
        .creating(operation, |_| async {
            let request = client
                .create_role()
                .role_name(&role.name)
                .set_path(role.path.clone())
                .set_permissions_boundary(role.permissions_boundary.clone())
                .assume_role_policy_document(&role.trust_policy)
                .set_tags(Some(tags.clone()));
            send_once!(request, aws_sdk_iam)
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let refusal = match answer {
        Ok(answer) => {
            let role = required(operation, "role", answer.role)?;
            return Ok(Adopted {
                arn: role.arn,
                made: true,
            });
        }
        Err(error) if is_conflict(&error) => error,
        Err(error) => return Err(error),
    };
    let Some(found) = get(aws, call, &role.name).await? else {
        return Err(refusal);
    };
    if owner_of(&found) != Some(role.owner.as_str()) {
        return Err(foreign(role, refusal));
    }
    let made = lost && !began.is_clearly_after(&found.create_date);
    adopt(aws, call, role, &found).await?;
    Ok(Adopted {
        arn: found.arn,
        made,
    })
}

/// The role with this name as IAM returns it. `None` if it does not exist.
async fn get(aws: &Aws, call: &Call, name: &str) -> Result<Option<types::Role>, AwsError> {
    let (client, operation) = (aws.iam().await?, "GetRole");
    let answer = call
        .once(operation, async {
            let request = client.get_role().role_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer)?
        .map(|answer| required(operation, "role", answer.role))
        .transpose()
}

/// Updates a reused role, apart from its policies.
async fn adopt(aws: &Aws, call: &Call, wanted: &Role, found: &types::Role) -> Result<(), AwsError> {
    let boundary = found
        .permissions_boundary
        .as_ref()
        .and_then(|boundary| boundary.permissions_boundary_arn());
    if boundary != wanted.permissions_boundary.as_deref() {
        write_boundary(
            aws,
            call,
            &wanted.name,
            wanted.permissions_boundary.as_deref(),
        )
        .await?;
    }
    write_tags(
        aws,
        call,
        &wanted.name,
        &tags_of(found.tags()),
        &wanted.tags,
    )
    .await
}

fn owner_of(role: &types::Role) -> Option<&str> {
    role.tags()
        .iter()
        .find(|tag| tag.key() == OWNER_TAG)
        .map(Tag::value)
}

fn foreign(role: &Role, refusal: AwsError) -> AwsError {
    let Role { name, owner, .. } = role;
    let message = format!(
        "a role `{name}` already exists and does not belong to `{owner}`. Set another `name` in `execution_role`, or pass the \
         ARN of the role instead of the block."
    );
    AwsError {
        code: refusal.code,
        ..AwsError::of(AwsErrorKind::AlreadyExists, refusal.operation, message)
    }
}

fn listed(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, AwsError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter()
        .map(tag)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| AwsError::local(operation, error.to_string()))
}

fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

/// The tags of a role, including the owner tag. `None` if the role does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read_tags(aws: &Aws, call: &Call, name: &str) -> Result<Option<Tags>, AwsError> {
    Ok(get(aws, call, name).await?.map(|role| tags_of(role.tags())))
}

/// Updates the tags of a role, except for the owner tag.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_tags(
    aws: &Aws,
    call: &Call,
    name: &str,
    from: &Tags,
    to: &Tags,
) -> Result<(), AwsError> {
    let client = aws.iam().await?;
    let (removed, changed) = tags_between(&changeable(from), &changeable(to));
    if !removed.is_empty() {
        let operation = "UntagRole";
        call.healing(operation, || async {
            let request = client
                .untag_role()
                .role_name(name)
                .set_tag_keys(Some(removed.clone()));
            request
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    }
    if !changed.is_empty() {
        let operation = "TagRole";
        let tags = listed(operation, &changed)?;
        call.healing(operation, || async {
            let request = client
                .tag_role()
                .role_name(name)
                .set_tags(Some(tags.clone()));
            request
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    }
    Ok(())
}

/// Replaces the inline policy of a role. `None` removes it.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_policy(
    aws: &Aws,
    call: &Call,
    name: &str,
    document: Option<&str>,
) -> Result<(), AwsError> {
    let client = aws.iam().await?;
    let Some(document) = document else {
        let operation = "DeleteRolePolicy";
        let answer = call
            .healing(operation, || async {
                let request = client
                    .delete_role_policy()
                    .role_name(name)
                    .policy_name(POLICY_NAME);
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await;
        return AwsError::absent_is_none(answer).map(drop);
    };
    let operation = "PutRolePolicy";
    call.healing(operation, || async {
        client
            .put_role_policy()
            .role_name(name)
            .policy_name(POLICY_NAME)
            .policy_document(document)
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
    .map(|_| ())
}

/// The inline policy of a role. `None` if the policy or the role does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read_policy(aws: &Aws, call: &Call, name: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.iam().await?, "GetRolePolicy");
    let answer = call
        .once(operation, async {
            let request = client
                .get_role_policy()
                .role_name(name)
                .policy_name(POLICY_NAME);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    // IAM returns percent-encoded documents.
    let decoded = |document: &str| {
        percent_decode_str(document)
            .decode_utf8_lossy()
            .into_owned()
    };
    Ok(AwsError::absent_is_none(answer)?.map(|answer| decoded(&answer.policy_document)))
}

/// Sets the permissions boundary of a role. `None` removes it.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_boundary(
    aws: &Aws,
    call: &Call,
    name: &str,
    boundary: Option<&str>,
) -> Result<(), AwsError> {
    let client = aws.iam().await?;
    match boundary {
        Some(boundary) => {
            let operation = "PutRolePermissionsBoundary";
            call.healing(operation, || async {
                let request = client
                    .put_role_permissions_boundary()
                    .role_name(name)
                    .permissions_boundary(boundary);
                request
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteRolePermissionsBoundary";
            call.healing(operation, || async {
                let request = client.delete_role_permissions_boundary().role_name(name);
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

/// Deletes a role and its inline policy. Succeeds if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    write_policy(aws, call, name, None).await?;
    let (client, operation) = (aws.iam().await?, "DeleteRole");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_role().role_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

/// The given actions that a role is not allowed to perform on a resource (IAM API reference,
/// SimulatePrincipalPolicy).
///
/// # Errors
/// Errors returned by AWS.
pub async fn denied(
    aws: &Aws,
    call: &Call,
    role_arn: &str,
    actions: &[String],
    resource: &str,
) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.iam().await?, "SimulatePrincipalPolicy");
    let (mut denied, mut marker) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .simulate_principal_policy()
                    .policy_source_arn(role_arn)
                    .set_marker(marker);
                let request = request
                    .set_action_names(Some(actions.to_vec()))
                    .resource_arns(resource);
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        let results = answer.evaluation_results.into_iter().flatten();
        let refused = results.filter(|result| result.eval_decision.as_str() != "allowed");
        denied.extend(refused.map(|result| result.eval_action_name));
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            return Ok(denied);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_belongs_to_what_its_tag_names() {
        let role = |tags: &[Tag]| {
            types::Role::builder()
                .path("/")
                .role_name("r")
                .role_id("AROA")
                .arn("arn:aws:iam::123456789012:role/r")
                .create_date(aws_smithy_types::DateTime::from_secs(0))
                .set_tags(Some(tags.to_vec()))
                .build()
                .unwrap()
        };
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let ours = role(&[
            tag("a", "1"),
            tag(OWNER_TAG, "state-machine/eu-west-1/orders"),
        ]);
        assert_eq!(owner_of(&ours), Some("state-machine/eu-west-1/orders"));
        assert_eq!(owner_of(&role(&[tag("a", "1")])), None);
        assert_eq!(tags_of(ours.tags()).len(), 2);
    }

    #[test]
    fn a_foreign_role_is_refused_with_what_to_do() {
        let role = Role {
            name: "orders".into(),
            path: None,
            permissions_boundary: None,
            trust_policy: "{}".into(),
            owner: "state-machine/eu-west-1/orders".into(),
            tags: Tags::new(),
        };
        let refusal = AwsError {
            code: Some("EntityAlreadyExists".into()),
            ..AwsError::of(
                AwsErrorKind::AlreadyExists,
                "CreateRole",
                "EntityAlreadyExists: Role orders already exists",
            )
        };
        let error = foreign(&role, refusal);
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (AwsErrorKind::AlreadyExists, Some("EntityAlreadyExists"))
        );
        assert!(
            error
                .to_string()
                .starts_with("CreateRole: a role `orders` already exists and does not belong to")
        );
    }
}
