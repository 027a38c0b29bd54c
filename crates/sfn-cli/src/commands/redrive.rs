//! `sfn redrive`.

use std::time::Duration;

use asl_run::{Failure as Error, Moment};
use printable::printable;
use sfn_aws::execution::{self, Execution, Filter};
use sfn_aws::time::Seconds;
use sfn_aws::{Aws, AwsError, AwsErrorKind, Call};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::aws::{ExecutionArn, Options, Pauses, Session, Workflow, call, explained};
use crate::commands::executions::check_type;
use crate::duration::parse;
use crate::output::course::{self, short};
use crate::{Exit, Failure, print, tell};

/// Arguments of `sfn redrive`.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("which").args(["executions", "workflow"]).required(true)))]
pub struct Args {
    /// ARNs of the executions.
    #[arg(value_name = "EXECUTION")]
    pub executions: Vec<String>,
    /// Redrive the executions of a workflow that failed or timed out, by its name or ARN. Executions that were stopped
    /// are only redriven by their ARNs.
    #[arg(long)]
    pub workflow: Option<String>,
    /// Redrive only executions that failed with this error, such as `States.Timeout`.
    #[arg(long, value_name = "ERROR", conflicts_with = "executions")]
    pub error: Option<String>,
    /// Redrive only executions that started within this time, such as `30m`, `2h` or `7d`.
    #[arg(long, value_name = "DURATION", value_parser = parse, conflicts_with = "executions")]
    pub since: Option<Duration>,
    /// Redrive the executions of the workflow. Without it, they are only listed.
    #[arg(long, conflicts_with = "executions")]
    pub yes: bool,
    /// Wait until the executions end.
    #[arg(long)]
    pub wait: bool,
    /// Account and region.
    #[command(flatten)]
    pub aws: Options,
}

/// Maximum time of a call.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Maximum time to list executions.
const LIST_TIMEOUT: Duration = Duration::from_mins(5);
/// Time after its end in which an execution can be redriven (developer guide, "Redriving executions").
const REDRIVABLE: Duration = Duration::from_hours(14 * 24);

/// An execution to redrive.
struct Candidate {
    arn: String,
    name: String,
    /// `None` if it does not exist.
    found: Option<Execution>,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let (session, candidates) = match &arguments.workflow {
        Some(workflow) => of_workflow(arguments, workflow)?,
        None => of_arns(arguments)?,
    };
    if candidates.is_empty() {
        print("no matching executions found\n")?;
        return Ok(Exit::Clean);
    }
    if arguments.workflow.is_some() && !arguments.yes {
        let lines: String = candidates.iter().map(Candidate::preview).collect();
        print(&lines)?;
        tell("note", "nothing was redriven: add `--yes`");
        return Ok(Exit::Clean);
    }
    let mut redriven = Vec::new();
    for candidate in &candidates {
        let line = match redrive(&session, candidate) {
            Ok(execution) => {
                redriven.push(execution);
                format!("redriven {}", candidate.arn)
            }
            Err(reason) => format!("not redriven {}: {reason}", candidate.arn),
        };
        print(&format!("{}\n", printable(&line)))?;
    }
    let is_complete = redriven.len() == candidates.len();
    if arguments.wait {
        return wait(&session, &redriven, is_complete);
    }
    Ok(exit(is_complete))
}

fn exit(is_success: bool) -> Exit {
    if is_success {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

fn of_arns(arguments: &Args) -> Result<(Session, Vec<Candidate>), Failure> {
    let arns = arguments.executions.iter();
    let arns = arns.map(|text| ExecutionArn::parse(text));
    let arns: Vec<ExecutionArn> = arns.collect::<Result<_, _>>()?;
    let region = arns.first().map(|arn| arn.region.clone());
    if arns.iter().any(|arn| Some(&arn.region) != region.as_ref()) {
        return Err(
            "the executions are in several regions: redrive those of one region at a time"
                .to_owned(),
        );
    }
    let Options {
        region: own,
        profile,
    } = &arguments.aws;
    let region = own.as_deref().or(region.as_deref());
    let session = Session::new(region, profile.as_deref())?;
    let found = arns.into_iter();
    let found = found.map(|arn| Candidate::read(&session, arn.arn, arn.name));
    let found: Vec<Candidate> = found.collect::<Result<_, _>>()?;
    Ok((session, found))
}

/// The executions of a workflow that can still be redriven, with the error of the options.
fn of_workflow(arguments: &Args, workflow: &str) -> Result<(Session, Vec<Candidate>), Failure> {
    let (session, workflow) = Workflow::find(workflow, &arguments.aws)?;
    check_type(&workflow)?;
    let now = Seconds::now();
    let mut candidates = Vec::new();
    for status in ["FAILED", "TIMED_OUT"] {
        let filter = Filter {
            state_machine_arn: workflow.arn.clone(),
            status: Some(status.to_owned()),
            since: arguments.since.map(|since| now.before(since)),
            limit: None,
        };
        let listed = session.run(execution::list(&session.aws, &call(LIST_TIMEOUT), &filter))?;
        for execution in listed {
            if is_over(execution.stop_date.as_deref(), now) {
                continue;
            }
            let candidate = Candidate::read(&session, execution.arn, execution.name)?;
            if arguments.error.is_none() || candidate.error() == arguments.error.as_deref() {
                candidates.push(candidate);
            }
        }
    }
    Ok((session, candidates))
}

/// Whether an execution ended too long ago.
fn is_over(stop_date: Option<&str>, now: Seconds) -> bool {
    let stop = stop_date.and_then(Seconds::parse);
    stop.is_some_and(|stop| stop < now.before(REDRIVABLE))
}

impl Candidate {
    fn read(session: &Session, arn: String, name: String) -> Result<Self, Failure> {
        let found = session.run(execution::describe(&session.aws, &call(TIMEOUT), &arn))?;
        Ok(Self { arn, name, found })
    }

    fn error(&self) -> Option<&str> {
        self.found.as_ref()?.error.as_deref()
    }

    /// The execution, or why it cannot be redriven.
    fn checked(&self) -> Result<&Execution, String> {
        let found = self.found.as_ref();
        let found = found.ok_or("it does not exist, or it ended more than 90 days ago")?;
        match obstacle(found, Seconds::now()) {
            Some(reason) => Err(reason),
            None => Ok(found),
        }
    }

    fn preview(&self) -> String {
        let line = match self.checked() {
            Ok(found) => {
                let failure = Error {
                    error: found.error.clone(),
                    cause: found.cause.clone(),
                };
                let failure = short(&failure.to_string());
                format!("would redrive {}: {}, {failure}", self.name, found.status)
            }
            Err(reason) => format!("cannot redrive {}: {reason}", self.name),
        };
        format!("{}\n", printable(&line))
    }
}

/// Why an execution cannot be redriven. `None` if it can.
fn obstacle(found: &Execution, now: Seconds) -> Option<String> {
    if !["FAILED", "TIMED_OUT", "ABORTED"].contains(&found.status.as_str()) {
        return Some(format!(
            "it is {}, and only executions that are FAILED, TIMED_OUT or ABORTED can be redriven",
            found.status
        ));
    }
    match found.redrive_status.as_deref() {
        Some("NOT_REDRIVABLE") => Some(
            found
                .redrive_status_reason
                .clone()
                .unwrap_or_else(|| "AWS does not allow it".to_owned()),
        ),
        Some("REDRIVABLE_BY_MAP_RUN") => Some(
            "it belongs to a Map Run: redrive the execution that started the Map Run".to_owned(),
        ),
        _ if is_over(found.stop_date.as_deref(), now) => {
            Some("it ended more than 14 days ago".to_owned())
        }
        _ => None,
    }
}

/// Redrives an execution, and returns it as it was before.
fn redrive<'a>(session: &Session, candidate: &'a Candidate) -> Result<&'a Execution, String> {
    let found = candidate.checked()?;
    let token = client_token(&found.arn, found.redrive_count);
    session.run(execution::redrive(
        &session.aws,
        &call(TIMEOUT),
        &found.arn,
        &token,
    ))?;
    Ok(found)
}

/// A token of the next redrive of an execution, so that a repeated request does not redrive it again.
fn client_token(arn: &str, redrive_count: i32) -> String {
    let hash = Sha256::digest(format!("{arn} {redrive_count}"));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Waits until the executions end. `is_complete` is whether all executions were redriven.
fn wait(session: &Session, redriven: &[&Execution], is_complete: bool) -> Result<Exit, Failure> {
    let cancelled = session.cancelled_by_ctrl_c();
    let mut is_success = is_complete;
    for before in redriven {
        let found = session.block_on(ended(&session.aws, before, &cancelled));
        let found = found.map_err(|error| {
            let (reason, arn) = (explained(&error), &before.arn);
            format!("{reason}, the executions continue: see `sfn history {arn}`")
        })?;
        let Some(found) = found else {
            let arn = &before.arn;
            let note = format!("the executions continue: see `sfn history {arn}`");
            tell("note", &note);
            return Ok(Exit::Interrupted);
        };
        is_success &= found.status == "SUCCEEDED";
        print(&end(&found))?;
    }
    Ok(exit(is_success))
}

/// The end of an execution in one line.
fn end(found: &Execution) -> String {
    let start = Moment::parse(&found.start_date);
    let stop = found.stop_date.as_deref().and_then(Moment::parse);
    let took = stop.zip(start).map(|(stop, start)| stop.since(start));
    let failure = Error {
        error: found.error.clone(),
        cause: found.cause.clone(),
    };
    let failure = Some(&failure).filter(|failure| **failure != Error::default());
    let line = course::end(&found.status, took.unwrap_or_default(), failure);
    format!("{}: {line}", printable(&found.name))
}

/// Waits until an execution ends after a redrive. `None` if Ctrl-C was pressed.
async fn ended(
    aws: &Aws,
    before: &Execution,
    cancelled: &CancellationToken,
) -> Result<Option<Execution>, AwsError> {
    let mut pauses = Pauses::new();
    loop {
        let call = Call::new(TIMEOUT, cancelled.clone());
        match execution::describe(aws, &call, &before.arn).await {
            Err(error) if error.kind == AwsErrorKind::Cancelled => return Ok(None),
            Err(error) => return Err(error),
            Ok(Some(found)) if has_ended_again(before, &found) => return Ok(Some(found)),
            Ok(_) => {}
        }
        tokio::select! {
            () = cancelled.cancelled() => return Ok(None),
            () = tokio::time::sleep(pauses.pause()) => {}
        }
    }
}

/// Whether an execution has ended after a redrive. A description can be older than the redrive.
fn has_ended_again(before: &Execution, found: &Execution) -> bool {
    let is_newer =
        found.redrive_count > before.redrive_count || found.stop_date != before.stop_date;
    is_newer && found.status != "RUNNING"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(status: &str) -> Execution {
        Execution {
            arn: "arn:aws:states:eu-west-1:123456789012:execution:order:4711".to_owned(),
            name: "4711".to_owned(),
            status: status.to_owned(),
            start_date: "2026-11-03T09:00:00Z".to_owned(),
            stop_date: Some("2026-11-03T09:01:00Z".to_owned()),
            error: Some("Refused".to_owned()),
            ..Execution::default()
        }
    }

    fn check(found: &Execution, days: u64, expected: Option<&str>) {
        let ended = Seconds::parse("2026-11-03T09:01:00Z").unwrap_or(Seconds(0));
        let now = ended.after(Duration::from_hours(days * 24));
        let reason = obstacle(found, now);
        match (reason, expected) {
            (Some(reason), Some(expected)) => assert!(reason.contains(expected), "{reason}"),
            (reason, expected) => assert_eq!(reason.as_deref(), expected),
        }
    }

    #[test]
    fn only_executions_without_success_are_redriven() {
        for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
            check(&execution(status), 1, None);
            check(&execution(status), 15, Some("14 days"));
        }
        for status in ["RUNNING", "SUCCEEDED", "PENDING_REDRIVE"] {
            check(&execution(status), 1, Some("it is "));
        }
        let of = |status: &str, reason: Option<&str>| Execution {
            redrive_status: Some(status.to_owned()),
            redrive_status_reason: reason.map(str::to_owned),
            ..execution("FAILED")
        };
        check(&of("REDRIVABLE", None), 1, None);
        check(&of("NOT_REDRIVABLE", Some("too old")), 1, Some("too old"));
        check(&of("NOT_REDRIVABLE", None), 1, Some("AWS does not allow"));
        check(&of("REDRIVABLE_BY_MAP_RUN", None), 1, Some("Map Run"));
    }

    #[test]
    fn a_repeated_redrive_has_the_same_token() {
        let arn = execution("FAILED").arn;
        let token = client_token(&arn, 0);
        assert_eq!(token, client_token(&arn, 0));
        assert_ne!(token, client_token(&arn, 1));
        assert_ne!(token, client_token("other", 0));
        assert_eq!(token.len(), 64);
    }

    #[test]
    fn an_old_description_is_no_end() {
        let before = execution("FAILED");
        assert!(!has_ended_again(&before, &before));
        let running = Execution {
            stop_date: None,
            ..execution("RUNNING")
        };
        assert!(!has_ended_again(&before, &running));
        let ended = Execution {
            redrive_count: 1,
            ..execution("FAILED")
        };
        assert!(has_ended_again(&before, &ended));
        assert_eq!(end(&before), "4711: FAILED after 1 min 0 s: Refused\n");
    }

    #[test]
    fn a_preview_says_what_would_happen() {
        let mut candidate = Candidate {
            arn: "arn".to_owned(),
            name: "4711".to_owned(),
            found: None,
        };
        assert_eq!(
            candidate.preview(),
            "cannot redrive 4711: it does not exist, or it ended more than 90 days ago\n"
        );
        candidate.found = Some(Execution {
            stop_date: None,
            ..execution("FAILED")
        });
        assert_eq!(candidate.error(), Some("Refused"));
        assert_eq!(candidate.preview(), "would redrive 4711: FAILED, Refused\n");
    }
}
