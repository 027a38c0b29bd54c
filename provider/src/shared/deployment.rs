//! The `deployment` block of aliases: gradual deployments of their versions.

use std::collections::BTreeSet;
use std::time::Duration;

use sfn_aws::Call;
use sfn_deploy::{
    Alias, Check, Clock, Deployment, Description, Failure, LONGEST_DESCRIPTION, Limits, Outcome,
    Progress, Record, Shift, Smoke, Strategy, Subject, alarm_name,
};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};
use tokio_util::sync::CancellationToken;

use super::json_argument::{is_known, json};
use super::managed::Operation;
use super::timeouts;

/// Name of the block.
pub const DEPLOYMENT: &str = "deployment";

/// Default time limit of a smoke execution.
const SMOKE: Duration = Duration::from_mins(5);

/// A gradual deployment. The block has an effect when the version of the alias changes, and none
/// when the alias is created.
#[derive(Debug, Clone, Model)]
pub struct DeploymentBlock {
    /// `CANARY` moves `percentage` of the traffic at once and the rest after `interval`. `LINEAR`
    /// moves `percentage` at once and the same percentage more after each `interval`. `ALL_AT_ONCE`
    /// moves all traffic at once.
    #[tf(required, name = "type", one_of = ["CANARY", "LINEAR", "ALL_AT_ONCE"])]
    kind: Attr<String>,
    /// Percentage of the first step and, for `LINEAR`, of each further step. Required for `CANARY` and
    /// `LINEAR`.
    #[tf(optional, between = 1..=99)]
    percentage: Attr<i32>,
    /// Time between two steps, such as `5m`. Required for `CANARY` and `LINEAR`. All steps can take
    /// 35 hours at most.
    #[tf(optional, validate = timeouts::duration)]
    interval: Attr<String>,
    /// Time to watch the new version after it receives all traffic, such as `10m`. Defaults to
    /// none.
    #[tf(optional, validate = timeouts::duration)]
    bake: Attr<String>,
    /// Names or ARNs of CloudWatch alarms, of metrics or composite ones. If one of them is raised
    /// during the deployment, all traffic goes back to the old version.
    #[tf(optional)]
    alarms: Attr<BTreeSet<String>>,
    /// Number of executions or invocations of the new version that must end before it receives
    /// more traffic, and before the deployment ends.
    #[tf(optional, at_least = 1)]
    minimum_executions: Attr<i64>,
    /// Share of the executions or invocations of the new version that may fail, from 0 to 1. As long
    /// as fewer than `minimum_executions` have ended, the share is that of `minimum_executions`.
    #[tf(optional, validate = rate)]
    maximum_failure_rate: Attr<f64>,
    /// An execution or invocation of the new version before it receives traffic. The deployment
    /// fails, without a change, if it does not end as expected.
    #[tf(block, present)]
    before_traffic: Attr<BeforeTraffic>,
}

/// An execution or invocation before traffic.
#[derive(Debug, Clone, Model)]
struct BeforeTraffic {
    /// Input, as a value or as JSON text. Defaults to `{}`.
    #[tf(optional)]
    input: Attr<Value>,
    /// How it must end: `status` (`SUCCEEDED`, `FAILED` or `TIMED_OUT`), `output` as far as it is
    /// written, the exact `output!`, `error`, and a part of `cause`. Defaults to the status
    /// `SUCCEEDED`.
    #[tf(optional)]
    expect: Attr<Value>,
    /// Maximum time, such as `90s`. Defaults to `5m`.
    #[tf(optional, validate = timeouts::duration)]
    timeout: Attr<String>,
}

fn rate(rate: &f64) -> Result<(), Problem> {
    if (0.0..=1.0).contains(rate) {
        return Ok(());
    }
    let detail = "A rate is a share. For example, `0.05` is one in twenty.";
    Err(Problem::new(
        format!("`maximum_failure_rate` must be between 0 and 1, got {rate}"),
        detail,
    ))
}

fn known_duration(text: &Attr<String>) -> Option<Duration> {
    text.text().and_then(timeouts::parse)
}

impl BeforeTraffic {
    fn input(&self) -> Result<serde_json::Value, String> {
        match self.input.known() {
            Some(input) => json(input),
            None => Ok(serde_json::json!({})),
        }
    }

    fn expect(&self) -> Result<sfn_test::Expect, String> {
        let json = match self.expect.known() {
            Some(expect) => json(expect)?,
            None => serde_json::json!({}),
        };
        Smoke::expectation(json)
    }

    /// Checks the values that are wholly known.
    fn validate(&self, block: &AttributePath) -> Diagnostics {
        let path = |name: &str| block.clone().attribute("before_traffic").attribute(name);
        let input = self.input().err().filter(|_| is_known(&self.input));
        let input = input.map(|problem| {
            let message = format!("`input` is not valid JSON: {problem}");
            let detail = "Use a value such as `{ orderId = \"smoke\" }`, or JSON text.";
            Diagnostic::error(message, detail).at(path("input"))
        });
        let expect = self.expect().err().filter(|_| is_known(&self.expect));
        let expect = expect.map(|problem| {
            let message = format!("invalid expectation: {problem}");
            let detail =
                "Use a value such as `{ status = \"SUCCEEDED\", output = { ok = true } }`.";
            Diagnostic::error(message, detail).at(path("expect"))
        });
        input.into_iter().chain(expect).collect()
    }
}

impl DeploymentBlock {
    fn is_gradual(&self) -> Option<bool> {
        self.kind.text().map(|kind| kind != "ALL_AT_ONCE")
    }

    /// The steps. `None` if they depend on unknown or missing values.
    pub fn strategy(&self) -> Option<Result<Strategy, sfn_deploy::StrategyError>> {
        let step = || Some((*self.percentage.known()?, known_duration(&self.interval)?));
        let shift = match self.kind.text()? {
            "CANARY" => {
                let (percentage, interval) = step()?;
                Shift::Canary {
                    percentage,
                    interval,
                }
            }
            "LINEAR" => {
                let (percentage, interval) = step()?;
                Shift::Linear {
                    percentage,
                    interval,
                }
            }
            _ => Shift::AllAtOnce,
        };
        let bake = match &self.bake {
            Attr::Unknown => return None,
            bake => known_duration(bake).unwrap_or(Duration::ZERO),
        };
        Some(Strategy::new(shift, bake))
    }

    /// Time that a deployment needs. Zero if it is not known.
    pub fn time_needed(&self) -> Duration {
        let smoke = match self.before_traffic.known() {
            Some(before) => known_duration(&before.timeout).unwrap_or(SMOKE),
            None => Duration::ZERO,
        };
        match self.strategy() {
            Some(Ok(strategy)) => strategy.longest() + smoke,
            _ => Duration::ZERO,
        }
    }

    /// The limits. Alarms are given by their names or ARNs.
    fn limits(&self) -> Limits {
        let alarms = self.alarms.known().into_iter().flatten();
        Limits {
            alarms: alarms.map(|alarm| alarm_name(alarm).to_owned()).collect(),
            minimum_executions: self
                .minimum_executions
                .known()
                .and_then(|minimum| u64::try_from(*minimum).ok()),
            maximum_failure_rate: self.maximum_failure_rate.known().copied(),
        }
    }

    /// Checks that span arguments, and the description of the alias.
    pub fn validate(&self, description: &Attr<String>) -> Diagnostics {
        let mut found = self.validate_at(&AttributePath::root(DEPLOYMENT));
        let length = description.text().map_or(0, |text| text.chars().count());
        if length > LONGEST_DESCRIPTION {
            let detail = "A deployment keeps its progress in the description. Shorten the text.";
            let message = format!(
                "`description` must have at most {LONGEST_DESCRIPTION} characters with a `deployment` block, got {length}"
            );
            found.push(Diagnostic::error(message, detail).at(AttributePath::root("description")));
        }
        found
    }

    /// Checks that span arguments. `block` is the path of the block that has them.
    pub fn validate_at(&self, block: &AttributePath) -> Diagnostics {
        let mut found = Diagnostics::default();
        let error = |message: String, detail: &str, name: &str| {
            Diagnostic::error(message, detail).at(block.clone().attribute(name))
        };
        for (name, is_null) in [
            ("percentage", self.percentage.is_null()),
            ("interval", self.interval.is_null()),
        ] {
            let kind = self.kind.text().unwrap_or("");
            match self.is_gradual() {
                Some(true) if is_null => {
                    let detail = format!("Set `{name}`, or use the type `ALL_AT_ONCE`.");
                    found.push(error(
                        format!("`{name}` is required for the type `{kind}`"),
                        &detail,
                        name,
                    ));
                }
                Some(false) if !is_null => {
                    let detail = format!("Remove `{name}`, or use the type `CANARY` or `LINEAR`.");
                    found.push(error(
                        format!("`{name}` conflicts with the type `{kind}`"),
                        &detail,
                        name,
                    ));
                }
                _ => {}
            }
        }
        found.extend(self.validate_limits(block));
        match self.strategy() {
            // The percentage has its own check.
            Some(Ok(_) | Err(sfn_deploy::StrategyError::Percentage(_))) | None => {}
            Some(Err(problem @ sfn_deploy::StrategyError::TooLong(_))) => {
                let detail = "Use a shorter `interval`, or a larger `percentage`.";
                found.push(error(problem.to_string(), detail, "interval"));
            }
            Some(Err(problem)) => {
                found.push(error(problem.to_string(), "Use a shorter time.", "bake"));
            }
        }
        if let Some(before) = self.before_traffic.known() {
            found.extend(before.validate(block));
        }
        found
    }

    fn validate_limits(&self, block: &AttributePath) -> Diagnostics {
        let mut found = Diagnostics::default();
        let error = |message: String, detail: &str, name: &str| {
            Diagnostic::error(message, detail).at(block.clone().attribute(name))
        };
        let is_unwatched = self.is_gradual() == Some(false) && self.bake.is_null();
        for (name, is_null) in [
            ("alarms", self.alarms.is_null()),
            ("minimum_executions", self.minimum_executions.is_null()),
            ("maximum_failure_rate", self.maximum_failure_rate.is_null()),
        ] {
            if is_unwatched && !is_null {
                let message = format!("`{name}` has no effect without `bake`");
                let detail = "With the type `ALL_AT_ONCE`, the new version is watched for the time in `bake` only. Set it, such as `bake = \"10m\"`.";
                found.push(error(message, detail, name));
            }
        }
        let alarms = self.alarms.known().into_iter().flatten();
        for alarm in alarms.filter(|alarm| alarm.starts_with("arn:")) {
            if alarm_name(alarm) == alarm {
                let message = format!("`{alarm}` is not the ARN of an alarm");
                let detail =
                    "Use the name or ARN of an alarm, such as `sfn_execution_alarm.failed.name`.";
                found.push(error(message, detail, "alarms"));
            }
        }
        let count = self.alarms.known().map_or(0, BTreeSet::len);
        if count > sfn_aws::alarm::NAMES_PER_CALL {
            let message = format!("`alarms` must have at most 100 elements, got {count}");
            let detail = "Combine alarms in a composite alarm.";
            found.push(error(message, detail, "alarms"));
        }
        found
    }

    /// The change of an alias to a version in words, such as `from version 6: 10 % at once, 100 % after 5m`. `None` if the
    /// steps are not known.
    pub fn plan(&self, before: &Before<'_>, to: Option<&str>) -> Option<String> {
        let strategy = self.strategy()?.ok()?;
        let Some(record) = Record::split(before.description).1 else {
            return Some(match before.version {
                Some(version) => format!("from version {version}: {strategy}"),
                None => format!("from two versions: {strategy}"),
            });
        };
        let (from, new) = (&record.from, &record.to);
        Some(match to {
            Some(to) if to == from => format!("returns to version {from}"),
            Some(to) if to == new => format!("continues with version {new}: {strategy}"),
            Some(_) => format!("returns to version {from}, then {strategy}"),
            None => {
                format!("continues with version {new} or returns to version {from}: {strategy}")
            }
        })
    }

    /// Plans the change of an alias to a version, which can be unknown. `prior` is the plan of the last change.
    pub fn planned(
        &self,
        before: &Before<'_>,
        to: &Attr<&str>,
        prior: &Attr<String>,
        title: &str,
    ) -> (Attr<String>, Diagnostics) {
        let none = Diagnostics::default;
        match to {
            Attr::Null => (prior.clone(), none()),
            Attr::Known(to) if before.is_at(to) => (prior.clone(), none()),
            Attr::Known(to) => match self.plan(before, Some(to)) {
                Some(plan) => (plan.into(), none()),
                None => (Attr::Unknown, none()),
            },
            // The version can turn out to be the one that the alias has, so that the plan of the attribute is unknown.
            Attr::Unknown => {
                let warning = self.plan(before, None).map(|plan| {
                    let detail =
                        format!("{plan}.\n\nThe apply waits until the deployment has ended.");
                    Diagnostic::warning(
                        format!("the {title} moves to a new version gradually"),
                        detail,
                    )
                    .at(AttributePath::root(DEPLOYMENT))
                });
                (Attr::Unknown, warning.into_iter().collect())
            }
        }
    }

    /// The plan of a change that was made, if it was not known before.
    pub fn made(
        &self,
        planned: &Attr<String>,
        before: &Before<'_>,
        to: &str,
        prior: &Attr<String>,
    ) -> Attr<String> {
        match planned {
            Attr::Unknown if before.is_at(to) => prior.clone(),
            Attr::Unknown => self.plan(before, Some(to)).into(),
            planned => planned.clone(),
        }
    }
}

/// An alias before a change.
pub struct Before<'a> {
    /// Description, with the record of a deployment that is under way.
    pub description: Option<&'a str>,
    /// The only version.
    pub version: Option<&'a str>,
}

impl Before<'_> {
    /// Whether the alias leads to this version, and no deployment is under way.
    fn is_at(&self, version: &str) -> bool {
        self.version == Some(version) && Record::split(self.description).1.is_none()
    }
}

/// A call after a deployment that may have been cancelled.
pub fn uncancelled() -> Call {
    Call::new(Duration::from_secs(30), CancellationToken::new())
}

/// A deployment of a version, and what it needs.
pub struct Rollout<'a> {
    /// The block.
    pub block: &'a DeploymentBlock,
    /// The object that a smoke execution starts.
    pub subject: Subject,
    /// Further checks before traffic.
    pub checks: Vec<Box<dyn Check>>,
    /// Attribute with the version.
    pub attribute: &'static str,
    /// Path of the block. Empty if its arguments are at the top.
    pub path: AttributePath,
}

impl Rollout<'_> {
    /// The checks before traffic.
    fn checks(self, operation: &Operation) -> Result<Vec<Box<dyn Check>>, Diagnostics> {
        let Some(before) = self.block.before_traffic.known() else {
            return Ok(self.checks);
        };
        let problems = before.validate(&self.path);
        problems.into_result()?;
        let told = |problem: String| Diagnostics::from(Diagnostic::error(problem, ""));
        let smoke = Smoke {
            aws: operation.aws().clone(),
            subject: self.subject,
            input: before.input().map_err(told)?,
            expect: before.expect().map_err(told)?,
            timeout: known_duration(&before.timeout).unwrap_or(SMOKE),
        };
        let first: Box<dyn Check> = Box::new(smoke);
        Ok([first].into_iter().chain(self.checks).collect())
    }

    /// Runs the checks for a new alias, which has no traffic yet.
    ///
    /// # Errors
    /// When a check fails.
    pub async fn check_new(self, to: &str, operation: &Operation) -> Result<(), Diagnostics> {
        let attribute = self.attribute;
        for check in self.checks(operation)? {
            let checked = check.run(to, operation.call.cancelled()).await;
            checked.map_err(|reason| {
                let summary = format!("version {to} is not healthy");
                let detail = format!("{}. Nothing was changed.", upper(&reason.to_string()));
                Diagnostic::error(summary, detail).at(AttributePath::root(attribute))
            })?;
        }
        Ok(())
    }

    /// Deploys a version, and waits until the deployment ends. `report` receives its progress.
    ///
    /// # Errors
    /// When the alias is not changed, or returns to the old version.
    pub async fn run(
        self,
        alias: &dyn Alias,
        to: &str,
        description: Description,
        operation: &Operation,
        report: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Outcome, Diagnostics> {
        let attribute = self.attribute;
        let Some(Ok(strategy)) = self.block.strategy() else {
            return Err(self.block.no_strategy(&self.path));
        };
        let title = alias.title();
        self.block
            .check_alarm_regions(operation, &self.path)
            .await?;
        let deployment = Deployment {
            alias,
            to,
            strategy,
            limits: self.block.limits(),
            checks: self.checks(operation)?,
            description,
            cancelled: operation.call.cancelled().clone(),
            deadline: Some(operation.call.deadline()),
            clock: Clock::new(),
            report,
        };
        deployment
            .run()
            .await
            .map_err(|failure| refused(&failure, &title, to, attribute).into())
    }
}

impl DeploymentBlock {
    /// Checks that alarms that are given by their ARNs are in the region of the alias.
    async fn check_alarm_regions(
        &self,
        operation: &Operation,
        block: &AttributePath,
    ) -> Result<(), Diagnostics> {
        let Ok(region) = operation.aws().region().await else {
            return Ok(());
        };
        let alarms = self.alarms.known().into_iter().flatten();
        let other =
            |alarm: &&String| aws_arn::region_of(alarm).is_some_and(|of_alarm| of_alarm != region);
        let wrong = alarms.filter(other).map(|alarm| {
            let detail = format!("Use an alarm in the region `{region}` of the alias.");
            Diagnostic::error(format!("`{alarm}` is in another region"), detail)
                .at(block.clone().attribute("alarms"))
        });
        wrong.collect::<Diagnostics>().into_result().map(drop)
    }

    /// The errors of arguments that were unknown in the plan, and are missing or out of range in the end.
    fn no_strategy(&self, block: &AttributePath) -> Diagnostics {
        match self.validate_at(block).into_result() {
            Err(problems) => problems,
            Ok(_) => {
                let detail = "Set `type`, `percentage` and `interval`.";
                let error = Diagnostic::error("the deployment has no steps", detail);
                error.at(block.clone()).into()
            }
        }
    }
}

/// Writes the progress of a deployment to the log of the provider.
pub fn log(progress: Progress) {
    tracing::info!("{progress}");
}

/// A text that begins with an upper-case letter.
fn upper(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The error for a failed deployment.
fn refused(failure: &Failure, title: &str, to: &str, attribute: &str) -> Diagnostic {
    let (summary, detail) = match failure {
        Failure::Refused(reason) => (
            format!("version {to} was not deployed"),
            format!("{}. Nothing was changed.", upper(&reason.to_string())),
        ),
        Failure::Missing => (
            format!("the {title} does not exist"),
            "It was deleted outside of Terraform. Apply again to create it.".to_owned(),
        ),
        Failure::Split(routes) => (
            format!("the {title} routes to {routes}"),
            "A deployment begins with one version. Route all traffic to one of them, or remove the `deployment` block for \
             one apply."
                .to_owned(),
        ),
        Failure::DescriptionTooLong => (
            format!("the description of the {title} is too long"),
            format!(
                "A deployment keeps its progress in the description. Shorten it to {LONGEST_DESCRIPTION} characters."
            ),
        ),
        Failure::RolledBack { from, reason } => (
            format!("the deployment of version {to} was rolled back"),
            format!(
                "{}. All traffic goes to version {from} again. The next apply deploys version {to} again.",
                upper(&reason.to_string())
            ),
        ),
        Failure::Stuck {
            from,
            reason,
            error,
        } => (
            format!("the deployment of version {to} could not be rolled back"),
            format!(
                "{}. The traffic could not be moved back to version {from}: {error}. The next apply continues the \
                 deployment. To return at once, use `sfn deploy` with `--to {from} --type ALL_AT_ONCE`.",
                upper(&reason.to_string())
            ),
        ),
        Failure::TakenOver => (
            format!("the deployment of version {to} continues in another process"),
            "Another apply or `sfn deploy` continues it. Run `terraform plan` after it has ended.".to_owned(),
        ),
    };
    Diagnostic::error(summary, detail).at(AttributePath::root(attribute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_say_what_happens() {
        let block = DeploymentBlock::from_value(&Value::object([
            ("type", Value::from("CANARY")),
            ("percentage", Value::from(10_i64)),
            ("interval", Value::from("5m")),
        ]));
        let steps = "10 % at once, 100 % after 5m";
        let record = "d [sfn deployment of version 7 after 6: start 2026-12-01T13:24:49Z, step 2026-12-01T13:24:49Z, id 1a2b3c]";
        for (description, version, to, expected) in [
            (
                None,
                Some("6"),
                Some("7"),
                format!("from version 6: {steps}"),
            ),
            (
                Some("d"),
                None,
                Some("7"),
                format!("from two versions: {steps}"),
            ),
            (
                Some(record),
                Some("6"),
                Some("7"),
                format!("continues with version 7: {steps}"),
            ),
            (
                Some(record),
                Some("6"),
                Some("6"),
                "returns to version 6".to_owned(),
            ),
            (
                Some(record),
                Some("6"),
                Some("8"),
                format!("returns to version 6, then {steps}"),
            ),
            (
                Some(record),
                Some("6"),
                None,
                format!("continues with version 7 or returns to version 6: {steps}"),
            ),
        ] {
            let before = Before {
                description,
                version,
            };
            assert_eq!(
                block.plan(&before, to),
                Some(expected.clone()),
                "{expected}"
            );
            let prior = Attr::Known("prior".to_owned());
            let to = to.map_or(Attr::Unknown, Attr::Known);
            let (planned, warnings) = block.planned(&before, &to, &prior, "alias `live`");
            let is_unknown = to.is_unknown();
            assert_eq!(
                (planned.is_unknown(), warnings.is_empty()),
                (is_unknown, !is_unknown)
            );
            let at = Before {
                description: None,
                version: Some("7"),
            };
            let known = Attr::Known("7");
            assert_eq!(block.planned(&at, &known, &prior, "").0, prior);
            assert_eq!(block.made(&Attr::Unknown, &at, "7", &prior), prior);
        }
    }
}
