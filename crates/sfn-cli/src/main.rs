//! `sfn`: parses arguments, calls the crates, prints.

mod beside;
mod config;
mod convert;
mod diff;
mod explain;
mod fix;
mod import;
mod input;
mod render;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// AWS Step Functions workflows for people and pipelines.
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
    /// Write a definition, a template or a Terraform file of hashicorp/aws as configuration of this provider.
    ///
    /// Takes ASL as JSON or YAML, templates of CloudFormation and SAM, `serverless.yml`, and `.tf` files. Exit code 0: all was
    /// converted. 2: something was not, and the rest was.
    Convert(ConvertArgs),
    /// Compare two definitions by what they mean, state by state.
    ///
    /// Each is a file, a state machine in a template (`FILE#NAME`), or the ARN of a state machine, version or alias. Exit code
    /// 0: they mean the same. 1: they differ. 2: they could not be compared.
    Diff(DiffArgs),
    /// Write what is in AWS as Terraform files, one for each state machine, with `import` blocks; nothing in AWS changes.
    ///
    /// What a folder has already stays as it is, so that an import that was stopped goes on where it was. Exit code 0: all
    /// was written. 2: something was not, and the rest was.
    Import(ImportArgs),
    /// Explain a rule, by its code or its name.
    Explain {
        /// Code or name, such as `ASL2001` or `missing-transition-target`.
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
    /// Make repairs as well that change what a state does, such as `.sync:2` in place of `.sync`.
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// Read files that a template names also outside of its folder and of the repository around it.
    #[arg(long)]
    allow_outside: bool,
    /// The configuration; otherwise `sfn.toml` in the current folder or one above it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
struct ConvertArgs {
    /// The file; `-` for standard input.
    file: PathBuf,
    /// Where the configuration goes; standard output if absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file of `--out` if there is one.
    #[arg(long, requires = "out")]
    force: bool,
    /// An expression to write in place of an ARN, or of something in a template by its name, such as `Charge.Arn`.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Read files that the file names also outside of its folder and of the repository around it.
    #[arg(long)]
    allow_outside: bool,
}

#[derive(Args)]
struct DiffArgs {
    /// The definition before.
    before: String,
    /// The definition after.
    after: String,
    /// How the differences are written.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,
    /// Profile of the shared configuration files, for ARNs.
    #[arg(long)]
    profile: Option<String>,
    /// Read files that a file names also outside of its folder and of the repository around it.
    #[arg(long)]
    allow_outside: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum DiffFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// Tables for pull requests.
    Markdown,
}

#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").args(["names", "prefix", "tags", "all"]).required(true).multiple(true)))]
struct ImportArgs {
    /// ARNs or names of state machines.
    #[arg(value_name = "ARN|NAME", conflicts_with_all = ["prefix", "tags", "all"])]
    names: Vec<String>,
    /// Those whose names begin like this.
    #[arg(long)]
    prefix: Option<String>,
    /// Those with this tag; of several tags all.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = pair)]
    tags: Vec<(String, String)>,
    /// All of the account and region.
    #[arg(long)]
    all: bool,
    /// Regions to look in; the first is that of the provider block, unless the folder has one [default: that of the provider
    /// block, the environment or the profile].
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    region: Vec<String>,
    /// Profile of the shared configuration files.
    #[arg(long)]
    profile: Option<String>,
    /// The folder of the files.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
    /// What is imported beside the state machines.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "aliases")]
    with: Vec<Beside>,
    /// An expression to write in place of an ARN or another text.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    map: Vec<(String, String)>,
    /// How many times AWS's default quotas of API calls the account has.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pace: f64,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Beside {
    /// The aliases of the state machines.
    Aliases,
    /// The log groups that they write to, where those are not their own.
    LogGroups,
    /// The Lambda functions that they call, with their code.
    Functions,
    /// Nothing.
    Nothing,
}

/// `KEY=VALUE`
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor >= 0.01);
    factor.ok_or_else(|| "write a number from 0.01".to_owned())
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
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Explain { rule } => explain::explain(&rule),
        Command::Rules { format } => explain::list(format),
        Command::Schema => explain::schema(),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        tell("error", &failure);
        Exit::Failed
    });
    exit.into()
}

/// Prints a message to standard error, in one line.
fn tell(kind: &str, text: &str) {
    eprintln!("{kind}: {}", printable::printable(text));
}

/// Prints to standard output. A reader that has heard enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write as _};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
