//! How long a call may take, who may end it, and what is worth another try.
//!
//! Throttling, server errors and broken connections are tried again by the SDK. Here are the refusals that time heals.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::AwsError;

/// How long a new role may take until every part of AWS knows it. A true lack of permission is reported after this.
pub const PROPAGATION: Duration = Duration::from_secs(90);
/// How long a deletion or another change of the same object may be under way.
const UNDER_WAY: Duration = Duration::from_secs(300);

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A refusal that time heals.
struct Reason {
    /// AWS's code.
    code: &'static str,
    /// What the message contains, where the code says too little.
    message: Option<&'static str>,
    /// For how long to try.
    within: Duration,
}

/// All refusals that time heals.
const REASONS: &[Reason] = &[
    // A role that was just made is not known everywhere.
    Reason {
        code: "AccessDeniedException",
        message: Some("authorized to assume the provided role"),
        within: PROPAGATION,
    },
    Reason { code: "AccessDeniedException", message: Some("authorized to create managed-rule"), within: PROPAGATION },
    Reason {
        code: "AccessDeniedException",
        message: Some("authorized to access the Log Destination"),
        within: PROPAGATION,
    },
    Reason {
        code: "InvalidParameterValueException",
        message: Some("cannot be assumed by Lambda"),
        within: PROPAGATION,
    },
    Reason {
        code: "InvalidParameterValueException",
        message: Some("execution role does not have permissions"),
        within: PROPAGATION,
    },
    Reason {
        code: "InvalidParameterValueException",
        message: Some("KMS key is invalid for CreateGrant"),
        within: PROPAGATION,
    },
    Reason { code: "InvalidParameterValueException", message: Some("throttled by EC2"), within: UNDER_WAY },
    Reason { code: "InvalidParameterValueException", message: Some("destination ARN"), within: PROPAGATION },
    Reason { code: "InvalidParameterValueException", message: Some("does not have permissions"), within: PROPAGATION },
    // An object of the same name is still going away, or another change of the object is still under way.
    Reason { code: "StateMachineDeleting", message: None, within: UNDER_WAY },
    Reason { code: "ConflictException", message: None, within: PROPAGATION },
    Reason { code: "ResourceConflictException", message: Some("update is in progress"), within: UNDER_WAY },
    Reason { code: "ResourceConflictException", message: Some("Pending"), within: UNDER_WAY },
    Reason { code: "ResourceConflictException", message: Some("concurrent update"), within: UNDER_WAY },
    Reason { code: "OperationAbortedException", message: None, within: PROPAGATION },
    Reason { code: "ConcurrentModification", message: None, within: PROPAGATION },
    Reason { code: "DeleteConflict", message: None, within: PROPAGATION },
];

/// Until when an operation may take, and who may end it.
#[derive(Debug, Clone)]
pub struct Call {
    deadline: Instant,
    cancelled: CancellationToken,
}

impl Call {
    /// An operation that may take this long.
    pub fn new(longest: Duration, cancelled: CancellationToken) -> Self {
        Self { deadline: Instant::now() + longest, cancelled }
    }

    /// Runs one call until it answers, time is up, or it is cancelled.
    ///
    /// # Errors
    /// What AWS answered, or why it did not.
    pub async fn once<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        tracing::debug!(operation, "call");
        self.bounded(operation, call).await
    }

    async fn bounded<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        tokio::select! {
            answer = call => answer,
            () = self.cancelled.cancelled() => Err(AwsError::local(operation, "stopped before AWS answered")),
            () = tokio::time::sleep_until(self.deadline) => Err(AwsError::local(operation, "AWS did not answer in time")),
        }
    }

    /// Runs a call, and again while it is refused for a reason that time heals.
    ///
    /// # Errors
    /// The last refusal, or why there was no answer.
    pub async fn healing<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        operation: &'static str,
        mut call: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let (start, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            let error = match self.once(operation, call()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(within) = heals_within(&error) else {
                return Err(error);
            };
            if start.elapsed() + pause > within || self.pause(operation, pause).await.is_err() {
                return Err(error);
            }
            tracing::info!(operation, code = error.code.as_str(), "trying again");
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Asks until `poll` gives a value.
    ///
    /// # Errors
    /// The error of `poll`, or that time is up or the operation was cancelled.
    pub async fn until<T, F: Future<Output = Result<Option<T>, AwsError>>>(
        &self,
        operation: &'static str,
        mut poll: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let mut pause = FIRST_PAUSE / 5;
        loop {
            if let Some(value) = self.once(operation, poll()).await? {
                return Ok(value);
            }
            self.pause(operation, pause).await?;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    async fn pause(&self, operation: &'static str, pause: Duration) -> Result<(), AwsError> {
        self.bounded(operation, async {
            tokio::time::sleep(pause).await;
            Ok(())
        })
        .await
    }
}

fn heals_within(error: &AwsError) -> Option<Duration> {
    REASONS
        .iter()
        .find(|reason| reason.code == error.code && reason.message.is_none_or(|text| error.message.contains(text)))
        .map(|reason| reason.within)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn refusal(code: &str, message: &str) -> AwsError {
        AwsError { operation: "Test", code: code.into(), message: message.into() }
    }

    fn call() -> Call {
        Call::new(Duration::from_secs(600), CancellationToken::new())
    }

    const RACE: &str = "Neither the global service principal states.amazonaws.com, nor the regional one is authorized \
                        to assume the provided role.";

    #[tokio::test(start_paused = true)]
    async fn a_new_role_is_waited_for() {
        let tries = Cell::new(0);
        let outcome = call()
            .healing("Test", || {
                tries.set(tries.get() + 1);
                let answer = if tries.get() > 3 { Ok(7) } else { Err(refusal("AccessDeniedException", RACE)) };
                async { answer }
            })
            .await;
        assert_eq!((outcome.unwrap(), tries.get()), (7, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_never_works_is_reported_within_two_minutes() {
        let start = Instant::now();
        let outcome: Result<(), _> =
            call().healing("Test", || async { Err(refusal("AccessDeniedException", RACE)) }).await;
        let error = outcome.unwrap_err();
        assert!(start.elapsed() > Duration::from_secs(60) && start.elapsed() < Duration::from_secs(120));
        assert!(error.help().unwrap().contains("trust policy"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_plain_lack_of_permission_is_reported_at_once() {
        let start = Instant::now();
        let message = "User: x is not authorized to perform: states:CreateStateMachine";
        let outcome: Result<(), _> =
            call().healing("Test", || async { Err(refusal("AccessDeniedException", message)) }).await;
        assert!(outcome.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_a_wait_at_once() {
        let cancelled = CancellationToken::new();
        let call = Call::new(Duration::from_secs(600), cancelled.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            cancelled.cancel();
        });
        let start = Instant::now();
        let outcome: Result<(), _> = call.healing("Test", || async { Err(refusal("StateMachineDeleting", "")) }).await;
        assert_eq!(outcome.unwrap_err().code, "StateMachineDeleting");
        assert!(start.elapsed() < Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out() {
        let call = Call::new(Duration::from_secs(5), CancellationToken::new());
        let outcome: Result<(), _> = call.until("Test", || async { Ok(None) }).await;
        assert_eq!(outcome.unwrap_err().to_string(), "Test: AWS did not answer in time");
    }
}
