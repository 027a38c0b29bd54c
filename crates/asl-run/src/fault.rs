//! Errors in the evaluation of a state.

use crate::Failure;

/// An error in the evaluation of a field of a state.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Name of the error.
    pub error: &'static str,
    /// What went wrong, in the words of AWS.
    pub message: String,
    /// The field, in an event `EvaluationFailed`. JSONata only.
    pub location: Option<String>,
}

/// Error of a path or of a value that a path leads to.
pub(crate) const RUNTIME: &str = "States.Runtime";
/// Error of JSONata.
pub(crate) const QUERY: &str = "States.QueryEvaluationError";
/// Error of an intrinsic function.
pub(crate) const INTRINSIC: &str = "States.IntrinsicFailure";
/// Error of a job that failed.
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
/// Error of a timeout.
pub(crate) const TIMEOUT: &str = "States.Timeout";
/// Error of a payload that is too large.
pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";

impl Fault {
    /// An error of a path.
    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        Self {
            error: RUNTIME,
            message: message.into(),
            location: None,
        }
    }

    /// An error of JSONata in a field.
    pub(crate) fn query(field: &str, message: impl Into<String>) -> Self {
        Self {
            error: QUERY,
            message: message.into(),
            location: Some(field.to_owned()),
        }
    }

    /// The failure of a state, which was entered with an event.
    pub(crate) fn failure(&self, state: &str, entered: u64) -> Failure {
        let Self { error, message, .. } = self;
        let cause = format!(
            "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {message}"
        );
        Failure::new(*error, cause)
    }
}
