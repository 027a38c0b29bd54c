//! `sfn`: parses arguments, calls the crates, prints.

mod config;
mod explain;
mod fix;
mod input;
mod render;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Checks AWS Step Functions workflows.
#[derive(Parser)]
#[command(name = "sfn", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check definitions: ASL as JSON or YAML, and state machines in SAM and CloudFormation templates.
    ///
    /// Exit code 0: nothing was found, or only warnings and hints. 1: errors were found. 2: it could not run.
    Validate(ValidateArgs),
    /// Explain a rule, by its code or its name.
    Explain {
        /// Code or name, such as `ASL2001` or `missing-target`.
        rule: String,
    },
    /// List all rules.
    Rules {
        /// How the list is written.
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Print the JSON Schema of the Amazon States Language, for editors.
    Schema,
}

#[derive(Args)]
struct ValidateArgs {
    /// Files and folders; `-` for standard input. The current folder if absent.
    paths: Vec<PathBuf>,
    /// The type of the state machines, where a template does not say it [default: STANDARD].
    #[arg(long = "type", value_enum)]
    machine: Option<Machine>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The least severity that is shown [default: warning].
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// Look only for these: codes such as `ASL2001`, beginnings of codes such as `ASL7`, or names of rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these out.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Exit with 1 for warnings as well.
    #[arg(long)]
    warnings_as_errors: bool,
    /// Repair in the files what can certainly be repaired.
    #[arg(long)]
    fix: bool,
    /// The configuration; otherwise `sfn.toml` in the current folder or one above it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
#[value(rename_all = "UPPER")]
enum Machine {
    /// Up to a year, each step kept.
    Standard,
    /// Up to five minutes.
    Express,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Format {
    /// For people, with the lines.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Level {
    /// What AWS refuses or is sure to fail.
    Error,
    /// What is likely to fail as well.
    Warning,
    /// Good practice as well.
    Lint,
}

impl From<Level> for asl::Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Lint => Self::Lint,
        }
    }
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum ListFormat {
    /// A table.
    Text,
    /// A JSON document.
    Json,
}

/// How the command ends.
enum Exit {
    Clean,
    Findings,
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

/// What keeps the command from running, for people.
type Failure = String;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Explain { rule } => explain::explain(&rule),
        Command::Rules { format } => explain::list(format),
        Command::Schema => explain::schema(),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        Exit::Failed
    });
    exit.into()
}

/// Prints to standard output. A reader that has heard enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write as _};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
