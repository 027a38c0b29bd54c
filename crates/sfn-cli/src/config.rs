//! The configuration file `sfn.toml`.

use std::path::{Path, PathBuf};

use asl::linter::Linter;
use asl::{MachineType, RuleFilter, Severity};
use serde::Deserialize;

use crate::Failure;
use crate::commands::validate::{Args, Machine};

/// Rules that `--no-path-check` disables.
const PATH_RULES: &[&str] = &["ASL3001", "ASL3002", "ASL3003", "ASL3004", "ASL3005"];
/// Rules that `--no-arn-check` disables.
const ARN_RULES: &[&str] = &["ASL5001", "ASL5002", "ASL5003"];

/// Content of `sfn.toml`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    validate: Validate,
}

/// The table `[validate]`. Arguments of the command take precedence.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Validate {
    #[serde(rename = "type")]
    machine: Option<String>,
    level: Option<String>,
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    exclude: Vec<PathBuf>,
    #[serde(default)]
    warnings_as_errors: bool,
}

/// Settings from the arguments and the configuration file.
pub struct Settings {
    /// The rules to check, with the default type of state machines.
    pub linter: Linter,
    /// Folders and files to skip.
    pub exclude: Vec<PathBuf>,
    /// Whether warnings count as errors.
    pub warnings_as_errors: bool,
    /// Whether referenced files outside of the repository are read.
    pub allow_outside: bool,
}

/// Reads the configuration file and applies the arguments.
pub fn settings(arguments: &Args) -> Result<Settings, Failure> {
    let found = match &arguments.config {
        Some(path) => Some(path.clone()),
        None => find(
            &std::env::current_dir()
                .map_err(|error| format!("cannot find the current folder: {error}"))?,
        ),
    };
    resolve(found, arguments)
}

/// Reads the configuration of the files in a folder.
pub fn settings_in(folder: &Path) -> Result<Settings, Failure> {
    resolve(find(folder), &Args::default())
}

fn resolve(found: Option<PathBuf>, arguments: &Args) -> Result<Settings, Failure> {
    let (file, folder) = match &found {
        Some(path) => (
            read(path)?,
            path.parent().map(Path::to_path_buf).unwrap_or_default(),
        ),
        None => (File::default(), PathBuf::new()),
    };
    let file = file.validate;
    let place = found.as_deref().unwrap_or(Path::new("sfn.toml")).display();
    let machine = match (arguments.machine, &file.machine) {
        (Some(Machine::Standard), _) => MachineType::Standard,
        (Some(Machine::Express), _) => MachineType::Express,
        (None, Some(name)) => MachineType::named(name).ok_or_else(|| {
            format!("{place}: `type` must be `STANDARD` or `EXPRESS`, got `{name}`")
        })?,
        (None, None) => MachineType::Standard,
    };
    let level = match (arguments.level, file.level.as_deref()) {
        (Some(level), _) => level.into(),
        (None, None) => RuleFilter::default().level,
        (None, Some(word)) => Severity::named(word).ok_or_else(|| {
            format!("{place}: `level` must be `error`, `warning` or `lint`, got `{word}`")
        })?,
    };
    let select = if arguments.select.is_empty() {
        file.select
    } else {
        arguments.select.clone()
    };
    let mut ignore: Vec<String> = file
        .ignore
        .into_iter()
        .chain(arguments.ignore.clone())
        .collect();
    let skipped =
        |is_skipped: bool, codes: &'static [&'static str]| if is_skipped { codes } else { &[] };
    ignore.extend(
        skipped(arguments.no_path_check, PATH_RULES)
            .iter()
            .map(|code| (*code).to_owned()),
    );
    ignore.extend(
        skipped(arguments.no_arn_check, ARN_RULES)
            .iter()
            .map(|code| (*code).to_owned()),
    );
    for word in select.iter().chain(&ignore) {
        asl::rules::selector::resolve_selector(word).map_err(|meant| {
            let hint = meant
                .map(|name| format!(": did you mean `{name}`?"))
                .unwrap_or_default();
            format!("there is no rule `{word}`{hint}")
        })?;
    }
    // Selected rules are reported regardless of their severity.
    let filter = RuleFilter {
        level: if select.is_empty() {
            level
        } else {
            Severity::Lint
        },
        select,
        ignore,
    };
    Ok(Settings {
        linter: Linter::new(machine).with_policy().with_filter(filter),
        exclude: file.exclude.iter().map(|path| folder.join(path)).collect(),
        warnings_as_errors: arguments.warnings_as_errors || file.warnings_as_errors,
        allow_outside: arguments.allow_outside,
    })
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or("");
        format!(
            "{}: line {}: {}",
            path.display(),
            before.matches('\n').count() + 1,
            error.message()
        )
    })
}

/// The nearest `sfn.toml` in a folder and its parents.
fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join("sfn.toml"))
        .find(|path| path.is_file())
}
