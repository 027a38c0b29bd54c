//! What can be wrong with a text.

use std::ops::Range;

use printable::printable;

use crate::pointer::JsonPointer;

/// A problem found while reading a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// What kind of problem it is.
    pub kind: TextErrorKind,
    /// What is wrong, in lower case without a final period.
    pub message: String,
    /// The member that it is about; the root for the text as a whole.
    pub at: JsonPointer,
    /// The bytes of the text that it is about.
    pub span: Range<usize>,
}

impl TextError {
    /// A member that an object has twice.
    pub(super) fn duplicate_member(name: &str, at: JsonPointer, span: Range<usize>) -> Self {
        let message = format!("`{}` occurs twice in the same object", printable(name));
        Self { kind: TextErrorKind::DuplicateMember, message, at, span }
    }
}

/// Kinds of problems of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextErrorKind {
    /// There is nothing in a text that should be JSON.
    Blank,
    /// It is not JSON.
    InvalidJson,
    /// It is not YAML.
    InvalidYaml,
    /// It is Terraform configuration that is not HCL, or does not follow the schema.
    InvalidConfiguration,
    /// It is nested or repeated beyond what is read.
    TooDeep,
    /// An object has a member twice, and the last one counts.
    DuplicateMember,
}
