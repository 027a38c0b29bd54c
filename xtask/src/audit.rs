//! `cargo xtask audit`: checks the dependencies for advisories, licenses and sources, and for unused ones.

use std::io;

use crate::needs::{cargo, runs};

/// Subcommands of cargo with their versions, and the arguments of the check.
const TOOLS: [(&str, &str, &[&str]); 2] =
    [("machete", "0.9.2", &[]), ("deny", "0.20.2", &["check"])];

/// Installs the tools that are missing, and checks the dependencies.
///
/// # Errors
/// When a tool cannot be installed, or a check fails.
pub fn run() -> io::Result<()> {
    for (tool, version, arguments) in TOOLS {
        if !runs("cargo", &[tool, "--version"]) {
            cargo(&["install", "--locked", &format!("cargo-{tool}@{version}")])?;
        }
        cargo(&[&[tool], arguments].concat())?;
    }
    Ok(())
}
