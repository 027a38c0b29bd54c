//! The files that are checked.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use asl::template::Format;

use crate::Failure;

/// Folders in which nobody looks for definitions.
const SKIPPED: &[&str] = &["node_modules", "target"];

/// A file that is to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` for standard input.
    pub path: PathBuf,
    /// Whether it was asked for by name, so that it must hold a definition.
    pub named: bool,
}

impl Input {
    /// Its text and how that is written.
    pub fn read(&self) -> Result<(String, Format), Failure> {
        let name = self.path.display();
        let mut bytes = Vec::new();
        let outcome = if self.path.as_os_str() == "-" {
            std::io::stdin().read_to_end(&mut bytes).map(|_| ())
        } else {
            fs::read(&self.path).map(|read| bytes = read)
        };
        outcome.map_err(|error| format!("cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is no text in UTF-8"))?;
        let format = match extension(&self.path) {
            "json" => Format::Json,
            "yaml" | "yml" => Format::Yaml,
            _ => Format::of(&text),
        };
        Ok((text, format))
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// The files under these paths, in the order of their names.
pub fn collect(paths: &[PathBuf], exclude: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let here = [PathBuf::from(".")];
    let mut inputs = Vec::new();
    for path in if paths.is_empty() { &here } else { paths } {
        if path.as_os_str() == "-" {
            inputs.push(Input { path: path.clone(), named: true });
        } else if path.is_dir() {
            walk(path, exclude, &mut inputs)?;
        } else if path.exists() {
            inputs.push(Input { path: path.clone(), named: true });
        } else {
            return Err(format!("there is no file {}", path.display()));
        }
    }
    Ok(inputs)
}

fn walk(folder: &Path, exclude: &[PathBuf], inputs: &mut Vec<Input>) -> Result<(), Failure> {
    let fail = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let excluded = exclude.iter().any(|excluded| same(excluded, &path));
        if name.starts_with('.') || SKIPPED.contains(&name) || excluded {
            continue;
        }
        let kind = fs::symlink_metadata(&path).map_err(fail)?.file_type();
        // A link may lead in a circle; what it leads to is looked at where it is.
        if kind.is_dir() {
            walk(&path, exclude, inputs)?;
        } else if kind.is_file() && matches!(extension(&path), "json" | "yaml" | "yml" | "asl" | "template") {
            inputs.push(Input { path, named: false });
        }
    }
    Ok(())
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
