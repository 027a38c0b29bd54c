//! `sfn convert`

use std::path::{Path, PathBuf};

use sfn_convert::files::write_whole;
use sfn_convert::sources::{Source, convert};

use crate::beside::Boundary;
use crate::commands::pair;
use crate::input::Input;
use crate::{Exit, Failure, print, tell};

#[derive(clap::Args)]
pub struct Args {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// Where the configuration goes; standard output if absent.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file of `--out` if there is one.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// An expression to write in place of an ARN, or of something in a template by its name, such as `Charge.Arn`.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// Also read referenced files outside of the folder and the repository of the file.
    #[arg(long)]
    pub allow_outside: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let path = &arguments.file;
    if let Some(out) = arguments.out.as_ref().filter(|out| out.exists() && !arguments.force) {
        return Err(format!("there is a file {} already: `--force` replaces it", out.display()));
    }
    let (text, _) = Input::named(path).read()?;
    let map = arguments.map.iter().cloned().collect();
    let source = Source { path, text: &text, files: &beside(path, arguments.allow_outside) };
    let mut converted = convert(&source, &map).map_err(|reason| format!("{}: {reason}", path.display()))?;
    let configuration = converted.render(&map);
    match &arguments.out {
        Some(out) if converted.failures.is_empty() || !(converted.machines.is_empty() || arguments.force) => {
            write_whole(out, configuration.as_bytes())?;
        }
        Some(_) => {}
        None => print(&configuration)?,
    }
    for note in &converted.notes {
        tell("note", note);
    }
    for failure in &converted.failures {
        tell("error", &format!("{}: {failure}", path.display()));
    }
    Ok(if converted.failures.is_empty() { Exit::Clean } else { Exit::Failed })
}

/// Reads files that the file at a path names, relative to its folder.
pub fn beside(path: &Path, allow_outside: bool) -> impl Fn(&Path) -> Result<String, String> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let boundary = Boundary::around(&folder, allow_outside);
    move |file| boundary.read(&folder.join(file))
}
