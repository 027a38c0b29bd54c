//! The open files, and those beside them.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use asl::{Diagnostic, Format};
use gen_lsp_types::Uri;
use sfn_convert::Content;

use crate::index::Index;
use crate::text::{Encoding, Text};

/// The largest file beside an open one that is read.
const MAX_BYTES: u64 = 4 << 20;

/// A version of a file.
#[derive(Debug)]
pub struct Document {
    /// The address by which the client names it.
    pub uri: Uri,
    /// Where it is.
    pub path: PathBuf,
    /// Its content.
    pub content: Content,
    /// The version of the client; `None` for a file that is not open.
    pub version: Option<i32>,
    /// The text.
    pub text: Text,
    /// The index, and whether it is that of this version.
    index: OnceCell<(Rc<Index>, bool)>,
    /// The index of an earlier version, for a text that cannot be parsed.
    last: Option<Rc<Index>>,
    /// The findings of this version; empty until it is checked, as those of an earlier one have other places.
    pub findings: RefCell<Vec<Diagnostic>>,
}

impl Document {
    fn new(uri: Uri, version: Option<i32>, text: String, encoding: Encoding) -> Self {
        let path = path_of(&uri);
        let content = Content::of(&path, &text);
        Self {
            uri,
            path,
            content,
            version,
            text: Text::new(text, encoding),
            index: OnceCell::new(),
            last: None,
            findings: RefCell::default(),
        }
    }

    /// Returns the states of the file, as far as it or an earlier version can be parsed.
    pub fn index(&self) -> &Rc<Index> {
        &self.indexed().0
    }

    /// Returns whether the index is that of this version.
    pub fn is_indexed(&self) -> bool {
        self.indexed().1
    }

    /// Returns whether the name of the file says that it is a definition.
    pub fn says_asl(&self) -> bool {
        Format::is_definition_name(&self.path.to_string_lossy())
    }

    fn indexed(&self) -> &(Rc<Index>, bool) {
        self.index
            .get_or_init(|| match Index::of(&self.text.text, self.content) {
                Some(index) => (Rc::new(index), true),
                None => (self.last.clone().unwrap_or_default(), false),
            })
    }
}

/// The open files.
#[derive(Debug)]
pub struct Documents {
    encoding: Encoding,
    open: HashMap<String, Rc<Document>>,
}

impl Documents {
    /// No open files.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            open: HashMap::new(),
        }
    }

    /// Takes the text of a file that was opened or changed.
    pub fn set(&mut self, uri: Uri, version: i32, text: String) -> Rc<Document> {
        let mut document = Document::new(uri, Some(version), text, self.encoding);
        if let Some(before) = self.open.get(&document.uri.0) {
            document.last = before
                .index
                .get()
                .map(|(index, _)| Rc::clone(index))
                .or_else(|| before.last.clone());
        }
        let document = Rc::new(document);
        self.open
            .insert(document.uri.0.clone(), Rc::clone(&document));
        document
    }

    /// Forgets a file that was closed.
    pub fn close(&mut self, uri: &Uri) {
        self.open.remove(&uri.0);
    }

    /// Returns an open file.
    pub fn get(&self, uri: &Uri) -> Option<Rc<Document>> {
        self.open.get(&uri.0).cloned()
    }

    /// Returns the other `.tf` files of the module of a file, as they are in the editor or else on disk.
    pub fn module(&self, document: &Document) -> Vec<Rc<Document>> {
        let Some(folder) = document
            .path
            .parent()
            .filter(|_| document.content == Content::Configuration)
        else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        let is_open = |path: &Path| self.open.values().find(|open| open.path == path).cloned();
        paths.extend(
            self.open
                .values()
                .filter(|open| open.path.parent() == Some(folder))
                .map(|open| open.path.clone()),
        );
        paths.sort();
        paths.dedup();
        let of_module = |path: &PathBuf| *path != document.path && Content::is_configuration(path);
        let read = |path: PathBuf| is_open(&path).or_else(|| self.read(&path).map(Rc::new));
        paths
            .into_iter()
            .filter(of_module)
            .filter_map(read)
            .collect()
    }

    fn read(&self, path: &Path) -> Option<Document> {
        std::fs::metadata(path)
            .ok()
            .filter(|it| it.is_file() && it.len() <= MAX_BYTES)?;
        let text = std::fs::read_to_string(path).ok()?;
        Some(Document::new(uri_of(path), None, text, self.encoding))
    }
}

/// Returns the path of a file address. Anything else, such as the address of a new file, is a path that does not exist.
pub fn path_of(uri: &Uri) -> PathBuf {
    let text = uri.0.strip_prefix("file://").unwrap_or(&uri.0);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits: Vec<u8> = if byte == b'%' {
            rest.clone().take(2).collect()
        } else {
            Vec::new()
        };
        let code = std::str::from_utf8(&digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|_| digits.len() == 2) {
            Some(code) => {
                bytes.push(code);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    // `/c:/folder` on Windows.
    let is_drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    PathBuf::from(if is_drive {
        path.trim_start_matches('/')
    } else {
        &path
    })
}

/// Returns the file address of a path.
pub fn uri_of(path: &Path) -> Uri {
    let mut text = String::from("file://");
    let path = path.to_string_lossy().replace('\\', "/");
    if !path.starts_with('/') {
        text.push('/');
    }
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if is_plain {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        for (uri, path) in [
            ("file:///some/a%20b/main.tf", "/some/a b/main.tf"),
            ("file:///%C3%BC%", "/ü%"),
            ("file:///100%25zz", "/100%zz"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
        ] {
            assert_eq!(path_of(&Uri(uri.into())), PathBuf::from(path));
        }
        let path = Path::new("/some/a b/ü(1).tf");
        assert_eq!(uri_of(path).0, "file:///some/a%20b/%C3%BC%281%29.tf");
        assert_eq!(path_of(&uri_of(path)), path);
    }
}
