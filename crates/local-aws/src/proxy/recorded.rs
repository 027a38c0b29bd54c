//! Recorded calls.

use hyper::body::Bytes;

/// Prefixes of operations that do not change objects in AWS.
const READS: [&str; 9] = [
    "AssumeRole",
    "Describe",
    "Filter",
    "Get",
    "GET ",
    "HEAD ",
    "List",
    "Simulate",
    "Validate",
];

/// A recorded call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// Operation, such as `CreateStateMachine`.
    pub operation: String,
    /// HTTP status of the response. 0 for a closed connection.
    pub status: u16,
    /// The body of the request.
    pub body: Bytes,
}

impl RecordedCall {
    /// Whether the call only reads.
    pub fn reads(&self) -> bool {
        READS.iter().any(|verb| self.operation.starts_with(verb))
    }

    /// Whether the call changes objects, if it is executed.
    pub fn is_write(&self) -> bool {
        !self.reads()
    }
}
