//! `cargo xtask update-aws [--check]`: updates the tables of AWS.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

/// Sources of the tables: the API models of AWS, and the lists of IAM actions and Lambda runtimes.
const PACKAGES: [(&str, &str); 2] = [("botocore", "1.44.5"), ("cfn-lint", "1.58.0")];
const SCRIPT: &str = include_str!("update_aws.py");

/// Names of the tables, with their files.
const TABLES: [(&str, &str); 4] = [
    ("sdk", "crates/asl/src/integration/sdk.txt"),
    ("runtimes", "crates/asl/src/references/runtimes.txt"),
    ("partitions", "crates/sfn-aws/src/regions.txt"),
    ("properties", "crates/sfn-convert/tests/properties.txt"),
];

/// Writes the tables. With `check`, only prints the changes.
///
/// # Errors
/// When Python or its packages cannot be installed, a table cannot be written, or with `check` a table would change.
pub fn run(check: bool) -> io::Result<()> {
    let python = local_aws::python(&PACKAGES)?;
    let output = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other("the tables could not be generated"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut is_changed = false;
    for (name, path) in TABLES {
        let table = text
            .split("== ")
            .find_map(|table| table.strip_prefix(&format!("{name}\n")));
        let table = table.ok_or_else(|| io::Error::other(format!("table `{name}` not found")))?;
        println!("{path}: {}", first_line(table).trim_start_matches("# "));
        let file = e2e::repository().join(path);
        if check {
            is_changed |= tell_changes(&fs::read_to_string(&file)?, table);
        } else {
            fs::write(&file, table)?;
        }
    }
    if is_changed {
        Err(io::Error::other(
            "AWS has changed: run `cargo xtask update-aws`",
        ))
    } else {
        Ok(())
    }
}

/// Prints the lines that differ, without the first line, which contains the date.
fn tell_changes(before: &str, after: &str) -> bool {
    let lines = |text: &str| {
        text.lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let (old, new) = (lines(before), lines(after));
    let (gone, added): (Vec<_>, Vec<_>) = (
        old.difference(&new).collect(),
        new.difference(&old).collect(),
    );
    for (mark, changed) in [("-", &gone), ("+", &added)] {
        changed
            .iter()
            .take(50)
            .for_each(|line| println!("{mark} {}", line.chars().take(150).collect::<String>()));
        if changed.len() > 50 {
            println!("{mark} and {} more", changed.len() - 50);
        }
    }
    !gone.is_empty() || !added.is_empty()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}
