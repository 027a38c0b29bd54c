//! `sfn convert`

use std::fs;
use std::path::Path;

use sfn_convert::files::write_whole;
use sfn_convert::sources::{Source, convert};

use crate::input::Input;
use crate::{ConvertArgs, Exit, Failure, print};

/// Runs the command.
pub fn run(arguments: &ConvertArgs) -> Result<Exit, Failure> {
    let path = &arguments.file;
    let (text, _) = Input { path: path.clone(), named: true }.read()?;
    let map = arguments.map.iter().cloned().collect();
    let source = Source { path, text: &text, files: &|file| beside(path, file) };
    let mut converted = convert(&source, &map).map_err(|reason| format!("{}: {reason}", path.display()))?;
    let configuration = converted.render(&map);
    match &arguments.out {
        Some(out) if !converted.machines.is_empty() || converted.failures.is_empty() => {
            write_whole(out, configuration.as_bytes())?;
        }
        Some(_) => {}
        None => print(&configuration)?,
    }
    for note in &converted.notes {
        eprintln!("note: {note}");
    }
    for failure in &converted.failures {
        eprintln!("error: {}: {failure}", path.display());
    }
    Ok(if converted.failures.is_empty() { Exit::Clean } else { Exit::Failed })
}

/// The text of a file that another one names.
pub fn beside(path: &Path, file: &Path) -> Result<String, String> {
    let path = path.parent().unwrap_or(Path::new("")).join(file);
    fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
