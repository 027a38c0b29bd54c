//! `sfn convert`.

use std::path::{Path, PathBuf};

use asl::linter::Linter;
use asl::{MachineType, Severity};
use sfn_convert::files::write_whole;
use sfn_convert::sources::{Source, convert};

use crate::beside::Boundary;
use crate::commands::pair;
use crate::input::Input;
use crate::{Exit, Failure, print, tell};

#[derive(clap::Args)]
pub struct Args {
    /// File to convert. Use `-` for standard input.
    pub file: PathBuf,
    /// File to write the configuration to. Defaults to standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file named by `--out` if it exists.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Replace an ARN, or a name of the template such as `Charge.Arn`, with a Terraform expression. Can be repeated.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// Also read referenced files outside of the repository or folder of the file.
    #[arg(long)]
    pub allow_outside: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let path = &arguments.file;
    if let Some(out) = arguments
        .out
        .as_ref()
        .filter(|out| out.exists() && !arguments.force)
    {
        return Err(format!(
            "{} already exists: use `--force` to replace it",
            out.display()
        ));
    }
    let (text, _) = Input::named(path).read()?;
    let map = arguments.map.iter().cloned().collect();
    let source = Source {
        path,
        text: &text,
        files: &beside(path, arguments.allow_outside),
    };
    let mut converted =
        convert(&source, &map).map_err(|reason| format!("{}: {reason}", path.display()))?;
    let configuration = converted.render(&map);
    match &arguments.out {
        Some(out)
            if converted.failures.is_empty()
                || !(converted.machines.is_empty() || arguments.force) =>
        {
            write_whole(out, configuration.as_bytes())?;
        }
        Some(_) => {}
        None => print(&configuration)?,
    }
    for note in &converted.notes {
        let place = note
            .line
            .map_or(String::new(), |line| format!("{}:{line}: ", path.display()));
        tell("note", &format!("{place}{note}"));
    }
    for failure in &converted.failures {
        tell("error", &format!("{}: {failure}", path.display()));
    }
    let has_mistakes = report_mistakes(arguments.out.as_deref(), &configuration);
    Ok(match (converted.failures.is_empty(), has_mistakes) {
        (true, false) => Exit::Clean,
        (true, true) => Exit::Findings,
        (false, _) => Exit::Failed,
    })
}

/// Reports errors of the source for which `terraform validate` rejects the configuration. Returns whether there are
/// any.
fn report_mistakes(out: Option<&Path>, configuration: &str) -> bool {
    let linter = Linter::new(MachineType::Standard);
    let findings = sfn_convert::configuration::check(configuration, &linter).findings;
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let mut has_mistakes = false;
    for finding in errors {
        if !has_mistakes {
            tell(
                "error",
                "the configuration does not pass `terraform validate`:",
            );
        }
        has_mistakes = true;
        let (line, _) =
            asl::line_and_column(configuration, finding.span.as_ref().unwrap_or(&(0..0)));
        let name = out.map_or("<stdout>".into(), Path::to_string_lossy);
        tell(finding.code, &format!("{name}:{line}: {}", finding.message));
    }
    has_mistakes
}

/// A reader of the files that the file at a path references, relative to its folder.
pub fn beside(path: &Path, allow_outside: bool) -> impl Fn(&Path) -> Result<String, String> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let boundary = Boundary::around(&folder, allow_outside);
    move |file| boundary.read(&folder.join(file))
}
