//! CloudWatch alarms on the metrics of executions.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, MetricAlarm, StateValue, Statistic, Tag,
};

use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;
use crate::{Tags, retag};

/// Namespace of the metrics of Step Functions.
const NAMESPACE: &str = "AWS/States";
/// The operation that creates and overwrites alarms.
const PUT: &str = "PutMetricAlarm";

/// The settings of an alarm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Human-readable description.
    pub description: Option<String>,
    /// Name of the metric, such as `ExecutionsFailed`.
    pub metric: String,
    /// Names and values of the metric's dimensions.
    pub dimensions: Vec<(String, String)>,
    /// Statistic such as `Sum`, or a percentile such as `p99`.
    pub statistic: String,
    /// Length of a period in seconds.
    pub period: i32,
    /// Number of evaluated periods.
    pub evaluation_periods: i32,
    /// Number of evaluated periods that must reach the threshold. All if `None`.
    pub datapoints_to_alarm: Option<i32>,
    /// Value from which a period counts.
    pub threshold: f64,
    /// ARNs of the actions when the alarm is raised.
    pub alarm_actions: Vec<String>,
    /// ARNs of the actions when the alarm ends.
    pub ok_actions: Vec<String>,
}

/// The current state of an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Settings. `None` for an alarm on the metric of another service, or of another kind.
    pub wanted: Option<Wanted>,
}

/// Creates an alarm.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if an alarm with this name exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    name: &str,
    wanted: &Wanted,
    tags: &Tags,
) -> Result<(), CreateError> {
    let (client, operation) = (aws.cloudwatch().await?, PUT);
    let send = || async {
        let request = put(client, name, wanted).set_tags((!tags.is_empty()).then(|| listed(tags)));
        let answer = send_once!(request, aws_sdk_cloudwatch).await;
        answer
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    };
    let own = |found: Described| (found.wanted.as_ref() == Some(wanted)).then_some(());
    let creation = Creation {
        aws,
        call,
        operation,
        object: format!("an alarm `{name}`"),
    };
    creation.run(|| describe(aws, call, name), send, own).await
}

/// Updates an alarm, without its tags.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn update(aws: &Aws, call: &Call, name: &str, wanted: &Wanted) -> Result<(), AwsError> {
    let client = aws.cloudwatch().await?;
    call.healing(PUT, || async {
        put(client, name, wanted)
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(PUT, error))
    })
    .await
}

/// The request that creates or overwrites an alarm.
fn put(client: &Client, name: &str, wanted: &Wanted) -> PutMetricAlarmFluentBuilder {
    let dimension =
        |(name, value): &(String, String)| Dimension::builder().name(name).value(value).build();
    let is_percentile =
        matches!(wanted.statistic.strip_prefix('p'), Some(rest) if rest.parse::<f64>().is_ok());
    client
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(wanted.description.clone())
        .namespace(NAMESPACE)
        .metric_name(&wanted.metric)
        .set_dimensions(Some(wanted.dimensions.iter().map(dimension).collect()))
        .set_statistic((!is_percentile).then(|| Statistic::from(wanted.statistic.as_str())))
        .set_extended_statistic(is_percentile.then(|| wanted.statistic.clone()))
        .period(wanted.period)
        .evaluation_periods(wanted.evaluation_periods)
        .set_datapoints_to_alarm(wanted.datapoints_to_alarm)
        .threshold(wanted.threshold)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        // A period without executions does not raise the alarm.
        .treat_missing_data("notBreaching")
        .set_alarm_actions(Some(wanted.alarm_actions.clone()))
        .set_ok_actions(Some(wanted.ok_actions.clone()))
}

/// Reads an alarm. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "DescribeAlarms");
    let answer = call
        .once(operation, async {
            let request = client.describe_alarms().alarm_names(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let Some(alarm) = answer.metric_alarms.into_iter().flatten().next() else {
        return Ok(None);
    };
    Ok(Some(Described {
        name: required(operation, "name", alarm.alarm_name.clone())?,
        arn: required(operation, "ARN", alarm.alarm_arn.clone())?,
        wanted: wanted(alarm),
    }))
}

/// Maximum number of names in a call (API reference, DescribeAlarms).
pub const NAMES_PER_CALL: usize = 100;

/// Whether an alarm is raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmState {
    /// Name.
    pub name: String,
    /// Whether its state is `ALARM`. Missing data does not raise an alarm.
    pub is_raised: bool,
}

/// The states of alarms with these names, of metrics and composite ones. Alarms that do not exist are left out.
///
/// # Errors
/// Errors returned by AWS.
pub async fn states(aws: &Aws, call: &Call, names: &[String]) -> Result<Vec<AlarmState>, AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "DescribeAlarms");
    let mut found = Vec::new();
    for names in names.chunks(NAMES_PER_CALL) {
        let answer = call
            .once(operation, async {
                let request = client
                    .describe_alarms()
                    .set_alarm_names(Some(names.to_vec()))
                    .alarm_types(AlarmType::MetricAlarm)
                    .alarm_types(AlarmType::CompositeAlarm)
                    .max_records(100);
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        let metric = answer.metric_alarms.into_iter().flatten();
        let metric = metric.map(|alarm| (alarm.alarm_name, alarm.state_value));
        let composite = answer.composite_alarms.into_iter().flatten();
        let composite = composite.map(|alarm| (alarm.alarm_name, alarm.state_value));
        found.extend(metric.chain(composite).filter_map(|(name, state)| {
            Some(AlarmState {
                name: name?,
                is_raised: state == Some(StateValue::Alarm),
            })
        }));
    }
    Ok(found)
}

fn wanted(alarm: MetricAlarm) -> Option<Wanted> {
    let fits = alarm.namespace.as_deref() == Some(NAMESPACE)
        && alarm.comparison_operator == Some(ComparisonOperator::GreaterThanOrEqualToThreshold);
    let statistic = non_empty(alarm.extended_statistic).or(alarm
        .statistic
        .map(|statistic| statistic.as_str().to_owned()));
    let pair = |dimension: Dimension| Some((dimension.name?, dimension.value?));
    fits.then_some(Wanted {
        description: non_empty(alarm.alarm_description),
        metric: alarm.metric_name?,
        dimensions: alarm
            .dimensions
            .into_iter()
            .flatten()
            .filter_map(pair)
            .collect(),
        statistic: statistic?,
        period: alarm.period?,
        evaluation_periods: alarm.evaluation_periods?,
        datapoints_to_alarm: alarm.datapoints_to_alarm,
        threshold: alarm.threshold?,
        alarm_actions: alarm.alarm_actions.into_iter().flatten().collect(),
        ok_actions: alarm.ok_actions.into_iter().flatten().collect(),
    })
}

/// Deletes an alarm. Succeeds if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "DeleteAlarms");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_alarms().alarm_names(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

fn listed(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Reads the tags of an alarm.
///
/// # Errors
/// Errors returned by AWS.
pub async fn read_tags(aws: &Aws, call: &Call, arn: &str) -> Result<Tags, AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    Ok(answer.tags.into_iter().flatten().filter_map(pair).collect())
}

/// Updates the tags of an alarm.
///
/// # Errors
/// Errors returned by AWS.
pub async fn write_tags(
    aws: &Aws,
    call: &Call,
    arn: &str,
    from: &Tags,
    to: &Tags,
) -> Result<(), AwsError> {
    let client = aws.cloudwatch().await?;
    retag!(client, call, resource_arn(arn), from => to, |tags| listed(&tags))
}
