//! `sfn validate`.

use std::path::PathBuf;

use asl::Severity;
use clap::ValueEnum;

use crate::check::{Outcome, add, check_all, check_beside, check_one};
use crate::config::{Settings, settings};
use crate::input::{Input, collect};
use crate::output::findings::{self, Report};
use crate::{Exit, Failure, fix, print, tell};

#[derive(clap::Args, Default)]
pub struct Args {
    /// Files and folders to check. Use `-` for standard input. Defaults to the current folder.
    pub paths: Vec<PathBuf>,
    /// Type of state machines for which the file does not specify one [default: STANDARD].
    #[arg(long = "type", value_enum)]
    pub machine: Option<Machine>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Minimum severity of the reported findings [default: warning].
    #[arg(long, value_enum)]
    pub level: Option<Level>,
    /// Check only these rules. Accepts codes such as `ASL2001`, prefixes of codes such as `ASL7`, and names,
    /// separated by commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Ignore these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Also exit with code 1 if there are warnings.
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// Apply safe fixes to the files.
    #[arg(long)]
    pub fix: bool,
    /// Also apply fixes that change the behavior of a state, such as `.sync:2` instead of `.sync`.
    #[arg(long, requires = "fix")]
    pub unsafe_fixes: bool,
    /// Also read referenced files outside of the repository or folder of the template.
    #[arg(long)]
    pub allow_outside: bool,
    /// Check this text as a definition in JSON. Can be repeated.
    #[arg(
        long,
        value_name = "JSON",
        help_heading = "Compatibility with asl-validator"
    )]
    json_definition: Vec<String>,
    /// Check this file as a definition in JSON. Can be repeated.
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Compatibility with asl-validator"
    )]
    json_path: Vec<PathBuf>,
    /// Check this text as a definition in YAML. Can be repeated.
    #[arg(
        long,
        value_name = "YAML",
        help_heading = "Compatibility with asl-validator"
    )]
    yaml_definition: Vec<String>,
    /// Check this file as a definition in YAML. Can be repeated.
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Compatibility with asl-validator"
    )]
    yaml_path: Vec<PathBuf>,
    /// Print nothing. Only the exit code shows the result.
    #[arg(long, help_heading = "Compatibility with asl-validator")]
    silent: bool,
    /// Do not check paths and payload templates (ASL3001 to ASL3005).
    #[arg(long, help_heading = "Compatibility with asl-validator")]
    pub no_path_check: bool,
    /// Do not check the `Resource` of tasks (ASL5001 to ASL5003).
    #[arg(long, help_heading = "Compatibility with asl-validator")]
    pub no_arn_check: bool,
    /// Configuration file. Defaults to the nearest `sfn.toml` in the current folder and its parents.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
#[value(rename_all = "UPPER")]
pub enum Machine {
    /// Standard workflow, which runs for up to one year.
    Standard,
    /// Express workflow, which runs for up to five minutes.
    Express,
}

#[derive(Clone, Copy, Default, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable text with the affected lines.
    #[default]
    Text,
    /// JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations for GitHub Actions.
    Github,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Level {
    /// Errors: AWS rejects the definition, or the execution fails.
    Error,
    /// Errors and warnings.
    Warning,
    /// Errors, warnings and lints.
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

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    match checked(arguments) {
        Err(_) if arguments.silent => Ok(Exit::Failed),
        outcome => outcome,
    }
}

fn checked(arguments: &Args) -> Result<Exit, Failure> {
    let settings = settings(arguments)?;
    let inputs = inputs(arguments, &settings)?;
    let mut outcomes = check_all(&inputs, &settings);
    let of_template = |outcome: &Outcome| {
        let template = outcome.path.clone();
        outcome
            .files
            .clone()
            .into_iter()
            .map(move |file| (file, template.clone()))
    };
    let named: Vec<_> = outcomes.iter().flat_map(of_template).collect();
    for (file, template) in named {
        let mut outcome = check_beside(&file, &settings);
        outcome.failure = outcome
            .failure
            .map(|failure| format!("{}: {failure}", template.display()));
        add(&mut outcomes, outcome);
    }
    if arguments.fix {
        fix::apply(
            &mut outcomes,
            arguments.unsafe_fixes,
            |outcome| match &outcome.beside {
                Some(beside) => check_beside(beside, &settings),
                None => check_one(&Input::named(&outcome.path), &settings),
            },
        )?;
    }
    report(arguments, &settings, &outcomes)
}

/// The inputs that the paths and the options of asl-validator name.
fn inputs(arguments: &Args, settings: &Settings) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    for (format, name, texts, paths) in [
        (
            asl::Format::Json,
            "JSON",
            &arguments.json_definition,
            &arguments.json_path,
        ),
        (
            asl::Format::Yaml,
            "YAML",
            &arguments.yaml_definition,
            &arguments.yaml_path,
        ),
    ] {
        let text = |(index, text): (usize, &String)| {
            Input::definition_text(&format!("{name} definition {}", index + 1), text, format)
        };
        inputs.extend(texts.iter().enumerate().map(text));
        inputs.extend(
            paths
                .iter()
                .map(|path| Input::definition_file(path, format)),
        );
    }
    if inputs.is_empty() || !arguments.paths.is_empty() {
        inputs.extend(collect(&arguments.paths, &settings.exclude)?);
    }
    Ok(inputs)
}

fn report(arguments: &Args, settings: &Settings, outcomes: &[Outcome]) -> Result<Exit, Failure> {
    let report = Report { outcomes };
    let is_unreadable = |outcome: &Outcome| {
        outcome.must_be_readable
            && outcome
                .findings
                .iter()
                .any(|finding| finding.code == "ASL0001")
    };
    let failed = outcomes
        .iter()
        .any(|outcome| outcome.failure.is_some() || is_unreadable(outcome));
    if !arguments.silent {
        print(&findings::render(arguments.format, &report))?;
        show_failures(outcomes);
    }
    if !failed && report.definitions() == 0 && !outcomes.iter().any(|outcome| outcome.named) {
        return Err("no state machine definitions found".to_owned());
    }
    let worst = if settings.warnings_as_errors {
        Severity::Warning
    } else {
        Severity::Error
    };
    let found = outcomes
        .iter()
        .flat_map(|outcome| &outcome.findings)
        .any(|finding| finding.severity <= worst);
    Ok(match (failed, found) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}

/// Reports on standard error the files that could not be checked or have no state machine.
fn show_failures(outcomes: &[Outcome]) {
    for failure in outcomes
        .iter()
        .filter_map(|outcome| outcome.failure.as_ref())
    {
        tell("error", failure);
    }
    for outcome in outcomes {
        for made in &outcome.made_later {
            let (line, _) = asl::line_and_column(&outcome.text, &made.span);
            let (path, by) = (outcome.path.display(), &made.by);
            tell(
                "note",
                &format!(
                    "{path}:{line}: `{by}` generates content at deployment, which is not checked"
                ),
            );
        }
    }
    let is_empty = |outcome: &&Outcome| outcome.definitions == 0 && outcome.files.is_empty();
    for outcome in outcomes
        .iter()
        .filter(|outcome| outcome.named && outcome.failure.is_none())
        .filter(is_empty)
    {
        tell(
            "note",
            &format!("{} has no state machine", outcome.path.display()),
        );
    }
}
