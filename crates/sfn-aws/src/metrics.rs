//! Sums of CloudWatch metrics: how many executions of a version ended and failed, and the same for
//! the invocations of a function.
//!
//! Sources: Step Functions developer guide, "Monitoring Step Functions metrics using Amazon
//! CloudWatch"; Lambda developer guide, "Types of metrics for Lambda functions".

use aws_arn::StateMachineArn;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::time::Seconds;

/// Length of a period in seconds.
const PERIOD: i32 = 60;

/// How many executions or invocations ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that ended.
    pub ended: u64,
    /// Those that failed, timed out or were aborted.
    pub failed: u64,
}

/// The executions of a version that ended since a time.
///
/// # Errors
/// Errors returned by AWS, or if the ARN is not that of a version.
pub async fn executions(
    aws: &Aws,
    call: &Call,
    version_arn: &str,
    since: Seconds,
) -> Result<Counts, AwsError> {
    let arn = StateMachineArn::parse(version_arn).ok_or_else(|| {
        AwsError::local(
            OPERATION,
            format!("`{version_arn}` is not the ARN of a version"),
        )
    })?;
    let dimensions = [
        ("StateMachineArn", arn.machine.clone()),
        ("Version", label(version_arn).to_owned()),
    ];
    let names = [
        "ExecutionsSucceeded",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
    ];
    let sums = sums(aws, call, "AWS/States", &names, &dimensions, since).await?;
    Ok(Counts {
        ended: sums.iter().sum(),
        failed: sums.iter().skip(1).sum(),
    })
}

/// The invocations of a function through an alias since a time, of one version or of all.
///
/// # Errors
/// Errors returned by AWS.
pub async fn invocations(
    aws: &Aws,
    call: &Call,
    function: &str,
    alias: &str,
    version: Option<&str>,
    since: Seconds,
) -> Result<Counts, AwsError> {
    let mut dimensions = vec![
        ("FunctionName", function.to_owned()),
        ("Resource", format!("{function}:{alias}")),
    ];
    dimensions.extend(version.map(|version| ("ExecutedVersion", version.to_owned())));
    let names = ["Invocations", "Errors"];
    let sums = sums(aws, call, "AWS/Lambda", &names, &dimensions, since).await?;
    let sum = |index: usize| sums.get(index).copied().unwrap_or(0);
    Ok(Counts {
        ended: sum(0),
        failed: sum(1),
    })
}

/// The number of a version, which is the last part of its ARN.
fn label(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

const OPERATION: &str = "GetMetricData";

/// The sums of metrics with the same dimensions, from the minute of `since` on.
async fn sums(
    aws: &Aws,
    call: &Call,
    namespace: &str,
    names: &[&str],
    dimensions: &[(&str, String)],
    since: Seconds,
) -> Result<Vec<u64>, AwsError> {
    let client = aws.cloudwatch().await?;
    let dimensions: Vec<Dimension> = dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(*name).value(value).build())
        .collect();
    let query = |(index, name): (usize, &&str)| {
        let metric = Metric::builder()
            .namespace(namespace)
            .metric_name(*name)
            .set_dimensions(Some(dimensions.clone()))
            .build();
        let stat = MetricStat::builder()
            .metric(metric)
            .period(PERIOD)
            .stat("Sum")
            .build();
        MetricDataQuery::builder()
            .id(format!("m{index}"))
            .metric_stat(stat)
            .build()
    };
    let queries: Vec<MetricDataQuery> = names.iter().enumerate().map(query).collect();
    let start = Seconds(since.0 - since.0.rem_euclid(i64::from(PERIOD)));
    // The end is exclusive, and the current minute counts.
    let end = Seconds::now().after(std::time::Duration::from_mins(1));
    let mut sums = vec![0.0; names.len()];
    let mut token = None;
    loop {
        let answer = call
            .once(OPERATION, async {
                let request = client
                    .get_metric_data()
                    .set_metric_data_queries(Some(queries.clone()))
                    .start_time(start.date())
                    .end_time(end.date())
                    .set_next_token(token.take());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(OPERATION, error))
            })
            .await?;
        for result in answer.metric_data_results.into_iter().flatten() {
            let index = result
                .id
                .as_deref()
                .and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            if let Some(sum) = index.and_then(|index| sums.get_mut(index)) {
                *sum += result.values.into_iter().flatten().sum::<f64>();
            }
        }
        token = answer.next_token;
        if token.is_none() {
            return Ok(sums.into_iter().map(whole).collect());
        }
    }
}

/// A sum of counts as a whole number.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count is neither negative nor fractional"
)]
fn whole(sum: f64) -> u64 {
    sum.round().max(0.0) as u64
}
