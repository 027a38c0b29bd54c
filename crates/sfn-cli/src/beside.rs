//! Reads files that an untrusted file references.
//!
//! A template can name any path, and the content of the named file appears in messages. Therefore only files inside
//! the checked folder are read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::Failure;

/// Maximum size of a file, in bytes. AWS accepts definitions of up to 1 MiB.
const LARGEST: u64 = 10 * 1024 * 1024;

/// The folder in which referenced files must be.
#[derive(Debug, Clone)]
pub struct Boundary {
    root: PathBuf,
    /// Whether files outside of the folder are allowed.
    is_open: bool,
}

impl Boundary {
    /// The Git repository that contains a folder, or else the folder itself. `allow_outside` allows any folder.
    pub fn around(folder: &Path, allow_outside: bool) -> Self {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let repository = folder
            .ancestors()
            .find(|folder| folder.join(".git").exists())
            .map(Path::to_path_buf);
        Self {
            root: repository.unwrap_or(folder),
            is_open: allow_outside,
        }
    }

    /// Whether a file is in the folder. Links are resolved first. The content of `.git` does not count as inside.
    pub fn holds(&self, path: &Path) -> bool {
        let real = fs::canonicalize(path);
        let inside = real
            .as_ref()
            .ok()
            .and_then(|real| real.strip_prefix(&self.root).ok());
        inside.is_some_and(|inside| inside.components().all(|part| part.as_os_str() != ".git"))
    }

    /// Reads a file as text.
    ///
    /// # Errors
    /// When the file is outside of the folder, is not a regular file, is too large, is not valid UTF-8, or cannot be
    /// read. The message never contains the content of the file.
    pub fn read(&self, path: &Path) -> Result<String, Failure> {
        let name = path.display();
        let refused = |error: std::io::Error| format!("cannot read {name}: {error}");
        let real = fs::canonicalize(path).map_err(refused)?;
        if !self.is_open && !self.holds(&real) {
            let root = self.root.display();
            return Err(format!(
                "{name} is outside of {root}; use `--allow-outside` to read it"
            ));
        }
        // Opening a pipe or a device could block, or read without end.
        if !fs::metadata(&real).map_err(refused)?.is_file() {
            return Err(format!("{name} is not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(&real)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(refused)?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{name} is larger than {} MiB", LARGEST >> 20));
        }
        String::from_utf8(bytes).map_err(|_| format!("{name} is not valid UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(boundary: &Boundary, path: &Path, expected: &str) {
        let read = boundary.read(path);
        assert_eq!(
            read.as_deref().unwrap_or("refused"),
            if read.is_ok() { expected } else { "refused" }
        );
        let said = read.err().unwrap_or_default();
        assert!(said.contains(expected) || said.is_empty(), "{said}");
        assert_eq!(
            said.is_empty(),
            expected == "inside" || expected == "outside",
            "{said}"
        );
    }

    #[test]
    fn only_files_of_the_folder_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("judged/deep")).unwrap();
        fs::write(at("judged/deep/a"), "inside").unwrap();
        fs::write(at("judged/large"), vec![b'x'; LARGEST as usize + 1]).unwrap();
        fs::write(at("judged/binary"), [0xFF]).unwrap();
        fs::write(at("other"), "outside").unwrap();
        let closed = Boundary::around(&at("judged"), false);
        check(&closed, &at("judged/deep/a"), "inside");
        check(&closed, &at("judged/deep/../deep/a"), "inside");
        check(&closed, &at("judged/../other"), "is outside of");
        check(&closed, &at("judged/large"), "larger than 10 MiB");
        check(&closed, &at("judged/binary"), "not valid UTF-8");
        check(&closed, &at("judged/deep"), "not a regular file");
        check(&closed, &at("judged/none"), "cannot read");
        check(
            &Boundary::around(&at("judged"), true),
            &at("other"),
            "outside",
        );
        // The boundary is the repository, without the content of `.git`.
        fs::create_dir(at(".git")).unwrap();
        fs::write(at(".git/config"), "outside").unwrap();
        check(
            &Boundary::around(&at("judged"), false),
            &at(".git/config"),
            "is outside of",
        );
        check(
            &Boundary::around(&at("judged"), false),
            &at("other"),
            "outside",
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_count_as_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/proc/self/environ", &link).unwrap();
        check(
            &Boundary::around(folder.path(), false),
            &link,
            "is outside of",
        );
        check(
            &Boundary::around(folder.path(), true),
            Path::new("/dev/zero"),
            "not a regular file",
        );
    }
}
