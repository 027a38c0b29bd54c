//! What the small languages inside a definition have in common.

use std::ops::Range;

/// Where and why the text of an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower case, no final period.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// The bytes of the expression that it is about.
    pub span: Range<usize>,
}

impl SyntaxError {
    /// An error about these bytes of an expression.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: String::new(), span }
    }

    /// The same error with a span that is a part of the text, of whole characters.
    pub(crate) fn within(self, text: &str) -> Self {
        Self { span: whole_characters(text, self.span), ..self }
    }

    /// The same error with what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }
}

/// The smallest part of a text that has whole characters and these bytes.
pub(crate) fn whole_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let end = (span.end.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    start..end.max(start)
}
