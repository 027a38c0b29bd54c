//! Development tasks: `cargo xtask demo | test | dist | docs | score | score-run | update-aws | workflows | words |
//! audit | mutants | fuzz | bench`.

mod audit;
mod bench;
mod dist;
mod docs;
mod mutants;
mod needs;
mod snapshots;
mod start;
mod test;
mod update_aws;
mod words;
mod workflows;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

tasks:
  demo [--keep] [--fast]
                  deploy, run, change and import the order-processing example on an AWS emulator on this machine;
                  --keep leaves it running, --fast uses the provider that was built last
  test [--with PROGRAM]
                  run all tests, and some of them with other versions of Terraform; --with runs only these, with a
                  Terraform or OpenTofu program
  dist [--target TARGET | sums]
                  build the release for this machine or a target, and write its archives to target/dist; sums writes
                  the checksums of the archives, and signs them with the key in GPG_FINGERPRINT
  docs [--check]  generate docs/ from the schemas, rules and examples; --check fails if docs/ is not up to date
  score           check the definitions of the corpus, and write the score that the tests compare with
  score-run [FOLDER]
                  run the executions recorded on AWS in a folder, and print the score; without a folder, write the score
                  that the tests compare with
  update-aws [--check]
                  update the tables of AWS operations, IAM actions, runtimes and regions; --check only shows the changes
  workflows       check the GitHub Actions workflows of this repository and of the examples
  audit           check the dependencies for advisories, licenses and unused ones
  words           check all texts for spelling and for the terms of STYLE.md
  fuzz [SECONDS]  run each fuzz test for this number of seconds; defaults to 60
  mutants [--in-diff [COMMIT]] [ARGUMENT…]
                  run mutation tests on the pure crates; --in-diff only on lines that differ from a commit, which
                  defaults to `main`; other arguments are passed to cargo-mutants, such as --shard 1/24
  bench           measure size, start, time and memory of the release build with 1, 100 and 500 state machines
";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo", flags @ ..] if flags.iter().all(|flag| ["--keep", "--fast"].contains(flag)) => {
            demo(flags.contains(&"--keep"), flags.contains(&"--fast")).await
        }
        ["test"] => test::run(),
        ["test", "--with", program] => test::run_with(std::path::Path::new(program)),
        ["dist", more @ ..] => dist::run(more),
        ["bench"] => bench::run().await,
        ["score"] => score(),
        ["score-run"] => score_run(None),
        ["score-run", folder] => score_run(Some(folder)),
        ["update-aws"] => update_aws::run(false),
        ["update-aws", "--check"] => update_aws::run(true),
        ["mutants", "--in-diff"] => mutants::run(Some("main"), &[]),
        ["mutants", "--in-diff", base, more @ ..] if !base.starts_with('-') => {
            mutants::run(Some(base), more)
        }
        ["mutants", "--in-diff", more @ ..] => mutants::run(Some("main"), more),
        ["mutants", more @ ..] => mutants::run(None, more),
        ["workflows"] => workflows::run(),
        ["words"] => words::run(),
        ["audit"] => audit::run(),
        ["fuzz"] => fuzz("60"),
        ["fuzz", seconds] => fuzz(seconds),
        ["docs"] => docs::run(false),
        ["docs", "--check"] => docs::run(true),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Checks the definitions of the corpus, writes the score and prints it.
fn score() -> std::io::Result<()> {
    let arguments = [
        "test",
        "--package",
        "asl",
        "--test",
        "corpus",
        "--test",
        "seeds",
    ];
    needs::cargo_with("INSTA_UPDATE", "always", &arguments)?;
    let score = e2e::repository().join("crates/asl/tests/snapshots/corpus__score.snap");
    print!("{}", std::fs::read_to_string(score)?);
    Ok(())
}

/// Runs recorded executions and prints the score. Without a folder, writes the score that the tests compare with.
fn score_run(folder: Option<&str>) -> std::io::Result<()> {
    let arguments = [
        "test",
        "--package",
        "asl-run",
        "--test",
        "score",
        "--",
        "--nocapture",
    ];
    match folder {
        Some(folder) => {
            let folder = std::path::absolute(folder)?;
            needs::cargo_with("EXECUTIONS", &folder.to_string_lossy(), &arguments)
        }
        None => needs::cargo_with("INSTA_UPDATE", "always", &arguments),
    }
}

/// Runs each target of the fuzz tests for this number of seconds.
fn fuzz(seconds: &str) -> std::io::Result<()> {
    let arguments = [
        "test",
        "--release",
        "--package",
        "asl",
        "--package",
        "asl-run",
        "--test",
        "fuzz",
        "--",
        "--nocapture",
    ];
    needs::cargo_with("FUZZ_SECONDS", seconds, &arguments)
}

/// Builds the provider and runs the demo with it. Ctrl-C stops all processes that the demo started.
async fn demo(keep: bool, fast: bool) -> std::io::Result<()> {
    needs::check()?;
    if !(fast && e2e::provider_binary().is_ok()) {
        needs::cargo(&["build", "--package", "terraform-provider-sfn"])?;
    }
    tokio::select! {
        outcome = e2e::demo::run(keep) => outcome,
        _ = tokio::signal::ctrl_c() => Err(std::io::Error::other("stopped; nothing is left running")),
    }
}
