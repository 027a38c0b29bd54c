//! `cargo xtask test`: all tests, in the order in which a failure is cheapest.

use std::io;

use crate::needs::{self, cargo, runs};

/// Runs the formatter, the lints, the tests and the check of the documentation.
///
/// # Errors
/// The first of them that fails.
pub fn run() -> io::Result<()> {
    needs::check()?;
    step("formatting");
    formatting()?;
    step("lints");
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])?;
    step("build");
    cargo(&["build", "--workspace", "--bins"])?;
    step("documentation");
    crate::docs::run(true)?;
    step("fuzzing");
    // In the gate there is time for minutes; a person waits for seconds.
    let seconds = if std::env::var_os("CI").is_some() { "30" } else { "5" };
    needs::cargo_with(
        "FUZZ_SECONDS",
        seconds,
        &["test", "--quiet", "--package", "asl", "--test", "fuzz", "--", "--nocapture"],
    )?;
    step("tests");
    if !e2e::repository().join("../shared/corpus").exists() {
        println!("skipped: the tests over real definitions, as there is no collection of them beside the repository");
    }
    if runs("cargo", &["nextest", "--version"]) {
        return cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]);
    }
    println!("cargo-nextest is not there, so the tests run one crate after the other");
    cargo(&["test", "--workspace", "--no-fail-fast"])
}

/// The formatter does not see modules that a macro declares, as the rules are; they are named to it.
fn formatting() -> io::Result<()> {
    let mut rules = Vec::new();
    for file in std::fs::read_dir(e2e::repository().join("crates/asl/src/rules"))? {
        rules.push(file?.path().to_string_lossy().into_owned());
    }
    let arguments = ["fmt", "--all", "--check", "--"].into_iter().chain(rules.iter().map(String::as_str));
    cargo(&arguments.collect::<Vec<_>>())
}

fn step(name: &str) {
    println!("\n== {name}");
}
