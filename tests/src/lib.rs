//! Terraform as a user runs it, with the provider of this build against an AWS on loopback. The tests and the demo share
//! it.

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

/// What configurations of the tests begin with.
pub const HEADER: &str = "terraform {\n  required_providers {\n    sfn = {\n      source = \"terraform-provider-sfn/sfn\"\n    }\n  }\n}\n\nprovider \"sfn\" {}\n\n";

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The provider of this build, beside the program that runs.
///
/// # Errors
/// When it is not built.
pub fn provider_binary() -> io::Result<PathBuf> {
    built("terraform-provider-sfn")
}

/// A program of this build, beside the program that runs.
fn built(name: &str) -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let found = program.ancestors().skip(1).take(2).map(|folder| folder.join(&file)).find(|path| path.exists());
    found.ok_or_else(|| {
        io::Error::other(format!("{name} is not built: run `cargo build --workspace`, or `cargo xtask test`"))
    })
}

/// What a run of Terraform gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Exit code.
    pub code: i32,
    /// Standard output, then standard error.
    pub text: String,
    /// Standard output alone.
    pub stdout: String,
}

impl Outcome {
    /// Whether the run went through.
    pub fn is_success(&self) -> bool {
        self.code == 0
    }
}

/// A folder with a configuration, and the environment to run Terraform there.
pub struct Workspace {
    folder: TempDir,
    /// Where the configuration is, inside the folder.
    inside: PathBuf,
    env: Vec<(String, String)>,
    /// The program to run; that of the test run if absent.
    program: Option<PathBuf>,
}

impl Workspace {
    /// An empty folder that speaks to this AWS, with the provider of this build and without any registry; the user's
    /// own configuration of Terraform plays no part.
    ///
    /// # Errors
    /// When the folder cannot be made or the provider is not built.
    pub fn new(aws: &LocalAws) -> io::Result<Self> {
        Self::with_provider(aws, &provider_binary()?)
    }

    /// The same with another build of the provider.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_provider(aws: &LocalAws, binary: &Path) -> io::Result<Self> {
        let env = aws.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let workspace = Self { folder: tempfile::tempdir()?, inside: PathBuf::new(), env, program: None };
        let plugins = binary.parent().unwrap_or(Path::new(".")).display().to_string();
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"{SOURCE}\" = \"{plugins}\"\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(workspace.folder.path().join("terraform.rc"), settings)?;
        Ok(workspace)
    }

    /// A copy of an example of this repository.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn of_example(aws: &LocalAws, example: &str) -> io::Result<Self> {
        let mut workspace = Self::new(aws)?;
        workspace.inside = PathBuf::from("configuration");
        copy(&repository().join("examples").join(example), &workspace.path())?;
        Ok(workspace)
    }

    /// The folder of the configuration.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.inside)
    }

    /// Lets this build stand in for another provider, whose resources may be in the state but not in the configuration.
    ///
    /// # Errors
    /// When it cannot be linked.
    pub fn stand_in(&self, source: &str) -> io::Result<()> {
        let name = source.rsplit('/').next().unwrap_or(source);
        let folder = self.folder.path().join(".stand-in");
        fs::create_dir_all(&folder)?;
        let file = format!("terraform-provider-{name}{}", std::env::consts::EXE_SUFFIX);
        fs::hard_link(provider_binary()?, folder.join(&file))
            .or_else(|_| fs::copy(provider_binary()?, folder.join(&file)).map(|_| ()))?;
        let settings = self.folder.path().join("terraform.rc");
        let text = fs::read_to_string(&settings)?;
        let line = format!("  dev_overrides {{\n    \"{source}\" = \"{}\"\n", folder.display());
        fs::write(settings, text.replace("  dev_overrides {\n", &line))
    }

    /// Goes into a folder, from where it is.
    ///
    /// # Errors
    /// When there is none.
    pub fn enter(&mut self, folder: &str) -> io::Result<()> {
        let path = fs::canonicalize(self.path().join(folder))?;
        let root = fs::canonicalize(self.folder.path())?;
        self.inside = path.strip_prefix(root).map(Path::to_path_buf).map_err(io::Error::other)?;
        Ok(())
    }

    /// The folder around it, for logs.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Gives Terraform another environment variable.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Runs this version of Terraform from now on, whatever the test run uses.
    ///
    /// # Errors
    /// When it cannot be installed or is not there.
    pub fn set_version(&mut self, version: Version) -> io::Result<()> {
        self.program = Some(version.program()?);
        Ok(())
    }

    /// Runs a Terraform that has this feature from now on: that of the test run, or else the newest.
    ///
    /// # Errors
    /// When there is none.
    pub fn need(&mut self, feature: Feature) -> io::Result<()> {
        self.program = Some(terraform::with(feature)?);
        Ok(())
    }

    /// Whether the Terraform of this workspace has a feature.
    ///
    /// # Errors
    /// When there is no Terraform, or it does not run.
    pub fn has(&self, feature: Feature) -> io::Result<bool> {
        Ok(Terraform::at(self.program()?)?.has(feature))
    }

    /// The path of the Terraform that runs here.
    ///
    /// # Errors
    /// When there is none.
    pub fn program(&self) -> io::Result<PathBuf> {
        self.program.clone().map_or_else(terraform::chosen, Ok)
    }

    /// Takes an environment variable from Terraform.
    pub fn remove_env(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    /// Keeps the folder when the workspace goes.
    pub fn keep(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// The environment for Terraform.
    pub fn env(&self) -> Vec<(String, String)> {
        let settings = self.folder.path().join("terraform.rc").display().to_string();
        let mut env = self.env.clone();
        env.push(("TF_CLI_CONFIG_FILE".into(), settings));
        env
    }

    /// Writes a file of the configuration.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &str) -> io::Result<()> {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, content)
    }

    /// Writes `main.tf` with the usual header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configure(&self, content: &str) -> io::Result<()> {
        self.write("main.tf", &format!("{HEADER}{content}"))
    }

    /// Starts Terraform with these arguments.
    ///
    /// # Errors
    /// When there is no Terraform.
    pub fn start(&self, arguments: &[&str]) -> io::Result<Child> {
        self.run(&self.program()?, arguments)
    }

    /// Starts the command `sfn` of this build with these arguments.
    ///
    /// # Errors
    /// When it is not built.
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

    /// Runs Terraform with these arguments; the development warning is left out of the text.
    ///
    /// # Errors
    /// When there is no Terraform.
    pub async fn terraform(&self, arguments: &[&str]) -> io::Result<Outcome> {
        outcome(self.start(arguments)?).await
    }

    /// Runs the command `sfn` of this build with these arguments.
    ///
    /// # Errors
    /// When it is not built.
    pub async fn sfn(&self, arguments: &[&str]) -> io::Result<Outcome> {
        outcome(self.start_sfn(arguments)?).await
    }

    /// `terraform apply` without questions.
    ///
    /// # Errors
    /// When there is no Terraform.
    pub async fn apply(&self) -> io::Result<Outcome> {
        self.terraform(&["apply", "-auto-approve", "-no-color"]).await
    }

    /// `terraform plan`, whose exit code is 0 without and 2 with changes.
    ///
    /// # Errors
    /// When there is no Terraform.
    pub async fn plan(&self) -> io::Result<Outcome> {
        self.terraform(&["plan", "-detailed-exitcode", "-no-color"]).await
    }

    /// `terraform destroy` without questions.
    ///
    /// # Errors
    /// When there is no Terraform.
    pub async fn destroy(&self) -> io::Result<Outcome> {
        self.terraform(&["destroy", "-auto-approve", "-no-color"]).await
    }

    /// The attributes of a resource in the state.
    ///
    /// # Errors
    /// When the state cannot be shown.
    pub async fn resource(&self, address: &str) -> io::Result<Option<Value>> {
        let shown = self.terraform(&["show", "-json"]).await?;
        let state: Value = serde_json::from_str(shown.stdout.trim())?;
        let resources = state.pointer("/values/root_module/resources").and_then(Value::as_array);
        let found = resources
            .into_iter()
            .flatten()
            .find(|resource| resource.get("address").and_then(Value::as_str) == Some(address));
        Ok(found.and_then(|resource| resource.get("values")).cloned())
    }
}

/// What a program gave when it has ended.
///
/// # Errors
/// When it cannot be waited for.
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

/// Terraform warns at each run that it takes the provider from a folder; nobody needs to read that in a test.
fn without_development_warning(text: &str) -> String {
    let Some(start) = text.find("Warning: Provider development overrides are in effect") else {
        return text.to_owned();
    };
    let (before, warning) = text.split_at(start);
    let last = warning.find("published").and_then(|at| Some(at + warning.get(at..)?.find('\n')? + 1));
    let after = last.and_then(|end| warning.get(end..)).unwrap_or("");
    // The sentence may be broken between its last two words.
    let after = after.strip_prefix("releases.\n").unwrap_or(after);
    format!("{before}{after}")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let is_state = entry.file_name().to_string_lossy().starts_with("terraform.tfstate");
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == ".terraform" => {}
            true => copy(&entry.path(), &target)?,
            false if is_state => {}
            false => fs::copy(entry.path(), target).map(|_| ())?,
        }
    }
    Ok(())
}
