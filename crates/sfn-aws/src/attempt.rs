//! The progress of the requests in an attempt of a call.
//!
//! The HTTP client records it, and [`Call`](crate::Call) uses it to decide about another attempt.
//! The SDK repeats requests and resolves credentials in between, so an error alone does not show
//! how far the request got.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static CURRENT: Record;
}

/// Progress of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It was not sent.
    #[default]
    Unsent,
    /// There was no connection. Another attempt may succeed.
    Unconnected,
    /// It was sent, but there was no response.
    Sent,
    /// There was a response with this HTTP status.
    Answered(u16),
}

/// Information about an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// Progress of the last request.
    pub(crate) progress: Progress,
    /// Whether another request cannot have another result.
    pub(crate) is_final: bool,
    /// Reason for which the last request failed.
    pub(crate) cause: Option<String>,
    /// Number of attempts that the settings allow.
    pub(crate) attempts: Option<u32>,
    /// Number of last responses that were pages, see [`is_page`](crate::answer::is_page).
    pub(crate) pages: u32,
}

/// Shared record of an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Observed>>);

impl Record {
    /// Runs an attempt and records the progress of its requests.
    pub(crate) async fn of<T>(&self, attempt: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), attempt).await
    }

    /// The current information.
    pub(crate) fn observed(&self) -> Observed {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Updates the record of the attempt in the current task. Does nothing outside of an attempt.
pub(crate) fn record(change: impl FnOnce(&mut Observed)) {
    let _ = CURRENT
        .try_with(|record| change(&mut record.0.lock().unwrap_or_else(PoisonError::into_inner)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_attempt_has_its_own_record() {
        let (first, second) = (Record::default(), Record::default());
        first
            .of(async { record(|observed| observed.progress = Progress::Sent) })
            .await;
        second
            .of(async { record(|observed| observed.progress = Progress::Answered(503)) })
            .await;
        record(|observed| observed.progress = Progress::Unconnected);
        assert_eq!(first.observed().progress, Progress::Sent);
        assert_eq!(second.observed().progress, Progress::Answered(503));
    }
}
