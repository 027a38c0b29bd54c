//! `list "sfn_alias"`.

use async_trait::async_trait;
use aws_arn::StateMachineArn;
use sfn_aws::alias;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use super::by_arn;
use crate::resources::alias::Alias;
use crate::shared::arns;
use crate::shared::data_source::{FoundObject, Search};
use crate::shared::managed::{Operation, Refusal};

const MACHINE: &str = "state_machine_arn";

/// Lists the aliases of a Step Functions state machine.
#[derive(Debug, Clone, Model)]
pub struct Aliases {
    /// ARN of the state machine.
    #[tf(required)]
    state_machine_arn: Attr<String>,
}

#[async_trait]
impl Search for Aliases {
    type Resource = Alias;

    fn title(&self) -> String {
        format!(
            "aliases of `{}`",
            arns::machine_name(&self.state_machine_arn)
        )
    }

    fn validate(&self) -> Diagnostics {
        if self.state_machine_arn.is_unknown() {
            return Diagnostics::default();
        }
        arns::STATE_MACHINE
            .get(&self.state_machine_arn, MACHINE)
            .err()
            .into_iter()
            .collect()
    }

    async fn search(&self, operation: &Operation) -> Result<Vec<FoundObject>, Refusal> {
        let machine = arns::STATE_MACHINE
            .get(&self.state_machine_arn, MACHINE)?
            .machine;
        let mut found = alias::list(operation.aws(), &operation.call, &machine).await?;
        found.sort();
        let object = |arn: String| {
            let name = StateMachineArn::parse(&arn).and_then(|arn| arn.alias().map(str::to_owned));
            by_arn(arn.clone(), name.unwrap_or(arn))
        };
        Ok(found.into_iter().map(object).collect())
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::{AttributePath, Value};

    use super::*;

    #[test]
    fn the_arn_is_checked_at_its_own_path_once_it_is_known() {
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        for (arn, is_valid) in [
            (Value::Unknown, true),
            (machine.into(), true),
            ("orders".into(), false),
            ("".into(), false),
            (format!("{machine}:live").into(), false),
            (machine.replace("stateMachine", "activity").into(), false),
        ] {
            let search = Aliases::from_value(&Value::object([(MACHINE, arn)]));
            let diagnostics = search.validate();
            assert_eq!(diagnostics.is_empty(), is_valid, "{search:?}");
            assert!(
                diagnostics
                    .iter()
                    .all(|error| error.path == Some(AttributePath::root(MACHINE)))
            );
        }
    }
}
