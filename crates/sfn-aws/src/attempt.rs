//! What becomes of the requests of one attempt of a call.
//!
//! The HTTP client records it, and [`Call`](crate::Call) decides by it about another attempt. The SDK repeats requests and
//! resolves credentials in between, so that an error alone does not tell how far the request got.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static CURRENT: Record;
}

/// How far a request got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It was not sent.
    #[default]
    Unsent,
    /// There was no connection, which may be different the next time.
    Unconnected,
    /// It was sent, but there is no response.
    Sent,
    /// There is a response with this HTTP status.
    Answered(u16),
}

/// What is known of an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// How far the last request got.
    pub(crate) progress: Progress,
    /// Whether another request cannot end otherwise.
    pub(crate) is_final: bool,
    /// Why the last request failed.
    pub(crate) cause: Option<String>,
    /// How many attempts the settings allow.
    pub(crate) attempts: Option<u32>,
    /// How many pages were the last responses, see [`is_page`](crate::answer::is_page).
    pub(crate) pages: u32,
}

/// The record of an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Observed>>);

impl Record {
    /// Runs an attempt and records what becomes of its requests.
    pub(crate) async fn of<T>(&self, attempt: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), attempt).await
    }

    /// What is known by now.
    pub(crate) fn observed(&self) -> Observed {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Changes the record of the attempt that the current task makes. Outside of an attempt there is nothing to record.
pub(crate) fn record(change: impl FnOnce(&mut Observed)) {
    let _ = CURRENT.try_with(|record| change(&mut record.0.lock().unwrap_or_else(PoisonError::into_inner)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_attempt_has_its_own_record() {
        let (first, second) = (Record::default(), Record::default());
        first.of(async { record(|observed| observed.progress = Progress::Sent) }).await;
        second.of(async { record(|observed| observed.progress = Progress::Answered(503)) }).await;
        record(|observed| observed.progress = Progress::Unconnected);
        assert_eq!(first.observed().progress, Progress::Sent);
        assert_eq!(second.observed().progress, Progress::Answered(503));
    }
}
