//! Finds snapshots that no test compares with.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Environment variable with the file in which `insta` lists the snapshots that it reads.
pub const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// The snapshots that a run of all tests reads.
pub struct Snapshots {
    list: PathBuf,
    is_complete: bool,
}

impl Snapshots {
    /// An empty list. It is not complete if some tests do not run.
    ///
    /// # Errors
    /// When an earlier list cannot be removed.
    pub fn new(is_complete: bool) -> io::Result<Self> {
        let list = std::env::temp_dir().join(format!("sfn-snapshots-{}", std::process::id()));
        if list.exists() {
            fs::remove_file(&list)?;
        }
        Ok(Self { list, is_complete })
    }

    /// The path of the list.
    pub fn list(&self) -> String {
        self.list.to_string_lossy().into_owned()
    }

    /// Compares the list with the committed snapshots.
    ///
    /// # Errors
    /// When no test has read a committed snapshot.
    pub fn check(&self) -> io::Result<()> {
        let listed = fs::read_to_string(&self.list).unwrap_or_default();
        let _ = fs::remove_file(&self.list);
        if !self.is_complete {
            println!("skipped: unused snapshots, as some tests did not run");
            return Ok(());
        }
        let canonical = |path: &Path| path.canonicalize().ok();
        let read: BTreeSet<PathBuf> = listed
            .lines()
            .filter_map(|line| canonical(Path::new(line)))
            .collect();
        let root = e2e::repository();
        let output = Command::new("git")
            .args(["ls-files", "-z", "*.snap"])
            .current_dir(&root)
            .output()?;
        let committed = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_unused =
            |name: &&str| canonical(&root.join(name)).is_some_and(|path| !read.contains(&path));
        let unused: Vec<&str> = committed
            .split('\0')
            .filter(|name| !name.is_empty())
            .filter(is_unused)
            .collect();
        if unused.is_empty() {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "no test reads these snapshots: {}",
            unused.join(", ")
        )))
    }
}
