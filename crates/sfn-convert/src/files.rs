//! Writes files atomically.

use std::fs;
use std::path::Path;

/// Writes a file under a temporary name and renames it, so that a partial file is never visible.
///
/// # Errors
/// When the file cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), String> {
    let refused = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(refused)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let outcome = fs::write(&partial, content).and_then(|()| fs::rename(&partial, path));
    outcome.map_err(|error| {
        // Remove the partial file. The first error is the one to report.
        let _ = fs::remove_file(&partial);
        refused(error)
    })
}
