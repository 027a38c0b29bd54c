//! `resource "sfn_execution_alarm"`.

use async_trait::async_trait;
use sfn_aws::alarm::{self, Described, Wanted};
use sfn_aws::{AwsError, Tags};
use tfplugin::schema::{Attribute, Block, IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, Plan, PlanRequest,
    Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::known::known;
use crate::messages::one_of;
use crate::{identity, messages, tags, timeouts};

/// A metric as it is called here and in CloudWatch, and the statistic that is looked at (Step Functions developer guide,
/// "Execution metrics").
const METRICS: [(&str, &str, &str); 5] = [
    ("failed", "ExecutionsFailed", "Sum"),
    ("timed_out", "ExecutionsTimedOut", "Sum"),
    ("aborted", "ExecutionsAborted", "Sum"),
    ("throttled", "ExecutionThrottled", "Sum"),
    (DURATION, "ExecutionTime", "Maximum"),
];
/// The metric that is a time.
const DURATION: &str = "duration";
/// The longest name of an alarm (API reference, PutMetricAlarm).
const MAX_NAME: usize = 255;
/// The length of a period that is looked at by default, in seconds.
const PERIOD: i64 = 60;

/// The resource.
pub struct ExecutionAlarm {
    shared: Shared,
}

impl ExecutionAlarm {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// The state of an alarm that was found, in the words of `prior` where those say the same.
    async fn state(&self, found: &Described, prior: Value, cx: &Context) -> Result<Value, Diagnostics> {
        let configured = self.shared.get()?;
        let wanted = found.wanted.as_ref().ok_or_else(|| foreign(&found.name))?;
        let tags = alarm::read_tags(&configured.aws, &timeouts::read(cx), &found.arn).await;
        let tags = tags.map_err(|error| refused("read", &found.name, &error))?;
        let (own, all) = tags::of_object(tags, &prior, &configured.tags);
        let mut state = state_of(wanted, prior).ok_or_else(|| foreign(&found.name))?;
        state.set("name", found.name.as_str());
        state.set("id", found.arn.as_str());
        state.set("arn", found.arn.as_str());
        state.set("tags", own);
        state.set("tags_all", all);
        Ok(state)
    }
}

#[async_trait]
impl Resource for ExecutionAlarm {
    fn type_name(&self) -> &'static str {
        "sfn_execution_alarm"
    }

    fn schema(&self) -> Schema {
        let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
        let number = |name: &str, description: &str| Attribute::optional_computed(name, Type::Number, description);
        let list = |name: &str, description: &str| Attribute::optional(name, Type::list(Type::String), description);
        let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let mut attributes = vec![
            Attribute::required(
                "state_machine_arn",
                Type::String,
                "ARN of the state machine, or of a version or alias for the executions that were started by it.",
            ),
            Attribute::required(
                "metric",
                Type::String,
                "`failed`, `timed_out`, `aborted` or `throttled` executions, or their `duration`.",
            ),
            Attribute::optional_computed(
                "name",
                Type::String,
                "Name; made from the state machine and the metric if absent. A change replaces the alarm.",
            ),
            string("description", "A text for people, which messages have."),
            number(
                "threshold",
                "From how many executions in a period on, 1 if absent; for `duration` from how many seconds on.",
            ),
            Attribute::optional_computed(
                "statistic",
                Type::String,
                "For `duration`: `Maximum`, the default, `Average`, `Minimum` or a percentile such as `p99`.",
            ),
            number("period", "The length of a period in seconds, a multiple of 60; 60 if absent."),
            number("evaluation_periods", "How many periods are looked at; 1 if absent."),
            Attribute::optional(
                "datapoints_to_alarm",
                Type::Number,
                "How many of these periods have to reach the threshold; all if absent.",
            ),
            list("alarm_actions", "ARNs of SNS topics, or of anything else that an alarm can call."),
            list("ok_actions", "The same for when it is over."),
        ];
        attributes.extend(tags::attributes());
        attributes.extend([computed("id", "The ARN."), computed("arn", "ARN.")]);
        let description =
            "An alarm on the executions of a state machine. Where there are no executions there is no alarm.".into();
        Schema {
            version: 0,
            block: Block { attributes, blocks: vec![timeouts::block()], description, ..Block::default() },
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("name", "Name of the alarm."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        diagnostics.extend(one_of(
            config.get("metric"),
            AttributePath::root("metric"),
            &METRICS.map(|(name, ..)| name),
        ));
        let mut error = |name: &str, message: String, detail: &str| {
            diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(name)));
        };
        let metric = config.get("metric").as_str();
        if metric == Some(DURATION) && config.get("threshold").is_null() {
            error("threshold", "there is no `threshold`".into(), "Write from how many seconds on it is an alarm.");
        }
        if metric.is_some_and(|metric| metric != DURATION) && !config.get("statistic").is_null() {
            error("statistic", "executions are counted".into(), "`statistic` is for `duration`: remove it.");
        }
        if let Some(statistic) = config.get("statistic").as_str().filter(|statistic| !is_statistic(statistic)) {
            let detail = "Write `Maximum`, `Average`, `Minimum` or a percentile from `p0` to `p100`.";
            error("statistic", format!("there is no `{statistic}` here"), detail);
        }
        let arn = config.get("state_machine_arn").as_str();
        if let Some(arn) = arn.filter(|arn| dimensions(arn).is_empty()) {
            let detail = "Write the `arn` of a state machine, or of a version or alias of it.";
            error("state_machine_arn", format!("`{arn}` is no ARN of a state machine"), detail);
        }
        if let Some(period) = config.get("period").as_i64().filter(|period| *period < 60 || period % 60 != 0) {
            error("period", format!("the period is {period}"), "It is a multiple of 60 seconds.");
        }
        for name in ["evaluation_periods", "datapoints_to_alarm"] {
            if let Some(number) = config.get(name).as_i64().filter(|number| *number < 1) {
                error(name, format!("`{name}` is {number}"), "Write 1 or more.");
            }
        }
        let periods = config.get("evaluation_periods");
        let periods = if periods.is_null() { Some(1) } else { periods.as_i64() };
        if let (Some(points), Some(periods)) = (config.get("datapoints_to_alarm").as_i64(), periods)
            && points > periods
        {
            let detail = "Write at most as many as `evaluation_periods`.";
            error("datapoints_to_alarm", format!("{points} of {periods} periods cannot be"), detail);
        }
        if let Some(name) =
            config.get("name").as_str().filter(|name| name.is_empty() || name.chars().count() > MAX_NAME)
        {
            error("name", format!("`{name}` is no name of an alarm"), "Write 1 to 255 characters.");
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        if request.prior.is_none() {
            self.shared.check_access(cx).await?;
        }
        let prior = request.prior.clone().unwrap_or_default();
        let metric = planned.get("metric").clone();
        let statistic =
            METRICS.iter().find(|(name, ..)| metric.as_str() == Some(name)).map(|(.., statistic)| *statistic);
        for (name, default) in [
            ("period", Value::from(PERIOD)),
            ("evaluation_periods", 1.into()),
            ("threshold", 1.into()),
            ("statistic", statistic.map_or(Value::Unknown, Value::from)),
        ] {
            if request.config.get(name).is_null() {
                planned.set(name, default);
            }
        }
        if request.config.get("name").is_null() {
            let same = ["state_machine_arn", "metric"].iter().all(|name| prior.get(name) == planned.get(name));
            let made = made_name(&planned).map_or(Value::Unknown, Value::from);
            planned.set("name", if same && !prior.is_null() { prior.get("name").clone() } else { made });
        }
        planned.set("tags_all", tags::all(&request.config, &self.shared.tags()));
        let renamed = !prior.is_null() && prior.get("name") != planned.get("name");
        for name in ["id", "arn"] {
            let kept = if prior.is_null() || renamed { Value::Unknown } else { prior.get(name).clone() };
            planned.set(name, kept);
        }
        let requires_replace = renamed.then(|| AttributePath::root("name")).into_iter().collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let mut state = request.planned;
        if state.get("name").is_unknown() {
            state.set("name", made_name(&state));
        }
        let (aws, name, wanted) = (&configured.aws, state.text("name").to_owned(), wanted(&state));
        let refused = |error: AwsError| refused("create", &name, &error);
        // Writing an alarm would take the place of one that is there.
        let there = alarm::describe(aws, &call, &name).await.map_err(refused)?;
        if there.as_ref().is_some_and(|there| there.wanted.as_ref() != Some(&wanted)) {
            let detail = "Import it with an `import` block or `terraform import`, or choose another `name`.";
            return Err(
                Diagnostics::from(Diagnostic::error(format!("an alarm `{name}` exists and differs"), detail)).into()
            );
        }
        if there.is_none() {
            let tags = state.get("tags_all").string_map();
            alarm::write(aws, &call, &name, &wanted, &tags).await.map_err(refused)?;
        }
        let arn = alarm::describe(aws, &call, &name).await.map_err(refused)?.map(|found| found.arn).unwrap_or_default();
        state.set("id", arn.as_str());
        state.set("arn", arn);
        Ok(present(known(state)))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let name = state.text("name").to_owned();
        let found = alarm::describe(&configured.aws, &timeouts::read(cx), &name).await;
        match found.map_err(|error| refused("read", &name, &error))? {
            None => Ok(Found::Gone),
            Some(found) => Ok(Found::Present(Box::new(present(self.state(&found, state, cx).await?)))),
        }
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        let (aws, name, prior) = (&configured.aws, state.text("name"), &request.prior);
        let failed = |error: AwsError, left: Value| Failed {
            diagnostics: refused("update", name, &error),
            left: Some(Box::new(present(left))),
        };
        if wanted(&state) != wanted(prior) {
            let written = alarm::write(aws, &call, name, &wanted(&state), &Tags::new()).await;
            written.map_err(|error| failed(error, prior.clone()))?;
        }
        let tags = (prior.get("tags_all").string_map(), state.get("tags_all").string_map());
        let tagged = alarm::write_tags(aws, &call, state.text("arn"), &tags.0, &tags.1).await;
        tagged.map_err(|error| {
            let mut left = state.clone();
            ["tags", "tags_all"].into_iter().for_each(|name| left.set(name, prior.get(name).clone()));
            failed(error, left)
        })?;
        Ok(present(state))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        let (call, name) = (timeouts::call(&request.prior, "delete", cx), request.prior.text("name"));
        let deleted = alarm::delete(&configured.aws, &call, name).await;
        deleted.map_err(|error| refused("delete", name, &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let id = identity::imported(key, "name");
        let name = id.split_once(":alarm:").map_or(id.as_str(), |(_, name)| name);
        let found = alarm::describe(&configured.aws, &timeouts::read(cx), name).await;
        match found.map_err(|error| refused("import", name, &error))? {
            Some(found) => Ok(present(self.state(&found, Value::object::<String>([]), cx).await?)),
            None => {
                let detail = "Give the name or the ARN of an alarm of this account and region.";
                Err(Diagnostic::error(format!("there is no alarm `{name}`"), detail).into())
            }
        }
    }
}

fn is_statistic(word: &str) -> bool {
    let percentile = || word.strip_prefix('p').and_then(|rest| rest.parse::<f64>().ok());
    ["Maximum", "Average", "Minimum"].contains(&word) || percentile().is_some_and(|p| (0.0..=100.0).contains(&p))
}

/// What tells the executions that a metric is of; empty for what is no ARN of a state machine.
fn dimensions(arn: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = arn.split(':').collect();
    let (machine, qualifier) = match parts.as_slice() {
        ["arn", _, "states", _, _, "stateMachine", _] => (arn.to_owned(), None),
        [machine @ .., qualifier] if matches!(machine, ["arn", _, "states", _, _, "stateMachine", _]) => {
            let name = if qualifier.parse::<u64>().is_ok() { "Version" } else { "Alias" };
            (machine.join(":"), Some((name, *qualifier)))
        }
        _ => return Vec::new(),
    };
    let qualifier = qualifier.map(|(name, value)| (name.to_owned(), value.to_owned()));
    [("StateMachineArn".to_owned(), machine)].into_iter().chain(qualifier).collect()
}

/// A name made from the state machine and the metric, once both are known.
fn made_name(state: &Value) -> Option<String> {
    let arn = state.get("state_machine_arn").as_str()?;
    let machine = arn.split(':').skip(6).collect::<Vec<_>>().join("-");
    Some(format!("{machine}-{}", state.get("metric").as_str()?))
}

fn wanted(state: &Value) -> Wanted {
    let metric = state.text("metric");
    let number = |name: &str| state.get(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let threshold = state.get("threshold").as_number().and_then(|number| number.to_string().parse::<f64>().ok());
    let named = METRICS.iter().find(|(name, ..)| *name == metric);
    Wanted {
        description: state.get("description").as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        metric: named.map(|(_, metric, _)| *metric).unwrap_or_default().to_owned(),
        dimensions: dimensions(state.text("state_machine_arn")),
        statistic: state.text("statistic").to_owned(),
        period: number("period").unwrap_or_default(),
        evaluation_periods: number("evaluation_periods").unwrap_or_default(),
        datapoints_to_alarm: number("datapoints_to_alarm"),
        // CloudWatch has milliseconds.
        threshold: threshold.unwrap_or_default() * if metric == DURATION { 1000.0 } else { 1.0 },
        alarm_actions: state.get("alarm_actions").strings(),
        ok_actions: state.get("ok_actions").strings(),
    }
}

/// The state with what was found; `None` for an alarm on something else than executions.
fn state_of(found: &Wanted, mut state: Value) -> Option<Value> {
    let before = wanted(&state);
    if before == *found {
        return Some(state);
    }
    let (metric, ..) = METRICS.iter().find(|(_, metric, _)| *metric == found.metric)?;
    let value = |name: &str| found.dimensions.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let arn = [value("StateMachineArn"), value("Version").or(value("Alias"))];
    value("StateMachineArn")?;
    state.set("state_machine_arn", arn.into_iter().flatten().collect::<Vec<_>>().join(":"));
    state.set("metric", *metric);
    state.set("description", found.description.clone());
    let threshold = found.threshold / if *metric == DURATION { 1000.0 } else { 1.0 };
    state.set("threshold", threshold.to_string().parse::<tfplugin::Number>().map_or(Value::Null, Value::from));
    state.set("statistic", found.statistic.as_str());
    state.set("period", i64::from(found.period));
    state.set("evaluation_periods", i64::from(found.evaluation_periods));
    state.set("datapoints_to_alarm", found.datapoints_to_alarm.map(i64::from));
    for (name, found, before) in [
        ("alarm_actions", &found.alarm_actions, &before.alarm_actions),
        ("ok_actions", &found.ok_actions, &before.ok_actions),
    ] {
        if found != before {
            state.set(name, found.clone());
        }
    }
    Some(state)
}

fn foreign(name: &str) -> Diagnostics {
    let detail = "An alarm on another metric, or with a comparison of its own, is for `aws_cloudwatch_metric_alarm`.";
    Diagnostic::error(format!("the alarm `{name}` is not on executions of a state machine"), detail).into()
}

fn present(state: Value) -> Present {
    identity::present(state, &["name"])
}

fn refused(verb: &str, name: &str, error: &AwsError) -> Diagnostics {
    messages::of_aws(&format!("{verb} the alarm `{name}`"), error).into()
}
