//! Packages of a release with the command: `pip`, `npm`, pre-commit and GitHub Actions install it without Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e2e::dist;

use crate::releases::release;

/// Runs a command to its end, and returns its exit code and its output.
fn outcome(command: &mut Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn run(program: impl AsRef<Path>, arguments: &[&str]) -> (Option<i32>, String) {
    outcome(Command::new(program.as_ref()).args(arguments))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A definition with a mistake in a folder.
fn wrong_definition(folder: &Path) -> PathBuf {
    let path = folder.join("wrong.asl.json");
    fs::write(
        &path,
        r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#,
    )
    .unwrap();
    path
}

/// The programs of a new environment for Python in a folder.
fn environment(folder: &Path) -> PathBuf {
    let path = folder.join("environment");
    assert_eq!(run("python3", &["-m", "venv", text(&path)]).0, Some(0));
    path.join("bin")
}

fn assert_finds_the_mistake((code, said): &(Option<i32>, String)) {
    assert!(
        *code == Some(1) && said.contains("there is no state `B`"),
        "{said}"
    );
}

#[test]
fn the_command_is_installed_with_pip() {
    let (files, platform) = release(&["0.1.0"]);
    let wheel = format!("sfn_asl-0.1.0-py3-none-{}.whl", platform.wheel);
    let wheel = files.path().join(wheel);
    let bin = environment(files.path());
    let install = [
        "install",
        "--no-index",
        "--quiet",
        "--disable-pip-version-check",
        text(&wheel),
    ];
    let (code, said) = run(bin.join("pip"), &install);
    assert_eq!(code, Some(0), "{said}");
    let wrong = wrong_definition(files.path());
    assert_finds_the_mistake(&run(bin.join("sfn"), &["validate", text(&wrong)]));
    let show = [
        "show",
        "--files",
        "--disable-pip-version-check",
        dist::PYTHON_PACKAGE,
    ];
    let (_, said) = run(bin.join("pip"), &show);
    assert!(
        said.contains("Version: 0.1.0") && said.contains("bin/sfn"),
        "{said}"
    );
}

#[test]
fn the_command_is_installed_with_npm() {
    let npm = Command::new("npm")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    if !npm.is_ok_and(|output| output.status.success()) {
        println!("skipped: the npm package: npm is not installed");
        return;
    }
    let (files, platform) = release(&["0.1.0"]);
    let wrong = wrong_definition(files.path());
    let folder = files.path().join("project");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("package.json"), "{}").unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let cache = files.path().join("cache");
        let mut command = Command::new(program);
        outcome(
            command
                .args(arguments)
                .current_dir(&folder)
                .env("npm_config_cache", cache),
        )
    };
    let program = platform.npm_package();
    let archives = [program.as_str(), dist::npm::PACKAGE]
        .map(|name| files.path().join(format!("{name}-0.1.0.tgz")));
    let [first, second] = archives.each_ref().map(|archive| text(archive));
    let install = [
        "install",
        "--offline",
        "--no-audit",
        "--no-fund",
        first,
        second,
    ];
    let (code, said) = run("npm", &install);
    assert_eq!(code, Some(0), "{said}");
    assert_finds_the_mistake(&run("npx", &["--offline", "sfn", "validate", text(&wrong)]));
    // Without the program of the platform the message says what to do.
    fs::remove_dir_all(folder.join("node_modules").join(&program)).unwrap();
    let (code, said) = run("npx", &["--offline", "sfn", "--version"]);
    let missing = format!("the package {program} is not installed");
    assert!(code == Some(2) && said.contains(&missing), "{said}");
}

/// The steps of the action install the wheel and annotate the pull request.
#[test]
#[cfg(unix)]
fn the_action_annotates_mistakes() {
    let action = fs::read_to_string(e2e::repository().join("action.yml")).unwrap();
    let scripts = action.split("run: |\n").skip(1).map(|rest| {
        let lines = rest.lines().take_while(|line| line.starts_with("        "));
        lines.map(str::trim_start).collect::<Vec<_>>().join("\n")
    });
    let (files, _) = release(&[dist::VERSION]);
    wrong_definition(files.path());
    let run = |script: String| {
        let mut command = Command::new("bash");
        command
            .args(["-e", "-c", &script])
            .current_dir(files.path());
        command.env("RUNNER_TEMP", files.path().join("runner"));
        command.envs([
            ("VERSION", dist::VERSION),
            ("LEVEL", "warning"),
            ("ARGUMENTS", ""),
        ]);
        command.envs([("PATHS", "wrong.asl.json"), ("PIP_NO_INDEX", "1")]);
        outcome(command.env("PIP_FIND_LINKS", files.path()))
    };
    let outcomes: Vec<_> = scripts.map(run).collect();
    let [(Some(0), _), (Some(1), said)] = outcomes.as_slice() else {
        panic!("{outcomes:?}")
    };
    assert!(
        said.contains("::error file=wrong.asl.json,line=1"),
        "{said}"
    );
}

/// pre-commit installs the repository with `pip`, which installs the wheel of the same version.
#[test]
fn the_hook_of_pre_commit_installs_the_wheel() {
    let project = fs::read_to_string(e2e::repository().join("pyproject.toml")).unwrap();
    let pinned = format!("\"{}=={}\"", dist::PYTHON_PACKAGE, dist::VERSION);
    assert!(project.contains(&pinned), "{project}");
    let (files, _) = release(&[dist::VERSION]);
    let bin = environment(files.path());
    let copy = files.path().join("repository");
    fs::create_dir(&copy).unwrap();
    fs::write(copy.join("pyproject.toml"), project).unwrap();
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    let from = ["--find-links", text(files.path()), text(&copy)];
    let (code, said) = run(bin.join("pip"), &[&quiet[..], &from].concat());
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(bin.join("sfn"), &["--version"]);
    assert!(code == Some(0) && said.contains(dist::VERSION), "{said}");
}
