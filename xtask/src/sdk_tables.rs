//! `cargo xtask sdk-tables`: the operations of the AWS SDK and their parameters.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

/// The version of botocore whose model of AWS is taken.
const BOTOCORE: &str = "1.44.5";
const SCRIPT: &str = include_str!("sdk_tables.py");

/// Writes the table that `asl` checks integrations by.
///
/// # Errors
/// When Python or botocore cannot be had, or the table cannot be written.
pub fn run() -> io::Result<()> {
    let python = local_aws::python(&[("botocore", BOTOCORE)])?;
    let output = Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other("the table could not be made"));
    }
    let file = e2e::repository().join("crates/asl/src/integration/sdk.txt");
    fs::write(&file, &output.stdout)?;
    println!("{}: {}", file.display(), String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default());
    Ok(())
}
