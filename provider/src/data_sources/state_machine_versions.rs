//! `data "sfn_state_machine_versions"`.

use async_trait::async_trait;
use sfn_aws::state_machine;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::Lookup;
use crate::shared::managed::{Operation, Refusal};

const MACHINE: &str = "statemachine_arn";

/// Provides the versions of a Step Functions state machine.
#[derive(Debug, Clone, Model)]
pub struct Versions {
    /// ARN of the state machine.
    #[tf(required)]
    statemachine_arn: Attr<String>,
    /// ARN of the state machine.
    #[tf(computed)]
    id: Attr<String>,
    /// ARNs of all versions, newest first.
    #[tf(computed)]
    statemachine_versions: Attr<Vec<String>>,
}

#[async_trait]
impl Lookup for Versions {
    const TYPE: &'static str = "sfn_state_machine_versions";

    fn title(&self) -> String {
        format!(
            "versions of `{}`",
            arns::machine_name(&self.statemachine_arn)
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        arns::STATE_MACHINE
            .validate(&self.statemachine_arn, MACHINE)
            .into_iter()
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let arn = arns::STATE_MACHINE
            .get(&self.statemachine_arn, MACHINE)?
            .machine;
        let versions = state_machine::versions(operation.aws(), &operation.call, &arn).await?;
        Ok((
            Self {
                id: arn.into(),
                statemachine_versions: versions.into(),
                ..self
            },
            Diagnostics::default(),
        ))
    }
}
