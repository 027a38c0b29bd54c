//! Errors of an execution.

use std::fmt;

/// An error with which a state or an execution fails.
///
/// Both parts can be absent: a Fail state may have neither, and a token can fail without them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// Name of the error, such as `States.Timeout`.
    pub error: Option<String>,
    /// The cause, in the words of AWS.
    pub cause: Option<String>,
}

impl Failure {
    /// Creates a failure with a name and a cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
        }
    }

    /// The name of the error. Empty if there is none.
    pub fn name(&self) -> &str {
        self.error.as_deref().unwrap_or("")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.error, &self.cause) {
            (Some(error), Some(cause)) => write!(f, "{error}: {cause}"),
            (Some(text), None) | (None, Some(text)) => f.write_str(text),
            (None, None) => f.write_str("failed without an error"),
        }
    }
}
