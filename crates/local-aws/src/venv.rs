//! Virtual environments of Python, made once per user.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python of an environment that has these packages in these versions; it is made if there is none.
///
/// # Errors
/// When Python or the package cannot be had.
pub fn python(packages: &[(&str, &str)]) -> io::Result<PathBuf> {
    let list = |between: &'static str| packages.iter().map(move |(name, version)| format!("{name}{between}{version}"));
    let name = list("-").collect::<Vec<_>>().join("-");
    let folder = cache()?.join(&name);
    let (python, done) = (folder.join("bin/python"), folder.join("complete"));
    fs::create_dir_all(&folder)?;
    // Tests start at once in several processes: one makes the environment, the others wait for it.
    let lock = fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    if !done.exists() {
        eprintln!("installing {name} (once)");
        let venv = folder.to_string_lossy().into_owned();
        run(Path::new("python3"), &["-m", "venv", &venv])
            .map_err(|error| other(format!("Python 3 with the module venv is needed: {error}")))?;
        let wanted: Vec<String> = list("==").collect();
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let arguments: Vec<&str> = install.into_iter().chain(wanted.iter().map(String::as_str)).collect();
        run(&python, &arguments)?;
        fs::write(&done, name)?;
    }
    Ok(python)
}

fn cache() -> io::Result<PathBuf> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let base = var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("terraform-provider-sfn")).ok_or_else(|| other("HOME is not set".into()))
}

fn run(program: &Path, arguments: &[&str]) -> io::Result<()> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(other(format!("`{} {}` failed: {}", program.display(), arguments.join(" "), text.trim())))
}

pub(crate) fn other(message: String) -> io::Error {
    io::Error::other(message)
}
