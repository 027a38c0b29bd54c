//! Virtual environments of Python, created once per user.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a script of an environment with its Python. `exec` keeps the process ID, so that signals
/// reach the script. `-I` excludes packages of the user.
const WRAPPER: &str = "#!/bin/sh\nexec \"${0%/*}/python\" -I \"${0%/*}/";

/// The Python of an environment with these packages, by name and version. Creates the environment
/// if it does not exist.
///
/// # Errors
/// Python is missing, or a package cannot be installed.
pub fn python(packages: &[(&str, &str)]) -> io::Result<PathBuf> {
    let environment = Environment::of(packages)?;
    environment.install(packages, &[])?;
    Ok(environment.python())
}

/// The path of a program `name`: a Python script that runs in an environment with these packages,
/// by name and version. Creates the environment if it does not exist. Packages are only installed
/// from wheels, without compiling.
///
/// # Errors
/// Python is missing, a package cannot be installed or has no wheel for this system, or the program cannot be written.
pub fn program(packages: &[(&str, &str)], name: &str, script: &str) -> io::Result<PathBuf> {
    let environment = Environment::of(packages)?;
    environment.install(packages, &["--only-binary", ":all:"])?;
    environment.write(&format!("bin/{name}.py"), script)?;
    environment.write(
        &format!("bin/{name}"),
        &format!("{WRAPPER}{name}.py\" \"$@\"\n"),
    )
}

/// A folder with a virtual environment.
struct Environment {
    /// Name, such as `ministack-1.5.33`.
    name: String,
    folder: PathBuf,
}

impl Environment {
    fn of(packages: &[(&str, &str)]) -> io::Result<Self> {
        let names: Vec<String> = packages
            .iter()
            .map(|(name, version)| format!("{name}-{version}"))
            .collect();
        let name = names.join("-");
        Ok(Self {
            folder: cache()?.join(&name),
            name,
        })
    }

    fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Locks this environment until the file is dropped, because tests start concurrently in
    /// several processes.
    fn lock(&self) -> io::Result<fs::File> {
        fs::create_dir_all(&self.folder)?;
        let lock = fs::File::create(self.folder.join("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn install(&self, packages: &[(&str, &str)], options: &[&str]) -> io::Result<()> {
        let complete = self.folder.join("complete");
        if complete.exists() {
            return Ok(());
        }
        let _lock = self.lock()?;
        if complete.exists() {
            return Ok(());
        }
        eprintln!("installing {} (once)", self.name);
        let folder = self.folder.to_string_lossy().into_owned();
        run(Path::new("python3"), &["-m", "venv", &folder]).map_err(|error| {
            other(format!(
                "Python 3 with the module venv is required: {error}"
            ))
        })?;
        let packages: Vec<String> = packages
            .iter()
            .map(|(name, version)| format!("{name}=={version}"))
            .collect();
        let mut arguments = vec![
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        arguments.extend(options);
        arguments.extend(packages.iter().map(String::as_str));
        run(&self.python(), &arguments)?;
        fs::write(complete, &self.name)
    }

    /// Writes an executable file, unless it exists with this content. A file that another process
    /// executes is replaced, and not overwritten.
    fn write(&self, name: &str, content: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        let is_current = || fs::read_to_string(&path).is_ok_and(|current| current == content);
        if is_current() {
            return Ok(path);
        }
        let _lock = self.lock()?;
        if !is_current() {
            let new = self.folder.join("new");
            fs::write(&new, content)?;
            fs::set_permissions(&new, fs::Permissions::from_mode(0o755))?;
            fs::rename(new, &path)?;
        }
        Ok(path)
    }
}

fn cache() -> io::Result<PathBuf> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let base = var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("terraform-provider-sfn"))
        .ok_or_else(|| other("HOME is not set".into()))
}

fn run(program: &Path, arguments: &[&str]) -> io::Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(other(format!(
        "`{} {}` failed: {}",
        program.display(),
        arguments.join(" "),
        text.trim()
    )))
}

pub(crate) fn other(message: String) -> io::Error {
    io::Error::other(message)
}
