//! Deployments of the version of an alias.

use std::sync::Arc;
use std::time::Duration;

use sfn_aws::alias;
use sfn_deploy::{Description, REPLAY_TIMEOUT, Replay, StateMachineAlias, Subject, version_of};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::{Alias, VERSION};
use crate::shared::deployment::{Before, DEPLOYMENT, DeploymentBlock, Rollout, log, uncancelled};
use crate::shared::managed::{Failed, Managed as _, Operation};

/// Moves the executions to a new version gradually, watches it, and moves them back to the old
/// version if something is wrong. An apply waits until the deployment ends. If it is killed, the next
/// apply continues it.
#[derive(Debug, Clone, Model)]
pub(super) struct AliasDeployment {
    #[tf(flatten)]
    pub(super) steps: DeploymentBlock,
    /// Repeats the last executions of the alias with the definition of the new version before it
    /// receives traffic, on the machine that runs Terraform. Nothing is started in AWS: tasks get their
    /// recorded results. The deployment fails, without a change, if an execution ends in another way,
    /// passes other states, or calls its tasks with other inputs. Has no effect when the alias is
    /// created.
    #[tf(block, present)]
    replay: Attr<ReplayBlock>,
}

/// A replay before traffic.
#[derive(Debug, Clone, Model)]
struct ReplayBlock {
    /// Maximum number of executions. Defaults to `100`.
    #[tf(optional, between = 1..=1000)]
    last: Attr<i32>,
    /// Whether differences are allowed, and only written to the log. Defaults to `false`.
    #[tf(optional)]
    allow_changes: Attr<bool>,
}

/// Default number of executions to repeat.
const LAST: i32 = 100;

impl ReplayBlock {
    fn check(&self, alias: &str, machine: &str, operation: &Operation) -> Replay {
        let last = self.last.known().copied().unwrap_or(LAST);
        Replay {
            aws: Arc::clone(operation.aws()),
            alias: alias.to_owned(),
            machine: machine.to_owned(),
            last: usize::try_from(last).unwrap_or(1),
            allow_changes: self.allow_changes.known().copied().unwrap_or(false),
        }
    }
}

impl AliasDeployment {
    /// Time that a deployment needs. Zero if it is not known.
    pub(super) fn time_needed(&self) -> Duration {
        let replay = self.replay.known().map(|_| REPLAY_TIMEOUT);
        self.steps.time_needed() + replay.unwrap_or(Duration::ZERO)
    }

    pub(super) fn validate(&self, alias: &Alias) -> Diagnostics {
        let mut found = self.steps.validate(&alias.description);
        if !alias.routes().is_empty() {
            let detail = "A deployment needs the argument `state_machine_version` in place of `routing_configuration` blocks.";
            let message = "`deployment` conflicts with `routing_configuration`";
            found.push(Diagnostic::error(message, detail).at(AttributePath::root(DEPLOYMENT)));
        }
        found
    }
}

fn rollout(deployment: &AliasDeployment, machine: String) -> Rollout<'_> {
    Rollout {
        block: &deployment.steps,
        subject: Subject::StateMachine(machine),
        checks: Vec::new(),
        attribute: VERSION,
        path: AttributePath::root(DEPLOYMENT),
    }
}

impl Alias {
    /// The only version before a change, if there is one.
    fn only_version(&self) -> Option<&str> {
        let only = || match self.routes() {
            [only] => only.state_machine_version_arn.text(),
            _ => None,
        };
        self.state_machine_version
            .text()
            .or_else(only)
            .map(version_of)
    }

    fn before(&self) -> Before<'_> {
        Before {
            description: self.description.text(),
            version: self.only_version(),
        }
    }

    /// Plans the steps of a change of the version. Returns warnings.
    pub(super) fn plan_deployment(&mut self, prior: &Self) -> Diagnostics {
        let Some(deployment) = self.deployment.known() else {
            return Diagnostics::default();
        };
        let to = self
            .state_machine_version
            .as_ref()
            .map(|arn| version_of(arn));
        let steps = &deployment.steps;
        let (plan, warnings) =
            steps.planned(&prior.before(), &to, &prior.deployment_plan, &self.title());
        self.deployment_plan = plan;
        warnings
    }

    /// Checks the version of a new alias.
    pub(super) async fn check_before_creation(
        &self,
        operation: &Operation,
    ) -> Result<(), Diagnostics> {
        let (Some(deployment), Some(machine)) = (self.deployment.known(), self.machine()) else {
            return Ok(());
        };
        let version = version_of(self.state_machine_version.text().unwrap_or(""));
        rollout(deployment, machine)
            .check_new(version, operation)
            .await
    }

    /// Deploys a version. After a failure, the state has what the alias routes to.
    pub(super) async fn deploy(
        &self,
        deployment: &AliasDeployment,
        version: &str,
        prior: &Self,
        operation: &Operation,
    ) -> Result<Self, Failed<Self>> {
        self.require_versions()?;
        let arn = prior.arn.get()?;
        let target = StateMachineAlias::new(operation.aws(), arn)
            .ok_or_else(|| Diagnostics::from(Diagnostic::error("the alias has no ARN", "")))?;
        let mut rollout = rollout(deployment, target.machine().to_owned());
        if let Some(replay) = deployment.replay.known() {
            let check = replay.check(arn, target.machine(), operation);
            rollout.checks.push(Box::new(check));
        }
        let description = Description::New(self.description.text().map(str::to_owned));
        let deployed = rollout
            .run(&target, version_of(version), description, operation, &log)
            .await;
        match deployed {
            Ok(_) => {
                let (planned, last) = (&self.deployment_plan, &prior.deployment_plan);
                let to = version_of(version);
                let plan = deployment.steps.made(planned, &prior.before(), to, last);
                Ok(Self {
                    deployment_plan: plan,
                    ..self.clone()
                })
            }
            Err(diagnostics) => Err(match self.left(arn, prior, operation).await {
                Some(left) => Failed::leaving(diagnostics, left),
                None => diagnostics.into(),
            }),
        }
    }

    /// The alias after a failed deployment, if it can be read.
    async fn left(&self, arn: &str, prior: &Self, operation: &Operation) -> Option<Self> {
        let found = alias::describe(operation.aws(), &uncancelled(), arn).await;
        let found = found.ok()??;
        let before = Self {
            state_machine_version: prior.state_machine_version.clone(),
            deployment_plan: prior.deployment_plan.clone(),
            ..self.clone()
        };
        Some(before.observed(found))
    }
}
