//! `sfn run`.

mod aws;

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use asl::diagram::svg;
use asl_run::{Event, EventKind, Moment, Status};
use clap::ValueEnum;
use serde_json::Value;
use sfn_test::{Case, CaseRun, Dataset, Mock, Surroundings, TestFile};

use crate::aws::is_file_name;
use crate::commands::test::{plan, workflow};
use crate::duration::{parse, shown};
use crate::input::json_argument;
use crate::output::{course, page};
use crate::{Exit, Failure, print};

/// The options that only executions on AWS have.
const AWS_OPTIONS: [&str; 5] = ["name", "wait", "timeout", "region", "profile"];

/// Arguments of `sfn run`.
#[derive(clap::Args)]
pub struct Args {
    /// Workflow to run: the name of a state machine, or the ARN of a state machine, version or alias. With `--local`, a
    /// definition, `FILE#NAME` for a state machine in a template or `.tf` file, or an ARN.
    pub workflow: String,
    /// Run the workflow on this machine, without AWS.
    #[arg(long)]
    pub local: bool,
    /// Input as JSON, `@FILE` to read a file, or `-` for standard input. Defaults to that of `--case`, or to `{}`.
    #[arg(long)]
    pub input: Option<String>,
    /// Name of the execution. Defaults to a generated name.
    #[arg(long, conflicts_with = "local")]
    pub name: Option<String>,
    /// Wait until the execution ends, and show its states as they pass. Executions of express workflows are always
    /// waited for.
    #[arg(long, conflicts_with = "local")]
    pub wait: bool,
    /// Maximum time to wait, such as `30s` or `1h30m`. The execution continues after it.
    #[arg(long, value_name = "DURATION", value_parser = parse, requires = "wait", conflicts_with = "local")]
    pub timeout: Option<Duration>,
    /// Region of the state machine. Defaults to that of the ARN, the environment or the profile.
    #[arg(long, conflicts_with = "local")]
    pub region: Option<String>,
    /// AWS profile of the shared configuration files.
    #[arg(long, conflicts_with = "local")]
    pub profile: Option<String>,
    /// Result of a task, as `STATE=JSON`. Can be repeated.
    #[arg(long = "mock", value_name = "STATE=JSON", requires = "local", conflicts_with_all = AWS_OPTIONS)]
    pub mocks: Vec<String>,
    /// Object that an item reader reads, or folder with the objects, as `STATE=PATH`. Can be repeated.
    #[arg(long = "dataset", value_name = "STATE=PATH", requires = "local", conflicts_with_all = AWS_OPTIONS)]
    pub datasets: Vec<String>,
    /// Test file with the mocks and the input of a case, as `FILE#CASE`.
    #[arg(long, value_name = "FILE#CASE", requires = "local", conflicts_with_all = AWS_OPTIONS)]
    pub case: Option<String>,
    /// Plan or state of Terraform, as `terraform show -json` prints it, with the definition of a workflow in a `.tf`
    /// file.
    #[arg(long, value_name = "FILE", requires = "local", conflicts_with_all = AWS_OPTIONS)]
    pub plan: Option<std::path::PathBuf>,
    /// Print the data flow of a state, each time that it is entered, in place of the states.
    #[arg(long, value_name = "STATE", requires = "local", conflicts_with = "history", conflicts_with_all = AWS_OPTIONS)]
    pub inspect: Option<String>,
    /// Print the graph of the workflow with the states that were reached, in place of the states.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        requires = "local",
        conflicts_with_all = ["history", "inspect"],
        conflicts_with_all = AWS_OPTIONS
    )]
    pub graph: Option<GraphFormat>,
    /// Print the history in place of the states.
    #[arg(long, value_enum, value_name = "FORMAT", requires = "local", conflicts_with_all = AWS_OPTIONS)]
    pub history: Option<HistoryFormat>,
}

/// Format of the history.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum HistoryFormat {
    /// As `aws stepfunctions get-execution-history` prints it.
    Json,
}

/// Format of the graph.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum GraphFormat {
    /// A picture.
    Svg,
    /// A page with the picture, the output, and the states with their inputs and outputs.
    Html,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    if arguments.local {
        return local(arguments);
    }
    if is_file_name(&arguments.workflow) {
        return Err(format!(
            "`{}` is a file: use `--local` to run it on this machine, or the name or ARN of a state machine",
            arguments.workflow
        ));
    }
    aws::run(arguments)
}

fn local(arguments: &Args) -> Result<Exit, Failure> {
    let (mut case, folder) = case(arguments)?;
    case.inspect = arguments.inspect.is_some();
    let plan = plan(arguments.plan.as_deref())?;
    let found = workflow(Path::new(""), &arguments.workflow, plan.as_ref())?;
    let machine = Rc::new(found.machine);
    if let Some(state) = &arguments.inspect {
        sfn_test::check_name(&machine, state)
            .map_err(|message| format!("--inspect {state}: {message}"))?;
    }
    let quiet =
        arguments.history.is_some() || arguments.inspect.is_some() || arguments.graph.is_some();
    let mut start = None;
    let mut shown = String::new();
    let around = Surroundings {
        folder: &folder,
        load: &|argument| Ok(workflow(&folder, argument, plan.as_ref())?.machine),
    };
    let run = sfn_test::run(Rc::clone(&machine), &case, &around, &mut |events| {
        for event in events {
            let start = *start.get_or_insert(event.time);
            if let Some(line) = line(event, start).filter(|_| !quiet) {
                shown.push_str(&line);
            }
        }
        // Printed at once, so that a long run shows where it is. A closed pipe ends it at its last line.
        let _ = print(&std::mem::take(&mut shown));
    })
    .map_err(|problem| problem.message)?;
    if let Some(problem) = run.problem {
        // It has an example of several lines.
        for line in problem.to_string().lines() {
            eprintln!("{}", printable::printable(line));
        }
        return Ok(Exit::Failed);
    }
    if let Some(state) = &arguments.inspect {
        print(&inspected(&run, state))?;
    } else if let Some(format) = arguments.graph {
        let picture = svg(&found.definition, &run.marks(machine.state_names()));
        print(&match format {
            GraphFormat::Svg => picture,
            GraphFormat::Html => graph_page(&arguments.workflow, &run, &picture),
        })?;
    } else if quiet {
        let events: Vec<Value> = run.events.iter().map(Event::to_json).collect();
        let history = serde_json::json!({ "events": events });
        print(&format!("{}\n", pretty(&history)))?;
    } else {
        let status = run.status.to_string();
        print(&course::end(&status, run.duration, run.failure.as_ref()))?;
        if let Some(failure) = &run.child_failure {
            print(&format!("first child execution that failed: {failure}\n"))?;
        }
        if let Some(output) = &run.output {
            print(&format!("{}\n", pretty(output)))?;
        }
    }
    Ok(if run.status == Status::Succeeded {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// A page about a run.
fn graph_page(workflow: &str, run: &CaseRun, picture: &str) -> String {
    let start = run.events.first().map(|event| event.time);
    let rows = run.events.iter().filter_map(|event| {
        let since = event.time.since(start?);
        let (state, what, value) = match &event.kind {
            EventKind::StateEntered { name, input, .. } => (name, "input", input),
            EventKind::StateExited { name, output, .. } => (name, "output", output),
            _ => return None,
        };
        let value = value.value().to_string();
        Some(vec![
            shown(since),
            state.to_string(),
            what.to_owned(),
            value,
        ])
    });
    let rows: Vec<_> = rows.collect();
    let end = match (&run.output, &run.failure) {
        (_, Some(failure)) => failure.to_string(),
        (Some(output), None) => output.to_string(),
        (None, None) => String::new(),
    };
    let summary = [
        vec!["Status".to_owned(), run.status.to_string()],
        vec!["Duration".to_owned(), shown(run.duration)],
        vec!["Result".to_owned(), end],
    ];
    let body = page::table(&["", ""], &summary)
        + &page::figure(picture)
        + &page::table(&["Time", "State", "", "Value"], &rows);
    page::page(workflow, &body)
}

/// The data flow of a state, with the names that the API `TestState` has for its steps.
fn inspected(run: &CaseRun, state: &str) -> String {
    let mut text = String::new();
    for inspection in run.inspections.iter().filter(|one| *one.state == *state) {
        text += &format!("{state}\n");
        for (name, value) in inspection.values() {
            text += &format!("  {name:<20} {}\n", value.value());
        }
        if let Some(output) = &inspection.output {
            text += &format!("  {:<20} {}\n", "output", output.value());
        }
        if let Some(failure) = &inspection.failure {
            text += &format!("  {:<20} {failure}\n", "error");
        }
        if let Some(next) = &inspection.next {
            text += &format!("  {:<20} {next}\n", "nextState");
        }
    }
    if text.is_empty() {
        text = format!("`{state}` was not reached\n");
    }
    text
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// The case to run, and the folder in which programs start.
fn case(arguments: &Args) -> Result<(Case, std::path::PathBuf), Failure> {
    let mut folder = std::path::PathBuf::new();
    let mut case = match &arguments.case {
        Some(argument) => {
            let (path, name) = argument
                .rsplit_once('#')
                .ok_or("`--case` must be FILE#CASE")?;
            folder = Path::new(path)
                .parent()
                .unwrap_or(Path::new(""))
                .to_path_buf();
            let (text, _) = crate::input::Input::named(Path::new(path)).read()?;
            let suite = sfn_test::read(&text, asl::Format::of(path, &text));
            if let Some(problem) = suite.problems.first() {
                return Err(format!("{path}:{}: {}", problem.line, problem.message));
            }
            let found = suite.cases.into_iter().find(|case| case.name == name);
            found.ok_or_else(|| format!("{path} has no case `{name}`"))?
        }
        None => Case::new(Value::Object(serde_json::Map::new())),
    };
    if let Some(argument) = &arguments.input {
        case.file.input = json_argument("--input", argument)?;
    }
    for mock in &arguments.mocks {
        let (state, json) = mock.split_once('=').ok_or("`--mock` must be STATE=JSON")?;
        let result = serde_json::from_str(json)
            .map_err(|error| format!("--mock {state}: not valid JSON: {error}"))?;
        case.mock(state, Mock::unchecked(result));
    }
    for dataset in &arguments.datasets {
        let (state, path) = dataset
            .split_once('=')
            .ok_or("`--dataset` must be STATE=PATH")?;
        let path = std::path::absolute(path).map_err(|error| format!("{path}: {error}"))?;
        let dataset = Dataset::at(path);
        case.file.datasets.insert(state.to_owned(), dataset);
    }
    Ok((case, folder))
}

/// A line about an event that shows how the workflow goes on.
fn line(event: &Event, start: Moment) -> Option<String> {
    let text = match &event.kind {
        EventKind::StateEntered { name, input, .. } => {
            course::entered(name, &input.value().to_string())
        }
        EventKind::StateExited { name, output, .. } => {
            course::exited(name, &output.value().to_string())
        }
        EventKind::TaskFailed { failure, .. }
        | EventKind::TaskSubmitFailed { failure, .. }
        | EventKind::LambdaFunctionFailed(failure)
        | EventKind::ActivityFailed(failure)
        | EventKind::TaskTimedOut { failure, .. }
        | EventKind::LambdaFunctionTimedOut(failure)
        | EventKind::ActivityTimedOut(failure)
        | EventKind::EvaluationFailed { failure, .. } => course::failed(failure),
        EventKind::MapIterationStarted(iteration) => course::item(&iteration.name, iteration.index),
        _ => return None,
    };
    Some(course::line(event.time.since(start), &text))
}

/// The JSON Schema of test files.
pub fn schema() -> Value {
    schemars::schema_for!(TestFile).to_value()
}
