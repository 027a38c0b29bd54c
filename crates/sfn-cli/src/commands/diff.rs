//! `sfn diff`.

use std::path::PathBuf;
use std::time::Duration;

use asl::Json;
use asl::diff::diff;
use clap::ValueEnum;
use sfn_convert::subject;

use crate::aws::{call, runtime};
use crate::commands::convert::beside;
use crate::input::{Input, file_and_name};
use crate::output::difference;
use crate::{Exit, Failure, print};

#[derive(clap::Args)]
pub struct Args {
    /// Definition before the change: `FILE`, `FILE#NAME` or an ARN. Use `-` for standard input.
    pub before: String,
    /// Definition after the change.
    pub after: String,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// AWS profile with which state machines are read by their ARNs.
    #[arg(long)]
    pub profile: Option<String>,
    /// Also read referenced files outside of the repository or folder of the file.
    #[arg(long)]
    pub allow_outside: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable text.
    Text,
    /// JSON document.
    Json,
    /// Markdown table, for pull requests.
    Markdown,
}

/// Timeout of the calls to AWS.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let profile = arguments.profile.as_deref();
    let outside = arguments.allow_outside;
    let read = |name: &str| {
        definition(name, profile, outside).map_err(|reason| format!("{name}: {reason}"))
    };
    let (before, after) = (read(&arguments.before)?, read(&arguments.after)?);
    let found = diff(&before, &after);
    let names = (arguments.before.as_str(), arguments.after.as_str());
    print(&match arguments.format {
        Format::Text => difference::text(&found, names),
        Format::Json => difference::json(&found, names),
        Format::Markdown => difference::markdown(&found, names),
    })?;
    Ok(if found.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// The definition in a file, `FILE#NAME`, or of an ARN.
pub fn definition(name: &str, profile: Option<&str>, allow_outside: bool) -> Result<Json, String> {
    if name.starts_with("arn:") {
        return runtime()?.block_on(subject::of_arn(name, profile, &call(TIMEOUT)));
    }
    let (path, machine) = file_and_name(name);
    let path = PathBuf::from(path);
    let (text, _) = Input::named(&path).read()?;
    subject::of_file(&path, machine, &text, &beside(&path, allow_outside))
}
