//! Runs Terraform as a user does, with the provider of this build and an AWS emulator on loopback. Used by the tests
//! and the demo.

pub mod demo;
pub mod dist;
pub mod terraform;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use local_aws::LocalAws;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::terraform::{Feature, Terraform, Version};

/// Address of the provider in configurations.
pub const SOURCE: &str = "terraform-provider-sfn/sfn";

/// Header of the configurations in tests.
pub const HEADER: &str = "terraform {\n  required_providers {\n    sfn = {\n      source = \"terraform-provider-sfn/sfn\"\n    }\n  }\n}\n\nprovider \"sfn\" {}\n\n";

/// Root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// Path of the provider of this build, in the folder of the running program.
///
/// # Errors
/// When the provider is not built.
pub fn provider_binary() -> io::Result<PathBuf> {
    built("terraform-provider-sfn")
}

/// Path of a program of this build, in the folder of the running program.
fn built(name: &str) -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let found = program
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&file))
        .find(|path| path.exists());
    found.ok_or_else(|| {
        io::Error::other(format!(
            "{name} is not built: run `cargo build --workspace`, or `cargo xtask test`"
        ))
    })
}

/// Result of a run of a program.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Exit code.
    pub code: i32,
    /// Standard output, then standard error.
    pub text: String,
    /// Standard output only.
    pub stdout: String,
}

impl Outcome {
    /// Whether the run succeeded.
    pub fn is_success(&self) -> bool {
        self.code == 0
    }
}

/// A folder with a configuration, and the environment to run Terraform in it.
pub struct Workspace {
    folder: TempDir,
    /// Path of the configuration, relative to the folder.
    inside: PathBuf,
    env: Vec<(String, String)>,
    /// Terraform program. Defaults to the one of the test run.
    program: Option<PathBuf>,
}

impl Workspace {
    /// Creates an empty folder that uses this AWS and the provider of this build. Terraform uses no registry for the
    /// provider, and ignores the configuration file of the user.
    ///
    /// # Errors
    /// When the folder cannot be created or the provider is not built.
    pub fn new(aws: &LocalAws) -> io::Result<Self> {
        Self::with_provider(aws, &provider_binary()?)
    }

    /// Like [`Self::new`], with another build of the provider.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn with_provider(aws: &LocalAws, binary: &Path) -> io::Result<Self> {
        let env = aws
            .env()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let workspace = Self {
            folder: tempfile::tempdir()?,
            inside: PathBuf::new(),
            env,
            program: None,
        };
        let plugins = binary
            .parent()
            .unwrap_or(Path::new("."))
            .display()
            .to_string();
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"{SOURCE}\" = \"{plugins}\"\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(workspace.folder.path().join("terraform.rc"), settings)?;
        Ok(workspace)
    }

    /// Creates a copy of an example of this repository.
    ///
    /// # Errors
    /// When the example cannot be copied.
    pub fn of_example(aws: &LocalAws, example: &str) -> io::Result<Self> {
        let mut workspace = Self::new(aws)?;
        workspace.inside = PathBuf::from("configuration");
        copy(
            &repository().join("examples").join(example),
            &workspace.path(),
        )?;
        Ok(workspace)
    }

    /// The folder of the configuration.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.inside)
    }

    /// Uses this build in place of another provider, whose resources can be in the state but not in the configuration.
    ///
    /// # Errors
    /// When the program cannot be linked.
    pub fn stand_in(&self, source: &str) -> io::Result<()> {
        let name = source.rsplit('/').next().unwrap_or(source);
        let folder = self.folder.path().join(".stand-in");
        fs::create_dir_all(&folder)?;
        let file = format!("terraform-provider-{name}{}", std::env::consts::EXE_SUFFIX);
        fs::hard_link(provider_binary()?, folder.join(&file))
            .or_else(|_| fs::copy(provider_binary()?, folder.join(&file)).map(|_| ()))?;
        let settings = self.folder.path().join("terraform.rc");
        let text = fs::read_to_string(&settings)?;
        let line = format!(
            "  dev_overrides {{\n    \"{source}\" = \"{}\"\n",
            folder.display()
        );
        fs::write(settings, text.replace("  dev_overrides {\n", &line))
    }

    /// Changes to a folder, relative to the current one.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn enter(&mut self, folder: &str) -> io::Result<()> {
        let path = fs::canonicalize(self.path().join(folder))?;
        let root = fs::canonicalize(self.folder.path())?;
        self.inside = path
            .strip_prefix(root)
            .map(Path::to_path_buf)
            .map_err(io::Error::other)?;
        Ok(())
    }

    /// The folder that contains the workspace, for logs.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Sets an environment variable of Terraform.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Uses this version of Terraform, regardless of the one of the test run.
    ///
    /// # Errors
    /// When the version cannot be installed or found.
    pub fn set_version(&mut self, version: Version) -> io::Result<()> {
        self.program = Some(version.program()?);
        Ok(())
    }

    /// Uses a Terraform with this feature: the one of the test run, or else the newest.
    ///
    /// # Errors
    /// When no Terraform with the feature is available.
    pub fn need(&mut self, feature: Feature) -> io::Result<()> {
        self.program = Some(terraform::with(feature)?);
        Ok(())
    }

    /// Whether the Terraform of this workspace has a feature.
    ///
    /// # Errors
    /// When Terraform cannot be found or run.
    pub fn has(&self, feature: Feature) -> io::Result<bool> {
        Ok(Terraform::at(self.program()?)?.has(feature))
    }

    /// Path of the Terraform of this workspace.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub fn program(&self) -> io::Result<PathBuf> {
        self.program.clone().map_or_else(terraform::chosen, Ok)
    }

    /// Removes an environment variable of Terraform.
    pub fn remove_env(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    /// Keeps the folder when the workspace is dropped.
    pub fn keep(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// Environment of Terraform.
    pub fn env(&self) -> Vec<(String, String)> {
        let settings = self
            .folder
            .path()
            .join("terraform.rc")
            .display()
            .to_string();
        let mut env = self.env.clone();
        env.push(("TF_CLI_CONFIG_FILE".into(), settings));
        env
    }

    /// Writes a file of the configuration.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, name: &str, content: &str) -> io::Result<()> {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, content)
    }

    /// Writes `main.tf` with the usual header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn configure(&self, content: &str) -> io::Result<()> {
        self.write("main.tf", &format!("{HEADER}{content}"))
    }

    /// Starts Terraform with these arguments.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub fn start(&self, arguments: &[&str]) -> io::Result<Child> {
        self.run(&self.program()?, arguments)
    }

    /// Starts the command `sfn` of this build with these arguments.
    ///
    /// # Errors
    /// When the command is not built.
    pub fn start_sfn(&self, arguments: &[&str]) -> io::Result<Child> {
        self.run(&built("sfn")?, arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> io::Result<Child> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let home = std::env::var_os("HOME").unwrap_or_default();
        Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", home)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .envs(self.env())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    /// Runs Terraform with these arguments. Removes the warning about development overrides from the text.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub async fn terraform(&self, arguments: &[&str]) -> io::Result<Outcome> {
        outcome(self.start(arguments)?).await
    }

    /// Runs the command `sfn` of this build with these arguments.
    ///
    /// # Errors
    /// When the command is not built.
    pub async fn sfn(&self, arguments: &[&str]) -> io::Result<Outcome> {
        outcome(self.start_sfn(arguments)?).await
    }

    /// Runs `terraform apply` without approval.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub async fn apply(&self) -> io::Result<Outcome> {
        self.terraform(&["apply", "-auto-approve", "-no-color"])
            .await
    }

    /// Runs `terraform plan`. The exit code is 0 without changes and 2 with changes.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub async fn plan(&self) -> io::Result<Outcome> {
        self.terraform(&["plan", "-detailed-exitcode", "-no-color"])
            .await
    }

    /// Runs `terraform destroy` without approval.
    ///
    /// # Errors
    /// When Terraform cannot be found.
    pub async fn destroy(&self) -> io::Result<Outcome> {
        self.terraform(&["destroy", "-auto-approve", "-no-color"])
            .await
    }

    /// Attributes of a resource in the state.
    ///
    /// # Errors
    /// When the state cannot be shown.
    pub async fn resource(&self, address: &str) -> io::Result<Option<Value>> {
        let shown = self.terraform(&["show", "-json"]).await?;
        let state: Value = serde_json::from_str(shown.stdout.trim())?;
        let resources = state
            .pointer("/values/root_module/resources")
            .and_then(Value::as_array);
        let found = resources
            .into_iter()
            .flatten()
            .find(|resource| resource.get("address").and_then(Value::as_str) == Some(address));
        Ok(found.and_then(|resource| resource.get("values")).cloned())
    }
}

/// Waits for a program, and returns its result.
///
/// # Errors
/// When waiting for the program fails.
pub async fn outcome(child: Child) -> io::Result<Outcome> {
    let output = child.wait_with_output().await?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    Ok(Outcome {
        code: output.status.code().unwrap_or(-1),
        text: without_development_warning(&format!("{stdout}{stderr}")),
        stdout,
    })
}

/// Removes the warning about development overrides, which Terraform prints in each run.
fn without_development_warning(text: &str) -> String {
    let Some(start) = text.find("Warning: Provider development overrides are in effect") else {
        return text.to_owned();
    };
    let (before, warning) = text.split_at(start);
    let last = warning
        .find("published")
        .and_then(|at| Some(at + warning.get(at..)?.find('\n')? + 1));
    let after = last.and_then(|end| warning.get(end..)).unwrap_or("");
    // Terraform may wrap the line before the last word.
    let after = after.strip_prefix("releases.\n").unwrap_or(after);
    format!("{before}{after}")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let is_state = entry
            .file_name()
            .to_string_lossy()
            .starts_with("terraform.tfstate");
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == ".terraform" => {}
            true => copy(&entry.path(), &target)?,
            false if is_state => {}
            false => fs::copy(entry.path(), target).map(|_| ())?,
        }
    }
    Ok(())
}
