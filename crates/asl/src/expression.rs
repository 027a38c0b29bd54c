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

    /// The same error with what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }
}
