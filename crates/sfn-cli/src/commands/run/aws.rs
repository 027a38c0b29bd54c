//! `sfn run` on AWS.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use asl_run::{Failure as Error, Moment};
use printable::printable_lines;
use serde_json::{Map, Value};
use sfn_aws::execution::{self, Execution};
use sfn_aws::time::Seconds;
use sfn_aws::{Aws, AwsError, AwsErrorKind, Call};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Args;
use crate::aws::{Options, Pauses, Session, Workflow, WorkflowType, call, explained};
use crate::duration::shown;
use crate::history::{End, Event, EventKind};
use crate::input::json_argument;
use crate::output::course;
use crate::{Exit, Failure, print, tell};

/// Maximum time of a call.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Maximum time of a synchronous execution, with a reserve for throttled starts.
const LONGEST_SYNC: Duration = Duration::from_mins(6);

/// Starts an execution, and waits for it if the options say so.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let input = match &arguments.input {
        Some(argument) => json_argument("--input", argument)?,
        None => Value::Object(Map::new()),
    };
    let input = input.to_string();
    let options = Options {
        region: arguments.region.clone(),
        profile: arguments.profile.clone(),
    };
    let (session, workflow) = Workflow::find(&arguments.workflow, &options)?;
    if workflow.ty == WorkflowType::Express {
        return synchronous(arguments, &session, &workflow, &input);
    }
    let name = arguments.name.clone().unwrap_or_else(new_name);
    let arn = session.run(execution::start(
        &session.aws,
        &call(TIMEOUT),
        &workflow.arn,
        &name,
        &input,
    ))?;
    if arguments.wait {
        tell("note", &format!("started {arn}"));
        return wait(arguments.timeout, &session, &arn);
    }
    print(&format!("{arn}\n"))?;
    Ok(Exit::Clean)
}

/// A name that no other execution has.
fn new_name() -> String {
    let time = Seconds::now().to_string().replace(':', "");
    // Each state of the hash maps of the standard library has random keys.
    let bits = RandomState::new().build_hasher().finish() & 0xffff_ffff;
    format!("sfn-{time}-{bits:08x}")
}

/// Runs an execution of an express workflow.
fn synchronous(
    arguments: &Args,
    session: &Session,
    workflow: &Workflow,
    input: &str,
) -> Result<Exit, Failure> {
    let longest = arguments
        .timeout
        .map_or(LONGEST_SYNC, |timeout| timeout.min(LONGEST_SYNC));
    let call = Call::new(longest, session.cancelled_by_ctrl_c());
    let name = arguments.name.as_deref();
    let started = execution::start_sync(&session.aws, &call, &workflow.arn, name, input);
    match session.block_on(started) {
        Ok(ended) => finish(
            &ended.status,
            taken(&ended),
            failure_of(&ended).as_ref(),
            ended.output.as_deref(),
        ),
        Err(error) if error.kind == AwsErrorKind::Cancelled => {
            tell(
                "note",
                "stopped waiting: the execution continues, and only its logs show how it ends",
            );
            Ok(Exit::Interrupted)
        }
        Err(error) => Err(explained(&error)),
    }
}

/// How long an execution took.
fn taken(execution: &Execution) -> Duration {
    let start = Moment::parse(&execution.start_date);
    let stop = execution.stop_date.as_deref().and_then(Moment::parse);
    stop.zip(start)
        .map_or(Duration::ZERO, |(stop, start)| stop.since(start))
}

fn failure_of(execution: &Execution) -> Option<Error> {
    let failure = Error {
        error: execution.error.clone(),
        cause: execution.cause.clone(),
    };
    (failure != Error::default()).then_some(failure)
}

/// Waits for an execution, and shows its states as they pass.
fn wait(timeout: Option<Duration>, session: &Session, arn: &str) -> Result<Exit, Failure> {
    let cancelled = session.cancelled_by_ctrl_c();
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let see = format!("the execution continues: see `sfn history {arn}`");
    match session.block_on(watch(&session.aws, arn, deadline, &cancelled)) {
        Ok(Watched::Ended(end, duration)) => finish(
            &end.status.to_string(),
            duration,
            end.failure.as_ref(),
            end.output.as_deref(),
        ),
        Ok(Watched::Interrupted) => {
            tell("note", &see);
            Ok(Exit::Interrupted)
        }
        Ok(Watched::TimedOut) => Err(format!(
            "no end within {}, {see}",
            shown(timeout.unwrap_or_default())
        )),
        Err(error) => Err(format!("{}, {see}", explained(&error))),
    }
}

/// The reason why the waiting ends.
enum Watched {
    /// The execution ended, after this time.
    Ended(End, Duration),
    /// Ctrl-C was pressed.
    Interrupted,
    /// The maximum time passed.
    TimedOut,
}

async fn watch(
    aws: &Aws,
    arn: &str,
    deadline: Option<Instant>,
    cancelled: &CancellationToken,
) -> Result<Watched, AwsError> {
    let (mut start, mut last, mut pauses) = (None, 0, Pauses::new());
    loop {
        let call = Call::new(TIMEOUT, cancelled.clone());
        let values = match execution::events_after(aws, &call, arn, last).await {
            Err(error) if error.kind == AwsErrorKind::Cancelled => {
                return Ok(Watched::Interrupted);
            }
            answer => answer?,
        };
        if !values.is_empty() {
            pauses.reset();
        }
        for event in values.iter().filter_map(|value| Event::read(value, 0)) {
            last = last.max(i64::try_from(event.id).unwrap_or(i64::MAX));
            let start = *start.get_or_insert(event.time);
            if let Some(line) = line(&event, start) {
                // The reader can have closed the pipe. The exit code still says how the execution ends.
                let _ = print(&line);
            }
            if let EventKind::Ended(end) = event.kind {
                return Ok(Watched::Ended(end, event.time.since(start)));
            }
        }
        tokio::select! {
            () = cancelled.cancelled() => return Ok(Watched::Interrupted),
            () = passed(deadline) => return Ok(Watched::TimedOut),
            () = tokio::time::sleep(pauses.pause()) => {}
        }
    }
}

/// Waits until a deadline, or forever without one.
async fn passed(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// A line about an event that shows how the workflow goes on.
fn line(event: &Event, start: Moment) -> Option<String> {
    let text = match &event.kind {
        EventKind::Entered { state, input, .. } => {
            course::entered(state, input.as_deref().unwrap_or(""))
        }
        EventKind::Exited { state, output, .. } => {
            course::exited(state, output.as_deref().unwrap_or(""))
        }
        EventKind::Failed(failure) | EventKind::EvaluationFailed { failure, .. } => {
            course::failed(failure)
        }
        EventKind::ItemStarted(item) => {
            course::item(item.state.as_deref().unwrap_or(""), item.index)
        }
        _ => return None,
    };
    Some(course::line(event.time.since(start), &text))
}

/// Prints the end of an execution.
fn finish(
    status: &str,
    duration: Duration,
    failure: Option<&Error>,
    output: Option<&str>,
) -> Result<Exit, Failure> {
    print(&course::end(status, duration, failure))?;
    if let Some(output) = output {
        let output = course::pretty(output);
        print(&format!("{}\n", printable_lines(&output)))?;
    }
    Ok(if status == "SUCCEEDED" {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_valid_and_differ() {
        let (first, second) = (new_name(), new_name());
        assert_ne!(first, second);
        let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(first.len() <= 80 && first.chars().all(is_valid), "{first}");
    }

    #[test]
    fn events_are_shown_as_those_of_local_runs() {
        let event = |ty: &str, details: serde_json::Value| {
            let value = json!({ "id": 2, "type": ty, "timestamp": 3, "someEventDetails": details });
            Event::read(&value, 0).unwrap()
        };
        for (ty, details, expected) in [
            (
                "TaskStateEntered",
                json!({ "name": "Charge", "input": "{\"a\":1}" }),
                Some("    2.0 s  Charge  {\"a\":1}\n"),
            ),
            (
                "TaskStateExited",
                json!({ "name": "Charge", "output": "1" }),
                Some("    2.0 s    Charge → 1\n"),
            ),
            (
                "LambdaFunctionFailed",
                json!({ "error": "Busy", "cause": "try\nagain" }),
                Some("    2.0 s    failed: Busy: try\\nagain\n"),
            ),
            (
                "MapIterationStarted",
                json!({ "name": "Each", "index": 3 }),
                Some("    2.0 s    Each[3]\n"),
            ),
            ("TaskSubmitted", json!({}), None),
        ] {
            let shown = line(&event(ty, details), Moment(1000));
            assert_eq!(shown.as_deref(), expected);
        }
    }

    #[test]
    fn the_end_of_an_execution_has_its_error_and_duration() {
        let execution = Execution {
            start_date: "2026-01-01T00:00:00Z".to_owned(),
            stop_date: Some("2026-01-01T00:00:01.5Z".to_owned()),
            error: Some("Refused".to_owned()),
            ..Execution::default()
        };
        assert_eq!(taken(&execution), Duration::from_millis(1500));
        let failure = failure_of(&execution).map(|failure| failure.to_string());
        assert_eq!(failure.as_deref(), Some("Refused"));
        assert_eq!(failure_of(&Execution::default()), None);
    }
}
