//! `resource "sfn_lambda_alias"`.

use std::collections::BTreeMap;
use std::time::Duration;

use asl::references::Kind;
use async_trait::async_trait;
use aws_arn::FunctionArn;
use sfn_aws::Identity;
use sfn_aws::function::alias::{self, Wanted};
use sfn_deploy::{Description, FunctionAlias, Record, Subject};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::lambda_function::invoke_arn;
use crate::session::ProviderContext;
use crate::shared::deployment::{Before, DEPLOYMENT, DeploymentBlock, Rollout, log, uncancelled};
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{empty, same_function};

const ROUTING: &str = "routing_config";
const WEIGHTS: &str = "additional_version_weights";
const VERSION: &str = "function_version";

/// Manages an alias of a Lambda function. An alias points to one version, or to two versions with
/// weighted routing.
#[derive(Debug, Clone, Model)]
pub struct LambdaAlias {
    /// Name of the alias.
    #[tf(required, replace)]
    name: Attr<String>,
    /// Name or ARN of the function.
    #[tf(required, replace, equal = same_function)]
    function_name: Attr<String>,
    /// Version to which the alias points, such as `sfn_lambda_function.f.version`.
    #[tf(required)]
    function_version: Attr<String>,
    /// Description of the alias.
    #[tf(optional)]
    description: Attr<String>,
    /// Steps of the last change of the version with a `deployment` block, such as `from version 6:
    /// 10 % at once, 100 % after 5m, 10m watched`.
    #[tf(computed)]
    deployment_plan: Attr<String>,
    /// ARN of the alias.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the alias. Use it to call the function from a workflow.
    #[tf(computed)]
    arn: Attr<String>,
    /// ARN to invoke the function from API Gateway.
    #[tf(computed)]
    invoke_arn: Attr<String>,
    /// Routing to a second version.
    #[tf(block, conflicts = ["deployment"])]
    routing_config: Attr<Routing>,
    /// Moves the invocations to a new version gradually, watches it, and moves them back to the old
    /// version if something is wrong. Has an effect when `function_version` changes. The apply waits
    /// until the deployment ends. If it is killed, the next apply continues it.
    #[tf(block)]
    deployment: Attr<DeploymentBlock>,
}

/// Routing to a second version.
#[derive(Debug, Clone, Model)]
struct Routing {
    /// Share of invocations per version, from 0 to 1. `function_version` receives the rest.
    #[tf(optional)]
    additional_version_weights: Attr<BTreeMap<String, f64>>,
}

impl LambdaAlias {
    fn weights(&self) -> BTreeMap<String, f64> {
        let weights = self
            .routing_config
            .known()
            .and_then(|routing| routing.additional_version_weights.known());
        weights.cloned().unwrap_or_else(BTreeMap::new)
    }

    fn wanted(&self) -> Result<Wanted, Refusal> {
        let version = self.function_version.get()?.clone();
        Ok(Wanted {
            version,
            description: self.description.text().map(str::to_owned),
            weights: self.weights(),
        })
    }

    fn with_arn(self, arn: &str) -> Self {
        Self {
            id: arn.into(),
            arn: arn.into(),
            invoke_arn: invoke_arn(arn).into(),
            ..self
        }
    }

    /// The alias as AWS has it. A deployment that is under way shows in the description, which has its progress, and the
    /// version stays the one before it.
    fn observed(&self, arn: &str, found: Wanted) -> Self {
        let is_under_way = Record::split(found.description.as_deref()).1.is_some();
        if is_under_way && self.function_version.known().is_some() {
            return Self {
                description: found.description.into(),
                routing_config: Attr::Null,
                ..self.clone()
            }
            .with_arn(arn);
        }
        let routing = (!found.weights.is_empty()).then(|| Routing {
            additional_version_weights: found.weights.into(),
        });
        let (version, description) = (found.version.into(), found.description.into());
        Self {
            function_version: version,
            description,
            routing_config: routing.into(),
            ..self.clone()
        }
        .with_arn(arn)
    }
}

fn rollout<'a>(deployment: &'a DeploymentBlock, function: &str) -> Rollout<'a> {
    Rollout {
        block: deployment,
        subject: Subject::Function(function.to_owned()),
        checks: Vec::new(),
        attribute: VERSION,
        path: AttributePath::root(DEPLOYMENT),
    }
}

impl LambdaAlias {
    fn before(&self) -> Before<'_> {
        Before {
            description: self.description.text(),
            version: self
                .function_version
                .text()
                .filter(|_| self.weights().is_empty()),
        }
    }

    /// Plans the steps of a change of the version. Returns warnings.
    fn plan_deployment(&mut self, prior: &Self) -> Diagnostics {
        let Some(deployment) = self.deployment.known() else {
            return Diagnostics::default();
        };
        let to = self.function_version.as_ref().map(String::as_str);
        let last = &prior.deployment_plan;
        let (plan, warnings) = deployment.planned(&prior.before(), &to, last, &self.title());
        self.deployment_plan = plan;
        warnings
    }

    /// Deploys the version. After a failure, the state has what the alias routes to.
    async fn deploy(
        &self,
        deployment: &DeploymentBlock,
        prior: &Self,
        operation: &Operation,
    ) -> Result<Self, Failed<Self>> {
        let (function, name) = (self.function_name.get()?, self.name.get()?);
        let target = FunctionAlias::new(operation.aws(), function, name);
        let description = Description::New(self.description.text().map(str::to_owned));
        let version = self.function_version.get()?;
        let deployed = rollout(deployment, function)
            .run(&target, version, description, operation, &log)
            .await;
        let Err(diagnostics) = deployed else {
            let (planned, last) = (&self.deployment_plan, &prior.deployment_plan);
            let plan = deployment.made(planned, &prior.before(), version, last);
            return Ok(Self {
                deployment_plan: plan,
                ..self.clone()
            });
        };
        let found = alias::describe(operation.aws(), &uncancelled(), function, name).await;
        Err(match found {
            Ok(Some((arn, found))) => {
                let before = Self {
                    function_version: prior.function_version.clone(),
                    deployment_plan: prior.deployment_plan.clone(),
                    ..self.clone()
                };
                Failed::leaving(diagnostics, before.observed(&arn, found))
            }
            _ => diagnostics.into(),
        })
    }
}

#[async_trait]
impl Managed for LambdaAlias {
    const TYPE: &'static str = "sfn_lambda_alias";
    const IDENTITY: &'static [IdentityPart] = &[
        IdentityPart::required("function_name", "Name of the function."),
        IdentityPart::required("name", "Name of the alias."),
    ];
    const MOVED_FROM: Option<&'static str> = Some("aws_lambda_alias");

    fn title(&self) -> String {
        let name = |name: &Attr<String>| name.text().unwrap_or("?").to_owned();
        format!(
            "alias `{}` of `{}`",
            name(&self.name),
            name(&self.function_name)
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let mut error = |message: String, detail: &str| {
            let path = AttributePath::root(ROUTING).attribute(WEIGHTS);
            diagnostics.push(Diagnostic::error(message, detail).at(path));
        };
        let weights = self.weights();
        for (version, weight) in &weights {
            if !(0.0..=1.0).contains(weight) {
                let detail =
                    "A weight is a share of invocations. For example, `0.1` is one in ten.";
                error(
                    format!(
                        "the weight of version {version} must be between 0 and 1, got {weight}"
                    ),
                    detail,
                );
            }
            if self.function_version.text() == Some(version) {
                let detail = "`function_version` receives the remaining invocations. Use another version here.";
                error(
                    format!(
                        "version {version} is both `function_version` and an additional version"
                    ),
                    detail,
                );
            }
        }
        if weights.len() > 1 {
            let detail = "An alias can route to two versions at most.";
            error(
                format!("`{WEIGHTS}` must have one version, got {}", weights.len()),
                detail,
            );
        }
        if let Some(deployment) = self.deployment.known() {
            diagnostics.extend(deployment.validate(&self.description));
        }
        diagnostics
    }

    fn time_needed(&self) -> Duration {
        let deployment = self.deployment.known();
        deployment.map_or(Duration::ZERO, DeploymentBlock::time_needed)
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        if let (None, Some(function)) = (change.prior, self.function_name.text()) {
            change
                .provider
                .planned()
                .record(Kind::Function, None, Some(function), None);
        }
        let mut warnings = Diagnostics::default();
        match change.prior {
            None => self.deployment_plan = Attr::Null,
            Some(prior) => warnings = self.plan_deployment(prior),
        }
        Ok(PlanOutcome {
            warnings,
            ..PlanOutcome::default()
        })
    }

    fn assume(&mut self, identity: &Identity) {
        let function = self.function_name.text().and_then(FunctionArn::parse);
        if let (Some(function), Some(name)) = (function, self.name.text()) {
            let arn = identity.arn("lambda", &format!("function:{}:{name}", function.name));
            *self = self.clone().with_arn(&arn);
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let (function, name) = (self.function_name.get()?, self.name.get()?);
        if let Some(deployment) = self.deployment.known() {
            let version = self.function_version.get()?;
            let rollout = rollout(deployment, function);
            rollout.check_new(version, operation).await?;
        }
        let created = alias::create(
            operation.aws(),
            &operation.call,
            function,
            name,
            &self.wanted()?,
        )
        .await;
        let arn = created.map_err(|error| Failed::created(error, self.clone()))?;
        Ok(self.clone().with_arn(&arn))
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let (function, name) = (self.function_name.get()?, self.name.get()?);
        let found = alias::describe(operation.aws(), &operation.call, function, name).await?;
        Ok(found.map(|(arn, found)| Observed::untagged(self.observed(&arn, found))))
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        if let Some(deployment) = self.deployment.known() {
            return self.deploy(deployment, prior, operation).await;
        }
        let wanted = self.wanted()?;
        if wanted != prior.wanted()? {
            let (function, name) = (self.function_name.get()?, self.name.get()?);
            alias::update(operation.aws(), &operation.call, function, name, &wanted).await?;
        }
        Ok(self.clone())
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        alias::delete(
            operation.aws(),
            &operation.call,
            self.function_name.get()?,
            self.name.get()?,
        )
        .await?;
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        let by_arn = || {
            let arn = FunctionArn::parse(id).filter(|_| id.starts_with("arn:"))?;
            Some((arn.name, arn.qualifier?))
        };
        let by_name = || {
            id.split_once('/')
                .map(|(function, alias)| (function.to_owned(), alias.to_owned()))
        };
        match by_arn().or_else(by_name) {
            Some((function, name)) => Ok(Self {
                function_name: function.into(),
                name: name.into(),
                ..empty()
            }),
            None => {
                let detail =
                    "Use `FUNCTION/ALIAS`, such as `charge-card/live`, or the ARN of the alias.";
                Err(Problem::new(
                    format!("`{id}` is not an alias of a function"),
                    detail,
                ))
            }
        }
    }

    fn import_id(&self, _identity: &Identity) -> String {
        let function = self
            .function_name
            .text()
            .and_then(FunctionArn::parse)
            .map(|function| function.name);
        format!(
            "{}/{}",
            function.as_deref().unwrap_or("?"),
            self.name.text().unwrap_or("?")
        )
    }
}
