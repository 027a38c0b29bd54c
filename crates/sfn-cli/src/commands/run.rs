//! `sfn run`.

use std::path::Path;
use std::rc::Rc;

use asl::diagram::svg;
use asl_run::{Event, EventKind, Moment, Status};
use clap::ValueEnum;
use serde_json::Value;
use sfn_test::{Case, CaseRun, Dataset, Mock, Surroundings, TestFile};

use crate::commands::test::{plan, workflow};
use crate::output::page;
use crate::{Exit, Failure, print};

/// Arguments of `sfn run`.
#[derive(clap::Args)]
pub struct Args {
    /// Workflow to run: a definition, `FILE#NAME` for a state machine in a template or `.tf` file, or the ARN of a state
    /// machine on AWS.
    pub workflow: String,
    /// Run the workflow on this machine, without AWS. Required.
    #[arg(long, required = true)]
    pub local: bool,
    /// Input as JSON, `@FILE` to read a file, or `-` for standard input. Defaults to that of `--case`, or to `{}`.
    #[arg(long)]
    pub input: Option<String>,
    /// Result of a task, as `STATE=JSON`. Can be repeated.
    #[arg(long = "mock", value_name = "STATE=JSON")]
    pub mocks: Vec<String>,
    /// Object that an item reader reads, or folder with the objects, as `STATE=PATH`. Can be repeated.
    #[arg(long = "dataset", value_name = "STATE=PATH")]
    pub datasets: Vec<String>,
    /// Test file with the mocks and the input of a case, as `FILE#CASE`.
    #[arg(long, value_name = "FILE#CASE")]
    pub case: Option<String>,
    /// Plan or state of Terraform, as `terraform show -json` prints it, with the definition of a workflow in a `.tf`
    /// file.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<std::path::PathBuf>,
    /// Print the data flow of a state, each time that it is entered, in place of the states.
    #[arg(long, value_name = "STATE", conflicts_with = "history")]
    pub inspect: Option<String>,
    /// Print the graph of the workflow with the states that were reached, in place of the states.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["history", "inspect"])]
    pub graph: Option<GraphFormat>,
    /// Print the history in place of the states.
    #[arg(long, value_enum, value_name = "FORMAT")]
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
        let failure = run
            .failure
            .map_or_else(String::new, |failure| format!(": {failure}"));
        print(&format!(
            "{} after {}{failure}\n",
            run.status,
            duration(run.duration)
        ))?;
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
            duration(since),
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
        vec!["Duration".to_owned(), duration(run.duration)],
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
        case.file.input = input(argument)?;
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

fn input(argument: &str) -> Result<Value, Failure> {
    let text = match argument {
        "-" => crate::input::Input::named(Path::new("-")).read()?.0,
        argument => match argument.strip_prefix('@') {
            Some(path) => crate::input::Input::named(Path::new(path)).read()?.0,
            None => argument.to_owned(),
        },
    };
    serde_json::from_str(&text).map_err(|error| format!("--input: not valid JSON: {error}"))
}

/// A line about an event that shows how the workflow goes on.
fn line(event: &Event, start: Moment) -> Option<String> {
    let text = match &event.kind {
        EventKind::StateEntered { name, input, .. } => format!("{name}  {}", short(input.value())),
        EventKind::StateExited { name, output, .. } => {
            format!("  {name} → {}", short(output.value()))
        }
        EventKind::TaskFailed { failure, .. }
        | EventKind::TaskSubmitFailed { failure, .. }
        | EventKind::LambdaFunctionFailed(failure)
        | EventKind::ActivityFailed(failure)
        | EventKind::TaskTimedOut { failure, .. }
        | EventKind::LambdaFunctionTimedOut(failure)
        | EventKind::ActivityTimedOut(failure)
        | EventKind::EvaluationFailed { failure, .. } => format!("  failed: {failure}"),
        EventKind::MapIterationStarted(iteration) => {
            format!("  {}[{}]", iteration.name, iteration.index)
        }
        _ => return None,
    };
    Some(format!(
        "{:>9}  {text}\n",
        duration(event.time.since(start))
    ))
}

/// A value on one line, cut to a readable length.
fn short(value: &Value) -> String {
    const LENGTH: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// A duration as people write it: `1 h 2 min`, `3.5 s`, `20 ms`.
pub fn duration(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// The JSON Schema of test files.
pub fn schema() -> Value {
    schemars::schema_for!(TestFile).to_value()
}
