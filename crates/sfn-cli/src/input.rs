//! Input files of the commands.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use asl::Format;
use ignore::{DirEntry, WalkBuilder};
use serde_json::Value;
use sfn_convert::Content;

use crate::Failure;

/// Folders that are not searched for definitions.
const SKIPPED: &[&str] = &["node_modules", "target"];

/// Splits `FILE#NAME`. The name of an existing file is not split.
pub fn file_and_name(argument: &str) -> (&str, Option<&str>) {
    let split = argument
        .rsplit_once('#')
        .filter(|_| !Path::new(argument).exists());
    split.map_or((argument, None), |(file, name)| (file, Some(name)))
}

/// The value of an option: JSON, `@FILE` to read a file, or `-` for standard input.
pub fn json_argument(option: &str, argument: &str) -> Result<Value, Failure> {
    let read = |path: &str| Input::named(Path::new(path)).read();
    let text = match argument {
        "-" => read("-")?.0,
        argument => match argument.strip_prefix('@') {
            Some(path) => read(path)?.0,
            None => argument.to_owned(),
        },
    };
    serde_json::from_str(&text).map_err(|error| format!("{option}: not valid JSON: {error}"))
}

/// A file to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Path of the file; `-` for standard input.
    pub path: PathBuf,
    /// Whether the file is named on the command line.
    pub named: bool,
    /// The checked folder that contains the file.
    pub folder: PathBuf,
    /// Text of a definition that is an argument itself.
    text: Option<String>,
    /// Format of a definition that an option of asl-validator names.
    format: Option<Format>,
}

impl Input {
    /// A file that is named on the command line.
    pub fn named(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Self {
            path: path.to_path_buf(),
            named: true,
            folder,
            text: None,
            format: None,
        }
    }

    /// A file that is a definition in this format, regardless of its name.
    pub fn definition_file(path: &Path, format: Format) -> Self {
        Self {
            format: Some(format),
            ..Self::named(path)
        }
    }

    /// A definition that is an argument, with a name for messages.
    pub fn definition_text(name: &str, text: &str, format: Format) -> Self {
        Self {
            text: Some(text.to_owned()),
            format: Some(format),
            ..Self::named(Path::new(name))
        }
    }

    /// Whether an option of asl-validator names the input. An unreadable text is then a failure and not a finding.
    pub fn must_be_readable(&self) -> bool {
        self.format.is_some()
    }

    /// Whether the input is a definition by its name or because it comes from standard input.
    pub fn says_asl(&self) -> bool {
        let name = self.path.to_string_lossy();
        self.format.is_some() || name == "-" || Format::is_definition_name(&name)
    }

    /// Reads the text and its kind.
    pub fn read(&self) -> Result<(String, Content), Failure> {
        if let (Some(text), Some(format)) = (&self.text, self.format) {
            return Ok((text.clone(), Content::Text(format)));
        }
        let name = self.path.display();
        let mut bytes = Vec::new();
        let outcome = if self.path.as_os_str() == "-" {
            std::io::stdin().read_to_end(&mut bytes).map(|_| ())
        } else {
            fs::read(&self.path).map(|read| bytes = read)
        };
        outcome.map_err(|error| format!("cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not valid UTF-8"))?;
        let kind = self
            .format
            .map_or_else(|| Content::of(&self.path, &text), Content::Text);
        Ok((text, kind))
    }
}

fn extension(path: &Path) -> &str {
    path.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("")
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
            return Err(format!("{} does not exist", path.display()));
        }
    }
    Ok(inputs)
}

/// The files of a folder that may contain definitions, without those that `.gitignore` names. Links are not followed.
fn walk(folder: &Path, exclude: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let exclude: Vec<PathBuf> = exclude
        .iter()
        .filter_map(|path| fs::canonicalize(path).ok())
        .collect();
    let is_wanted = move |entry: &DirEntry| {
        let is_skipped = entry.depth() > 0 && SKIPPED.iter().any(|name| entry.file_name() == *name);
        let is_excluded = !exclude.is_empty()
            && fs::canonicalize(entry.path()).is_ok_and(|path| exclude.contains(&path));
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
        if is_file
            && matches!(
                extension(entry.path()),
                "json" | "yaml" | "yml" | "asl" | "template" | "tf" | "tofu"
            )
        {
            let path = if folder.as_os_str() == "." {
                entry.path().strip_prefix(".")
            } else {
                Ok(entry.path())
            };
            let path = path.unwrap_or(entry.path()).to_path_buf();
            inputs.push(Input {
                named: false,
                folder: folder.to_path_buf(),
                ..Input::named(&path)
            });
        }
    }
    Ok(inputs)
}
