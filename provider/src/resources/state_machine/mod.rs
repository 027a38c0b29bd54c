//! `resource "sfn_state_machine"`.

mod apply;
mod plan;
mod read;
mod references;
mod remote;
mod settings;
mod update;

use asl::MachineType;
use asl::references::Kind;
use async_trait::async_trait;
use sfn_aws::Identity;
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::cloudwatch_log_group::retention;
use crate::session::ProviderContext;
use crate::shared::encryption::Encryption;
use crate::shared::execution_role::{self, MachineRole};
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::move_state::SourceState;
use crate::shared::{arns, checks, empty, names};
use crate::workflow::{Workflow, WorkflowBlocks, same_definition};

/// Manages a Step Functions state machine, with its versions, execution role, log group, tracing
/// and encryption. The blocks of all states are at the top level. A branch or item processor
/// contains the states that its `start_at` leads to.
#[derive(Debug, Clone, Model)]
pub struct StateMachine {
    /// Name of the state machine. 1–80 characters. Generated if neither `name` nor `name_prefix` is set.
    #[tf(optional, computed, replace, validate = names::state_machine)]
    name: Attr<String>,
    /// Prefix of a generated name.
    #[tf(optional, replace, validate = names::state_machine_prefix, conflicts = ["name"])]
    name_prefix: Attr<String>,
    /// Type of the state machine.
    #[tf(optional, computed, replace, name = "type", default = "STANDARD", one_of = ["STANDARD", "EXPRESS"])]
    kind: Attr<String>,
    /// ARN of the execution role. Conflicts with `execution_role`, with which the provider creates
    /// the role.
    #[tf(optional, computed)]
    role_arn: Attr<String>,
    /// Whether to publish a version when the state machine changes.
    #[tf(optional, absent = false)]
    publish: Attr<bool>,
    /// Description of published versions. Requires `publish`.
    #[tf(optional)]
    version_description: Attr<String>,
    /// Number of versions to keep. After an update that publishes a version, older versions are
    /// deleted unless an alias routes to them. Defaults to all versions, of which AWS allows 1,000.
    /// Requires `publish`.
    #[tf(optional, at_least = 1)]
    keep_versions: Attr<i32>,
    #[tf(flatten)]
    workflow: WorkflowBlocks,
    /// Rules to ignore for this workflow: codes such as `ASL7001`, prefixes of codes such as
    /// `ASL7`, or names such as `missing-timeout`.
    #[tf(optional)]
    ignore_diagnostics: Attr<Vec<String>>,
    /// ARN of the state machine.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the state machine.
    #[tf(computed)]
    arn: Attr<String>,
    /// Definition as rendered for AWS, as JSON in the Amazon States Language. Sensitive, because it
    /// contains all values of the workflow. Use `nonsensitive()` to display it.
    #[tf(computed, sensitive, equal = same_text)]
    asl: Attr<String>,
    /// Permissions that the definition requires, as a policy document in JSON.
    #[tf(computed, sensitive, equal = same_text)]
    policy_json: Attr<String>,
    /// Revision of the definition, role and settings.
    #[tf(computed)]
    revision_id: Attr<String>,
    /// ARN of the latest published version.
    #[tf(computed)]
    state_machine_version_arn: Attr<String>,
    /// Status of the state machine: `ACTIVE` or `DELETING`.
    #[tf(computed)]
    status: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
    /// Execution role that the provider creates and deletes with the state machine. It grants only
    /// the permissions that the definition requires. New permissions are granted before an update,
    /// and old ones are removed after it.
    #[tf(block, present)]
    execution_role: Attr<MachineRole>,
    /// Logging of execution history. Without the block, executions are not logged.
    #[tf(block)]
    logging_configuration: Attr<Logging>,
    /// Tracing with AWS X-Ray. Without the block, executions are not traced.
    #[tf(block)]
    tracing_configuration: Attr<Tracing>,
    /// Encryption at rest. Defaults to an AWS owned key.
    #[tf(block)]
    encryption_configuration: Attr<Encryption>,
}

/// Logging of execution history.
#[derive(Debug, Clone, PartialEq, Model)]
struct Logging {
    /// Which events of executions are logged.
    #[tf(required, one_of = ["ALL", "ERROR", "FATAL", "OFF"])]
    level: Attr<String>,
    /// Whether to log the input and output of states.
    #[tf(optional, absent = false)]
    include_execution_data: Attr<bool>,
    /// ARN of the log group, with or without `:*`. If it is not set, the provider creates the log
    /// group `/aws/vendedlogs/states/NAME`, and deletes it with the state machine.
    #[tf(optional, equal = settings::same_log_group)]
    log_destination: Attr<String>,
    /// Number of days to retain log events in the log group of the provider. Log events never
    /// expire if it is not set. Conflicts with `log_destination`.
    #[tf(optional, validate = retention)]
    retention_in_days: Attr<i32>,
}

/// Tracing with AWS X-Ray.
#[derive(Debug, Clone, PartialEq, Model)]
struct Tracing {
    /// Whether to trace executions.
    #[tf(required)]
    enabled: Attr<bool>,
}

fn same_text(a: &tfplugin::Value, b: &tfplugin::Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if same_definition(a, b))
}

impl StateMachine {
    /// The workflow of this configuration.
    fn workflow(&self) -> Workflow {
        let machine_type = match &self.kind {
            Attr::Unknown => MachineType::Unknown,
            kind => kind
                .text()
                .and_then(MachineType::named)
                .unwrap_or(MachineType::Standard),
        };
        Workflow::new(&self.workflow, machine_type)
    }

    fn publishes(&self) -> bool {
        matches!(self.publish, Attr::Known(true) | Attr::Unknown)
    }

    fn name(&self) -> &str {
        self.name.text().unwrap_or("?")
    }
}

#[async_trait]
impl Managed for StateMachine {
    const TYPE: &'static str = "sfn_state_machine";
    const IDENTITY: &'static [IdentityPart] =
        &[IdentityPart::required("arn", "ARN of the state machine.")];
    const PREFIX: Option<&'static str> = Some("name_prefix");
    const MOVED_FROM: Option<&'static str> = Some("aws_sfn_state_machine");
    const TAGGED: bool = true;
    const CALLED_AS: Option<Kind> = Some(Kind::StateMachine);

    fn title(&self) -> String {
        format!(
            "state machine `{}`",
            self.name.text().or(self.arn.text()).unwrap_or("?")
        )
    }

    fn called(&self) -> Option<&str> {
        self.name.text()
    }

    fn validate(&self, provider: &ProviderContext) -> Diagnostics {
        let filter = provider.checks().filter(&self.ignore_diagnostics);
        let mut diagnostics = self.workflow().check_early(&filter);
        diagnostics.extend(checks::validate_ignored(&self.ignore_diagnostics));
        diagnostics.extend(execution_role::validate(
            &self.execution_role,
            &self.role_arn,
            "role_arn",
        ));
        diagnostics.extend(Encryption::validate(&self.encryption_configuration));
        if let Some(logging) = self.logging_configuration.known()
            && logging.retention_in_days.known().is_some()
            && logging.log_destination.known().is_some()
        {
            let path = AttributePath::root("logging_configuration").attribute("retention_in_days");
            let detail =
                "The log group of `log_destination` is managed elsewhere. Set its retention there.";
            let message = "`retention_in_days` conflicts with `log_destination`";
            diagnostics.push(Diagnostic::error(message, detail).at(path));
        }
        let versions = [
            (
                "version_description",
                self.version_description.known().is_none(),
            ),
            ("keep_versions", self.keep_versions.known().is_none()),
        ];
        // Unknown values can turn out to be null.
        for (name, _) in versions
            .into_iter()
            .filter(|(_, is_absent)| !is_absent && !self.publishes())
        {
            let detail = format!("Set `publish = true` as well, or remove `{name}`.");
            let error = Diagnostic::error(format!("`{name}` requires `publish`"), detail);
            diagnostics.push(error.at(AttributePath::root(name)));
        }
        diagnostics
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        plan::plan(self, change).await
    }

    fn assume(&mut self, identity: &Identity) {
        plan::assume(self, identity);
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        apply::create(self, operation).await
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        read::read(self, operation).await
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        update::update(self, prior, operation).await
    }

    async fn clear_up(&self, prior: &Self, operation: &Operation) -> Diagnostics {
        update::delete_old_versions(self, prior, operation).await
    }

    async fn write_tags(&self, operation: &Operation) -> Result<(), Refusal> {
        apply::write_tags(self, operation).await
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        apply::delete(self, operation).await
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        arns::STATE_MACHINE.parse(id)?;
        Ok(Self {
            arn: id.into(),
            ..empty()
        })
    }

    fn import_id(&self, identity: &Identity) -> String {
        identity.arn("states", &format!("stateMachine:{}", self.name()))
    }

    async fn complete_import(self, operation: &Operation) -> Result<Self, Refusal> {
        // Published versions show that `publish` is set. Without the permission to list versions,
        // the import continues.
        let newest = sfn_aws::state_machine::newest_version(
            operation.aws(),
            &operation.call,
            self.arn.get()?,
        )
        .await;
        match newest {
            Ok(Some(version)) => Ok(Self {
                publish: true.into(),
                state_machine_version_arn: version.into(),
                ..self
            }),
            _ => Ok(self),
        }
    }

    /// hashicorp/aws stores blocks that are not configured. Blocks that disable a setting are
    /// omitted, because the default is the same.
    fn moved(self, source: &SourceState) -> Self {
        let is_logged = self
            .logging_configuration
            .known()
            .is_some_and(|logging| logging.level.text() != Some("OFF"));
        let is_traced = self
            .tracing_configuration
            .known()
            .is_some_and(|tracing| tracing.enabled == Attr::Known(true));
        let definition = source.text("definition");
        Self {
            id: self.arn.clone(),
            asl: definition.map(str::to_owned).into(),
            workflow: definition.map_or(self.workflow, WorkflowBlocks::of_text),
            logging_configuration: if is_logged {
                self.logging_configuration
            } else {
                Attr::Null
            },
            tracing_configuration: if is_traced {
                self.tracing_configuration
            } else {
                Attr::Null
            },
            encryption_configuration: Encryption::moved(self.encryption_configuration),
            ..self
        }
    }
}
