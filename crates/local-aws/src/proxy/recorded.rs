//! Calls that were made.

use hyper::body::Bytes;

/// The verbs of operations that change nothing in AWS.
const READS: [&str; 9] = ["AssumeRole", "Describe", "Filter", "Get", "GET ", "HEAD ", "List", "Simulate", "Validate"];

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// Such as `CreateStateMachine`.
    pub operation: String,
    /// HTTP status of the answer; 0 for a broken connection.
    pub status: u16,
    /// The body of the request.
    pub body: Bytes,
}

impl RecordedCall {
    /// Whether the call only reads.
    pub fn reads(&self) -> bool {
        READS.iter().any(|verb| self.operation.starts_with(verb))
    }

    /// Whether the call changes something, if it is carried out.
    pub fn is_write(&self) -> bool {
        !self.reads()
    }
}
