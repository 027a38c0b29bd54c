//! `data "sfn_state_machines"`.

use async_trait::async_trait;
use sfn_aws::state_machine;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use super::Object;
use crate::shared::data_source::Lookup;
use crate::shared::machine_filter::MachineFilter;
use crate::shared::managed::{Operation, Refusal};

/// Provides the Step Functions state machines of an account and region.
#[derive(Debug, Clone, Model)]
pub struct StateMachines {
    #[tf(flatten)]
    filter: MachineFilter,
    /// The constant `state-machines`.
    #[tf(computed)]
    id: Attr<String>,
    /// ARNs of the state machines, ordered by name.
    #[tf(computed)]
    arns: Attr<Vec<String>>,
    /// Names of the state machines, in alphabetical order.
    #[tf(computed)]
    names: Attr<Vec<String>>,
    /// State machines, ordered by name. Each has an `arn`, `name`, `type` and `creation_date`.
    #[tf(computed)]
    state_machines: Attr<Vec<Object<Listed>>>,
}

/// A state machine in the list.
#[derive(Debug, Clone, Model)]
struct Listed {
    /// ARN of the state machine.
    #[tf(computed)]
    arn: Attr<String>,
    /// Name of the state machine.
    #[tf(computed)]
    name: Attr<String>,
    /// Type of the state machine: `STANDARD` or `EXPRESS`.
    #[tf(computed, name = "type")]
    kind: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
}

impl From<state_machine::Listed> for Object<Listed> {
    fn from(found: state_machine::Listed) -> Self {
        Self(Listed {
            arn: found.arn.into(),
            name: found.name.into(),
            kind: found.kind.into(),
            creation_date: found.creation_date.into(),
        })
    }
}

#[async_trait]
impl Lookup for StateMachines {
    const TYPE: &'static str = "sfn_state_machines";

    fn title(&self) -> String {
        "state machines".into()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let mut machines = Vec::new();
        for machine in self.filter.list(aws, call).await? {
            if self.filter.has_tags(aws, call, &machine.arn).await? {
                machines.push(machine);
            }
        }
        let arns: Vec<_> = machines.iter().map(|machine| machine.arn.clone()).collect();
        let names: Vec<_> = machines
            .iter()
            .map(|machine| machine.name.clone())
            .collect();
        let model = Self {
            id: "state-machines".into(),
            arns: arns.into(),
            names: names.into(),
            state_machines: machines
                .into_iter()
                .map(Object::<Listed>::from)
                .collect::<Vec<_>>()
                .into(),
            ..self
        };
        Ok((model, Diagnostics::default()))
    }
}
