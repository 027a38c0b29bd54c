//! `resource "sfn_alias"`.

mod rollout;
mod routes;

use std::time::Duration;

use asl::references::Kind;
use async_trait::async_trait;
use aws_arn::StateMachineArn;
use sfn_aws::Identity;
use sfn_aws::alias::{self, Described, Route as Target, Wanted};
use sfn_deploy::Record;
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostics};

use crate::session::ProviderContext;
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{arns, empty, names};
use rollout::AliasDeployment;

const ROUTES: &str = "routing_configuration";
const VERSION: &str = "state_machine_version";
const VERSION_OF_ROUTE: &str = "state_machine_version_arn";

/// Manages an alias of a Step Functions state machine. An alias points to one version, to which a
/// `deployment` block moves the traffic gradually, or to two versions with weighted routing.
#[derive(Debug, Clone, Model)]
pub struct Alias {
    /// Name of the alias.
    #[tf(required, replace, validate = names::alias)]
    name: Attr<String>,
    /// Description of the alias. Up to 256 characters.
    #[tf(optional, validate = names::alias_description)]
    description: Attr<String>,
    /// ARN of the state machine version that receives all executions, such as
    /// `sfn_state_machine.order.state_machine_version_arn`. Exactly one of `state_machine_version` and
    /// `routing_configuration` is required.
    #[tf(optional, validate = arns::version, conflicts = ["routing_configuration"])]
    state_machine_version: Attr<String>,
    /// Steps of the last change of the version with a `deployment` block, such as `from version 6:
    /// 10 % at once, 100 % after 5m, 10m watched`.
    #[tf(computed)]
    deployment_plan: Attr<String>,
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
    #[tf(block, max = 2, any_order)]
    routing_configuration: Attr<Vec<Route>>,
    /// Moves the executions to a new version gradually, watches it, and moves them back to the old
    /// version if something is wrong. Has an effect when `state_machine_version` changes. The apply
    /// waits until the deployment ends. If it is killed, the next apply continues it.
    #[tf(block)]
    deployment: Attr<AliasDeployment>,
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
            .chain(self.state_machine_version.text())
            .filter_map(StateMachineArn::parse)
            .map(|arn| arn.machine)
            .next()
    }

    /// Checks version ARNs that were unknown during validation.
    fn require_versions(&self) -> Result<(), Diagnostics> {
        if let Some(arn) = self.state_machine_version.text() {
            arns::VERSION
                .parse(arn)
                .map_err(|problem| problem.at(AttributePath::root(VERSION)))?;
        }
        let known = self.routes().iter().enumerate();
        let known = known
            .filter_map(|(index, route)| Some((index, route.state_machine_version_arn.text()?)));
        let wrong = known.filter_map(|(index, arn)| Some((index, arns::VERSION.parse(arn).err()?)));
        let at = |index: usize| {
            AttributePath::root(ROUTES)
                .index(index)
                .attribute(VERSION_OF_ROUTE)
        };
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
        let routes = match self.state_machine_version.text() {
            Some(version) => vec![all_to(version)],
            None => self
                .routes()
                .iter()
                .map(route)
                .collect::<Result<Vec<_>, _>>()?,
        };
        if routes.is_empty() {
            return Err(routes::no_version().into());
        }
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

    /// The alias as AWS has it. A deployment that is under way shows in the description, which has its progress, and the
    /// version stays the one before it.
    fn observed(&self, found: Described) -> Self {
        let has_version =
            !self.state_machine_version.is_null() || self.deployment.known().is_some();
        let is_under_way = Record::split(found.wanted.description.as_deref())
            .1
            .is_some();
        let targets = found.wanted.routes;
        let (version, routes) = match targets.as_slice() {
            _ if is_under_way && self.state_machine_version.known().is_some() => {
                (self.state_machine_version.clone(), Attr::Null)
            }
            [
                Target {
                    version_arn,
                    weight: 100,
                },
            ] if has_version => (version_arn.as_str().into(), Attr::Null),
            _ => {
                let routes: Vec<Route> = targets.into_iter().map(Route::from).collect();
                (Attr::Null, routes.into())
            }
        };
        Self {
            name: found.name.into(),
            description: found.wanted.description.into(),
            state_machine_version: version,
            routing_configuration: routes,
            ..self.clone()
        }
        .with(found.arn, found.creation_date)
    }
}

/// The route of all executions to a version.
fn all_to(version_arn: &str) -> Target {
    Target {
        version_arn: version_arn.to_owned(),
        weight: 100,
    }
}

impl From<Target> for Route {
    fn from(target: Target) -> Self {
        Self {
            state_machine_version_arn: target.version_arn.into(),
            weight: target.weight.into(),
        }
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
        let mut diagnostics = routes::validate(self);
        if let Some(deployment) = self.deployment.known() {
            diagnostics.extend(deployment.validate(self));
        }
        diagnostics
    }

    fn time_needed(&self) -> Duration {
        let deployment = self.deployment.known();
        deployment.map_or(Duration::ZERO, AliasDeployment::time_needed)
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
        let path = match self.state_machine_version.is_null() {
            true => ROUTES,
            false => VERSION,
        };
        let requires_replace = is_moved
            .then(|| AttributePath::root(path))
            .into_iter()
            .collect();
        let mut warnings = Diagnostics::default();
        match change.prior {
            None => self.deployment_plan = Attr::Null,
            Some(prior) => warnings = self.plan_deployment(prior),
        }
        Ok(PlanOutcome {
            warnings,
            requires_replace,
        })
    }

    fn assume(&mut self, _identity: &Identity) {
        if let (Some(machine), Some(name)) = (self.machine(), self.name.text()) {
            self.arn = format!("{machine}:{name}").into();
            self.id = self.arn.clone();
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        self.check_before_creation(operation).await?;
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
        if let (Some(deployment), Some(version)) =
            (self.deployment.known(), self.state_machine_version.text())
        {
            return self.deploy(deployment, version, prior, operation).await;
        }
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
