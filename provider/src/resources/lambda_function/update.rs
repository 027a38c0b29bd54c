//! Update of a function, one change after the other, as Lambda requires.

use asl::policy::{Account, Document};
use sfn_aws::AwsError;
use sfn_aws::function::{self, Code, Configuration, Logging, code_signing};

use super::apply::{described, remove_unused_role};
use super::blocks::{LEVEL, LOG_GROUPS, TEXT};
use super::separate::Separate;
use super::{Function, LATEST};
use crate::shared::execution_role::ManagedRole;
use crate::shared::managed::{Failed, Operation, Refusal};

/// An update in progress. Each completed step advances `reached`, which becomes the state if the
/// next step fails.
struct Update<'a> {
    operation: &'a Operation,
    prior: &'a Function,
    name: &'a str,
    account: Account,
    reached: Function,
}

/// Changes the function and its role.
pub(super) async fn update(
    planned: &Function,
    prior: &Function,
    operation: &Operation,
) -> Result<Function, Failed<Function>> {
    let (name, account) = (
        prior.function_name.get()?.as_str(),
        Account::of_arn(prior.arn.get()?),
    );
    let mut update = Update {
        operation,
        prior,
        name,
        account,
        reached: prior.clone(),
    };
    let changed = match update.run(planned.clone()).await {
        Ok(changed) => changed,
        Err(refusal) => {
            update.undo_unused(planned).await;
            return Err(Failed::leaving(refusal, update.reached));
        }
    };
    // The date only differs after a change.
    if changed.last_modified.is_unknown() {
        described(changed, operation).await
    } else {
        Ok(changed)
    }
}

impl Update<'_> {
    /// After a failure, removes the role that this update created if the function does not use it,
    /// and keeps it in the state otherwise.
    async fn undo_unused(&mut self, planned: &Function) {
        let region = self.account.region.as_deref().unwrap_or("");
        let (before, after) = (
            self.prior.managed_role(region),
            planned.managed_role(region),
        );
        let Some(role) = after.filter(|after| after.is_new(before.as_ref())) else {
            return;
        };
        let is_used = remove_unused_role(&role, self.name, self.operation).await;
        if is_used && before.is_none() {
            self.reached.execution_role = planned.execution_role.clone();
        }
    }

    async fn run(&mut self, mut changed: Function) -> Result<Function, Refusal> {
        let (aws, call, prior, name) = (
            self.operation.aws(),
            &self.operation.call,
            self.prior,
            self.name,
        );
        let code = if changed.changes_code(prior) {
            Some(changed.code_as_planned()?)
        } else {
            None
        };
        let region = self.account.region.clone();
        let region = region.as_deref().unwrap_or("");
        let (before, after) = (prior.managed_role(region), changed.managed_role(region));
        let mut granted = prior.policy(&self.account);
        if let Some(role) = &after {
            let arn = self
                .grant(
                    role,
                    before.as_ref(),
                    &changed.policy(&self.account),
                    &mut granted,
                )
                .await?;
            changed.settings.role = arn.into();
        }
        let is_to_publish = changed.is_to_publish(prior);
        if changed.changes_code_signing(prior) {
            code_signing::write(aws, call, name, changed.code_signing_config_arn.text()).await?;
        }
        self.write_configuration(&changed).await?;
        if let Some((code, hash)) = code {
            self.write_code(&mut changed, &code, hash).await?;
        }
        Separate::of(&changed)
            .write(&Separate::of(prior), aws, call, name)
            .await?;
        if is_to_publish {
            let version = function::publish(aws, call, name, changed.publish_to.text()).await?;
            changed = changed.with_version(&version);
        } else if changed.version.is_unknown() {
            // The role turned out to be the same.
            changed = changed.with_version(prior.version.text().unwrap_or(LATEST));
        }
        self.reached = Function {
            execution_role: self.reached.execution_role.clone(),
            ..changed.clone()
        };
        self.clear_up(&changed, before, after, &granted).await?;
        Ok(changed)
    }

    /// Writes the configuration if it differs.
    async fn write_configuration(&mut self, changed: &Function) -> Result<(), AwsError> {
        let prior = self.prior;
        if !changed.settings.changes(&prior.settings) {
            return Ok(());
        }
        let mut before = prior.settings.configuration();
        let wanted = with_default_logging(
            &before,
            changed.settings.configuration(),
            &prior.short_name(),
        );
        // AWS has dropped the key of a function without environment variables.
        before.kms_key_arn = before
            .kms_key_arn
            .filter(|_| !before.environment.is_empty());
        let (aws, call) = (self.operation.aws(), &self.operation.call);
        function::update_configuration(aws, call, self.name, &before, &wanted).await?;
        self.reached.settings = changed.settings.clone();
        // Keeps a role in the state that is still to be deleted.
        if prior.execution_role.is_null() {
            self.reached.execution_role = changed.execution_role.clone();
        }
        self.leave_unpublished(changed);
        Ok(())
    }

    async fn write_code(
        &mut self,
        changed: &mut Function,
        code: &Code,
        hash: Option<String>,
    ) -> Result<(), AwsError> {
        let (aws, call) = (self.operation.aws(), &self.operation.call);
        let (architectures, key) = (
            changed.code.architectures(),
            changed.code.source_kms_key_arn(),
        );
        function::update_code(aws, call, self.name, code, &architectures, key).await?;
        if changed.code.source_code_hash.is_unknown() {
            changed.code.source_code_hash = hash.into();
        }
        self.reached.code = changed.code.clone();
        self.leave_unpublished(changed);
        Ok(())
    }

    /// Stores no version until it is published, so that the next apply publishes it.
    fn leave_unpublished(&mut self, changed: &Function) {
        if changed.publishes() {
            self.reached = self.reached.clone().with_version(LATEST);
        }
    }

    /// Grants the role the permissions needed before and after the update, and records them in
    /// `granted`. Returns its ARN.
    async fn grant(
        &self,
        role: &ManagedRole,
        before: Option<&ManagedRole>,
        policy: &Document,
        granted: &mut Document,
    ) -> Result<String, AwsError> {
        let (aws, call, tags) = (
            self.operation.aws(),
            &self.operation.call,
            &self.operation.tags,
        );
        let arn = self.prior.settings.role.text();
        let kept = before
            .zip(arn)
            .filter(|(before, arn)| before.is_same(role) && role.is_at(arn));
        if let Some((before, arn)) = kept {
            role.change(aws, call, before).await?;
            let mut both = granted.clone();
            both.merge(policy);
            if both == *granted {
                return Ok(arn.to_owned());
            }
            *granted = both;
            match role.write(aws, call, granted).await {
                // The role was deleted outside of Terraform. It is created again, with the same
                // name and ARN.
                Err(error) if error.is_not_found() => {}
                outcome => return outcome.map(|()| arn.to_owned()),
            }
        } else {
            *granted = policy.clone();
        }
        Ok(role
            .create_or_adopt(aws, call, granted, aws.identity(call).await?, tags)
            .await?
            .arn)
    }

    /// Removes permissions that are no longer needed, and deletes a role that was replaced.
    async fn clear_up(
        &self,
        changed: &Function,
        before: Option<ManagedRole>,
        after: Option<ManagedRole>,
        granted: &Document,
    ) -> Result<(), AwsError> {
        let (aws, call) = (self.operation.aws(), &self.operation.call);
        let policy = changed.policy(&self.account);
        if let Some(role) = after.as_ref().filter(|_| policy != *granted) {
            role.write(aws, call, &policy).await?;
        }
        // A role of this function that an update left when it failed halfway, and that is not in
        // the state.
        let left = before
            .as_ref()
            .and_then(|before| before.other(self.prior.settings.role.text()?));
        for role in before
            .into_iter()
            .chain(left)
            .filter(|role| role.is_new(after.as_ref()))
        {
            role.delete(aws, call).await?;
        }
        Ok(())
    }
}

/// AWS keeps logging settings that are not sent, so removed settings are sent with their defaults.
fn with_default_logging(
    before: &Configuration,
    mut wanted: Configuration,
    name: &str,
) -> Configuration {
    let Some(before) = &before.logging else {
        return wanted;
    };
    let logging = wanted.logging.get_or_insert_with(|| Logging {
        format: Some(TEXT.to_owned()),
        ..Logging::default()
    });
    if before.group.is_some() && logging.group.is_none() {
        logging.group = Some(format!("{LOG_GROUPS}{name}"));
    }
    if logging.format.as_deref() != Some(TEXT) {
        let levels = [
            (&mut logging.application_level, &before.application_level),
            (&mut logging.system_level, &before.system_level),
        ];
        for (level, before) in levels {
            if before.is_some() && level.is_none() {
                *level = Some(LEVEL.to_owned());
            }
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logging(format: &str, level: Option<&str>, group: Option<&str>) -> Option<Logging> {
        Some(Logging {
            format: Some(format.into()),
            application_level: level.map(str::to_owned),
            system_level: None,
            group: group.map(str::to_owned),
        })
    }

    fn check(before: Option<Logging>, wanted: Option<Logging>, sent: Option<Logging>) {
        let configuration = |logging| Configuration {
            logging,
            ..Configuration::default()
        };
        assert_eq!(
            with_default_logging(&configuration(before), configuration(wanted), "f").logging,
            sent
        );
    }

    #[test]
    fn logging_that_is_no_longer_wanted_is_sent_as_the_default() {
        let json = || logging("JSON", Some("DEBUG"), Some("/theirs"));
        check(None, None, None);
        check(None, json(), json());
        check(json(), json(), json());
        check(json(), None, logging("Text", None, Some("/aws/lambda/f")));
        check(
            json(),
            logging("JSON", None, None),
            logging("JSON", Some("INFO"), Some("/aws/lambda/f")),
        );
        check(
            logging("Text", None, None),
            None,
            logging("Text", None, None),
        );
    }
}
