//! The files that are checked.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use asl::Format;
use ignore::{DirEntry, WalkBuilder};

use crate::Failure;

/// Folders in which nobody looks for definitions.
const SKIPPED: &[&str] = &["node_modules", "target"];

/// Splits `FILE#NAME`; a file whose own name has the sign is taken whole.
pub fn file_and_name(argument: &str) -> (&str, Option<&str>) {
    let split = argument.rsplit_once('#').filter(|_| !Path::new(argument).exists());
    split.map_or((argument, None), |(file, name)| (file, Some(name)))
}

/// The content of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Terraform configuration.
    Configuration,
    /// A definition or a template.
    Text(Format),
}

/// A file that is to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` for standard input.
    pub path: PathBuf,
    /// Whether it was asked for by name.
    pub named: bool,
    /// The folder that is checked, which it is in.
    pub folder: PathBuf,
    /// Its text, for a definition that is an argument itself.
    text: Option<String>,
    /// The format of a definition that an option of asl-validator names.
    format: Option<Format>,
}

impl Input {
    /// A file that was asked for by name.
    pub fn named(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Self { path: path.to_path_buf(), named: true, folder, text: None, format: None }
    }

    /// A file that is a definition in a format, whatever its name is.
    pub fn definition_file(path: &Path, format: Format) -> Self {
        Self { format: Some(format), ..Self::named(path) }
    }

    /// A definition that is an argument, under a name for messages.
    pub fn definition_text(name: &str, text: &str, format: Format) -> Self {
        Self { text: Some(text.to_owned()), format: Some(format), ..Self::named(Path::new(name)) }
    }

    /// Returns whether an option of asl-validator names it: what cannot be read is then a failure and not a finding.
    pub fn must_be_readable(&self) -> bool {
        self.format.is_some()
    }

    /// Whether its name, or that it comes from standard input, says that it is a definition.
    pub fn says_asl(&self) -> bool {
        let name = self.path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let is_asl = |name: &str| [".asl", ".asl.json", ".asl.yaml", ".asl.yml"].iter().any(|end| name.ends_with(end));
        self.format.is_some() || self.path.as_os_str() == "-" || is_asl(name)
    }

    /// Its text and how that is written.
    pub fn read(&self) -> Result<(String, Kind), Failure> {
        if let (Some(text), Some(format)) = (&self.text, self.format) {
            return Ok((text.clone(), Kind::Text(format)));
        }
        let name = self.path.display();
        let mut bytes = Vec::new();
        let outcome = if self.path.as_os_str() == "-" {
            std::io::stdin().read_to_end(&mut bytes).map(|_| ())
        } else {
            fs::read(&self.path).map(|read| bytes = read)
        };
        outcome.map_err(|error| format!("cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is no text in UTF-8"))?;
        let kind = self.format.map_or_else(|| kind_of(&self.path, &text), Kind::Text);
        Ok((text, kind))
    }
}

/// How a file is written, by its name or else by its text.
pub fn format_of(path: &Path, text: &str) -> Format {
    Format::of_name(&path.to_string_lossy()).unwrap_or_else(|| Format::of_text(text))
}

/// The content of a file, by its name or else by its text.
pub fn kind_of(path: &Path, text: &str) -> Kind {
    if extension(path) == "tf" { Kind::Configuration } else { Kind::Text(format_of(path, text)) }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

/// The files under these paths, in the order of their names.
pub fn collect(paths: &[PathBuf], exclude: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let here = [PathBuf::from(".")];
    let mut inputs = Vec::new();
    for path in if paths.is_empty() { &here } else { paths } {
        if path.as_os_str() != "-" && path.is_dir() {
            inputs.extend(walk(path, exclude)?);
        } else if path.as_os_str() == "-" || path.exists() {
            inputs.push(Input::named(path));
        } else {
            return Err(format!("there is no file {}", path.display()));
        }
    }
    Ok(inputs)
}

/// The files of a folder that may hold definitions, but for those that `.gitignore` names. A link is not followed: what it
/// leads to is checked where it is.
fn walk(folder: &Path, exclude: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let exclude: Vec<PathBuf> = exclude.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let is_wanted = move |entry: &DirEntry| {
        let is_skipped = entry.depth() > 0 && SKIPPED.iter().any(|name| entry.file_name() == *name);
        let is_excluded =
            !exclude.is_empty() && fs::canonicalize(entry.path()).is_ok_and(|path| exclude.contains(&path));
        !is_skipped && !is_excluded
    };
    let entries = WalkBuilder::new(folder)
        .require_git(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(is_wanted)
        .build();
    let mut inputs = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && matches!(extension(entry.path()), "json" | "yaml" | "yml" | "asl" | "template" | "tf") {
            let path = if folder.as_os_str() == "." { entry.path().strip_prefix(".") } else { Ok(entry.path()) };
            let path = path.unwrap_or(entry.path()).to_path_buf();
            inputs.push(Input { named: false, folder: folder.to_path_buf(), ..Input::named(&path) });
        }
    }
    Ok(inputs)
}
