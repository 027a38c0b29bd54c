//! The result of an execution.

use std::fmt;
use std::time::Duration;

use crate::{Data, Failure};

/// How an execution has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// With an output.
    Succeeded,
    /// With an error.
    Failed,
    /// After its timeout.
    TimedOut,
    /// Stopped from outside.
    Aborted,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        })
    }
}

/// The result of an execution.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it has ended.
    pub status: Status,
    /// Its output, if it succeeded.
    pub output: Option<Data>,
    /// Its error, if it did not.
    pub failure: Option<Failure>,
    /// How long it took, in virtual time.
    pub duration: Duration,
}
