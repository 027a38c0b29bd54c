//! Files that appear whole or not at all.

use std::fs;
use std::path::Path;

/// Writes a file under another name first, so that nobody sees a part of it.
///
/// # Errors
/// When it cannot be written.
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
        // What is left of it would only be in the way; the reason that is told is the first one.
        let _ = fs::remove_file(&partial);
        refused(error)
    })
}
