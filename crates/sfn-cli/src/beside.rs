//! Files that a file of a stranger names.
//!
//! A template can name any path, and what stands in the file appears in messages. So only files of the folder that is judged
//! are read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::Failure;

/// The largest file that is read, in bytes. AWS takes definitions of up to 1 MiB.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Where files may be that another file names.
#[derive(Debug, Clone)]
pub struct Boundary {
    /// The folder that they have to be in.
    root: PathBuf,
    /// Whether they may be elsewhere as well.
    is_open: bool,
}

impl Boundary {
    /// The repository around a folder, or else the folder itself; with `allow_outside` any folder.
    pub fn around(folder: &Path, allow_outside: bool) -> Self {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let repository = folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
        Self { root: repository.unwrap_or(folder), is_open: allow_outside }
    }

    /// Whether a file is in the folder. A link counts as what it leads to; what Git keeps for itself is not in it.
    pub fn holds(&self, path: &Path) -> bool {
        let real = fs::canonicalize(path);
        let inside = real.as_ref().ok().and_then(|real| real.strip_prefix(&self.root).ok());
        inside.is_some_and(|inside| inside.components().all(|part| part.as_os_str() != ".git"))
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When it is outside, is no file, is too large or no text, or cannot be read. What stands in it is not told.
    pub fn read(&self, path: &Path) -> Result<String, Failure> {
        let name = path.display();
        let refused = |error: std::io::Error| format!("cannot read {name}: {error}");
        let real = fs::canonicalize(path).map_err(refused)?;
        if !self.is_open && !self.holds(&real) {
            let root = self.root.display();
            return Err(format!("{name} is outside of {root}, and is read with `--allow-outside` only"));
        }
        // To open a pipe or a device would wait, or read without an end.
        if !fs::metadata(&real).map_err(refused)?.is_file() {
            return Err(format!("{name} is not a regular file, and is not read"));
        }
        let mut bytes = Vec::new();
        File::open(&real).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(refused)?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{name} is larger than {} MiB, and is not read", LARGEST >> 20));
        }
        String::from_utf8(bytes).map_err(|_| format!("{name} is not text in UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(boundary: &Boundary, path: &Path, expected: &str) {
        let read = boundary.read(path);
        assert_eq!(read.as_deref().unwrap_or("refused"), if read.is_ok() { expected } else { "refused" });
        let said = read.err().unwrap_or_default();
        assert!(said.contains(expected) || said.is_empty(), "{said}");
        assert_eq!(said.is_empty(), expected == "inside" || expected == "outside", "{said}");
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
        check(&closed, &at("judged/binary"), "not text");
        check(&closed, &at("judged/deep"), "not a regular file");
        check(&closed, &at("judged/none"), "cannot read");
        check(&Boundary::around(&at("judged"), true), &at("other"), "outside");
        // The repository around it counts, but for what Git keeps in it.
        fs::create_dir(at(".git")).unwrap();
        fs::write(at(".git/config"), "outside").unwrap();
        check(&Boundary::around(&at("judged"), false), &at(".git/config"), "is outside of");
        check(&Boundary::around(&at("judged"), false), &at("other"), "outside");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_count_as_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/proc/self/environ", &link).unwrap();
        check(&Boundary::around(folder.path(), false), &link, "is outside of");
        check(&Boundary::around(folder.path(), true), Path::new("/dev/zero"), "not a regular file");
    }
}
