//! Local code: a zip file, or a folder that is zipped. Identical files result in identical bytes on
//! every machine.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use sha2::{Digest as _, Sha256};
use tfplugin::model::Problem;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Files and folders of tools and systems that are not code.
const LEFT_OUT: [&str; 4] = [".git", ".terraform", "__pycache__", ".DS_Store"];

/// Zips a folder: files in the order of their names, without times and owners. The patterns of
/// `excludes` follow the rules of `.gitignore`.
///
/// # Errors
///
/// When a file cannot be read, which the error names, or the folder has no files.
pub(super) fn zip_folder(folder: &Path, excludes: &[String]) -> io::Result<Vec<u8>> {
    let patterns = patterns(excludes).map_err(|error| io::Error::other(error.to_string()))?;
    let mut walk = Walk {
        patterns,
        open: Vec::new(),
        files: BTreeMap::new(),
    };
    walk.folder(folder, Path::new(""))?;
    if walk.files.is_empty() {
        return Err(io::Error::other(format!(
            "`{}` has no files",
            folder.display()
        )));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path) in walk.files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_executable(&path)? { 0o755 } else { 0o644 });
        zip.start_file(name, options)?;
        zip.write_all(&read(&path)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Reads the bytes of a file.
///
/// # Errors
///
/// When the file cannot be read. The error names it.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// Hash of a zip file, as Lambda computes it.
pub(super) fn hash(zip: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(zip))
}

/// Checks the patterns of files to exclude.
///
/// # Errors
///
/// When a pattern is invalid. The error names it.
pub(super) fn valid_patterns(excludes: &[String]) -> Result<(), Problem> {
    match patterns(excludes) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::new(
            "invalid pattern in `excludes`",
            format!("{error}."),
        )),
    }
}

/// The patterns. A later pattern takes precedence.
fn patterns(excludes: &[String]) -> Result<Gitignore, ignore::Error> {
    // Paths are relative to the folder.
    let mut builder = GitignoreBuilder::new(".");
    for pattern in LEFT_OUT
        .into_iter()
        .chain(excludes.iter().map(String::as_str))
    {
        builder.add_line(None, pattern)?;
    }
    builder.build()
}

/// A walk through a folder, which follows symbolic links.
struct Walk {
    patterns: Gitignore,
    /// Canonical paths of the folders that contain the current one.
    open: Vec<PathBuf>,
    /// The files by their names in the zip file. The separator, and therefore the order, are the
    /// same on every system.
    files: BTreeMap<String, PathBuf>,
}

impl Walk {
    /// Adds the files of a folder, whose path inside the zip file is `inside`.
    fn folder(&mut self, path: &Path, inside: &Path) -> io::Result<()> {
        let failed = |error: io::Error| unreadable(path, &error);
        let real = fs::canonicalize(path).map_err(failed)?;
        if self.open.contains(&real) {
            return Err(io::Error::other(format!(
                "`{}` is a link to a folder that contains it",
                path.display()
            )));
        }
        self.open.push(real);
        for entry in fs::read_dir(path).map_err(failed)? {
            self.entry(&entry.map_err(failed)?, inside)?;
        }
        self.open.pop();
        Ok(())
    }

    fn entry(&mut self, entry: &DirEntry, inside: &Path) -> io::Result<()> {
        let (path, inside) = (entry.path(), inside.join(entry.file_name()));
        let metadata = fs::metadata(&path);
        let is_folder = metadata.as_ref().is_ok_and(fs::Metadata::is_dir);
        if self.patterns.matched(&inside, is_folder).is_ignore() {
            return Ok(());
        }
        let metadata = metadata.map_err(|error| unreadable(&path, &error))?;
        if is_folder {
            return self.folder(&path, &inside);
        }
        if !metadata.is_file() {
            return Err(io::Error::other(format!(
                "`{}` is neither a file nor a folder",
                path.display()
            )));
        }
        self.files.insert(name(&path, &inside)?, path);
        Ok(())
    }
}

/// The name of a file in a zip file.
fn name(path: &Path, inside: &Path) -> io::Result<String> {
    let parts: Option<Vec<&str>> = inside
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    let refused = || io::Error::other(format!("the name of `{}` is not UTF-8", path.display()));
    parts.map(|parts| parts.join("/")).ok_or_else(refused)
}

fn unreadable(path: &Path, error: &io::Error) -> io::Error {
    let message = match fs::read_link(path) {
        Ok(target) => format!(
            "cannot read `{}`, a link to `{}`: {error}",
            path.display(),
            target.display()
        ),
        Err(_) => format!("cannot read `{}`: {error}", path.display()),
    };
    io::Error::new(error.kind(), message)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    Ok(metadata.permissions().mode() & 0o100 != 0)
}

/// Without Unix permissions, only the entry point of a custom runtime must be executable.
#[cfg(not(unix))]
fn is_executable(path: &Path) -> io::Result<bool> {
    Ok(path.file_name().is_some_and(|name| name == "bootstrap"))
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
        let first = folder(&[
            ("b.py", "2"),
            ("a/x.py", "1"),
            ("__pycache__/b.pyc", "junk"),
        ]);
        std::thread::sleep(std::time::Duration::from_millis(20));
        let second = folder(&[("a/x.py", "1"), ("b.py", "2")]);
        let zips = (
            zip_folder(first.path(), &[]).unwrap(),
            zip_folder(second.path(), &[]).unwrap(),
        );
        assert_eq!(zips.0, zips.1);
        // A constant, because a change would redeploy every function of every user.
        assert_eq!(
            hash(&zips.0),
            "TMUwA9UtT9Xo55SqvKokj9HGJPiZifr1M6kRnByPUZk="
        );
    }

    #[test]
    fn another_content_or_name_gives_another_hash() {
        let hashes = [
            folder(&[("a.py", "1")]),
            folder(&[("a.py", "2")]),
            folder(&[("b.py", "1")]),
        ]
        .map(|folder| hash(&zip_folder(folder.path(), &[]).unwrap()));
        assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2]);
    }

    #[test]
    fn an_empty_folder_is_refused() {
        let refused = |folder: &Path| zip_folder(folder, &[]).unwrap_err().to_string();
        assert!(refused(folder(&[]).path()).contains("has no files"));
        assert!(refused(folder(&[(".git/HEAD", "")]).path()).contains("has no files"));
        assert!(refused(Path::new("nowhere")).contains("cannot read `nowhere`"));
    }

    /// Checks which files of a folder remain with these patterns.
    fn check(excludes: &[&str], expected: &[&str]) {
        let names = [
            "main.py",
            "test_main.py",
            "lib/a.py",
            "lib/test/a.py",
            "docs/a.md",
            ".git/HEAD",
            "lib/.DS_Store",
        ];
        let folder = folder(&names.map(|name| (name, "")));
        let excludes: Vec<String> = excludes.iter().map(|&pattern| pattern.to_owned()).collect();
        let mut walk = Walk {
            patterns: patterns(&excludes).unwrap(),
            open: Vec::new(),
            files: BTreeMap::new(),
        };
        walk.folder(folder.path(), Path::new("")).unwrap();
        assert_eq!(
            walk.files.into_keys().collect::<Vec<_>>(),
            expected,
            "{excludes:?}"
        );
    }

    #[test]
    fn patterns_leave_files_out() {
        check(
            &[],
            &[
                "docs/a.md",
                "lib/a.py",
                "lib/test/a.py",
                "main.py",
                "test_main.py",
            ],
        );
        check(
            &["# tests", "", "test*"],
            &["docs/a.md", "lib/a.py", "main.py"],
        );
        check(&["/docs/", "*.py", "!/main.py"], &["main.py"]);
        check(&["a.*"], &["main.py", "test_main.py"]);
        check(&["*", "!.git", "!.git/**"], &[".git/HEAD"]);
        assert!(
            valid_patterns(&["{a".to_owned()]).is_err()
                && valid_patterns(&["a*".to_owned()]).is_ok()
        );
    }

    /// Checks the error for a folder with unsupported content.
    #[cfg(unix)]
    fn check_refused(spoil: impl Fn(&Path), expected: &[&str]) {
        let folder = folder(&[("main.py", ""), ("lib/a.py", "")]);
        spoil(folder.path());
        let message = zip_folder(folder.path(), &[]).unwrap_err().to_string();
        assert!(
            expected.iter().all(|part| message.contains(part)),
            "{message}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_is_named() {
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        check_refused(
            |folder| symlink("nowhere", folder.join("lib/link.py")).unwrap(),
            &["lib/link.py", "`nowhere`"],
        );
        check_refused(
            |folder| symlink("link.py", folder.join("lib/link.py")).unwrap(),
            &["lib/link.py"],
        );
        check_refused(
            |folder| symlink("..", folder.join("lib/self")).unwrap(),
            &["lib/self", "contains it"],
        );
        check_refused(
            |folder| drop(UnixListener::bind(folder.join("socket")).unwrap()),
            &["/socket", "neither"],
        );
        let odd = std::ffi::OsStr::from_bytes(b"lib/\xff.py");
        check_refused(
            |folder| fs::write(folder.join(odd), "").unwrap(),
            &["lib/", "not UTF-8"],
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let (outside, inside) = (folder(&[("shared/a.py", "1")]), folder(&[("main.py", "")]));
        let links = [
            ("a.py", "shared/a.py"),
            ("first", "shared"),
            ("second", "shared"),
        ];
        for (name, target) in links {
            std::os::unix::fs::symlink(outside.path().join(target), inside.path().join(name))
                .unwrap();
        }
        let copied = folder(&[
            ("main.py", ""),
            ("a.py", "1"),
            ("first/a.py", "1"),
            ("second/a.py", "1"),
        ]);
        assert_eq!(
            zip_folder(inside.path(), &[]).unwrap(),
            zip_folder(copied.path(), &[]).unwrap()
        );
    }
}
