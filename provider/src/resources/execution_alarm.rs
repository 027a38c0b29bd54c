//! `resource "sfn_execution_alarm"`.

use async_trait::async_trait;
use aws_arn::{Qualifier, StateMachineArn};
use sfn_aws::Identity;
use sfn_aws::alarm::{self, Described, Wanted};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use crate::session::ProviderContext;
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{arns, empty, names};

/// Manages a CloudWatch alarm on the executions of a state machine, or on the open executions and
/// Map Runs of the account, for which AWS has quotas. Missing data does not raise the alarm.
#[derive(Debug, Clone, Model)]
pub struct ExecutionAlarm {
    /// ARN of the state machine. With the ARN of a version or an alias, the alarm covers only the
    /// executions that it starts. Required for all metrics except `open_executions`,
    /// `open_map_runs` and `map_run_backlog`, which cover the whole account in the region.
    #[tf(optional, validate = arns::qualified_state_machine)]
    state_machine_arn: Attr<String>,
    /// Metric of the alarm.
    #[tf(required, one_of = ["failed", "timed_out", "aborted", "throttled", "duration", "open_executions", "open_map_runs", "map_run_backlog"])]
    metric: Attr<String>,
    /// Name of the alarm. 1–255 characters. Defaults to the names of the state machine and the
    /// metric.
    #[tf(optional, computed, replace, validate = names::alarm)]
    name: Attr<String>,
    /// Human-readable description. Included in notifications.
    #[tf(optional)]
    description: Attr<String>,
    /// Threshold that raises the alarm. For `duration` a number of seconds; for `open_executions`,
    /// `open_map_runs` and `map_run_backlog` a number of executions or Map Runs at one time;
    /// otherwise a number of executions in a period. Required for `duration`, `open_executions` and
    /// `open_map_runs`. AWS recommends 900 for `open_map_runs`, because an account can have 1,000.
    #[tf(optional, computed, default = 1)]
    threshold: Attr<f64>,
    /// Statistic for `duration`: `Maximum`, `Average`, `Minimum` or a percentile such as `p99`. Defaults to `Maximum`.
    #[tf(optional, computed, validate = statistic)]
    statistic: Attr<String>,
    /// Length of a period in seconds. Must be a multiple of 60.
    #[tf(optional, computed, default = 60, validate = period)]
    period: Attr<i32>,
    /// Number of periods to evaluate.
    #[tf(optional, computed, default = 1, at_least = 1)]
    evaluation_periods: Attr<i32>,
    /// Number of evaluated periods that must reach the threshold. Defaults to all of them.
    #[tf(optional, at_least = 1)]
    datapoints_to_alarm: Attr<i32>,
    /// ARNs of the actions to run when the alarm is raised, such as SNS topics.
    #[tf(optional)]
    alarm_actions: Attr<Vec<String>>,
    /// ARNs of the actions to run when the alarm ends.
    #[tf(optional)]
    ok_actions: Attr<Vec<String>>,
    /// ARN of the alarm.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the alarm.
    #[tf(computed)]
    arn: Attr<String>,
}

/// A metric of Step Functions (Step Functions developer guide, "Execution metrics" and "Map Run metrics").
struct Metric {
    /// Value of the argument `metric`.
    word: &'static str,
    /// Name in CloudWatch.
    name: &'static str,
    /// Default statistic.
    statistic: &'static str,
    scope: Scope,
    /// Whether 1 is a sensible threshold.
    has_default_threshold: bool,
}

/// The scope of a metric.
#[derive(PartialEq)]
enum Scope {
    /// The executions of a state machine, given as dimensions.
    StateMachine,
    /// The account in a region, without dimensions.
    Account,
}

const DURATION: &str = "duration";

const METRICS: [Metric; 8] = [
    Metric::executions("failed", "ExecutionsFailed"),
    Metric::executions("timed_out", "ExecutionsTimedOut"),
    Metric::executions("aborted", "ExecutionsAborted"),
    Metric::executions("throttled", "ExecutionThrottled"),
    Metric {
        statistic: "Maximum",
        has_default_threshold: false,
        ..Metric::executions(DURATION, "ExecutionTime")
    },
    Metric {
        has_default_threshold: false,
        ..Metric::account("open_executions", "OpenExecutionCount")
    },
    Metric {
        has_default_threshold: false,
        ..Metric::account("open_map_runs", "ApproximateOpenMapRunCount")
    },
    Metric::account("map_run_backlog", "ApproximateMapRunBacklogSize"),
];

impl Metric {
    const fn executions(word: &'static str, name: &'static str) -> Self {
        Self {
            word,
            name,
            statistic: "Sum",
            scope: Scope::StateMachine,
            has_default_threshold: true,
        }
    }

    const fn account(word: &'static str, name: &'static str) -> Self {
        Self {
            word,
            name,
            statistic: "Maximum",
            scope: Scope::Account,
            has_default_threshold: true,
        }
    }
}

/// Error for a metric of the account that is combined with a state machine.
fn for_the_account(metric: &Metric) -> Diagnostic {
    let detail = "This metric covers all state machines of the account in the region. Remove `state_machine_arn`.";
    let message = format!(
        "`state_machine_arn` conflicts with the metric `{}`",
        metric.word
    );
    Diagnostic::error(message, detail).at(AttributePath::root("state_machine_arn"))
}

fn statistic(word: &str) -> Result<(), Problem> {
    let percentile = || {
        word.strip_prefix('p')
            .and_then(|rest| rest.parse::<f64>().ok())
    };
    let is_valid = ["Sum", "Maximum", "Average", "Minimum"].contains(&word)
        || percentile().is_some_and(|percentile| (0.0..=100.0).contains(&percentile));
    let detail =
        "Valid values are `Maximum`, `Average`, `Minimum` and percentiles from `p0` to `p100`.";
    if is_valid {
        Ok(())
    } else {
        Err(Problem::new(format!("unsupported value `{word}`"), detail))
    }
}

fn period(seconds: &i32) -> Result<(), Problem> {
    let problem = || {
        Problem::new(
            format!("`period` must be a multiple of 60, got {seconds}"),
            "Use 60, 120, 300 …",
        )
    };
    if *seconds >= 60 && seconds % 60 == 0 {
        Ok(())
    } else {
        Err(problem())
    }
}

impl ExecutionAlarm {
    fn is_duration(&self) -> bool {
        self.metric.text() == Some(DURATION)
    }

    /// Factor from seconds, the unit of a threshold, to milliseconds, the unit of CloudWatch.
    fn scale(&self) -> f64 {
        if self.is_duration() { 1000.0 } else { 1.0 }
    }

    /// The metric, if it is known.
    fn known_metric(&self) -> Option<&'static Metric> {
        METRICS
            .iter()
            .find(|metric| self.metric.text() == Some(metric.word))
    }

    fn default_statistic(&self) -> Option<&'static str> {
        self.known_metric().map(|metric| metric.statistic)
    }

    /// The names of the state machine and the metric, if both are known. Only the name of a metric
    /// of the account.
    fn default_name(&self) -> Option<String> {
        let metric = self.known_metric()?;
        if metric.scope == Scope::Account {
            return Some(metric.word.to_owned());
        }
        let arn = StateMachineArn::parse(self.state_machine_arn.text()?)?;
        let qualifier = match &arn.qualifier {
            Some(Qualifier::Version(number)) => format!("-{number}"),
            Some(Qualifier::Alias(alias)) => format!("-{alias}"),
            None => String::new(),
        };
        Some(format!("{}{qualifier}-{}", arn.name(), metric.word))
    }

    /// The name. If the configured name is empty, it is the end of the ARN.
    fn key(&self) -> Result<&str, Refusal> {
        match self.name.text() {
            Some(name) => Ok(name),
            None => Ok(self
                .arn
                .get()?
                .split_once(":alarm:")
                .map_or("", |(_, name)| name)),
        }
    }

    /// Names and values of the metric's dimensions. Empty for a metric of the account.
    fn dimensions(&self) -> Result<Vec<(String, String)>, Refusal> {
        if let Some(metric) = self
            .known_metric()
            .filter(|metric| metric.scope == Scope::Account)
        {
            return match self.state_machine_arn.text() {
                Some(_) => Err(for_the_account(metric).into()),
                None => Ok(Vec::new()),
            };
        }
        let arn =
            arns::QUALIFIED_STATE_MACHINE.get(&self.state_machine_arn, "state_machine_arn")?;
        let qualifier = arn.qualifier.map(|qualifier| match qualifier {
            Qualifier::Version(number) => ("Version".to_owned(), number.to_string()),
            Qualifier::Alias(alias) => ("Alias".to_owned(), alias),
        });
        Ok([("StateMachineArn".to_owned(), arn.machine)]
            .into_iter()
            .chain(qualifier)
            .collect())
    }

    fn wanted(&self) -> Result<Wanted, Refusal> {
        let metric = self.known_metric().map(|metric| metric.name);
        let list = |list: &Attr<Vec<String>>| list.known().cloned().unwrap_or_else(Vec::new);
        Ok(Wanted {
            description: self.description.text().map(str::to_owned),
            metric: metric.unwrap_or(self.metric.get()?).to_owned(),
            dimensions: self.dimensions()?,
            statistic: self
                .statistic
                .text()
                .or(self.default_statistic())
                .unwrap_or("Sum")
                .to_owned(),
            period: *self.period.get()?,
            evaluation_periods: *self.evaluation_periods.get()?,
            datapoints_to_alarm: self.datapoints_to_alarm.known().copied(),
            threshold: self.threshold.get()? * self.scale(),
            alarm_actions: list(&self.alarm_actions),
            ok_actions: list(&self.ok_actions),
        })
    }

    /// The model with the values read from AWS. `None` for an alarm on another metric, or with
    /// other dimensions.
    fn observed(&self, found: Described) -> Option<Self> {
        let (arn, name, found) = (found.arn, found.name, found.wanted?);
        let metric = METRICS.iter().find(|metric| metric.name == found.metric)?;
        let value = |name: &str| {
            found
                .dimensions
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, value)| value.as_str())
        };
        let state_machine_arn = match metric.scope {
            Scope::Account if found.dimensions.is_empty() => None,
            Scope::Account => return None,
            Scope::StateMachine => {
                let qualifier = value("Version").or(value("Alias"));
                let qualifier = qualifier.map_or_else(String::new, |value| format!(":{value}"));
                Some(format!("{}{qualifier}", value("StateMachineArn")?))
            }
        };
        let model = Self {
            state_machine_arn: state_machine_arn.into(),
            metric: metric.word.into(),
            name: name.into(),
            description: found.description.into(),
            statistic: found.statistic.into(),
            period: found.period.into(),
            evaluation_periods: found.evaluation_periods.into(),
            datapoints_to_alarm: found.datapoints_to_alarm.into(),
            alarm_actions: found.alarm_actions.into(),
            ok_actions: found.ok_actions.into(),
            id: arn.as_str().into(),
            arn: arn.into(),
            ..self.clone()
        };
        let threshold = found.threshold / model.scale();
        Some(Self {
            threshold: threshold.into(),
            ..model
        })
    }
}

#[async_trait]
impl Managed for ExecutionAlarm {
    const TYPE: &'static str = "sfn_execution_alarm";
    const IDENTITY: &'static [IdentityPart] =
        &[IdentityPart::required("name", "Name of the alarm.")];
    const TAGGED: bool = true;

    fn title(&self) -> String {
        format!("alarm `{}`", self.name.text().unwrap_or("?"))
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let mut error = |name: &str, message: String, detail: &str| {
            diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(name)));
        };
        let metric = self.known_metric();
        // An unknown ARN can turn out to be null.
        let account = metric.filter(|metric| {
            metric.scope == Scope::Account && self.state_machine_arn.text().is_some()
        });
        if let Some(Metric {
            word,
            has_default_threshold: false,
            ..
        }) = metric
            && self.threshold.is_null()
        {
            let detail = if self.is_duration() {
                "Set the number of seconds."
            } else {
                "Set the number that raises the alarm."
            };
            error(
                "threshold",
                format!("`threshold` is required for `{word}`"),
                detail,
            );
        }
        match metric {
            Some(Metric {
                word,
                scope: Scope::StateMachine,
                ..
            }) if self.state_machine_arn.is_null() => {
                let detail =
                    "Set the ARN of the state machine, or of one of its versions or aliases.";
                error(
                    "state_machine_arn",
                    format!("`state_machine_arn` is required for `{word}`"),
                    detail,
                );
            }
            _ => {}
        }
        // Generated configuration contains the default statistic of a count.
        let is_other = |default: &&str| {
            self.statistic
                .text()
                .is_some_and(|written| written != *default)
        };
        if !self.is_duration() && self.default_statistic().as_ref().is_some_and(is_other) {
            let detail = "This metric is a count. Remove `statistic`.";
            error(
                "statistic",
                "`statistic` requires the metric `duration`".into(),
                detail,
            );
        }
        let periods = if self.evaluation_periods.is_null() {
            Some(&1)
        } else {
            self.evaluation_periods.known()
        };
        if let (Some(points), Some(periods)) = (self.datapoints_to_alarm.known(), periods)
            && points > periods
        {
            let message = format!("`datapoints_to_alarm` must be at most {periods}, got {points}");
            error(
                "datapoints_to_alarm",
                message,
                "Use at most as many as `evaluation_periods`.",
            );
        }
        diagnostics.extend(account.map(for_the_account));
        diagnostics
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        if change.config.statistic.is_null() {
            self.statistic = self.default_statistic().map_or(Attr::Unknown, Attr::from);
        }
        if change.config.name.is_null() {
            let is_same = |prior: &Self| {
                prior.state_machine_arn == self.state_machine_arn && prior.metric == self.metric
            };
            let kept = change
                .prior
                .filter(|prior| is_same(prior))
                .map(|prior| prior.name.clone());
            self.name =
                kept.unwrap_or_else(|| self.default_name().map_or(Attr::Unknown, Attr::from));
        }
        if !self.state_machine_arn.is_unknown() && !self.state_machine_arn.is_null() {
            arns::QUALIFIED_STATE_MACHINE.get(&self.state_machine_arn, "state_machine_arn")?;
        }
        let is_renamed = change.prior.is_some_and(|prior| prior.name != self.name);
        let requires_replace = is_renamed
            .then(|| AttributePath::root("name"))
            .into_iter()
            .collect();
        Ok(PlanOutcome {
            requires_replace,
            ..PlanOutcome::default()
        })
    }

    fn assume(&mut self, identity: &Identity) {
        if let Some(name) = self.name.text() {
            self.arn = identity.arn("cloudwatch", &format!("alarm:{name}")).into();
            self.id = self.arn.clone();
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let (aws, call) = (operation.aws(), &operation.call);
        let name = self
            .name
            .text()
            .map(str::to_owned)
            .or_else(|| self.default_name());
        let named = Self {
            name: name.into(),
            ..self.clone()
        };
        let name = named.name.get()?;
        let created = alarm::create(aws, call, name, &named.wanted()?, &operation.tags).await;
        created.map_err(|error| Failed::created(error, named.clone()))?;
        let found = alarm::describe(aws, call, name)
            .await
            .map_err(|error| Failed::leaving(error, named.clone()))?;
        let arn = Attr::from(found.map(|found| found.arn));
        Ok(Self {
            id: arn.clone(),
            arn,
            ..named.clone()
        })
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let Some(found) = alarm::describe(aws, call, self.key()?).await? else {
            return Ok(None);
        };
        let tags = alarm::read_tags(aws, call, &found.arn).await?;
        let Some(model) = self.observed(found) else {
            let detail = "Use `aws_cloudwatch_metric_alarm` for alarms on other metrics or with other comparisons.";
            let message = format!(
                "the {} has a metric that `sfn_execution_alarm` does not support",
                self.title()
            );
            return Err(Diagnostic::error(message, detail).into());
        };
        Ok(Some(Observed::tagged(model, tags)))
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let wanted = self.wanted()?;
        if wanted != prior.wanted()? {
            alarm::update(operation.aws(), &operation.call, prior.key()?, &wanted).await?;
        }
        Ok(self.clone())
    }

    async fn write_tags(&self, operation: &Operation) -> Result<(), Refusal> {
        let (from, to) = (&operation.prior_tags, &operation.tags);
        Ok(alarm::write_tags(operation.aws(), &operation.call, self.arn.get()?, from, to).await?)
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        alarm::delete(operation.aws(), &operation.call, self.key()?).await?;
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        let name = id.split_once(":alarm:").map_or(id, |(_, name)| name);
        Ok(Self {
            name: name.into(),
            ..empty()
        })
    }

    fn import_id(&self, _identity: &Identity) -> String {
        self.name.text().unwrap_or("?").to_owned()
    }

    fn configuration(self) -> Self {
        let statistic = if self.is_duration() {
            self.statistic
        } else {
            Attr::Null
        };
        Self { statistic, ..self }
    }
}
