//! Packages of npm with the command: one with the program for each platform, and one that depends on all of them and
//! runs the one that npm has installed (npm documentation, "package.json": `os`, `cpu`, `optionalDependencies`).

use std::fs;
use std::io;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value, json};

use super::{COMMAND, PLATFORMS, Platform};

/// Name of the npm package with the command.
pub const PACKAGE: &str = "sfn-asl";

/// The script that runs the program.
const SCRIPT: &str = include_str!("sfn.js");
const README: &str = "# sfn-asl\n\nThe command `sfn` checks, renders, converts and compares AWS Step Functions workflows.\n\n```sh\nnpx sfn-asl validate order.asl.json\n```\n";
const REPOSITORY: &str = "git+https://github.com/terraform-provider-sfn/terraform-provider-sfn.git";

impl Platform {
    /// Operating system and architecture, as Node.js names them.
    fn node(&self) -> (&'static str, &'static str) {
        let os = if self.os == "windows" {
            "win32"
        } else {
            self.os
        };
        (
            os,
            if self.arch == "amd64" {
                "x64"
            } else {
                self.arch
            },
        )
    }

    /// Returns the name of the npm package with the program for the platform.
    pub fn npm_package(&self) -> String {
        let (os, arch) = self.node();
        format!("{PACKAGE}-{os}-{arch}")
    }
}

/// Writes the package with the program for a platform, and the package that depends on it.
///
/// # Errors
/// When the program cannot be read, or a package cannot be written.
pub fn packages(
    command: &Path,
    platform: &Platform,
    version: &str,
    folder: &Path,
) -> io::Result<()> {
    let name = platform.npm_package();
    let (os, arch) = platform.node();
    let program = format!("{COMMAND}{}", platform.suffix());
    let mut about = described(&name, version);
    about.extend([
        ("os".to_owned(), json!([os])),
        ("cpu".to_owned(), json!([arch])),
        ("preferUnplugged".to_owned(), json!(true)),
    ]);
    pack(
        &[
            ("package.json", text(about), 0o644),
            (&program, fs::read(command)?, 0o755),
        ],
        &name,
        version,
        folder,
    )?;

    let mut about = described(PACKAGE, version);
    let dependencies: Map<String, Value> = PLATFORMS
        .iter()
        .map(|platform| (platform.npm_package(), json!(version)))
        .collect();
    about.extend([
        ("bin".to_owned(), json!({ COMMAND: "bin/sfn.js" })),
        ("engines".to_owned(), json!({ "node": ">=16" })),
        (
            "optionalDependencies".to_owned(),
            Value::Object(dependencies),
        ),
    ]);
    let files = [
        ("package.json", text(about), 0o644),
        ("README.md", README.as_bytes().to_vec(), 0o644),
        ("bin/sfn.js", SCRIPT.as_bytes().to_vec(), 0o755),
    ];
    pack(&files, PACKAGE, version, folder)
}

/// The fields that all packages have.
fn described(name: &str, version: &str) -> Map<String, Value> {
    let description = "Check, render, convert and compare AWS Step Functions workflows";
    let fields = json!({
        "name": name,
        "version": version,
        "description": description,
        "license": "Apache-2.0",
        "repository": { "type": "git", "url": REPOSITORY },
    });
    if let Value::Object(fields) = fields {
        fields
    } else {
        Map::new()
    }
}

fn text(fields: Map<String, Value>) -> Vec<u8> {
    format!("{:#}\n", Value::Object(fields)).into_bytes()
}

/// Writes a package as `npm pack` does, with the same bytes for the same content.
fn pack(
    files: &[(&str, Vec<u8>, u32)],
    name: &str,
    version: &str,
    folder: &Path,
) -> io::Result<()> {
    let file = fs::File::create(folder.join(format!("{name}-{version}.tgz")))?;
    let mut archive = tar::Builder::new(
        GzBuilder::new()
            .mtime(0)
            .write(file, Compression::default()),
    );
    for (name, content, mode) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(*mode);
        archive.append_data(&mut header, format!("package/{name}"), content.as_slice())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}
