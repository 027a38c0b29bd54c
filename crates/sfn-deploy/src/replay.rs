//! Repeats the last executions of an alias with another definition. Only reads in AWS.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use asl_run::Machine;
use async_trait::async_trait;
use serde_json::Value;
use sfn_aws::execution::{self, Filter, Listed};
use sfn_aws::{Aws, AwsError, Call, state_machine};
use sfn_test::{Difference, Replayed};
use tokio_util::sync::CancellationToken;

use crate::checks::Check;
use crate::reason::Reason;

/// Statuses of executions that have ended by themselves.
const ENDED: [&str; 3] = ["SUCCEEDED", "FAILED", "TIMED_OUT"];
/// Maximum time to read the histories.
pub const REPLAY_TIMEOUT: Duration = Duration::from_mins(15);
/// Number of executions that a message names.
const NAMED: usize = 3;

/// An execution and how it ends with the other definition.
#[derive(Debug, Clone)]
pub struct ReplayedExecution {
    /// The execution.
    pub execution: Listed,
    /// How it ends.
    pub replayed: Replayed,
}

/// An execution, its history, and the definition that it ran.
type Recorded = (Listed, Value, Arc<str>);

/// Repeats the last executions of a state machine, version or alias with a definition, the newest
/// first.
///
/// # Errors
/// Errors returned by AWS, or if the definition cannot be run.
pub async fn replay_last(
    aws: &Aws,
    call: &Call,
    arn: &str,
    last: usize,
    definition: &str,
) -> Result<Vec<ReplayedExecution>, AwsError> {
    let recorded = recorded(aws, call, arn, last).await?;
    let definition = definition.to_owned();
    let repeat = move || repeat(recorded, &definition);
    let repeated = tokio::task::spawn_blocking(repeat).await;
    repeated
        .map_err(|error| error.to_string())
        .and_then(|repeated| repeated)
        .map_err(|message| AwsError::local("replay", message))
}

/// The histories of the last executions. The texts of definitions are read once for each version.
async fn recorded(
    aws: &Aws,
    call: &Call,
    arn: &str,
    last: usize,
) -> Result<Vec<Recorded>, AwsError> {
    let mut executions = Vec::new();
    for status in ENDED {
        let filter = Filter {
            state_machine_arn: arn.to_owned(),
            status: Some(status.to_owned()),
            limit: Some(last),
            ..Filter::default()
        };
        executions.extend(execution::list(aws, call, &filter).await?);
    }
    executions.sort_by(|one, other| other.start_date.cmp(&one.start_date));
    executions.truncate(last);
    let mut definitions: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let mut recorded = Vec::new();
    for execution in executions {
        let history = execution::history_json(aws, call, &execution.arn).await?;
        let version = execution.state_machine_version_arn.clone();
        let known = version
            .as_ref()
            .and_then(|version| definitions.get(version));
        let definition = match known {
            Some(definition) => Arc::clone(definition),
            None => Arc::from(definition_of(aws, call, &execution).await?),
        };
        if let Some(version) = version {
            definitions.insert(version, Arc::clone(&definition));
        }
        recorded.push((execution, history, definition));
    }
    Ok(recorded)
}

/// The definition that an execution ran. A version has one definition, even if it was deleted.
async fn definition_of(aws: &Aws, call: &Call, execution: &Listed) -> Result<String, AwsError> {
    if let Some(version) = &execution.state_machine_version_arn
        && let Some(found) = state_machine::describe(aws, call, version).await?
    {
        return Ok(found.definition);
    }
    execution::definition(aws, call, &execution.arn).await
}

/// Repeats executions on this thread, because machines cannot leave their thread.
fn repeat(recorded: Vec<Recorded>, definition: &str) -> Result<Vec<ReplayedExecution>, String> {
    let after = machine(definition)?;
    let mut machines: BTreeMap<Arc<str>, Result<Rc<Machine>, String>> = BTreeMap::new();
    let executions = recorded.into_iter().map(|(execution, history, text)| {
        let before = machines
            .entry(text)
            .or_insert_with_key(|text| machine(text));
        let replayed = match before {
            Ok(before) => sfn_test::replay(&history, before, &after),
            Err(problem) => Replayed::Skipped(problem.clone()),
        };
        ReplayedExecution {
            execution,
            replayed,
        }
    });
    Ok(executions.collect())
}

fn machine(definition: &str) -> Result<Rc<Machine>, String> {
    let json: Value = serde_json::from_str(definition)
        .map_err(|error| format!("the definition is not valid JSON: {error}"))?;
    let built = Machine::build(&json);
    built
        .map(Rc::new)
        .map_err(|error| format!("the definition cannot be run: {error}"))
}

/// Repeats the last executions of an alias with the definition of a new version.
pub struct Replay {
    /// Clients.
    pub aws: Arc<Aws>,
    /// ARN of the alias.
    pub alias: String,
    /// ARN of the state machine.
    pub machine: String,
    /// Maximum number of executions.
    pub last: usize,
    /// Whether differences are allowed, and only reported.
    pub allow_changes: bool,
}

#[async_trait]
impl Check for Replay {
    fn name(&self) -> String {
        format!("replay of the last {} executions", self.last)
    }

    async fn run(&self, version: &str, cancelled: &CancellationToken) -> Result<(), Reason> {
        let call = Call::new(REPLAY_TIMEOUT, cancelled.clone());
        let arn = format!("{}:{version}", self.machine);
        let found = state_machine::describe(&self.aws, &call, &arn).await?;
        let found = found
            .ok_or_else(|| AwsError::local("replay", format!("version `{arn}` does not exist")))?;
        if found.kind == "EXPRESS" {
            return Err(Reason::Check {
                name: self.name(),
                detail: "AWS keeps no history of executions of type `EXPRESS`".to_owned(),
            });
        }
        let replayed =
            replay_last(&self.aws, &call, &self.alias, self.last, &found.definition).await?;
        let different: Vec<String> = replayed.iter().filter_map(words).collect();
        if different.is_empty() {
            return match all_skipped(&replayed) {
                Some(reason) if !self.allow_changes => Err(Reason::Check {
                    name: self.name(),
                    detail: format!(
                        "none of {} executions could be repeated: {reason}",
                        replayed.len()
                    ),
                }),
                _ => Ok(()),
            };
        }
        let more = different.len().saturating_sub(NAMED);
        let mut detail = format!(
            "{} of {} executions differ: {}",
            different.len(),
            replayed.len(),
            different.get(..NAMED).unwrap_or(&different).join("; ")
        );
        if more > 0 {
            detail += &format!("; and {more} more");
        }
        if self.allow_changes {
            tracing::warn!("{detail}");
            return Ok(());
        }
        Err(Reason::Check {
            name: self.name(),
            detail,
        })
    }
}

/// The reason why the first execution could not be repeated, if none could.
pub fn all_skipped(replayed: &[ReplayedExecution]) -> Option<&str> {
    let reason = |one: &'_ ReplayedExecution| matches!(one.replayed, Replayed::Skipped(_));
    match replayed.first().map(|first| &first.replayed) {
        Some(Replayed::Skipped(first)) if replayed.iter().all(reason) => Some(first),
        _ => None,
    }
}

/// The differences of an execution, without values, which can be confidential.
fn words(replayed: &ReplayedExecution) -> Option<String> {
    let Replayed::Different(differences) = &replayed.replayed else {
        return None;
    };
    let whats: Vec<&str> = differences
        .iter()
        .map(|Difference { what, .. }| what.as_str())
        .collect();
    Some(format!(
        "`{}` ({})",
        replayed.execution.name,
        whats.join(", ")
    ))
}
