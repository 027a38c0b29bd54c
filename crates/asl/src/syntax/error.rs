//! Problems of a text.

use std::ops::Range;

use printable::printable;

use crate::pointer::JsonPointer;

/// A problem found while parsing a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// Kind of the problem.
    pub kind: TextErrorKind,
    /// The problem, in lowercase and without a final period.
    pub message: String,
    /// The member that it is about, or the root.
    pub at: JsonPointer,
    /// Byte range in the text.
    pub span: Range<usize>,
}

impl TextError {
    /// A member that an object has twice.
    pub(super) fn duplicate_member(name: &str, at: JsonPointer, span: Range<usize>) -> Self {
        let message = format!("`{}` occurs twice in the same object", printable(name));
        Self {
            kind: TextErrorKind::DuplicateMember,
            message,
            at,
            span,
        }
    }
}

/// Kinds of problems of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextErrorKind {
    /// A JSON text is empty.
    Blank,
    /// The text is not valid JSON.
    InvalidJson,
    /// The text is not valid YAML.
    InvalidYaml,
    /// Terraform configuration is not valid HCL, or does not match the schema.
    InvalidConfiguration,
    /// The nesting or the aliases exceed a limit.
    TooDeep,
    /// An object has the same member twice. The last one is used.
    DuplicateMember,
}
