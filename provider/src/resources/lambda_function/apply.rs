//! Creation and deletion. A failed step leaves nothing untracked, and objects that do not belong to
//! this resource are not changed.

use aws_arn::region_of;
use sfn_aws::function::{self, New};
use sfn_aws::role::Adopted;
use sfn_aws::{AwsError, AwsErrorKind, CreateError};
use tfplugin::model::Attr;
use tfplugin::{Diagnostic, Diagnostics};

use super::Function;
use super::separate::Separate;
use crate::diagnostics;
use crate::shared::execution_role::{self, ManagedRole};
use crate::shared::managed::{Failed, Operation, Refusal};

/// Operations that fail before the role of this function exists.
const BEFORE_THE_ROLE: [&str; 2] = ["CreateRole", "GetRole"];

/// Creates the role and the function, unless a function with this name exists.
pub(super) async fn create(
    planned: &Function,
    operation: &Operation,
) -> Result<Function, Failed<Function>> {
    let (aws, call, name) = (
        operation.aws(),
        &operation.call,
        planned.function_name.get()?,
    );
    let (code, hash) = planned.code_as_planned().map_err(Refusal::from)?;
    let mut wanted = planned.clone();
    let owned = create_role(planned, operation).await?;
    if let Some((_, adopted)) = &owned {
        wanted.settings.role = adopted.arn.as_str().into();
    }
    wanted.settings.role.get()?;
    let new = New {
        name: name.clone(),
        architectures: wanted.code.architectures(),
        code,
        source_kms_key_arn: wanted.code.source_kms_key_arn().map(str::to_owned),
        code_signing_config_arn: wanted.code_signing_config_arn.text().map(str::to_owned),
        configuration: wanted.settings.configuration(),
        publish: wanted.publish == Attr::Known(true),
        publish_to: wanted.publish_to.text().map(str::to_owned),
        tags: operation.tags.clone(),
    };
    let found = match function::create(aws, call, &new, hash.as_deref()).await {
        Ok(found) => found,
        Err(failed) => return Err(refused(wanted, owned, failed, operation).await),
    };
    if wanted.code.source_code_hash.is_unknown() {
        wanted.code.source_code_hash = hash.into();
    }
    let created = wanted.observed(&found);
    let (before, separate) = (
        Separate::of_new(found.reserved_concurrency),
        Separate::of(&wanted),
    );
    if separate == before {
        return Ok(created);
    }
    match separate.write(&before, aws, call, name).await {
        Ok(()) => described(created, operation).await,
        Err(error) => Err(Failed::leaving(error, created)),
    }
}

/// The function with its current values in AWS, such as the date of the last change.
pub(super) async fn described(
    changed: Function,
    operation: &Operation,
) -> Result<Function, Failed<Function>> {
    match function::describe(operation.aws(), &operation.call, changed.name()).await {
        Ok(Some(found)) => Ok(changed.observed(&found)),
        Ok(None) => Ok(changed),
        Err(error) => Err(Failed::leaving(error, changed)),
    }
}

/// Creates the role of the function, or adopts the one that an interrupted run left. `None` if the
/// role is created elsewhere.
async fn create_role(
    planned: &Function,
    operation: &Operation,
) -> Result<Option<(ManagedRole, Adopted)>, Failed<Function>> {
    if planned.execution_role.is_null() {
        return Ok(None);
    }
    let (aws, call, name) = (operation.aws(), &operation.call, planned.name());
    if function::exists(aws, call, name).await? {
        let message = format!("a function `{name}` already exists");
        return Err(AwsError::of(AwsErrorKind::AlreadyExists, "CreateFunction", message).into());
    }
    let identity = aws.identity(call).await?;
    let Some(role) = planned.managed_role(&identity.region) else {
        return Ok(None);
    };
    let policy = planned.policy(&execution_role::account(identity));
    match role
        .create_or_adopt(aws, call, &policy, identity, &operation.tags)
        .await
    {
        Ok(adopted) => Ok(Some((role, adopted))),
        Err(error) => {
            let doing = format!("create the role `{}` of the function `{name}`", role.name);
            let refusal = Refusal::from(diagnostics::of_aws(&doing, &error));
            let is_nothing = BEFORE_THE_ROLE.contains(&error.operation);
            Err(if is_nothing {
                refusal.into()
            } else {
                Failed::leaving(refusal, planned.clone())
            })
        }
    }
}

/// A failed creation, with the objects that exist nevertheless. An ARN in the state means that the
/// function may exist.
async fn refused(
    mut wanted: Function,
    owned: Option<(ManagedRole, Adopted)>,
    failed: CreateError,
    operation: &Operation,
) -> Failed<Function> {
    let CreateError { error, may_exist } = failed;
    if error.kind == AwsErrorKind::AlreadyExists && !may_exist {
        if let Some((role, _)) = owned.filter(|(_, adopted)| adopted.made) {
            remove_unused_role(&role, wanted.name(), operation).await;
        }
        return error.into();
    }
    if !may_exist && owned.is_none() {
        return error.into();
    }
    if may_exist {
        let identity = operation.aws().identity(&operation.call).await;
        let arn = identity
            .map(|identity| identity.arn("lambda", &format!("function:{}", wanted.short_name())));
        wanted.arn = arn.ok().into();
    }
    Failed::leaving(error, wanted)
}

/// Removes a role that was created for a function, unless a function of this name uses it by now.
/// Returns whether one uses it.
pub(super) async fn remove_unused_role(
    role: &ManagedRole,
    name: &str,
    operation: &Operation,
) -> bool {
    let (aws, call) = (operation.aws(), &operation.call);
    let Ok(found) = function::describe(aws, call, name).await else {
        return false;
    };
    if found.is_some_and(|found| role.is_at(&found.configuration.role)) {
        return true;
    }
    if let Err(error) = role.delete(aws, call).await {
        tracing::warn!(%error, role = role.name, "could not delete the unused role");
    }
    false
}

/// Changes the tags of the function and of its role.
pub(super) async fn write_tags(tagged: &Function, operation: &Operation) -> Result<(), Refusal> {
    let (aws, call, arn) = (operation.aws(), &operation.call, tagged.arn.get()?);
    let (from, to) = (&operation.prior_tags, &operation.tags);
    let region = region_of(arn);
    if let Some(role) = tagged.managed_role(region.as_deref().unwrap_or("")) {
        role.write_tags(aws, call, from, to).await?;
    }
    Ok(function::write_tags(aws, call, arn, from, to).await?)
}

/// Deletes the function, and then the objects that only it used.
pub(super) async fn delete(
    deleted: &Function,
    operation: &Operation,
) -> Result<Diagnostics, Refusal> {
    let (aws, call, name) = (
        operation.aws(),
        &operation.call,
        deleted.function_name.get()?,
    );
    let region = match deleted.arn.text() {
        Some(_) if deleted.skip_destroy == Attr::Known(true) => {
            let detail = "It is kept because of `skip_destroy`.";
            return Ok(
                Diagnostic::warning(format!("the function `{name}` still exists"), detail).into(),
            );
        }
        Some(arn) => {
            function::delete(aws, call, name).await?;
            region_of(arn)
        }
        None => {
            // The creation failed before the function existed. A function that exists now has
            // another owner.
            if deleted.execution_role.is_null() || function::exists(aws, call, name).await? {
                return Ok(Diagnostics::default());
            }
            Some(aws.region().await?)
        }
    };
    if let Some(role) = deleted.managed_role(region.as_deref().unwrap_or("")) {
        role.delete(aws, call).await?;
    }
    Ok(Diagnostics::default())
}
