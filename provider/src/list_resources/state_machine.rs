//! `list "sfn_state_machine"`.

use async_trait::async_trait;
use tfplugin::model::Model;

use super::by_arn;
use crate::resources::state_machine::StateMachine;
use crate::shared::data_source::{FoundObject, Search};
use crate::shared::machine_filter::MachineFilter;
use crate::shared::managed::{Operation, Refusal};

/// Lists Step Functions state machines of an account and region.
#[derive(Debug, Clone, Model)]
pub struct StateMachines {
    #[tf(flatten)]
    filter: MachineFilter,
}

#[async_trait]
impl Search for StateMachines {
    type Resource = StateMachine;

    fn title(&self) -> String {
        "state machines".into()
    }

    async fn search(&self, operation: &Operation) -> Result<Vec<FoundObject>, Refusal> {
        let found = self.filter.list(operation.aws(), &operation.call).await?;
        Ok(found
            .into_iter()
            .map(|machine| by_arn(machine.arn, machine.name))
            .collect())
    }

    async fn is_wanted(
        &self,
        object: &FoundObject,
        operation: &Operation,
    ) -> Result<bool, Refusal> {
        Ok(self
            .filter
            .has_tags(operation.aws(), &operation.call, &object.id)
            .await?)
    }
}
