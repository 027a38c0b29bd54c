//! `sfn test --from`: a test file from an execution.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sfn_aws::execution;
use sfn_test::{case_of, yaml};

use crate::aws::{ExecutionArn, Session, call};
use crate::input::Input;
use crate::{Exit, Failure, print};

/// Maximum time to read an execution.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Prints a test file with a case that repeats an execution: its ARN, or a file with its history.
pub fn run(from: &str, workflow: Option<&str>, profile: Option<&str>) -> Result<Exit, Failure> {
    let (name, machine, history) = if from.starts_with("arn:") {
        of_aws(from, profile)?
    } else {
        of_file(from)?
    };
    let case = case_of(&history).map_err(|message| format!("{from}: {message}"))?;
    let workflow = workflow.map_or_else(|| format!("{machine}.asl.json"), str::to_owned);
    let file = json!({ "workflow": workflow, "cases": { name: case } });
    print(&yaml::members(&file, 0))?;
    Ok(Exit::Clean)
}

/// Name of the execution, name of its state machine, and history.
type Recorded = (String, String, Value);

fn of_file(path: &str) -> Result<Recorded, Failure> {
    let (text, _) = Input::named(Path::new(path)).read()?;
    let history =
        serde_json::from_str(&text).map_err(|error| format!("{path}: not valid JSON: {error}"))?;
    let name = Path::new(path).file_stem().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    Ok((name, "workflow".to_owned(), history))
}

fn of_aws(arn: &str, profile: Option<&str>) -> Result<Recorded, Failure> {
    let parsed = ExecutionArn::parse(arn)?;
    let session = Session::new(Some(&parsed.region), profile)?;
    let history = session.run(execution::history_json(&session.aws, &call(TIMEOUT), arn))?;
    Ok((parsed.name, parsed.machine, history))
}
