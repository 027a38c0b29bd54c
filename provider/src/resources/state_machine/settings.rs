//! Conversion from the model to the settings of AWS, and back.

use asl::policy::{Account, Document, Settings};
use sfn_aws::state_machine::{Described, Logging as LoggingSettings, Publish, Wanted};
use tfplugin::Value;
use tfplugin::model::Attr;

use super::{Logging, StateMachine, Tracing};
use crate::shared::encryption::Encryption;
use crate::shared::execution_role::{self, MachineRole, ManagedRole, Owner};
use crate::shared::managed::Refusal;

/// Prefix of the log groups of state machines. Below it, AWS needs no entry in the resource policy,
/// whose size is limited (Step Functions developer guide, "Logging using CloudWatch Logs").
const LOG_GROUPS: &str = "/aws/vendedlogs/states/";

/// Whether two ARNs refer to the same log group, with or without `:*`.
pub(super) fn same_log_group(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.trim_end_matches(":*") == b.trim_end_matches(":*"))
}

impl StateMachine {
    /// Name of the log group that the provider creates for the state machine.
    pub(super) fn log_group(&self) -> String {
        format!("{LOG_GROUPS}{}", self.name())
    }

    /// ARN of that log group, without `:*`.
    pub(super) fn log_group_arn(&self, account: &Account) -> String {
        account.arn("logs", &format!("log-group:{}", self.log_group()))
    }

    /// Whether the provider manages the log group.
    pub(super) fn manages_log_group(&self) -> bool {
        self.logs()
            && self
                .logging_configuration
                .known()
                .is_some_and(|logging| logging.log_destination.is_null())
    }

    /// Whether a log group of the provider may exist: one that is in use, or one that an update
    /// left when it failed halfway and disabled logging.
    pub(super) fn may_have_log_group(&self) -> bool {
        self.logging_configuration
            .known()
            .is_some_and(|logging| logging.log_destination.is_null())
    }

    /// Whether logging is enabled.
    pub(super) fn logs(&self) -> bool {
        self.logging_configuration
            .known()
            .is_some_and(|logging| logging.level.text() != Some("OFF"))
    }

    /// Retention of that log group in days.
    pub(super) fn retention(&self) -> Option<i32> {
        self.logging_configuration
            .known()?
            .retention_in_days
            .known()
            .copied()
            .filter(|days| *days != 0)
    }

    /// Whether tracing is enabled.
    pub(super) fn traces(&self) -> bool {
        self.tracing_configuration
            .known()
            .is_some_and(|tracing| tracing.enabled == Attr::Known(true))
    }

    fn logging(&self, account: &Account) -> LoggingSettings {
        let Some(logging) = self.logging_configuration.known().filter(|_| self.logs()) else {
            return LoggingSettings::off();
        };
        let group = logging
            .log_destination
            .text()
            .map_or_else(|| self.log_group_arn(account), str::to_owned);
        LoggingSettings {
            level: logging.level.text().unwrap_or("OFF").to_owned(),
            include_execution_data: logging.include_execution_data == Attr::Known(true),
            destination: Some(format!("{}:*", group.trim_end_matches(":*"))),
        }
    }

    /// Settings to write to AWS.
    ///
    /// # Errors
    ///
    /// When the definition or the role is not known.
    pub(super) fn wanted(&self, account: &Account) -> Result<Wanted, Refusal> {
        Ok(Wanted {
            definition: self.asl.get()?.clone(),
            role_arn: self.role_arn.get()?.clone(),
            logging: self.logging(account),
            tracing: self.traces(),
            encryption: Encryption::settings(&self.encryption_configuration),
        })
    }

    /// Whether to publish a version, and with which description.
    pub(super) fn publish(&self) -> Publish {
        let description = self.version_description.text().map(str::to_owned);
        Publish {
            publish: self.publish == Attr::Known(true),
            description,
        }
    }

    /// Settings on which the permissions of the definition depend.
    pub(super) fn policy_settings(&self, account: &Account) -> Settings {
        Settings {
            account: account.clone(),
            name: self.name.text().unwrap_or("*").to_owned(),
            logging: self.logs(),
            tracing: self.traces(),
            kms_key_id: Encryption::settings(&self.encryption_configuration).kms_key_id,
            resources: self
                .execution_role
                .known()
                .map(MachineRole::resources)
                .unwrap_or_default(),
        }
    }

    /// Permissions for the rendered definition, with the statements of the role.
    pub(super) fn policy_of_asl(&self, account: &Account) -> Option<Document> {
        let (document, _) = asl::parse(self.asl.text()?).ok()?;
        Some(
            self.with_statements(
                asl::policy::derive(&document.root, &self.policy_settings(account)).0,
            ),
        )
    }

    /// A policy with the additional statements of the role.
    pub(super) fn with_statements(&self, mut document: Document) -> Document {
        if let Some(role) = self.execution_role.known() {
            execution_role::add_statements(&role.statement, &mut document);
        }
        document
    }

    /// The role that the provider manages. `None` if the role is created elsewhere.
    pub(super) fn managed_role(&self, region: &str) -> Option<ManagedRole> {
        let owner = Owner {
            kind: "state-machine",
            service: "states.amazonaws.com",
            name: self.name(),
            region,
        };
        self.execution_role
            .known()
            .map(|role| ManagedRole::of(&role.role, owner))
    }

    /// The `logging_configuration` for the settings in AWS. With `owns_log_group`, the destination
    /// is the log group of the provider, and is not set.
    pub(super) fn observed_logging(
        &self,
        found: &Described,
        owns_log_group: bool,
    ) -> Attr<Logging> {
        if found.logging.level == "OFF" && self.logging_configuration.is_null() {
            return Attr::Null;
        }
        let before = self.logging_configuration.known();
        let is_written = before.is_some_and(|before| !before.log_destination.is_null());
        let destination = found
            .logging
            .destination
            .clone()
            .filter(|_| is_written || !owns_log_group);
        let destination = destination.or_else(|| {
            before
                .filter(|_| found.logging.destination.is_none())?
                .log_destination
                .clone()
                .into_known()
        });
        Attr::Known(Logging {
            level: found.logging.level.as_str().into(),
            include_execution_data: found.logging.include_execution_data.into(),
            log_destination: destination.into(),
            retention_in_days: before.map_or(Attr::Null, |before| before.retention_in_days),
        })
    }

    /// The `tracing_configuration` for the settings in AWS.
    pub(super) fn observed_tracing(&self, found: &Described) -> Attr<Tracing> {
        match found.tracing {
            None => self.tracing_configuration.clone(),
            Some(false) if self.tracing_configuration.is_null() => Attr::Null,
            Some(enabled) => Attr::Known(Tracing {
                enabled: enabled.into(),
            }),
        }
    }
}

/// Whether two texts are equivalent policies.
pub(super) fn same_policy(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => crate::workflow::same_definition(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
