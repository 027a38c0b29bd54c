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

/// What AWS knows about a function of one of the languages.
pub struct Function {
    /// Its name, in JSONata without the `$`.
    pub name: &'static str,
    /// The least number of values; in JSONata the context stands for a missing first one where the language has that.
    pub least: usize,
    /// The largest number of values.
    pub most: usize,
}

impl Function {
    pub(crate) const fn new(name: &'static str, least: usize, most: usize) -> Self {
        Self { name, least, most }
    }

    /// What is wrong with giving it so many values: how many it takes, and what to do.
    pub(crate) fn wrong_number(&self, given: usize) -> Option<(String, &'static str)> {
        let values = |count: usize| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
        let takes = match (self.least, self.most) {
            (least, most) if (least..=most).contains(&given) => return None,
            (least, usize::MAX) => format!("at least {}", values(least)),
            (least, most) if least == most => values(least),
            (least, most) => format!("{least} to {}", values(most)),
        };
        let help = if given < self.least { "add what is missing" } else { "remove what is too much" };
        Some((format!("takes {takes} and is given {given}"), help))
    }
}

/// The smallest part of a text that has whole characters and these bytes.
pub(crate) fn whole_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (span.end.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    start..end.max(start)
}
