//! Builds the files of a release: archives of the provider and of the command `sfn`, and their checksums.
//!
//! The file names follow the rules of the Terraform and OpenTofu registries (Terraform documentation, "Publish
//! providers").

pub mod npm;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::repository;

/// Version of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Name of the provider program.
pub const PROVIDER: &str = "terraform-provider-sfn";
/// Name of the command.
pub const COMMAND: &str = "sfn";

/// Name of the PyPI package with the command.
pub const PYTHON_PACKAGE: &str = "sfn-asl";

/// A platform of the releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// Target of the Rust compiler.
    pub target: &'static str,
    /// Operating system, as Terraform names it.
    pub os: &'static str,
    /// Architecture, as Terraform names it.
    pub arch: &'static str,
    /// Platform tags of the wheel. Static programs run with any C library.
    pub wheel: &'static str,
}

/// All platforms of the releases.
pub const PLATFORMS: [Platform; 6] = [
    Platform {
        target: "x86_64-unknown-linux-gnu",
        os: "linux",
        arch: "amd64",
        wheel: "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    },
    Platform {
        target: "aarch64-unknown-linux-gnu",
        os: "linux",
        arch: "arm64",
        wheel: "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
    },
    Platform {
        target: "x86_64-apple-darwin",
        os: "darwin",
        arch: "amd64",
        wheel: "macosx_10_12_x86_64",
    },
    Platform {
        target: "aarch64-apple-darwin",
        os: "darwin",
        arch: "arm64",
        wheel: "macosx_11_0_arm64",
    },
    Platform {
        target: "x86_64-pc-windows-msvc",
        os: "windows",
        arch: "amd64",
        wheel: "win_amd64",
    },
    Platform {
        target: "aarch64-pc-windows-msvc",
        os: "windows",
        arch: "arm64",
        wheel: "win_arm64",
    },
];

impl Platform {
    /// Returns the platform of a target, or of this machine.
    ///
    /// # Errors
    /// When there are no releases for the platform.
    pub fn find(target: Option<&str>) -> io::Result<Self> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let is_wanted = |platform: &&Self| match target {
            Some(target) => platform.target == target,
            None => {
                platform.os.replace("darwin", "macos") == os
                    && platform
                        .arch
                        .replace("amd64", "x86_64")
                        .replace("arm64", "aarch64")
                        == arch
            }
        };
        let known = PLATFORMS
            .iter()
            .map(|platform| platform.target)
            .collect::<Vec<_>>()
            .join(", ");
        let wanted = target.map_or_else(|| format!("{arch} on {os}"), str::to_owned);
        let unknown = || {
            io::Error::other(format!(
                "there are no releases for {wanted}: use one of {known}"
            ))
        };
        PLATFORMS
            .iter()
            .find(is_wanted)
            .copied()
            .ok_or_else(unknown)
    }

    /// Returns the name of the platform in Terraform, such as `linux_amd64`.
    pub fn name(&self) -> String {
        format!("{}_{}", self.os, self.arch)
    }

    fn suffix(&self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }
}

/// The programs of a release.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The provider.
    pub provider: PathBuf,
    /// The command.
    pub command: PathBuf,
}

/// Builds the programs with a profile. Linux programs are static, so that they run in images without a C library.
///
/// # Errors
/// When the programs cannot be built.
pub fn build(platform: &Platform, profile: &str) -> io::Result<Programs> {
    let root = repository();
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |folder| root.join(folder));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "--locked",
        "--quiet",
        "--profile",
        profile,
        "--target",
        platform.target,
    ]);
    command
        .args(["--package", PROVIDER, "--package", "sfn-cli"])
        .current_dir(&root);
    let flags = Flags::of(platform, &root, &target);
    command
        .env("CARGO_ENCODED_RUSTFLAGS", flags.rust)
        .env("CFLAGS", flags.c);
    // Debug information would make the programs for the tests four times as large.
    command.envs([
        ("CARGO_PROFILE_DEV_DEBUG", "false"),
        ("CARGO_PROFILE_DEV_STRIP", "symbols"),
    ]);
    if !command.status()?.success() {
        return Err(io::Error::other(format!(
            "the programs for {} could not be built",
            platform.target
        )));
    }
    let folder =
        target
            .join(platform.target)
            .join(if profile == "dev" { "debug" } else { profile });
    let program = |name: &str| folder.join(format!("{name}{}", platform.suffix()));
    Ok(Programs {
        provider: program(PROVIDER),
        command: program(COMMAND),
    })
}

/// The folder of the crates that cargo has downloaded.
pub fn cargo_home() -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from)
}

/// Flags of the compilers. Programs contain no paths of the machine, so that builds are reproducible.
struct Flags {
    rust: String,
    c: String,
}

impl Flags {
    fn of(platform: &Platform, root: &Path, target: &Path) -> Self {
        let cargo = cargo_home();
        // The last matching path wins, and the target folder may be inside of the repository.
        let paths = [(&*cargo, "/cargo"), (root, "/source"), (target, "/target")];
        let mapped =
            |flag: &str| paths.map(|(path, name)| format!("{flag}={}={name}", path.display()));
        let mut rust = mapped("--remap-path-prefix").to_vec();
        if platform.os == "linux" {
            rust.push("-Ctarget-feature=+crt-static".to_owned());
        }
        let c = if platform.os == "windows" {
            String::new()
        } else {
            mapped("-ffile-prefix-map").join(" ")
        };
        // Separator of encoded flags, because paths can contain spaces.
        Self {
            rust: rust.join("\u{1f}"),
            c,
        }
    }
}

/// Writes the archives of the programs into a folder.
///
/// # Errors
/// When a program cannot be read, or an archive cannot be written.
pub fn archive(
    programs: &Programs,
    platform: &Platform,
    version: &str,
    folder: &Path,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let (name, suffix) = (platform.name(), platform.suffix());
    let provider = format!("{PROVIDER}_v{version}{suffix}");
    zip_one(
        &programs.provider,
        &provider,
        &folder.join(format!("{PROVIDER}_{version}_{name}.zip")),
    )?;
    let command = format!("{COMMAND}{suffix}");
    zip_one(
        &programs.command,
        &command,
        &folder.join(format!("{COMMAND}_{version}_{name}.zip")),
    )?;
    wheel(&programs.command, platform, version, folder)?;
    npm::packages(&programs.command, platform, version, folder)
}

/// Writes an archive of one program.
fn zip_one(program: &Path, name: &str, archive: &Path) -> io::Result<()> {
    zip_all(&[(name.to_owned(), fs::read(program)?, 0o755)], archive)
}

/// Writes a reproducible archive of files with their names, contents and modes.
fn zip_all(files: &[(String, Vec<u8>, u32)], archive: &Path) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(fs::File::create(archive)?);
    for (name, content, mode) in files {
        zip.start_file(name.as_str(), options.unix_permissions(*mode))
            .map_err(io::Error::other)?;
        zip.write_all(content)?;
    }
    zip.finish().map_err(io::Error::other)?;
    Ok(())
}

/// Writes a wheel without Python code, with which `pip` and `uv` install the command (Python Packaging User Guide,
/// "Binary distribution format").
fn wheel(command: &Path, platform: &Platform, version: &str, folder: &Path) -> io::Result<()> {
    let tag = format!("py3-none-{}", platform.wheel);
    let name = PYTHON_PACKAGE.replace('-', "_");
    let info = format!("{name}-{version}.dist-info");
    let metadata = format!(
        "Metadata-Version: 2.1\nName: {PYTHON_PACKAGE}\nVersion: {version}\nSummary: Check, render, convert and compare AWS Step Functions \
         workflows\nLicense: Apache-2.0\nRequires-Python: >=3.7\n"
    );
    let about = format!(
        "Wheel-Version: 1.0\nGenerator: {PYTHON_PACKAGE}\nRoot-Is-Purelib: false\nTag: {tag}\n"
    );
    let program = format!(
        "{name}-{version}.data/scripts/{COMMAND}{}",
        platform.suffix()
    );
    let mut files = vec![
        (program, fs::read(command)?, 0o755),
        (format!("{info}/METADATA"), metadata.into_bytes(), 0o644),
        (format!("{info}/WHEEL"), about.into_bytes(), 0o644),
    ];
    let record: String = files
        .iter()
        .map(|(name, content, _)| recorded(name, content))
        .collect();
    files.push((
        format!("{info}/RECORD"),
        format!("{record}{info}/RECORD,,\n").into_bytes(),
        0o644,
    ));
    zip_all(&files, &folder.join(format!("{name}-{version}-{tag}.whl")))
}

/// A line of `RECORD`: the name, the checksum and the size of a file.
fn recorded(name: &str, content: &[u8]) -> String {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
    format!("{name},sha256={hash},{}\n", content.len())
}

/// Writes the manifest and the checksums of the archives in the folder. Signs the checksums of the provider if
/// `GPG_FINGERPRINT` is set.
///
/// # Errors
/// When a file cannot be read or written, or the signature cannot be made.
pub fn seal(version: &str, folder: &Path) -> io::Result<()> {
    let manifest = format!("{PROVIDER}_{version}_manifest.json");
    fs::copy(
        repository().join("terraform-registry-manifest.json"),
        folder.join(&manifest),
    )?;
    for name in [PROVIDER, COMMAND] {
        let sums = folder.join(format!("{name}_{version}_SHA256SUMS"));
        fs::write(&sums, checksums(&format!("{name}_{version}_"), folder)?)?;
        if name == PROVIDER {
            sign(&sums)?;
        }
    }
    Ok(())
}

/// The checksums of the files with this prefix, sorted by name.
fn checksums(prefix: &str, folder: &Path) -> io::Result<String> {
    let files = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<String> = files
        .iter()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    names.retain(|name| name.starts_with(prefix) && !name.contains("SHA256SUMS"));
    names.sort();
    names
        .iter()
        .map(|name| {
            Ok(format!(
                "{}  {name}\n",
                sha256(&fs::read(folder.join(name))?)
            ))
        })
        .collect()
}

/// Returns the SHA-256 hash of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes a detached signature next to a file.
fn sign(file: &Path) -> io::Result<()> {
    let Some(key) = std::env::var_os("GPG_FINGERPRINT").filter(|key| !key.is_empty()) else {
        println!("not signed: `GPG_FINGERPRINT` names no key");
        return Ok(());
    };
    let mut signature = file.as_os_str().to_owned();
    signature.push(".sig");
    let mut gpg = Command::new("gpg");
    gpg.args(["--batch", "--yes", "--detach-sign", "--local-user"])
        .arg(key)
        .arg("--output")
        .arg(signature)
        .arg(file);
    if gpg.status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("gpg could not sign the checksums"))
    }
}
