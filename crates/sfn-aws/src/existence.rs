//! Existence of queues, topics and tables.

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;

/// Whether the queue with this URL exists.
///
/// # Errors
/// Errors returned by AWS.
pub async fn queue(aws: &Aws, call: &Call, url: &str) -> Result<bool, AwsError> {
    let (client, operation) = (aws.sqs().await?, "GetQueueAttributes");
    let answer = call
        .once(operation, async {
            let request = client.get_queue_attributes().queue_url(url);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.is_some())
}

/// Whether the topic with this ARN exists.
///
/// # Errors
/// Errors returned by AWS.
pub async fn topic(aws: &Aws, call: &Call, arn: &str) -> Result<bool, AwsError> {
    let (client, operation) = (aws.sns().await?, "GetTopicAttributes");
    let answer = call
        .once(operation, async {
            let request = client.get_topic_attributes().topic_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.is_some())
}

/// Whether the table with this name or ARN exists.
///
/// # Errors
/// Errors returned by AWS.
pub async fn table(aws: &Aws, call: &Call, name: &str) -> Result<bool, AwsError> {
    let (client, operation) = (aws.dynamodb().await?, "DescribeTable");
    let answer = call
        .once(operation, async {
            let request = client.describe_table().table_name(name);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    Ok(AwsError::absent_is_none(answer)?.is_some())
}
