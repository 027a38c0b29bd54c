//! `cargo xtask mutants`: runs mutation tests on the crates that need neither AWS nor Terraform.
//!
//! A mutant that no test catches shows a missing test or superfluous code. `.cargo/mutants.toml` lists accepted mutants
//! with reasons.

use std::io;
use std::process::{Command, Stdio};

use crate::needs;

/// Crates whose tests need neither AWS nor Terraform.
const PACKAGES: [&str; 7] = [
    "asl",
    "asl-hcl",
    "asl-run",
    "sfn-convert",
    "sfn-cli",
    "sfn-deploy",
    "tfconfig",
];

/// Runs `cargo mutants` in place with additional arguments, such as `--shard 1/24`. With `base`, tests only the lines
/// that differ from that commit.
///
/// # Errors
/// When the working tree has changes, which a run could lose, cargo-mutants is not installed, or a mutant is not
/// caught.
pub fn run(base: Option<&str>, more: &[&str]) -> io::Result<()> {
    let status = git(&["status", "--porcelain", "--untracked-files=no"])?;
    if !status.is_empty() {
        return Err(io::Error::other(
            "the working tree has changes: commit them, as the files are changed in place",
        ));
    }
    let mut version = Command::new("cargo");
    version
        .args(["mutants", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !version.status()?.success() {
        return Err(io::Error::other(
            "cargo-mutants is not installed: run `cargo install cargo-mutants --locked`",
        ));
    }
    let diff = e2e::repository().join("target/mutants.diff");
    let diff = diff.to_string_lossy();
    let mut arguments = vec![
        "mutants",
        "--in-place",
        "--baseline",
        "skip",
        "--timeout",
        "120",
        "--test-workspace",
        "false",
    ];
    PACKAGES
        .iter()
        .for_each(|package| arguments.extend(["--package", package]));
    if let Some(base) = base {
        std::fs::write(&*diff, git(&["diff", base])?)?;
        arguments.extend(["--in-diff", &diff]);
    }
    arguments.extend(more);
    needs::cargo_with("FUZZ_SECONDS", "1", &arguments)
}

fn git(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(e2e::repository())
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        )),
    }
}
