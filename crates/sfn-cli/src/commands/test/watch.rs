//! `sfn test --watch`: runs the tests again when a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use ignore::WalkBuilder;

use crate::{Exit, Failure, tell};

/// Time between two looks at the files.
const POLL: Duration = Duration::from_millis(300);

/// Runs a function, and again after each change of a file in the folders of the paths. Changes of `written`, which the
/// function writes, do not count. Ends with an error of the first run only.
pub fn run(
    paths: &[PathBuf],
    written: &[&Path],
    run: impl Fn() -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut is_first = true;
    loop {
        let seen = times(paths, written);
        match run() {
            Err(message) if is_first => return Err(message),
            Err(message) => tell("error", &message),
            Ok(_) => {}
        }
        is_first = false;
        let count = seen.len();
        tell(
            "note",
            &format!("watching {count} files: press Ctrl-C to end"),
        );
        while times(paths, written) == seen {
            sleep(POLL);
        }
    }
}

/// When the files were changed.
fn times(paths: &[PathBuf], written: &[&Path]) -> BTreeMap<PathBuf, SystemTime> {
    let mut times = BTreeMap::new();
    let current = [PathBuf::from(".")];
    let paths = if paths.is_empty() {
        &current[..]
    } else {
        paths
    };
    for path in paths {
        let folder = if path.is_dir() {
            path.as_path()
        } else {
            path.parent().unwrap_or(Path::new(""))
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        for entry in WalkBuilder::new(folder).build().flatten() {
            let changed = entry.metadata().ok().filter(std::fs::Metadata::is_file);
            if let Some(time) = changed.and_then(|metadata| metadata.modified().ok()) {
                times.insert(entry.into_path(), time);
            }
        }
    }
    let written = written.iter().filter_map(|path| path.canonicalize().ok());
    let written: Vec<PathBuf> = written.collect();
    times.retain(|known, _| {
        known
            .canonicalize()
            .map_or(true, |known| !written.contains(&known))
    });
    times
}
