//! Code as a zip file: the same files give the same bytes, on every machine.

use std::fs;
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Folders of tools, which are never code.
const IGNORED: [&str; 4] = [".git", ".terraform", "__pycache__", ".DS_Store"];

/// The zip file of a folder: files in the order of their names, without times and owners.
///
/// # Errors
/// When the folder cannot be read or has no file.
pub(super) fn zip_folder(folder: &Path) -> io::Result<Vec<u8>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    if files.is_empty() {
        return Err(io::Error::other(format!("`{}` has no file", folder.display())));
    }
    // The separator differs between systems, and so would the order.
    let mut named: Vec<(String, PathBuf)> = files.into_iter().map(|path| (name(folder, &path), path)).collect();
    named.sort();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path) in named {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_executable(&path)? { 0o755 } else { 0o644 });
        zip.start_file(name, options)?;
        zip.write_all(&fs::read(&path)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn name(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = fs::read_dir(folder)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read `{}`: {error}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        if IGNORED.iter().any(|ignored| entry.file_name() == *ignored) {
            continue;
        }
        let path = entry.path();
        if fs::metadata(&path)?.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

/// Without permissions a custom runtime's entry point is the one file that must be executable.
#[cfg(not(unix))]
fn is_executable(path: &Path) -> io::Result<bool> {
    Ok(path.file_name().is_some_and(|name| name == "bootstrap"))
}

/// The hash that Lambda gives for a zip file.
pub(super) fn hash(zip: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(zip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    #[test]
    fn same_files_give_same_bytes() {
        let first = folder(&[("b.py", "2"), ("a/x.py", "1"), ("__pycache__/b.pyc", "junk")]);
        std::thread::sleep(std::time::Duration::from_millis(20));
        let second = folder(&[("a/x.py", "1"), ("b.py", "2")]);
        let zips = (zip_folder(first.path()).unwrap(), zip_folder(second.path()).unwrap());
        assert_eq!(zips.0, zips.1);
        // Known once and for all: a change here would redeploy every function of every user.
        assert_eq!(hash(&zips.0), "TMUwA9UtT9Xo55SqvKokj9HGJPiZifr1M6kRnByPUZk=");
    }

    #[test]
    fn another_content_or_name_gives_another_hash() {
        let hashes = [folder(&[("a.py", "1")]), folder(&[("a.py", "2")]), folder(&[("b.py", "1")])]
            .map(|folder| hash(&zip_folder(folder.path()).unwrap()));
        assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2]);
    }

    #[test]
    fn an_empty_folder_is_refused() {
        assert!(zip_folder(folder(&[]).path()).unwrap_err().to_string().contains("has no file"));
        assert!(zip_folder(Path::new("nowhere")).unwrap_err().to_string().contains("cannot read `nowhere`"));
    }
}
