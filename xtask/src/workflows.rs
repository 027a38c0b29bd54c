//! `cargo xtask workflows`: checks the GitHub Actions workflows of this repository and of the examples.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Checks of the schema and of the security of workflows.
const PACKAGES: [(&str, &str); 2] = [("check-jsonschema", "0.39.0"), ("zizmor", "1.32.0")];
/// Folders and files with workflows.
const WORKFLOWS: [&str; 2] = [".github/workflows", "examples/ci/github.yml"];

/// The action of this repository.
const ACTION: &str = "action.yml";

/// Checks all workflows and the action.
///
/// # Errors
/// When a workflow has errors, or the programs cannot be installed.
pub fn run() -> io::Result<()> {
    let python = local_aws::python(&PACKAGES)?;
    let root = e2e::repository();
    let mut files = Vec::new();
    for name in WORKFLOWS {
        let path = root.join(name);
        match std::fs::read_dir(&path) {
            Ok(entries) => files.extend(
                entries
                    .map(|entry| Ok(entry?.path()))
                    .collect::<io::Result<Vec<_>>>()?,
            ),
            Err(_) => files.push(path),
        }
    }
    files.sort();
    let action = [root.join(ACTION)];
    let check = |program: &str, arguments: &[&str], files: &[PathBuf]| {
        let path = python.parent().unwrap_or(Path::new("")).join(program);
        let status = Command::new(path)
            .args(arguments)
            .args(files)
            .current_dir(&root)
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "{program} found errors in the workflows"
            )))
        }
    };
    check(
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-workflows"],
        &files,
    )?;
    check(
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-actions"],
        &action,
    )?;
    files.extend(action);
    check("zizmor", &["--offline", "--no-progress", "--quiet"], &files)
}
