//! Notes of a conversion.

use std::fmt::{self, Display, Formatter};

use asl::{Document, JsonPointer, line_and_column};

/// A note about a part that was left out, or about a step for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Line of the source, starting at 1.
    pub line: Option<usize>,
    text: String,
    at: Option<JsonPointer>,
}

impl Note {
    /// A note about the whole file.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            line: None,
            text: text.into(),
            at: None,
        }
    }

    /// A note about a value of the file.
    pub(super) fn at(at: JsonPointer, text: impl Into<String>) -> Self {
        Self {
            at: Some(at),
            ..Self::new(text)
        }
    }

    /// A note about the line of this byte.
    pub(super) fn in_text(source: &str, byte: usize, text: impl Into<String>) -> Self {
        Self {
            line: Some(line_and_column(source, &(byte..byte)).0),
            ..Self::new(text)
        }
    }

    /// Sets the line from the place in a document.
    pub(super) fn find_line(&mut self, text: &str, document: &Document) {
        if let Some(at) = &self.at {
            self.line = Some(line_and_column(text, &document.label_span(at)).0);
        }
    }
}

impl Display for Note {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
