//! Tasks of this repository: `cargo xtask demo | test | dist | docs | score | update-aws | workflows | mutants | fuzz | bench`.

mod bench;
mod dist;
mod docs;
mod mutants;
mod needs;
mod start;
mod test;
mod update_aws;
mod workflows;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

tasks:
  demo [--keep]   deploy the order-processing example to an AWS on this machine, run it, change it, import it;
                  --keep leaves it running
  test            run all tests, and some of them again with other versions of Terraform
  dist [--target TARGET | sums]
                  build the release for this machine or a target, and write its archives into target/dist; sums writes
                  the checksums of all archives there, with a signature of the key that GPG_FINGERPRINT names
  docs [--check]  write docs/ from the schemas and the examples; --check only tells whether it is up to date
  score           judge real definitions beside the repository anew, and write the score that the tests compare with
  update-aws      write the tables of what AWS publishes anew: operations, IAM actions, runtimes; with --check tell
                  what would change
  workflows       check the workflows of GitHub Actions, those of this repository and the example
  fuzz [SECONDS]  try to bring the checks down, for so many seconds each; 60 if absent
  mutants [--in-diff [COMMIT]] [ARGUMENT…]
                  change the pure crates in small ways and tell what no test notices: with --in-diff only in lines that
                  differ from a commit, `main` if absent; further arguments go to cargo-mutants, such as --shard 1/24
  bench           measure size, start, time and memory of the release build with 1, 100 and 500 state machines
";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo"] => demo(false).await,
        ["demo", "--keep"] => demo(true).await,
        ["test"] => test::run(),
        ["dist", more @ ..] => dist::run(more),
        ["bench"] => bench::run().await,
        ["score"] => score(),
        ["update-aws"] => update_aws::run(false),
        ["update-aws", "--check"] => update_aws::run(true),
        ["mutants", "--in-diff"] => mutants::run(Some("main"), &[]),
        ["mutants", "--in-diff", base, more @ ..] if !base.starts_with('-') => mutants::run(Some(base), more),
        ["mutants", "--in-diff", more @ ..] => mutants::run(Some("main"), more),
        ["mutants", more @ ..] => mutants::run(None, more),
        ["workflows"] => workflows::run(),
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

/// Judges the definitions anew and shows the score.
fn score() -> std::io::Result<()> {
    let arguments = ["test", "--package", "asl", "--test", "corpus", "--test", "seeds"];
    needs::cargo_with("INSTA_UPDATE", "always", &arguments)?;
    let score = e2e::repository().join("crates/asl/tests/snapshots/corpus__score.snap");
    print!("{}", std::fs::read_to_string(score)?);
    Ok(())
}

/// Runs the targets of `crates/asl/tests/fuzz.rs` for so many seconds each.
fn fuzz(seconds: &str) -> std::io::Result<()> {
    let arguments = ["test", "--release", "--package", "asl", "--test", "fuzz", "--", "--nocapture"];
    needs::cargo_with("FUZZ_SECONDS", seconds, &arguments)
}

/// Builds the provider and runs the demo with it; Ctrl-C ends everything that it started.
async fn demo(keep: bool) -> std::io::Result<()> {
    needs::check()?;
    needs::cargo(&["build", "--package", "terraform-provider-sfn"])?;
    tokio::select! {
        outcome = e2e::demo::run(keep) => outcome,
        _ = tokio::signal::ctrl_c() => Err(std::io::Error::other("stopped; nothing is left running")),
    }
}
