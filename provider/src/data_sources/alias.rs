//! `data "sfn_alias"`.

use async_trait::async_trait;
use aws_arn::{Qualifier, StateMachineArn};
use sfn_aws::alias;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use super::Object;
use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::{Lookup, not_found};
use crate::shared::managed::{Operation, Refusal};
use crate::shared::names;

const MACHINE: &str = "statemachine_arn";

/// Provides details about an alias of a Step Functions state machine.
#[derive(Debug, Clone, Model)]
pub struct Alias {
    /// Name of the alias.
    #[tf(required, validate = names::alias)]
    name: Attr<String>,
    /// ARN of the state machine.
    #[tf(required)]
    statemachine_arn: Attr<String>,
    /// ARN of the alias.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the alias. Use it to start executions.
    #[tf(computed)]
    arn: Attr<String>,
    /// Description of the alias.
    #[tf(computed)]
    description: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
    /// Versions to which the alias routes executions. Each has a `state_machine_version_arn` and a
    /// `weight` in percent.
    #[tf(computed)]
    routing_configuration: Attr<Vec<Object<Route>>>,
}

/// A version to which the alias routes executions.
#[derive(Debug, Clone, Model)]
struct Route {
    /// ARN of the state machine version.
    #[tf(computed)]
    state_machine_version_arn: Attr<String>,
    /// Percentage of executions that are routed to the version.
    #[tf(computed)]
    weight: Attr<i32>,
}

impl From<alias::Route> for Object<Route> {
    fn from(found: alias::Route) -> Self {
        Self(Route {
            state_machine_version_arn: found.version_arn.into(),
            weight: found.weight.into(),
        })
    }
}

#[async_trait]
impl Lookup for Alias {
    const TYPE: &'static str = "sfn_alias";

    fn title(&self) -> String {
        let machine = arns::machine_name(&self.statemachine_arn);
        format!("alias `{}` of `{machine}`", self.name.text().unwrap_or("?"))
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        arns::STATE_MACHINE
            .validate(&self.statemachine_arn, MACHINE)
            .into_iter()
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let machine = arns::STATE_MACHINE.get(&self.statemachine_arn, MACHINE)?;
        let qualifier = Some(Qualifier::Alias(self.name.get()?.clone()));
        let arn = StateMachineArn {
            qualifier,
            ..machine
        }
        .to_string();
        let found = alias::describe(operation.aws(), &operation.call, &arn).await?;
        let found = found.ok_or_else(|| not_found(&self.title(), "name"))?;
        let routes: Vec<_> = found
            .wanted
            .routes
            .into_iter()
            .map(Object::<Route>::from)
            .collect();
        let model = Self {
            id: found.arn.clone().into(),
            arn: found.arn.into(),
            description: found.wanted.description.into(),
            creation_date: found.creation_date.into(),
            routing_configuration: routes.into(),
            ..self
        };
        Ok((model, Diagnostics::default()))
    }
}
