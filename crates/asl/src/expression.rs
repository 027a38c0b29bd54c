//! Errors and functions that paths, intrinsic functions and JSONata share.

use std::ops::Range;

/// A syntax error in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The problem, in lowercase and without a final period.
    pub message: String,
    /// How to resolve it. May be empty.
    pub help: String,
    /// Byte range in the expression.
    pub span: Range<usize>,
}

impl SyntaxError {
    /// Creates an error about a byte range of an expression.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: String::new(),
            span,
        }
    }

    /// The same error, with a span inside of the text that consists of whole characters.
    pub(crate) fn within(self, text: &str) -> Self {
        Self {
            span: whole_characters(text, self.span),
            ..self
        }
    }

    /// The same error with a help text.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: help.into(),
            ..self
        }
    }
}

/// An intrinsic function or a function of JSONata.
pub struct Function {
    /// Name, in JSONata without the `$`.
    pub name: &'static str,
    /// Minimum number of arguments. In JSONata, the context value can replace the first argument of some functions.
    pub least: usize,
    /// Maximum number of arguments.
    pub most: usize,
}

impl Function {
    pub(crate) const fn new(name: &'static str, least: usize, most: usize) -> Self {
        Self { name, least, most }
    }

    /// Returns the message and the help for a wrong number of arguments.
    pub(crate) fn wrong_number(&self, given: usize) -> Option<(String, &'static str)> {
        let values = |count: usize| {
            if count == 1 {
                "1 argument".to_owned()
            } else {
                format!("{count} arguments")
            }
        };
        let takes = match (self.least, self.most) {
            (least, most) if (least..=most).contains(&given) => return None,
            (least, usize::MAX) => format!("at least {}", values(least)),
            (least, most) if least == most => values(least),
            (least, most) => format!("{least} to {}", values(most)),
        };
        let help = if given < self.least {
            "add the missing arguments"
        } else {
            "remove the extra arguments"
        };
        Some((format!("takes {takes}, got {given}"), help))
    }
}

/// The smallest range of whole characters that contains a byte range.
pub(crate) fn whole_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let start = (0..=span.start.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let end = (span.end.min(text.len())..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    start..end.max(start)
}
