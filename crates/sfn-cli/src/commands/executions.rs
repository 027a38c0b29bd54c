//! `sfn executions`.

use std::time::Duration;

use asl_run::{Failure as Error, Moment};
use clap::ValueEnum;
use printable::printable;
use serde_json::{Value, json};
use sfn_aws::execution::{self, Filter, Listed};
use sfn_aws::time::Seconds;

use crate::aws::{Options, Session, Workflow, WorkflowType, call};
use crate::duration::{parse, shown};
use crate::output::course::short;
use crate::{Exit, Failure, print};

/// Arguments of `sfn executions`.
#[derive(clap::Args)]
pub struct Args {
    /// Name of a state machine, or ARN of a state machine, version or alias.
    pub workflow: String,
    /// List only executions with this status.
    #[arg(long, value_enum, ignore_case = true)]
    pub status: Option<Status>,
    /// List only executions that started within this time, such as `30m`, `2h` or `7d`.
    #[arg(long, value_name = "DURATION", value_parser = parse)]
    pub since: Option<Duration>,
    /// Maximum number of executions.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub limit: usize,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Account and region.
    #[command(flatten)]
    pub aws: Options,
}

/// Status of an execution.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It has not ended.
    Running,
    /// It ended with an output.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It took longer than the timeout of the workflow.
    TimedOut,
    /// It was stopped.
    Aborted,
    /// It waits for the redrive of its Map Run.
    PendingRedrive,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
            Self::PendingRedrive => "PENDING_REDRIVE",
        }
    }
}

/// Output format.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable table.
    Text,
    /// JSON document.
    Json,
}

/// Maximum time of a call.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Maximum time to list executions.
const LIST_TIMEOUT: Duration = Duration::from_mins(5);

/// An execution in the list.
struct Row {
    listed: Listed,
    /// Error and cause, if it did not succeed.
    failure: Option<Error>,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let (session, workflow) = Workflow::find(&arguments.workflow, &arguments.aws)?;
    check_type(&workflow)?;
    let filter = Filter {
        state_machine_arn: workflow.arn,
        status: arguments.status.map(|status| status.name().to_owned()),
        since: arguments.since.map(|since| Seconds::now().before(since)),
        limit: Some(arguments.limit),
    };
    let listed = session.run(execution::list(&session.aws, &call(LIST_TIMEOUT), &filter))?;
    let rows = listed.into_iter().map(|listed| row(&session, listed));
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    print(&match arguments.format {
        Format::Text => table(&rows),
        Format::Json => {
            let executions: Vec<Value> = rows.iter().map(in_json).collect();
            format!("{:#}\n", json!({ "executions": executions }))
        }
    })?;
    Ok(Exit::Clean)
}

/// Checks that AWS lists the executions of a workflow.
pub fn check_type(workflow: &Workflow) -> Result<(), Failure> {
    if workflow.ty == WorkflowType::Standard {
        return Ok(());
    }
    let logs = match &workflow.log_group {
        Some(group) => format!("search its log group {group} in CloudWatch Logs"),
        None => "enable its logging to CloudWatch Logs".to_owned(),
    };
    Err(format!(
        "`{}` is of type `EXPRESS`, whose executions AWS does not list: {logs}",
        workflow.name
    ))
}

/// An execution with its error, which a list does not contain.
fn row(session: &Session, listed: Listed) -> Result<Row, Failure> {
    let is_failure = ["FAILED", "TIMED_OUT", "ABORTED"].contains(&listed.status.as_str());
    if !is_failure {
        return Ok(Row {
            listed,
            failure: None,
        });
    }
    let found = session.run(execution::describe(
        &session.aws,
        &call(TIMEOUT),
        &listed.arn,
    ))?;
    let failure = found.map(|found| Error {
        error: found.error,
        cause: found.cause,
    });
    Ok(Row {
        listed,
        failure: failure.filter(|failure| *failure != Error::default()),
    })
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let start = Moment::parse(&self.listed.start_date);
        let stop = self.listed.stop_date.as_deref().and_then(Moment::parse);
        let took = stop.zip(start).map(|(stop, start)| stop.since(start));
        let seconds = Seconds::parse(&self.listed.start_date);
        let error = self.failure.as_ref().map(ToString::to_string);
        [
            seconds.map_or_else(
                || self.listed.start_date.clone(),
                |seconds| seconds.to_string(),
            ),
            took.map(shown).unwrap_or_default(),
            self.listed.status.clone(),
            self.listed.name.clone(),
            short(&error.unwrap_or_default()),
        ]
    }
}

/// The executions as a table. The columns are as wide as their longest text.
fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no matching executions found\n".to_owned();
    }
    let head = ["START", "DURATION", "STATUS", "NAME", "ERROR"].map(str::to_owned);
    let lines = std::iter::once(head).chain(rows.iter().map(Row::cells));
    let lines: Vec<[String; 5]> = lines
        .map(|cells| cells.map(|cell| printable(&cell).into_owned()))
        .collect();
    let mut text = String::new();
    for cells in &lines {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            let width = lines.iter().filter_map(|cells| cells.get(column));
            let width = width.map(|cell| cell.chars().count()).max().unwrap_or(0);
            format!("{cell:width$}")
        });
        let line = padded.collect::<Vec<_>>().join("  ");
        text += &format!("{}\n", line.trim_end());
    }
    text
}

fn in_json(row: &Row) -> Value {
    let Row { listed, failure } = row;
    json!({
        "executionArn": listed.arn,
        "name": listed.name,
        "status": listed.status,
        "startDate": listed.start_date,
        "stopDate": listed.stop_date,
        "stateMachineVersionArn": listed.state_machine_version_arn,
        "redriveCount": listed.redrive_count,
        "error": failure.as_ref().and_then(|failure| failure.error.as_ref()),
        "cause": failure.as_ref().and_then(|failure| failure.cause.as_ref()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(name: &str, status: &str, stop: Option<&str>) -> Listed {
        Listed {
            arn: format!("arn:aws:states:eu-west-1:123456789012:execution:order:{name}"),
            name: name.to_owned(),
            status: status.to_owned(),
            start_date: "2026-11-03T09:30:00.25Z".to_owned(),
            stop_date: stop.map(str::to_owned),
            state_machine_version_arn: None,
            redrive_count: 0,
        }
    }

    #[test]
    fn executions_are_listed_with_their_errors() {
        let rows = [
            Row {
                listed: execution("4712", "RUNNING", None),
                failure: None,
            },
            Row {
                listed: execution("a\u{202e}b", "FAILED", Some("2026-11-03T09:31:02.25Z")),
                failure: Some(Error::new("Refused", "no")),
            },
        ];
        assert_eq!(
            table(&rows),
            "START                 DURATION   STATUS   NAME        ERROR\n\
             2026-11-03T09:30:00Z             RUNNING  4712\n\
             2026-11-03T09:30:00Z  1 min 2 s  FAILED   a\\u{202e}b  Refused: no\n"
        );
        assert_eq!(table(&[]), "no matching executions found\n");
        assert_eq!(in_json(&rows[1])["error"], "Refused");
    }

    #[test]
    fn express_workflows_have_no_list() {
        let mut workflow = Workflow {
            arn: "arn".to_owned(),
            name: "order".to_owned(),
            ty: WorkflowType::Express,
            log_group: Some("group".to_owned()),
        };
        let message = check_type(&workflow).unwrap_err();
        assert!(
            message.contains("log group group in CloudWatch"),
            "{message}"
        );
        workflow.log_group = None;
        let message = check_type(&workflow).unwrap_err();
        assert!(message.contains("enable its logging"), "{message}");
        workflow.ty = WorkflowType::Standard;
        assert_eq!(check_type(&workflow), Ok(()));
    }
}
