//! Versions of a function.

use aws_sdk_lambda::types::FunctionVersionLatestPublished;

use crate::config::Aws;
use crate::error::AwsError;
use crate::fields::required;
use crate::retry::Call;

/// Publishes a version of a function and returns it. Unchanged code and configuration return the
/// existing version. With `LATEST_PUBLISHED` as `publish_to`, no numbered version is published.
///
/// # Errors
/// Errors returned by AWS.
pub async fn publish(
    aws: &Aws,
    call: &Call,
    name: &str,
    publish_to: Option<&str>,
) -> Result<String, AwsError> {
    let (client, operation) = (aws.lambda().await?, "PublishVersion");
    let answer = call
        .healing(operation, || async {
            let request = client.publish_version().function_name(name);
            let request =
                request.set_publish_to(publish_to.map(FunctionVersionLatestPublished::from));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    required(operation, "version", answer.version)
}

/// The newest numbered version of a function. `None` if there is none, or the function does not
/// exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn newest_version(
    aws: &Aws,
    call: &Call,
    name: &str,
) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "ListVersionsByFunction");
    let (mut versions, mut marker) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .list_versions_by_function()
                    .function_name(name)
                    .set_marker(marker.clone());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await;
        let Some(answer) = AwsError::absent_is_none(answer)? else {
            return Ok(None);
        };
        versions.extend(
            answer
                .versions
                .into_iter()
                .flatten()
                .filter_map(|version| version.version),
        );
        marker = answer.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(newest(&versions));
        }
    }
}

/// The highest number among versions such as `$LATEST`, `1` and `2`.
fn newest(versions: &[String]) -> Option<String> {
    versions
        .iter()
        .filter_map(|version| version.parse::<u64>().ok())
        .max()
        .map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_has_the_highest_number() {
        let newest = |versions: &[&str]| {
            newest(
                &versions
                    .iter()
                    .map(|&version| version.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(newest(&["$LATEST", "9", "10"]).as_deref(), Some("10"));
        assert_eq!(newest(&["$LATEST", "$LATEST.PUBLISHED"]), None);
    }
}
