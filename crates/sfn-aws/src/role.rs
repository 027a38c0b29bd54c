//! Execution roles that belong to one state machine or function.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;
use percent_encoding::percent_decode_str;

use crate::OWNER_TAG;
use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// Name of the one inline policy that a role of ours has.
const POLICY_NAME: &str = "terraform-provider-sfn";

/// A role to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Name.
    pub name: String,
    /// Path, such as `/`.
    pub path: Option<String>,
    /// ARN of the policy that bounds it.
    pub permissions_boundary: Option<String>,
    /// Who may assume it: a policy document.
    pub trust_policy: String,
    /// What it is for; the same owner finds it again after an interruption.
    pub owner: String,
    /// Further tags.
    pub tags: BTreeMap<String, String>,
}

/// Makes the role, or takes it up again when an interrupted run of the same owner has made it. Gives the ARN.
///
/// # Errors
/// What AWS refused, or that a role of this name belongs to somebody else.
pub async fn ensure(aws: &Aws, call: &Call, role: &Role) -> Result<String, AwsError> {
    let (client, operation) = (aws.iam().await?, "CreateRole");
    let mut tags = role.tags.clone();
    tags.insert(OWNER_TAG.to_owned(), role.owner.clone());
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| AwsError::local(operation, error.to_string()))?;
    let answer = call
        .healing(operation, || async {
            client
                .create_role()
                .role_name(&role.name)
                .set_path(role.path.clone())
                .set_permissions_boundary(role.permissions_boundary.clone())
                .assume_role_policy_document(&role.trust_policy)
                .set_tags(Some(tags.clone()))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Ok(answer) => Ok(answer.role.map(|role| role.arn).unwrap_or_default()),
        Err(error) if error.code == "EntityAlreadyExists" => take_up(aws, call, role).await,
        Err(error) => Err(error),
    }
}

async fn take_up(aws: &Aws, call: &Call, wanted: &Role) -> Result<String, AwsError> {
    let (client, operation) = (aws.iam().await?, "GetRole");
    let answer = call
        .once(operation, async {
            let request = client.get_role().role_name(&wanted.name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let Some(role) = answer.role else {
        return Err(AwsError::local(operation, "AWS gave no role"));
    };
    let owner = role.tags().iter().find(|tag| tag.key() == OWNER_TAG).map(Tag::value);
    if owner == Some(wanted.owner.as_str()) {
        return Ok(role.arn);
    }
    Err(AwsError::local(
        "CreateRole",
        format!(
            "a role `{}` exists and was not made for `{}`: name another one in `execution_role`, or use it with \
             `role_arn`",
            wanted.name, wanted.owner
        ),
    ))
}

/// Gives the role this policy and no other; an empty document takes the policy away.
///
/// # Errors
/// What AWS refused.
pub async fn write_policy(aws: &Aws, call: &Call, name: &str, document: Option<&str>) -> Result<(), AwsError> {
    let client = aws.iam().await?;
    let Some(document) = document else {
        let operation = "DeleteRolePolicy";
        let answer = call
            .healing(operation, || async {
                let request = client.delete_role_policy().role_name(name).policy_name(POLICY_NAME);
                request.send().await.map_err(|error| AwsError::new(operation, error))
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

/// The role's policy; `None` when it, or the role, is not there.
///
/// # Errors
/// What AWS refused.
pub async fn read_policy(aws: &Aws, call: &Call, name: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.iam().await?, "GetRolePolicy");
    let answer = call
        .once(operation, async {
            let request = client.get_role_policy().role_name(name).policy_name(POLICY_NAME);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    // IAM gives documents percent-encoded.
    let decoded = |document: &str| percent_decode_str(document).decode_utf8_lossy().into_owned();
    Ok(AwsError::absent_is_none(answer)?.map(|answer| decoded(&answer.policy_document)))
}

/// Changes the boundary of the role.
///
/// # Errors
/// What AWS refused.
pub async fn write_boundary(aws: &Aws, call: &Call, name: &str, boundary: Option<&str>) -> Result<(), AwsError> {
    let client = aws.iam().await?;
    match boundary {
        Some(boundary) => {
            let operation = "PutRolePermissionsBoundary";
            call.healing(operation, || async {
                let request = client.put_role_permissions_boundary().role_name(name).permissions_boundary(boundary);
                request.send().await.map(|_| ()).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
        None => {
            let operation = "DeleteRolePermissionsBoundary";
            call.healing(operation, || async {
                let request = client.delete_role_permissions_boundary().role_name(name);
                request.send().await.map(|_| ()).map_err(|error| AwsError::new(operation, error))
            })
            .await
        }
    }
}

/// Deletes the role and its policy; one that is gone is no error.
///
/// # Errors
/// What AWS refused.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    write_policy(aws, call, name, None).await?;
    let (client, operation) = (aws.iam().await?, "DeleteRole");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_role().role_name(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

/// Which of these actions a role may not take on a resource (IAM API reference, SimulatePrincipalPolicy).
///
/// # Errors
/// What AWS refused.
pub async fn denied(
    aws: &Aws,
    call: &Call,
    role_arn: &str,
    actions: &[String],
    resource: &str,
) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.iam().await?, "SimulatePrincipalPolicy");
    let answer = call
        .once(operation, async {
            let request = client.simulate_principal_policy().policy_source_arn(role_arn);
            let request = request.set_action_names(Some(actions.to_vec())).resource_arns(resource);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let results = answer.evaluation_results.unwrap_or_default().into_iter();
    let denied = results.filter(|result| result.eval_decision.as_str() != "allowed");
    Ok(denied.map(|result| result.eval_action_name).collect())
}
