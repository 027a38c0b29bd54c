//! `sfn render`.

use std::path::PathBuf;

use sfn_convert::configuration::{self, Rendered};

use crate::input::{Input, file_and_name};
use crate::{Exit, Failure, print};

/// Arguments of `sfn render`.
#[derive(clap::Args)]
pub struct Args {
    /// File with the workflow, or `FILE#NAME` to select one of several workflows.
    file: String,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let (path, name) = file_and_name(&arguments.file);
    let (text, _) = Input::named(&PathBuf::from(path)).read()?;
    let rendered = configuration::render(&text).map_err(|reason| format!("{path}: {reason}"))?;
    let names: Vec<&str> = rendered
        .iter()
        .map(|workflow| workflow.address.as_str())
        .collect();
    let is_wanted =
        |name: &str, workflow: &Rendered| name == workflow.name || name == workflow.address;
    let mut wanted = rendered
        .iter()
        .filter(|workflow| name.is_none_or(|name| is_wanted(name, workflow)));
    let (Some(workflow), None) = (wanted.next(), wanted.next()) else {
        return Err(match (names.len(), name) {
            (0, _) => format!("{path} has no `sfn_state_machine` and no `sfn_definition`"),
            (_, Some(name)) => format!(
                "{path} has no workflow `{name}`: use one of {}",
                names.join(", ")
            ),
            (_, None) => format!(
                "{path} has several workflows: append `#` and one of {}",
                names.join(", ")
            ),
        });
    };
    if let Err(reason) = &workflow.definition {
        return Err(format!("{path}: `{}`: {reason}", workflow.name));
    }
    print(&format!("{}\n", workflow.text))?;
    Ok(Exit::Clean)
}
