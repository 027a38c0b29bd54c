//! JSONata as Step Functions supports it: version 2.0.6, without the operators `?:` and `??`.
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

/// A string of a definition, by its delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimited<'a> {
    /// Text without an expression.
    Text,
    /// The text between `{%` and `%}`, and the byte at which it begins.
    Expression(&'a str, usize),
    /// An expression without the closing delimiter.
    Unclosed,
    /// Text before the expression, or only a closing delimiter. AWS treats the whole string as text.
    Embedded,
}

/// Removes the delimiters of an expression. The whole string must be the expression.
pub fn delimited(text: &str) -> Delimited<'_> {
    match (text.strip_prefix("{%"), text.strip_suffix("%}")) {
        (Some(rest), Some(_)) if text.len() >= 4 => {
            Delimited::Expression(rest.strip_suffix("%}").unwrap_or(rest), 2)
        }
        (Some(_), _) => Delimited::Unclosed,
        (None, closed) if closed.is_some() || (text.contains("{%") && text.contains("%}")) => {
            Delimited::Embedded
        }
        (None, _) => Delimited::Text,
    }
}
