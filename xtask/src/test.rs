//! `cargo xtask test`: all tests, in the order in which a failure is cheapest.

use std::io;

use e2e::terraform::{self, Feature, Terraform, Version};

use crate::needs::{self, cargo, cargo_with, runs};

/// The modules of end-to-end tests that run with each version of Terraform; the others run with the newest only.
const WITH_EACH_VERSION: [&str; 5] = ["workflows", "lifecycle", "imported", "functions", "mistakes"];

/// So do tests with this in their names.
const SAVED_PLAN: &str = "saved_plan";

/// The module of end-to-end tests that needs [`Feature::Query`].
const OF_QUERY: &str = "queries";

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
    step("workflows");
    crate::workflows::run()?;
    step("release");
    // The tests of releases need the programs without libraries.
    e2e::dist::build(&e2e::dist::Platform::find(None)?, "dev")?;
    step("fuzzing");
    // In the gate there is time for minutes; a person waits for seconds.
    let seconds = if std::env::var_os("CI").is_some() { "30" } else { "5" };
    let fuzz = ["test", "--quiet", "--package", "asl", "--test", "fuzz", "--", "--nocapture"];
    cargo_with("FUZZ_SECONDS", seconds, &fuzz)?;
    let main = Terraform::at(terraform::chosen()?)?;
    step(&format!("tests with {main}"));
    all(&main)?;
    with_other_versions(&main)
}

/// Runs all tests, the end-to-end tests with this Terraform. They get its path, so that they do not try to install the
/// newest again where that failed.
fn all(main: &Terraform) -> io::Result<()> {
    if !e2e::repository().join("../shared/corpus").exists() {
        println!("skipped: the tests over real definitions, as there is no collection of them beside the repository");
    }
    let query = terraform::with(Feature::Query);
    if let Err(error) = &query {
        println!("skipped: the module `{OF_QUERY}`: {error}");
    }
    let without_query = format!("not (package(e2e) & test(/^{OF_QUERY}::/))");
    let module = format!("{OF_QUERY}::");
    let mut arguments = test_command();
    match (query.is_ok(), has_nextest()) {
        (true, _) => {}
        (false, true) => arguments.extend(["-E", &without_query]),
        (false, false) => arguments.extend(["--", "--skip", &module]),
    }
    cargo_with(terraform::PROGRAM, &main.program().to_string_lossy(), &arguments)
}

/// Runs the chosen modules with the oldest Terraform and with the one on the PATH.
fn with_other_versions(main: &Terraform) -> io::Result<()> {
    let mut tested = vec![main.to_string()];
    for version in [Version::Oldest, Version::OnPath] {
        match untested(version, &tested) {
            Ok(found) => {
                step(&format!("{}, saved plans with {found} ({})", WITH_EACH_VERSION.join(", "), version.name()));
                with_version(version)?;
                tested.push(found);
            }
            Err(why) => println!("\nskipped: tests with another Terraform ({}): {why}", version.name()),
        }
    }
    Ok(())
}

/// Which Terraform a version is, or why nothing has to be tested with it.
fn untested(version: Version, tested: &[String]) -> Result<String, String> {
    if terraform::named().is_some() {
        return Err(format!("{} names the one to test with", terraform::PROGRAM));
    }
    let found = version.find().map_err(|error| error.to_string())?.to_string();
    if tested.contains(&found) { Err(format!("{found} was tested already")) } else { Ok(found) }
}

fn with_version(version: Version) -> io::Result<()> {
    let modules = WITH_EACH_VERSION.join("|");
    let chosen = format!("package(e2e) & test(/^({modules})::|{SAVED_PLAN}/)");
    let names = WITH_EACH_VERSION.map(|module| format!("{module}::"));
    let mut arguments = test_command();
    if has_nextest() {
        arguments.extend(["-E", &chosen]);
    } else {
        // Names are taken as parts of names here.
        arguments.extend(["--test", "terraform", "--", SAVED_PLAN, "--skip", "provider_functions::"]);
        arguments.extend(names.iter().map(String::as_str));
    }
    cargo_with(terraform::VERSION, version.name(), &arguments)
}

/// The command that runs all tests: with nextest where it is installed. The whole workspace is named, as features of
/// dependencies, and with them what has to be built, depend on the packages that are.
fn test_command() -> Vec<&'static str> {
    if has_nextest() {
        return vec!["nextest", "run", "--workspace", "--no-fail-fast"];
    }
    println!("cargo-nextest is not there, so the tests run one crate after the other");
    vec!["test", "--workspace", "--no-fail-fast"]
}

fn has_nextest() -> bool {
    runs("cargo", &["nextest", "--version"])
}

fn formatting() -> io::Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

fn step(name: &str) {
    println!("\n== {name}");
}
