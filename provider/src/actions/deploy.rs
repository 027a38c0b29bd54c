//! `action "sfn_deploy"`.

use std::time::Duration;

use async_trait::async_trait;
use sfn_deploy::{Description, StateMachineAlias, Subject, version_of};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Progress};
use tokio::sync::mpsc;

use crate::shared::action::Invoke;
use crate::shared::deployment::{DeploymentBlock, Rollout};
use crate::shared::managed::{Operation, Refusal};
use crate::shared::{arns, timeouts};

/// Moves the executions of an alias to another version gradually, watches it, and moves them back to
/// the old version if something is wrong. Shows the steps as they pass.
///
/// The alias must not be managed by the configuration at the same time: set `ignore_changes` for its
/// `state_machine_version` and its `description`, which has the progress, or use the `deployment` block of
/// `sfn_alias`.
#[derive(Debug, Clone, Model)]
pub struct Deploy {
    /// ARN of the alias.
    #[tf(required)]
    alias_arn: Attr<String>,
    /// ARN of the version to deploy.
    #[tf(required, validate = arns::version)]
    state_machine_version: Attr<String>,
    #[tf(flatten)]
    steps: DeploymentBlock,
}

#[async_trait]
impl Invoke for Deploy {
    const TYPE: &'static str = "sfn_deploy";

    fn title(&self) -> String {
        "deploy the version".to_owned()
    }

    fn validate(&self) -> Diagnostics {
        let wrong = arns::ALIAS.validate(&self.alias_arn, "alias_arn");
        let steps = self.steps.validate_at(&AttributePath::default());
        wrong.into_iter().chain(steps).collect()
    }

    fn arn(&self) -> Option<&str> {
        self.alias_arn.text()
    }

    fn timeout(&self) -> Duration {
        timeouts::DEFAULT + self.steps.time_needed()
    }

    async fn run(self, operation: &Operation, progress: &Progress) -> Result<Diagnostics, Refusal> {
        let alias = arns::ALIAS.get(&self.alias_arn, "alias_arn")?;
        let version = arns::VERSION.get(&self.state_machine_version, "state_machine_version")?;
        if alias.machine != version.machine {
            let detail = "Use a version of the state machine of the alias.";
            let summary = "the alias and the version belong to different state machines";
            return Err(Diagnostic::error(summary, detail)
                .at(AttributePath::root("state_machine_version"))
                .into());
        }
        let arn = self.alias_arn.get()?;
        let target = StateMachineAlias::new(operation.aws(), arn)
            .ok_or_else(|| Diagnostic::error("the alias has no ARN", ""))?;
        let rollout = Rollout {
            block: &self.steps,
            subject: Subject::StateMachine(alias.machine),
            checks: Vec::new(),
            attribute: "state_machine_version",
            path: AttributePath::default(),
        };
        let (sender, mut messages) = mpsc::unbounded_channel();
        let report = |event: sfn_deploy::Progress| {
            // The receiver is gone only after the deployment.
            let _ = sender.send(event.to_string());
        };
        let to = version_of(self.state_machine_version.get()?);
        let deployment = rollout.run(&target, to, Description::Unchanged, operation, &report);
        tokio::pin!(deployment);
        let deployed = loop {
            tokio::select! {
                deployed = &mut deployment => break deployed,
                Some(message) = messages.recv() => progress.say(message).await,
            }
        };
        while let Ok(message) = messages.try_recv() {
            progress.say(message).await;
        }
        deployed?;
        Ok(Diagnostics::default())
    }
}
