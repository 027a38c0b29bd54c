//! Update of a state machine: grants new permissions, updates the state machine, then removes what
//! is no longer needed.

use asl::policy::{Account, Document};
use sfn_aws::state_machine::{self, Change, Changed};
use sfn_aws::{AwsError, log_group};
use tfplugin::model::Attr;
use tfplugin::{Diagnostic, Diagnostics};

use super::StateMachine;
use super::apply::{Made, describe, rendered, undo};
use super::settings::same_policy;
use crate::shared::execution_role::ManagedRole;
use crate::shared::managed::{Failed, Operation, Refusal};

/// An update in progress. Each completed step advances `reached`, which becomes the state if the
/// next step fails.
struct Update<'a> {
    operation: &'a Operation,
    prior: &'a StateMachine,
    arn: &'a str,
    account: Account,
    reached: StateMachine,
}

/// Updates the state machine, its role and its log group.
pub(super) async fn update(
    planned: &StateMachine,
    prior: &StateMachine,
    operation: &Operation,
) -> Result<StateMachine, Failed<StateMachine>> {
    let arn = prior.arn.get()?;
    let account = Account::of_arn(arn);
    let mut update = Update {
        operation,
        prior,
        arn,
        account,
        reached: prior.clone(),
    };
    match update.run(rendered(planned, Some(prior))).await {
        Ok(updated) => Ok(updated),
        Err(refusal) => {
            update.undo_unused(planned).await;
            Err(Failed::leaving(refusal, update.reached))
        }
    }
}

/// Deletes versions beyond `keep_versions`. A failure is a warning, because the update itself
/// succeeded.
pub(super) async fn delete_old_versions(
    updated: &StateMachine,
    prior: &StateMachine,
    operation: &Operation,
) -> Diagnostics {
    let is_same = updated.keep_versions == prior.keep_versions
        && updated.state_machine_version_arn == prior.state_machine_version_arn;
    let keep = updated
        .keep_versions
        .known()
        .and_then(|keep| usize::try_from(*keep).ok());
    let (Some(keep), Some(arn)) = (keep.filter(|_| !is_same), updated.arn.text()) else {
        return Diagnostics::default();
    };
    match state_machine::delete_old_versions(operation.aws(), &operation.call, arn, keep).await {
        Ok(()) => Diagnostics::default(),
        Err(error) => {
            let detail = format!(
                "{error}\n\nThe update itself succeeded. The next update that publishes a version tries again."
            );
            Diagnostic::warning(
                format!("old versions of `{}` still exist", updated.name()),
                detail,
            )
            .into()
        }
    }
}

impl Update<'_> {
    /// After a failure, removes the role and log group that this update created if the state
    /// machine does not use them, and keeps them in the state otherwise.
    async fn undo_unused(&mut self, planned: &StateMachine) {
        let (prior, region) = (self.prior, self.account.region.as_deref().unwrap_or(""));
        let is_new_role = planned
            .managed_role(region)
            .is_some_and(|role| role.is_new(prior.managed_role(region).as_ref()));
        let made = Made {
            log_group: planned.manages_log_group() && !prior.manages_log_group(),
            role: is_new_role,
        };
        if !made.log_group && !made.role {
            return;
        }
        let stays = undo(planned, &made, self.operation, &self.account).await;
        if stays.role && prior.execution_role.is_null() {
            self.reached.execution_role = planned.execution_role.clone();
        }
        if stays.log_group {
            self.reached.logging_configuration = planned.logging_configuration.clone();
        }
    }

    async fn run(&mut self, mut machine: StateMachine) -> Result<StateMachine, Refusal> {
        let (aws, call, prior) = (self.operation.aws(), &self.operation.call, self.prior);
        let region = self.account.region.clone().unwrap_or_default();
        let (before, after) = (prior.managed_role(&region), machine.managed_role(&region));
        self.write_changed_log_group(&machine).await?;
        let policy = machine.policy_of_asl(&self.account).unwrap_or_default();
        let mut written = prior
            .policy_json
            .text()
            .filter(|_| before.is_some())
            .map(str::to_owned);
        if let Some(role) = &after {
            let granted = self
                .grant(role, before.as_ref(), &policy, &mut written)
                .await;
            self.reached.policy_json = written.clone().into();
            machine.role_arn = granted?.into();
        }
        let changed = self.change(&mut machine).await?;
        self.reached =
            self.before_clearing_up(&machine, written.clone().filter(|_| after.is_some()));
        if let Some(role) = after
            .as_ref()
            .filter(|_| !same_policy(written.as_deref(), Some(&policy.to_json())))
        {
            role.write(aws, call, &policy).await?;
        }
        let is_same = same_policy(Some(&policy.to_json()), prior.policy_json.text());
        machine.policy_json = if is_same {
            prior.policy_json.clone()
        } else {
            policy.to_json().into()
        };
        if let Some(before) = before.filter(|before| before.is_new(after.as_ref())) {
            before.delete(aws, call).await?;
        }
        // A role of this state machine that an update left when it failed halfway, and that is not
        // in the state.
        let left = prior
            .managed_role(&region)
            .and_then(|role| role.other(prior.role_arn.text()?));
        if let Some(left) = left.filter(|left| changed.is_some() && left.is_new(after.as_ref())) {
            left.delete(aws, call).await?;
        }
        let is_dropped = prior.manages_log_group() || machine.logging_configuration.is_null();
        if prior.may_have_log_group() && is_dropped && !machine.manages_log_group() {
            prior
                .delete_log_group(self.operation, &self.account)
                .await?;
        }
        match changed {
            Some(changed) => describe(machine, changed, self.operation)
                .await
                .map_err(|failed| failed.refusal),
            None => Ok(machine),
        }
    }

    /// Updates the state machine itself, or publishes a version of it. `None` if neither is needed.
    async fn change(&self, machine: &mut StateMachine) -> Result<Option<Changed>, Refusal> {
        let (aws, call, prior) = (self.operation.aws(), &self.operation.call, self.prior);
        let publish = machine.publish();
        let change = Change::between(
            &prior.wanted(&self.account)?,
            &machine.wanted(&self.account)?,
        );
        let changed = if !change.is_empty() {
            state_machine::update(aws, call, self.arn, &change, &publish).await?
        } else if publish.publish && prior.state_machine_version_arn.is_null() {
            let version =
                state_machine::publish(aws, call, self.arn, publish.description.as_deref()).await?;
            Changed {
                arn: self.arn.to_owned(),
                version_arn: Some(version),
                revision_id: None,
            }
        } else {
            machine.state_machine_version_arn = prior.state_machine_version_arn.clone();
            machine.revision_id = prior.revision_id.clone();
            return Ok(None);
        };
        let or_prior = |found: &Option<String>, prior: &Attr<String>| {
            found.clone().map_or_else(|| prior.clone(), Attr::from)
        };
        machine.state_machine_version_arn =
            or_prior(&changed.version_arn, &prior.state_machine_version_arn);
        machine.revision_id = or_prior(&changed.revision_id, &prior.revision_id);
        Ok(Some(changed))
    }

    /// The state after the update and before the cleanup: as planned, but with the current policy
    /// of the role, and with objects that are still to be deleted.
    fn before_clearing_up(&self, machine: &StateMachine, policy: Option<String>) -> StateMachine {
        let prior = self.prior;
        let mut reached = machine.clone();
        if let Some(policy) = policy {
            reached.policy_json = policy.into();
        }
        let region = self.account.region.as_deref().unwrap_or("");
        if let Some(before) = prior.managed_role(region)
            && before.is_new(machine.managed_role(region).as_ref())
        {
            reached.execution_role = prior.execution_role.clone();
        }
        if prior.manages_log_group() && !machine.manages_log_group() {
            reached.logging_configuration = prior.logging_configuration.clone();
        }
        reached
    }

    /// Grants the role the permissions of the old and the new definition, and records them in
    /// `written`.
    async fn grant(
        &self,
        role: &ManagedRole,
        before: Option<&ManagedRole>,
        policy: &Document,
        written: &mut Option<String>,
    ) -> Result<String, Refusal> {
        let (aws, call, tags) = (
            self.operation.aws(),
            &self.operation.call,
            &self.operation.tags,
        );
        let prior_arn = self.prior.role_arn.get()?;
        let Some(before) = before.filter(|before| before.is_same(role) && role.is_at(prior_arn))
        else {
            let adopted = role
                .create_or_adopt(aws, call, policy, aws.identity(call).await?, tags)
                .await?;
            *written = Some(policy.to_json());
            return Ok(adopted.arn);
        };
        role.change(aws, call, before).await?;
        let mut both = self.prior.policy_of_asl(&self.account).unwrap_or_default();
        both.merge(policy);
        if !same_policy(written.as_deref(), Some(&both.to_json())) {
            match role.write(aws, call, &both).await {
                // The role was deleted outside of Terraform. It is created again, with the same
                // name and ARN.
                Err(error) if error.is_not_found() => {
                    role.create_or_adopt(aws, call, &both, aws.identity(call).await?, tags)
                        .await?;
                }
                outcome => outcome?,
            }
            *written = Some(both.to_json());
        }
        Ok(prior_arn.clone())
    }

    async fn write_changed_log_group(&self, machine: &StateMachine) -> Result<(), AwsError> {
        let (aws, call, prior) = (self.operation.aws(), &self.operation.call, self.prior);
        match (prior.manages_log_group(), machine.manages_log_group()) {
            (false, true) => machine
                .write_log_group(self.operation, &self.account, &self.operation.tags)
                .await
                .map(drop),
            (true, true) if prior.retention() != machine.retention() => {
                log_group::write_retention(aws, call, &machine.log_group(), machine.retention())
                    .await
            }
            _ => Ok(()),
        }
    }
}
