//! Lists of executions.

use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::time::{Seconds, rfc3339};

/// The executions to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// ARN of a state machine, a version or an alias.
    pub state_machine_arn: String,
    /// Status, such as `FAILED`. Any if `None`.
    pub status: Option<String>,
    /// Start time of the oldest execution.
    pub since: Option<Seconds>,
    /// Maximum number of executions.
    pub limit: Option<usize>,
}

/// An execution in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Status: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
    pub status: String,
    /// Date and time of the start, in RFC 3339 format.
    pub start_date: String,
    /// Date and time of the end, in RFC 3339 format.
    pub stop_date: Option<String>,
    /// ARN of the version that it runs, if it was started with the ARN of a version or alias.
    pub state_machine_version_arn: Option<String>,
    /// Number of redrives.
    pub redrive_count: i32,
}

/// Lists executions of a standard workflow, the newest first (API reference, ListExecutions).
///
/// # Errors
/// Errors returned by AWS.
pub async fn list(aws: &Aws, call: &Call, filter: &Filter) -> Result<Vec<Listed>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListExecutions");
    let status = filter.status.as_deref().map(ExecutionStatus::from);
    let limit = filter.limit.unwrap_or(usize::MAX);
    let page = i32::try_from(limit.min(1000)).unwrap_or(1000);
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .list_executions()
                    .state_machine_arn(&filter.state_machine_arn)
                    .set_status_filter(status.clone())
                    .max_results(page)
                    .set_next_token(token.take());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        for item in answer.executions {
            let is_older = filter
                .since
                .is_some_and(|since| item.start_date.secs() < since.0);
            if is_older || found.len() == limit {
                return Ok(found);
            }
            found.push(listed(item));
        }
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn listed(item: ExecutionListItem) -> Listed {
    Listed {
        arn: item.execution_arn,
        name: item.name,
        status: item.status.as_str().to_owned(),
        start_date: rfc3339(&item.start_date),
        stop_date: item.stop_date.as_ref().map(rfc3339),
        state_machine_version_arn: item.state_machine_version_arn,
        redrive_count: item.redrive_count.unwrap_or(0),
    }
}
