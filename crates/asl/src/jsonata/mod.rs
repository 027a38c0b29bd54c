//! JSONata as Step Functions reads it: version 2.0.6 of the language, without `?:` and `??`.
//!
//! Sources: docs.jsonata.org; the developer guide, "Transforming data with JSONata".

mod functions;
mod lexer;
mod parser;
mod steps;
mod tree;

pub use functions::{FUNCTIONS, function_named};
pub use parser::parse;
pub use tree::{Kind, Node};

/// The expression in a string of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimited<'a> {
    /// No expression, but text.
    Text,
    /// What stands between `{%` and `%}`, and the byte at which it begins.
    Expression(&'a str, usize),
    /// Only one of the two delimiters is there.
    Unclosed,
    /// Text before the expression, or a closing delimiter alone, which AWS takes for text as a whole.
    Embedded,
}

/// Takes an expression out of its delimiters. The whole string must be the expression.
pub fn delimited(text: &str) -> Delimited<'_> {
    match (text.strip_prefix("{%"), text.strip_suffix("%}")) {
        (Some(rest), Some(_)) if text.len() >= 4 => Delimited::Expression(rest.strip_suffix("%}").unwrap_or(rest), 2),
        (Some(_), _) => Delimited::Unclosed,
        (None, closed) if closed.is_some() || (text.contains("{%") && text.contains("%}")) => Delimited::Embedded,
        (None, _) => Delimited::Text,
    }
}
