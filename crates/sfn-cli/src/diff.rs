//! `sfn diff`

use std::path::PathBuf;
use std::time::Duration;

use asl::Json;
use asl::diff::diff;
use sfn_aws::Call;
use sfn_convert::subject;
use tokio_util::sync::CancellationToken;

use crate::convert::beside;
use crate::input::Input;
use crate::render::difference;
use crate::{DiffArgs, DiffFormat, Exit, Failure, print};

/// How long AWS may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the command.
pub fn run(arguments: &DiffArgs) -> Result<Exit, Failure> {
    let profile = arguments.profile.as_deref();
    let outside = arguments.allow_outside;
    let read = |name: &str| definition(name, profile, outside).map_err(|reason| format!("{name}: {reason}"));
    let (before, after) = (read(&arguments.before)?, read(&arguments.after)?);
    let found = diff(&before, &after);
    let names = (arguments.before.as_str(), arguments.after.as_str());
    print(&match arguments.format {
        DiffFormat::Text => difference::text(&found, names),
        DiffFormat::Json => difference::json(&found, names),
        DiffFormat::Markdown => difference::markdown(&found, names),
    })?;
    Ok(if found.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn definition(name: &str, profile: Option<&str>, allow_outside: bool) -> Result<Json, String> {
    if name.starts_with("arn:") {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let call = Call::new(PATIENCE, CancellationToken::new());
        return runtime.block_on(subject::of_arn(name, profile, &call));
    }
    // A name may have the sign as well.
    let is_file = PathBuf::from(name).exists();
    let (path, machine) = match name.rsplit_once('#').filter(|_| !is_file) {
        Some((path, machine)) => (path, Some(machine)),
        None => (name, None),
    };
    let path = PathBuf::from(path);
    let (text, _) = Input::named(&path).read()?;
    subject::of_file(&path, machine, &text, &beside(&path, allow_outside))
}
