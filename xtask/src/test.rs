//! `cargo xtask test`: runs all checks and tests, the fastest first.

use std::io;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;

use e2e::terraform::{self, Feature, Terraform, Version};

use crate::needs::{self, cargo, cargo_with, runs};
use crate::snapshots::{self, Snapshots};

/// Modules of end-to-end tests that run with each version of Terraform. The others run only with the newest.
const WITH_EACH_VERSION: [&str; 5] = [
    "workflows",
    "lifecycle",
    "imported",
    "functions",
    "mistakes",
];

/// Part of the names of other tests that run with each version of Terraform.
const SAVED_PLAN: &str = "saved_plan";

/// Module of end-to-end tests that needs [`Feature::Query`].
const OF_QUERY: &str = "queries";

/// Checks formatting, lints and documentation, and runs the tests.
///
/// # Errors
/// When a step fails. Later steps are then skipped.
pub fn run() -> io::Result<()> {
    needs::check()?;
    step("formatting");
    formatting()?;
    step("lints");
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ])?;
    step("build");
    cargo(&["build", "--workspace", "--bins"])?;
    step("documentation");
    crate::docs::run(true)?;
    cargo(&[
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--quiet",
    ])?;
    step("words");
    crate::words::run()?;
    step("workflows");
    crate::workflows::run()?;
    step("release");
    // The tests of releases need static programs.
    e2e::dist::build(&e2e::dist::Platform::find(None)?, "dev")?;
    step("fuzzing");
    // Fuzz longer in CI than on the machine of a developer.
    let seconds = if std::env::var_os("CI").is_some() {
        "30"
    } else {
        "5"
    };
    let fuzz = [
        "test",
        "--quiet",
        "--package",
        "asl",
        "--test",
        "fuzz",
        "--",
        "--nocapture",
    ];
    cargo_with("FUZZ_SECONDS", seconds, &fuzz)?;
    let main = Terraform::at(terraform::chosen()?)?;
    step(&format!("tests with {main}"));
    all(&main)?;
    with_other_versions(&main)
}

/// Runs all tests, the end-to-end tests with this Terraform. Its path is passed to the tests, so that they do not try
/// to install the newest version again after a failure.
fn all(main: &Terraform) -> io::Result<()> {
    let has_corpus = e2e::repository().join("../shared/corpus").exists();
    if !has_corpus {
        println!("skipped: tests with the corpus of definitions, which is not installed");
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
    let snapshots = Snapshots::new(has_corpus && query.is_ok())?;
    let program = main.program().to_string_lossy();
    needs::cargo_with_all(
        &[
            (terraform::PROGRAM, &program),
            (snapshots::VARIABLE, &snapshots.list()),
        ],
        &arguments,
    )?;
    snapshots.check()
}

/// Runs the selected modules with the oldest Terraform and with the one on the PATH.
fn with_other_versions(main: &Terraform) -> io::Result<()> {
    let mut tested = vec![main.to_string()];
    for version in [Version::Oldest, Version::OnPath] {
        match untested(version, &tested) {
            Ok(found) => {
                step(&format!(
                    "{}, saved plans with {found} ({})",
                    WITH_EACH_VERSION.join(", "),
                    version.name()
                ));
                with_version(version)?;
                tested.push(found);
            }
            Err(why) => println!(
                "\nskipped: tests with another Terraform ({}): {why}",
                version.name()
            ),
        }
    }
    Ok(())
}

/// The Terraform of a version, or why no tests are needed with it.
fn untested(version: Version, tested: &[String]) -> Result<String, String> {
    if terraform::named().is_some() {
        return Err(format!("{} is set", terraform::PROGRAM));
    }
    let found = version
        .find()
        .map_err(|error| error.to_string())?
        .to_string();
    if tested.contains(&found) {
        Err(format!("{found} was tested already"))
    } else {
        Ok(found)
    }
}

/// Runs the tests for other versions with a program.
///
/// # Errors
/// When the program cannot be run, or a test fails.
pub fn run_with(program: &Path) -> io::Result<()> {
    needs::check()?;
    let found = Terraform::at(program.to_path_buf())?;
    step("build");
    cargo(&["build", "--workspace", "--bins"])?;
    step(&format!(
        "{}, saved plans with {found}",
        WITH_EACH_VERSION.join(", ")
    ));
    selected(terraform::PROGRAM, &found.program().to_string_lossy())
}

fn with_version(version: Version) -> io::Result<()> {
    selected(terraform::VERSION, version.name())
}

/// Runs the tests for other versions with an environment variable that selects the program.
fn selected(variable: &str, value: &str) -> io::Result<()> {
    let modules = WITH_EACH_VERSION.join("|");
    let chosen = format!("package(e2e) & test(/^({modules})::|{SAVED_PLAN}/)");
    let names = WITH_EACH_VERSION.map(|module| format!("{module}::"));
    let mut arguments = test_command();
    if has_nextest() {
        arguments.extend(["-E", &chosen]);
    } else {
        // `cargo test` selects tests by parts of their names.
        arguments.extend([
            "--test",
            "terraform",
            "--",
            SAVED_PLAN,
            "--skip",
            "provider_functions::",
        ]);
        arguments.extend(names.iter().map(String::as_str));
    }
    cargo_with(variable, value, &arguments)
}

/// The command that runs all tests, with nextest if it is installed. It always selects the whole workspace, because the
/// features of dependencies, and so the builds, depend on the selected packages.
fn test_command() -> Vec<&'static str> {
    if has_nextest() {
        return vec!["nextest", "run", "--workspace", "--no-fail-fast"];
    }
    println!("cargo-nextest is not installed, so the tests run one crate after the other");
    vec!["test", "--workspace", "--no-fail-fast"]
}

fn has_nextest() -> bool {
    runs("cargo", &["nextest", "--version"])
}

fn formatting() -> io::Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

/// Prints the name of a step, and the time since the first one.
fn step(name: &str) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let time = START.elapsed().as_secs();
    println!("\n== {name} ({}:{:02})", time / 60, time % 60);
}
