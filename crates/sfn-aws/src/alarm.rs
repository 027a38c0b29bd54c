//! CloudWatch alarms on the metrics of executions.

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Statistic, Tag};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::{Tags, retag};

/// The namespace of all metrics of Step Functions.
const NAMESPACE: &str = "AWS/States";

/// An alarm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// A text for people.
    pub description: Option<String>,
    /// The metric, such as `ExecutionsFailed`.
    pub metric: String,
    /// What the metric is of: names and values.
    pub dimensions: Vec<(String, String)>,
    /// Such as `Sum`, or a percentile such as `p99`.
    pub statistic: String,
    /// The length of a period in seconds.
    pub period: i32,
    /// How many periods are looked at.
    pub evaluation_periods: i32,
    /// How many of them have to be over the threshold; all if absent.
    pub datapoints_to_alarm: Option<i32>,
    /// From which value on it is an alarm.
    pub threshold: f64,
    /// What happens on an alarm: ARNs of topics.
    pub alarm_actions: Vec<String>,
    /// What happens when it is over.
    pub ok_actions: Vec<String>,
}

/// An alarm as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// What it is; `None` for an alarm that is not on a metric of Step Functions, or not of this form.
    pub wanted: Option<Wanted>,
}

/// Makes an alarm of this name what is wanted. Tags are those of a new one.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn write(aws: &Aws, call: &Call, name: &str, wanted: &Wanted, tags: &Tags) -> Result<(), AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "PutMetricAlarm");
    let dimension = |(name, value): &(String, String)| Dimension::builder().name(name).value(value).build();
    let simple = Statistic::from(wanted.statistic.as_str());
    let is_percentile = matches!(wanted.statistic.strip_prefix('p'), Some(rest) if rest.parse::<f64>().is_ok());
    call.healing(operation, || async {
        client
            .put_metric_alarm()
            .alarm_name(name)
            .set_alarm_description(wanted.description.clone())
            .namespace(NAMESPACE)
            .metric_name(&wanted.metric)
            .set_dimensions(Some(wanted.dimensions.iter().map(dimension).collect()))
            .set_statistic((!is_percentile).then(|| simple.clone()))
            .set_extended_statistic(is_percentile.then(|| wanted.statistic.clone()))
            .period(wanted.period)
            .evaluation_periods(wanted.evaluation_periods)
            .set_datapoints_to_alarm(wanted.datapoints_to_alarm)
            .threshold(wanted.threshold)
            .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
            // Without executions there is nothing wrong.
            .treat_missing_data("notBreaching")
            .set_alarm_actions(Some(wanted.alarm_actions.clone()))
            .set_ok_actions(Some(wanted.ok_actions.clone()))
            .set_tags((!tags.is_empty()).then(|| listed(tags)))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    })
    .await
}

/// Reads an alarm; `None` when there is none of this name.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "DescribeAlarms");
    let answer = call
        .once(operation, async {
            let request = client.describe_alarms().alarm_names(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.metric_alarms.unwrap_or_default().into_iter().next().map(|alarm| Described {
        name: alarm.alarm_name.clone().unwrap_or_default(),
        arn: alarm.alarm_arn.clone().unwrap_or_default(),
        wanted: wanted(alarm),
    }))
}

fn wanted(alarm: MetricAlarm) -> Option<Wanted> {
    let fits = alarm.namespace.as_deref() == Some(NAMESPACE)
        && alarm.comparison_operator == Some(ComparisonOperator::GreaterThanOrEqualToThreshold);
    let extended = alarm.extended_statistic.filter(|text| !text.is_empty());
    let statistic = extended.or(alarm.statistic.map(|statistic| statistic.as_str().to_owned()));
    let pair = |dimension: Dimension| Some((dimension.name?, dimension.value?));
    fits.then_some(Wanted {
        description: alarm.alarm_description.filter(|text| !text.is_empty()),
        metric: alarm.metric_name?,
        dimensions: alarm.dimensions.unwrap_or_default().into_iter().filter_map(pair).collect(),
        statistic: statistic?,
        period: alarm.period?,
        evaluation_periods: alarm.evaluation_periods?,
        datapoints_to_alarm: alarm.datapoints_to_alarm,
        threshold: alarm.threshold?,
        alarm_actions: alarm.alarm_actions.unwrap_or_default(),
        ok_actions: alarm.ok_actions.unwrap_or_default(),
    })
}

/// Deletes an alarm; one that is gone already is no error.
///
/// # Errors
/// What AWS refused.
pub async fn delete(aws: &Aws, call: &Call, name: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "DeleteAlarms");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_alarms().alarm_names(name);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

fn listed(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The tags of an alarm.
///
/// # Errors
/// What AWS refused.
pub async fn read_tags(aws: &Aws, call: &Call, arn: &str) -> Result<Tags, AwsError> {
    let (client, operation) = (aws.cloudwatch().await?, "ListTagsForResource");
    let answer = call
        .once(operation, async {
            let request = client.list_tags_for_resource().resource_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    Ok(answer.tags.unwrap_or_default().into_iter().filter_map(pair).collect())
}

/// Makes the tags of an alarm those that are wanted.
///
/// # Errors
/// What AWS refused.
pub async fn write_tags(aws: &Aws, call: &Call, arn: &str, from: &Tags, to: &Tags) -> Result<(), AwsError> {
    let client = aws.cloudwatch().await?;
    retag!(client, call, resource_arn(arn), from => to, |tags| listed(&tags))
}
