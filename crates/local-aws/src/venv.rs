//! Virtual environments of Python, made once per user.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python of an environment that has this version of a package; it is made if there is none.
///
/// # Errors
/// When Python or the package cannot be had.
pub fn python(package: &str, version: &str) -> io::Result<PathBuf> {
    let folder = cache()?.join(format!("{package}-{version}"));
    let (python, done) = (folder.join("bin/python"), folder.join("complete"));
    fs::create_dir_all(&folder)?;
    // Tests start at once in several processes: one makes the environment, the others wait for it.
    let lock = fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    if !done.exists() {
        eprintln!("installing {package} {version} (once)");
        let venv = folder.to_string_lossy().into_owned();
        run(Path::new("python3"), &["-m", "venv", &venv])
            .map_err(|error| other(format!("Python 3 with the module venv is needed: {error}")))?;
        let wanted = format!("{package}=={version}");
        run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &wanted])?;
        fs::write(&done, version)?;
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
