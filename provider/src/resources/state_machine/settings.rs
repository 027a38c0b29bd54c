//! From the model to what AWS takes, and back.

use asl::policy::{Account, Document, Settings};
use sfn_aws::state_machine::{Described, Logging as LoggingSettings, Publish, Wanted};
use tfplugin::Value;
use tfplugin::model::Attr;

use super::{Logging, StateMachine, Tracing};
use crate::shared::encryption::Encryption;
use crate::shared::execution_role::{self, MachineRole, ManagedRole, Owner};
use crate::shared::managed::Refusal;

/// Where the log groups of state machines are: below this prefix AWS needs no entry in the limited resource policy (Step
/// Functions developer guide, "Logging using CloudWatch Logs").
const LOG_GROUPS: &str = "/aws/vendedlogs/states/";

/// Whether two ARNs name the same log group, one of them with `:*`.
pub(super) fn same_log_group(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.trim_end_matches(":*") == b.trim_end_matches(":*"))
}

impl StateMachine {
    /// The name of the log group that the provider creates for the state machine.
    pub(super) fn log_group(&self) -> String {
        format!("{LOG_GROUPS}{}", self.name())
    }

    /// The ARN of that log group, without `:*`.
    pub(super) fn log_group_arn(&self, account: &Account) -> String {
        account.arn("logs", &format!("log-group:{}", self.log_group()))
    }

    /// Whether the provider manages the log group.
    pub(super) fn manages_log_group(&self) -> bool {
        self.logs() && self.logging_configuration.known().is_some_and(|logging| logging.log_destination.is_null())
    }

    /// Whether there may be a log group of the provider's: the one that is in use, or one that a change which failed halfway has
    /// left, after which nothing is logged.
    pub(super) fn may_have_log_group(&self) -> bool {
        self.logging_configuration.known().is_some_and(|logging| logging.log_destination.is_null())
    }

    /// Whether anything is logged.
    pub(super) fn logs(&self) -> bool {
        self.logging_configuration.known().is_some_and(|logging| logging.level.text() != Some("OFF"))
    }

    /// For how many days that log group keeps its events.
    pub(super) fn retention(&self) -> Option<i32> {
        self.logging_configuration.known()?.retention_in_days.known().copied().filter(|days| *days != 0)
    }

    /// Whether X-Ray traces it.
    pub(super) fn traces(&self) -> bool {
        self.tracing_configuration.known().is_some_and(|tracing| tracing.enabled == Attr::Known(true))
    }

    fn logging(&self, account: &Account) -> LoggingSettings {
        let Some(logging) = self.logging_configuration.known().filter(|_| self.logs()) else {
            return LoggingSettings::off();
        };
        let group = logging.log_destination.text().map_or_else(|| self.log_group_arn(account), str::to_owned);
        LoggingSettings {
            level: logging.level.text().unwrap_or("OFF").to_owned(),
            include_execution_data: logging.include_execution_data == Attr::Known(true),
            destination: Some(format!("{}:*", group.trim_end_matches(":*"))),
        }
    }

    /// What AWS is to have, once the definition and the role are known.
    ///
    /// # Errors
    /// When one of them is not.
    pub(super) fn wanted(&self, account: &Account) -> Result<Wanted, Refusal> {
        Ok(Wanted {
            definition: self.asl.get()?.clone(),
            role_arn: self.role_arn.get()?.clone(),
            logging: self.logging(account),
            tracing: self.traces(),
            encryption: Encryption::settings(&self.encryption_configuration),
        })
    }

    /// Whether and how a version is published.
    pub(super) fn publish(&self) -> Publish {
        let description = self.version_description.text().map(str::to_owned);
        Publish { publish: self.publish == Attr::Known(true), description }
    }

    /// The settings that the permissions of the definition depend on.
    pub(super) fn policy_settings(&self, account: &Account) -> Settings {
        Settings {
            account: account.clone(),
            name: self.name.text().unwrap_or("*").to_owned(),
            logging: self.logs(),
            tracing: self.traces(),
            kms_key_id: Encryption::settings(&self.encryption_configuration).kms_key_id,
            resources: self.execution_role.known().map(MachineRole::resources).unwrap_or_default(),
        }
    }

    /// The permissions for the definition that is known as text, with those of the role's own statements.
    pub(super) fn policy_of_asl(&self, account: &Account) -> Option<Document> {
        let (document, _) = asl::parse(self.asl.text()?).ok()?;
        Some(self.with_statements(asl::policy::derive(&document.root, &self.policy_settings(account)).0))
    }

    /// A policy with the role's own statements.
    pub(super) fn with_statements(&self, mut document: Document) -> Document {
        if let Some(role) = self.execution_role.known() {
            execution_role::add_statements(&role.statement, &mut document);
        }
        document
    }

    /// The role that the provider manages; `None` where the role is created elsewhere.
    pub(super) fn managed_role(&self, region: &str) -> Option<ManagedRole> {
        let owner = Owner { kind: "state-machine", service: "states.amazonaws.com", name: self.name(), region };
        self.execution_role.known().map(|role| ManagedRole::of(&role.role, owner))
    }

    /// The `logging_configuration` for what AWS has. `owns_log_group` tells whether the destination is the provider's own log
    /// group, which is not written.
    pub(super) fn observed_logging(&self, found: &Described, owns_log_group: bool) -> Attr<Logging> {
        if found.logging.level == "OFF" && self.logging_configuration.is_null() {
            return Attr::Null;
        }
        let before = self.logging_configuration.known();
        let is_written = before.is_some_and(|before| !before.log_destination.is_null());
        let destination = found.logging.destination.clone().filter(|_| is_written || !owns_log_group);
        let destination = destination
            .or_else(|| before.filter(|_| found.logging.destination.is_none())?.log_destination.clone().into_known());
        Attr::Known(Logging {
            level: found.logging.level.as_str().into(),
            include_execution_data: found.logging.include_execution_data.into(),
            log_destination: destination.into(),
            retention_in_days: before.map_or(Attr::Null, |before| before.retention_in_days),
        })
    }

    /// The `tracing_configuration` for what AWS has.
    pub(super) fn observed_tracing(&self, found: &Described) -> Attr<Tracing> {
        match found.tracing {
            None => self.tracing_configuration.clone(),
            Some(false) if self.tracing_configuration.is_null() => Attr::Null,
            Some(enabled) => Attr::Known(Tracing { enabled: enabled.into() }),
        }
    }
}

/// Whether two texts are the same policy.
pub(super) fn same_policy(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => crate::workflow::same_definition(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
