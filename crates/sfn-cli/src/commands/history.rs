//! `sfn history`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use asl::Json;
use asl::diagram::svg;
use clap::ValueEnum;
use serde_json::Value;
use sfn_aws::execution;

use crate::aws::{ExecutionArn, Session, call};
use crate::commands::diff;
use crate::history::{History, events, marks};
use crate::input::Input;
use crate::output::history::{Subject, json, mermaid, page, text};
use crate::{Exit, Failure, print, tell};

/// Arguments of `sfn history`.
#[derive(clap::Args)]
pub struct Args {
    /// ARN of the execution.
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub execution: Option<String>,
    /// Read the history from a file with the output of `aws stepfunctions get-execution-history`, or from standard
    /// input with `-`.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Definition of the workflow for the graph, with `--file`: `FILE`, `FILE#NAME`, or the ARN of a state machine,
    /// version or alias.
    #[arg(long, value_name = "FILE|ARN", conflicts_with = "execution")]
    pub definition: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show inputs, outputs and errors in full in the text.
    #[arg(long)]
    pub full: bool,
    /// AWS profile of the shared configuration files.
    #[arg(long)]
    pub profile: Option<String>,
}

/// Output format.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable text.
    Text,
    /// Events as `aws stepfunctions get-execution-history` prints them, with the status of the execution.
    Json,
    /// Mermaid flowchart with the states and transitions that were reached.
    Mermaid,
    /// Picture of the graph with the states and transitions that were reached.
    Svg,
    /// Page with the picture and the states. It needs no other file and no network.
    Html,
}

impl Format {
    /// Whether the output contains the graph of the workflow.
    fn has_graph(self) -> bool {
        matches!(self, Self::Mermaid | Self::Svg | Self::Html)
    }
}

/// Maximum time to read an execution.
const TIMEOUT: Duration = Duration::from_mins(2);

/// An execution to show.
struct Recorded {
    subject: Subject,
    /// The history as the API returns it.
    history: Value,
    /// The definition, if it is known and the format needs it.
    definition: Option<Json>,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let recorded = match (&arguments.execution, &arguments.file) {
        (Some(arn), _) => of_aws(arguments, arn)?,
        (None, Some(path)) => of_file(arguments, path)?,
        (None, None) => return Err("use the ARN of an execution or `--file`".to_owned()),
    };
    let Recorded {
        subject,
        history,
        definition,
    } = recorded;
    let events = events(&history).map_err(|message| format!("{}: {message}", subject.name))?;
    let course = History::of(&events);
    let graph = definition.map(|definition| {
        let marks = marks(&course, &definition);
        (definition, marks)
    });
    let known = || {
        graph.as_ref().ok_or_else(|| {
            "the graph needs the definition of the workflow: use `--definition FILE`".to_owned()
        })
    };
    print(&match arguments.format {
        Format::Text => text(&course, arguments.full),
        Format::Json => {
            let arn = subject.arn.as_deref();
            json(&course, arn, history.get("events").unwrap_or(&history))
        }
        Format::Mermaid => {
            let (definition, marks) = known()?;
            mermaid(definition, marks)
        }
        Format::Svg => {
            let (definition, marks) = known()?;
            svg(definition, marks)
        }
        Format::Html => {
            let picture = graph.as_ref();
            let picture = picture.map(|(definition, marks)| svg(definition, marks));
            page(&subject, &course, picture.as_deref())
        }
    })?;
    Ok(Exit::Clean)
}

fn of_aws(arguments: &Args, arn: &str) -> Result<Recorded, Failure> {
    let parsed = ExecutionArn::parse(arn)?;
    let session = Session::new(Some(&parsed.region), arguments.profile.as_deref())?;
    let history = session.run(execution::history_json(&session.aws, &call(TIMEOUT), arn))?;
    let definition = match definition_of(&session, arn, arguments.format) {
        // The page is also useful without the graph.
        Err(reason) if arguments.format == Format::Html => {
            tell("warning", &format!("the page has no graph: {reason}"));
            None
        }
        definition => definition?,
    };
    Ok(Recorded {
        subject: Subject {
            name: parsed.name,
            arn: Some(parsed.arn),
            workflow: Some(parsed.machine),
        },
        history,
        definition,
    })
}

/// The definition that an execution runs, if the format needs it.
fn definition_of(session: &Session, arn: &str, format: Format) -> Result<Option<Json>, Failure> {
    if !format.has_graph() {
        return Ok(None);
    }
    let text = session.run(execution::definition(&session.aws, &call(TIMEOUT), arn))?;
    let parsed = asl::parse(&text).map_err(|error| error.message)?;
    Ok(Some(parsed.0.root))
}

fn of_file(arguments: &Args, path: &Path) -> Result<Recorded, Failure> {
    let (text, _) = Input::named(path).read()?;
    let shown = path.display();
    let history =
        serde_json::from_str(&text).map_err(|error| format!("{shown}: not valid JSON: {error}"))?;
    let profile = arguments.profile.as_deref();
    let definition = match &arguments.definition {
        Some(name) if arguments.format.has_graph() => Some(
            diff::definition(name, profile, false).map_err(|reason| format!("{name}: {reason}"))?,
        ),
        _ => None,
    };
    let name = path.file_stem().unwrap_or(path.as_os_str());
    Ok(Recorded {
        subject: Subject {
            name: name.to_string_lossy().into_owned(),
            arn: None,
            workflow: None,
        },
        history,
        definition,
    })
}
