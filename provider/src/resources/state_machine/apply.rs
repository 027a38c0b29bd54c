//! Creation and deletion. A failed step leaves nothing untracked, and objects that do not belong to
//! this resource are not changed.

use asl::policy::Account;
use sfn_aws::state_machine::{self, New};
use sfn_aws::{AwsError, AwsErrorKind, Tags, log_group, tags};
use tfplugin::Diagnostics;

use super::StateMachine;
use crate::diagnostics;
use crate::shared::execution_role;
use crate::shared::identity::name_or_generated;
use crate::shared::managed::{Failed, Operation, Refusal};

impl StateMachine {
    /// Value of the owner tag of the log group.
    pub(super) fn log_group_owner(&self, account: &Account) -> String {
        format!(
            "state-machine/{}/{}",
            account.region.as_deref().unwrap_or(""),
            self.name()
        )
    }

    /// Creates the log group, or adopts the one of this state machine, and sets its retention.
    /// Returns whether this call created it.
    pub(super) async fn write_log_group(
        &self,
        operation: &Operation,
        account: &Account,
        tags: &Tags,
    ) -> Result<bool, AwsError> {
        let (aws, call, name) = (operation.aws(), &operation.call, self.log_group());
        let made =
            log_group::create_or_adopt(aws, call, &name, &self.log_group_owner(account), tags)
                .await?;
        if let Some(days) = self.retention() {
            log_group::write_retention(aws, call, &name, Some(days)).await?;
        }
        Ok(made)
    }

    /// Deletes the log group that the provider created for this state machine.
    pub(super) async fn delete_log_group(
        &self,
        operation: &Operation,
        account: &Account,
    ) -> Result<(), AwsError> {
        let (name, arn) = (self.log_group(), self.log_group_arn(account));
        log_group::delete(
            operation.aws(),
            &operation.call,
            &name,
            &arn,
            &self.log_group_owner(account),
        )
        .await
    }
}

/// Objects that a creation or update created. If it fails, those that the state machine does not use are deleted.
#[derive(Default)]
pub(super) struct Made {
    pub log_group: bool,
    pub role: bool,
}

/// Creates the log group, the role and the state machine, in this order, unless a state machine
/// with this name exists. A log group or role that an interrupted run left is reused.
pub(super) async fn create(
    planned: &StateMachine,
    operation: &Operation,
) -> Result<StateMachine, Failed<StateMachine>> {
    let (aws, call) = (operation.aws(), &operation.call);
    let mut machine = rendered(planned, None);
    machine.name = name_or_generated(&planned.name, &planned.name_prefix).into();
    if let Some(found) = state_machine::find(aws, call, machine.name()).await? {
        let message = format!(
            "a state machine `{}` already exists, created {}",
            machine.name(),
            found.creation_date
        );
        return Err(
            AwsError::of(AwsErrorKind::AlreadyExists, "CreateStateMachine", message).into(),
        );
    }
    let identity = aws.identity(call).await?;
    let account = execution_role::account(identity);
    let mut made = Made::default();
    if machine.manages_log_group() {
        let written = machine
            .write_log_group(operation, &account, &operation.tags)
            .await;
        made.log_group = written
            .map_err(|error| along(&machine, &made, error, "log group", &machine.log_group()))?;
    }
    let policy = machine.policy_of_asl(&account).unwrap_or_default();
    machine.policy_json = policy.to_json().into();
    if let Some(role) = machine.managed_role(&identity.region) {
        let adopted = role
            .create_or_adopt(aws, call, &policy, identity, &operation.tags)
            .await;
        let adopted = adopted.map_err(|error| along(&machine, &made, error, "role", &role.name))?;
        (machine.role_arn, made.role) = (adopted.arn.into(), adopted.made);
    }
    let new = New {
        name: machine.name().to_owned(),
        kind: machine.kind.text().unwrap_or("STANDARD").to_owned(),
        tags: operation.tags.clone(),
    };
    let created = state_machine::create(
        aws,
        call,
        &new,
        &machine.wanted(&account)?,
        &machine.publish(),
    )
    .await;
    let created = match created {
        Ok(created) => created,
        Err(failed) if failed.error.kind == AwsErrorKind::AlreadyExists => {
            undo(&machine, &made, operation, &account).await;
            return Err(failed.error.into());
        }
        Err(failed) => {
            // The log group and the role exist, whether or not the state machine does.
            if failed.may_exist {
                machine.arn = state_machine::arn_of(identity, machine.name()).into();
            }
            let is_nothing = !(failed.may_exist || made.log_group || made.role);
            let refusal = Refusal::from(failed.error);
            return Err(if is_nothing {
                refusal.into()
            } else {
                Failed::leaving(refusal, machine)
            });
        }
    };
    machine.state_machine_version_arn = created.version_arn.clone().into();
    describe(machine, created, operation).await
}

/// Operations that fail before a role or log group of this state machine exists.
const BEFORE_ANYTHING: [&str; 5] = [
    "CreateRole",
    "GetRole",
    "CreateLogGroup",
    "DescribeLogGroups",
    "ListTagsForResource",
];

/// A failure to create the role or log group of the state machine. Objects that remain belong in
/// the state.
fn along(
    machine: &StateMachine,
    made: &Made,
    error: AwsError,
    kind: &str,
    name: &str,
) -> Failed<StateMachine> {
    let is_nothing = !made.log_group && BEFORE_ANYTHING.contains(&error.operation);
    let doing = format!(
        "create the {kind} `{name}` of the state machine `{}`",
        machine.name()
    );
    let refusal = Refusal::from(diagnostics::of_aws(&doing, &error));
    if is_nothing {
        refusal.into()
    } else {
        Failed::leaving(refusal, machine.clone())
    }
}

/// Removes the objects that were created for a state machine, unless a state machine of this name
/// uses them by now. Returns the objects that are kept.
pub(super) async fn undo(
    machine: &StateMachine,
    made: &Made,
    operation: &Operation,
    account: &Account,
) -> Made {
    let (aws, call) = (operation.aws(), &operation.call);
    let mut stays = Made::default();
    let Ok(found) = state_machine::find(aws, call, machine.name()).await else {
        return stays;
    };
    let role = machine
        .managed_role(account.region.as_deref().unwrap_or(""))
        .filter(|_| made.role);
    if let Some(role) = role {
        stays.role = found
            .as_ref()
            .is_some_and(|found| role.is_at(&found.role_arn));
        if !stays.role
            && let Err(error) = role.delete(aws, call).await
        {
            tracing::warn!(%error, role = role.name, "could not delete the unused role");
        }
    }
    if made.log_group {
        let group = machine.log_group_arn(account);
        let destination = found
            .as_ref()
            .and_then(|found| found.logging.destination.as_deref());
        stays.log_group = destination.is_some_and(|arn| arn.trim_end_matches(":*") == group);
        if !stays.log_group
            && let Err(error) = machine.delete_log_group(operation, account).await
        {
            tracing::warn!(%error, "could not delete the unused log group");
        }
    }
    stays
}

/// The plan with the definition that was unknown then. The prior text is kept if it is equivalent.
pub(super) fn rendered(planned: &StateMachine, prior: Option<&StateMachine>) -> StateMachine {
    let mut machine = planned.clone();
    if machine.asl.is_unknown() {
        let text = planned.workflow().text();
        let before = prior.and_then(|prior| prior.asl.text());
        let kept = text.as_deref().and_then(|text| {
            before.filter(|before| crate::workflow::same_definition(before, text))
        });
        machine.asl = kept.map(str::to_owned).or(text).into();
    }
    machine
}

/// Completes the model with values that only AWS has.
pub(super) async fn describe(
    mut machine: StateMachine,
    changed: state_machine::Changed,
    operation: &Operation,
) -> Result<StateMachine, Failed<StateMachine>> {
    machine.id = changed.arn.as_str().into();
    machine.arn = changed.arn.as_str().into();
    let found = state_machine::describe(operation.aws(), &operation.call, &changed.arn).await;
    match found {
        Ok(Some(found)) => Ok(StateMachine {
            status: found.status.into(),
            creation_date: found.creation_date.into(),
            revision_id: found.revision_id.or(changed.revision_id).into(),
            ..machine
        }),
        Ok(None) => Ok(machine),
        Err(error) => Err(Failed::leaving(error, machine)),
    }
}

/// Updates the tags of the state machine, its role and its log group.
pub(super) async fn write_tags(
    machine: &StateMachine,
    operation: &Operation,
) -> Result<(), Refusal> {
    let (aws, call, arn) = (operation.aws(), &operation.call, machine.arn.get()?);
    let (from, to) = (&operation.prior_tags, &operation.tags);
    let account = Account::of_arn(arn);
    if let Some(role) = machine.managed_role(account.region.as_deref().unwrap_or("")) {
        role.write_tags(aws, call, from, to).await?;
    }
    if machine.manages_log_group() {
        log_group::write_tags(aws, call, &machine.log_group_arn(&account), from, to).await?;
    }
    Ok(tags::write(aws, call, arn, from, to).await?)
}

/// Deletes the state machine, and then the objects that only it used.
pub(super) async fn delete(
    machine: &StateMachine,
    operation: &Operation,
) -> Result<Diagnostics, Refusal> {
    let (aws, call) = (operation.aws(), &operation.call);
    let account = match machine.arn.text() {
        Some(arn) => {
            state_machine::delete(aws, call, arn).await?;
            Account::of_arn(arn)
        }
        None => {
            // The creation failed before the state machine existed. One that exists now has another
            // owner.
            if state_machine::find(aws, call, machine.name())
                .await?
                .is_some()
            {
                return Ok(Diagnostics::default());
            }
            execution_role::account(aws.identity(call).await?)
        }
    };
    if let Some(role) = machine.managed_role(account.region.as_deref().unwrap_or("")) {
        role.delete(aws, call).await?;
    }
    if machine.may_have_log_group() {
        machine.delete_log_group(operation, &account).await?;
    }
    Ok(Diagnostics::default())
}
