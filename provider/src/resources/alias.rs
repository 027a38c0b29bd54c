//! `resource "sfn_alias"`.

use asl::references::Kind;
use async_trait::async_trait;
use aws_arn::StateMachineArn;
use sfn_aws::Identity;
use sfn_aws::alias::{self, Described, Route as Target, Wanted};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use crate::session::ProviderContext;
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{arns, empty, names};

const ROUTES: &str = "routing_configuration";
const VERSION: &str = "state_machine_version_arn";

/// Manages an alias of a Step Functions state machine. An alias points to one version, or to two
/// versions with weighted routing.
#[derive(Debug, Clone, Model)]
pub struct Alias {
    /// Name of the alias.
    #[tf(required, replace, validate = names::alias)]
    name: Attr<String>,
    /// Description of the alias. Up to 256 characters.
    #[tf(optional, validate = names::alias_description)]
    description: Attr<String>,
    /// ARN of the alias.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the alias. Use it to start executions.
    #[tf(computed)]
    arn: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
    /// Versions to which the alias routes executions. One block, or two whose weights add up to
    /// 100.
    #[tf(block, min = 1, max = 2, any_order)]
    routing_configuration: Attr<Vec<Route>>,
}

/// A version to which the alias routes executions.
#[derive(Debug, Clone, Model)]
struct Route {
    /// ARN of the state machine version.
    #[tf(required, validate = arns::version)]
    state_machine_version_arn: Attr<String>,
    /// Percentage of executions to route to the version.
    #[tf(required, between = 0..=100)]
    weight: Attr<i32>,
}

impl Alias {
    fn routes(&self) -> &[Route] {
        self.routing_configuration
            .known()
            .map_or(&[], Vec::as_slice)
    }

    /// ARN of the state machine, if a version is known.
    fn machine(&self) -> Option<String> {
        let versions = self
            .routes()
            .iter()
            .filter_map(|route| route.state_machine_version_arn.text());
        versions
            .filter_map(StateMachineArn::parse)
            .map(|arn| arn.machine)
            .next()
    }

    /// Checks version ARNs that were unknown during validation.
    fn require_versions(&self) -> Result<(), Diagnostics> {
        let known = self.routes().iter().enumerate();
        let known = known
            .filter_map(|(index, route)| Some((index, route.state_machine_version_arn.text()?)));
        let wrong = known.filter_map(|(index, arn)| Some((index, arns::VERSION.parse(arn).err()?)));
        let at = |index: usize| AttributePath::root(ROUTES).index(index).attribute(VERSION);
        wrong
            .map(|(index, problem)| problem.at(at(index)))
            .collect::<Diagnostics>()
            .into_result()
            .map(drop)
    }

    fn wanted(&self) -> Result<Wanted, Refusal> {
        let route = |route: &Route| -> Result<Target, Refusal> {
            Ok(Target {
                version_arn: route.state_machine_version_arn.get()?.clone(),
                weight: *route.weight.get()?,
            })
        };
        let routes = self.routes().iter().map(route).collect::<Result<_, _>>()?;
        Ok(Wanted {
            description: self.description.text().map(str::to_owned),
            routes,
        })
    }

    fn with(self, arn: String, creation_date: String) -> Self {
        Self {
            id: arn.clone().into(),
            arn: arn.into(),
            creation_date: creation_date.into(),
            ..self
        }
    }

    fn observed(&self, found: Described) -> Self {
        let route = |target: Target| Route {
            state_machine_version_arn: target.version_arn.into(),
            weight: target.weight.into(),
        };
        let routes = found
            .wanted
            .routes
            .into_iter()
            .map(route)
            .collect::<Vec<_>>();
        let (description, routes) = (found.wanted.description.into(), routes.into());
        Self {
            name: found.name.into(),
            description,
            routing_configuration: routes,
            ..self.clone()
        }
        .with(found.arn, found.creation_date)
    }
}

#[async_trait]
impl Managed for Alias {
    const TYPE: &'static str = "sfn_alias";
    const IDENTITY: &'static [IdentityPart] = &[IdentityPart::required("arn", "ARN of the alias.")];
    const MOVED_FROM: Option<&'static str> = Some("aws_sfn_alias");

    fn title(&self) -> String {
        format!(
            "alias `{}`",
            self.name.text().or(self.arn.text()).unwrap_or("?")
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let path =
            |index: usize, name: &str| AttributePath::root(ROUTES).index(index).attribute(name);
        let mut diagnostics = Diagnostics::default();
        if let [first, second] = self.routes() {
            let (first, second) = (
                first.state_machine_version_arn.text(),
                second.state_machine_version_arn.text(),
            );
            let machine =
                |arn: Option<&str>| arn.and_then(StateMachineArn::parse).map(|arn| arn.machine);
            if first.is_some() && first == second {
                let detail = "Use two different versions, or one with the weight 100.";
                diagnostics.push(
                    Diagnostic::error("both routes have the same version", detail)
                        .at(path(1, VERSION)),
                );
            } else if let (Some(one), Some(other)) = (machine(first), machine(second))
                && one != other
            {
                let detail = "Use two versions of the same state machine.";
                let message = "the versions belong to different state machines";
                diagnostics.push(Diagnostic::error(message, detail).at(path(1, VERSION)));
            }
        }
        let weights = self.routes().iter().map(|route| {
            route
                .weight
                .known()
                .copied()
                .filter(|weight| (0..=100).contains(weight))
        });
        let (total, last) = (
            weights.sum::<Option<i32>>(),
            self.routes().len().checked_sub(1),
        );
        if let (Some(total), Some(last)) = (total.filter(|total| *total != 100), last) {
            let detail = "Change the weights so that they add up to 100.";
            diagnostics.push(
                Diagnostic::error(format!("weights must add up to 100, got {total}"), detail)
                    .at(path(last, "weight")),
            );
        }
        diagnostics
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        self.require_versions()?;
        let before = change.prior.and_then(Self::machine);
        // AWS deletes the aliases of a state machine together with it.
        let is_moved = before.is_some_and(|before| match self.machine() {
            Some(machine) => machine != before,
            None => change
                .provider
                .planned()
                .is_replaced(Kind::StateMachine, &before),
        });
        let requires_replace = is_moved
            .then(|| AttributePath::root(ROUTES))
            .into_iter()
            .collect();
        Ok(PlanOutcome {
            requires_replace,
            ..PlanOutcome::default()
        })
    }

    fn assume(&mut self, _identity: &Identity) {
        if let (Some(machine), Some(name)) = (self.machine(), self.name.text()) {
            self.arn = format!("{machine}:{name}").into();
            self.id = self.arn.clone();
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let created = alias::create(
            operation.aws(),
            &operation.call,
            self.name.get()?,
            &self.wanted()?,
        )
        .await;
        let (arn, date) = created.map_err(|error| Failed::created(error, self.clone()))?;
        Ok(self.clone().with(arn, date))
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let arn = self
            .arn
            .text()
            .map(str::to_owned)
            .or_else(|| Some(format!("{}:{}", self.machine()?, self.name.text()?)));
        let Some(arn) = arn else { return Ok(None) };
        let found = alias::describe(operation.aws(), &operation.call, &arn).await?;
        Ok(found.map(|found| Observed::untagged(self.observed(found))))
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let wanted = self.wanted()?;
        if !wanted.is_same(&prior.wanted()?) {
            alias::update(operation.aws(), &operation.call, prior.arn.get()?, &wanted).await?;
        }
        Ok(self.clone())
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        if let Some(arn) = self.arn.text() {
            alias::delete(operation.aws(), &operation.call, arn).await?;
        }
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        arns::ALIAS.parse(id)?;
        Ok(Self {
            arn: id.into(),
            ..empty()
        })
    }

    fn import_id(&self, _identity: &Identity) -> String {
        format!(
            "{}:{}",
            self.machine().as_deref().unwrap_or("?"),
            self.name.text().unwrap_or("?")
        )
    }
}
