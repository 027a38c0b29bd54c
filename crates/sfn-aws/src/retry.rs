//! Deadlines, cancellation and retries of calls.
//!
//! The SDK retries throttling, server errors and interrupted connections, except for
//! [creations](Call::creating). This module retries transient rejections.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::attempt::{self, Observed, Progress, Record};
use crate::error::{AwsError, AwsErrorKind};

/// Time until a new role is known to all parts of AWS. A missing permission is reported after this
/// time.
const PROPAGATION: Duration = Duration::from_secs(90);
/// Maximum time of a deletion or another change of the same object.
const UNDER_WAY: Duration = Duration::from_mins(5);

/// Default number of attempts of a call, as in `provider "aws"`.
pub(crate) const ATTEMPTS: u32 = 25;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A transient rejection.
pub(crate) struct Reason {
    /// Code of AWS.
    code: &'static str,
    /// Part of the message, if the code is not specific.
    message: Option<&'static str>,
    /// Maximum time to retry.
    within: Duration,
    /// Help for the user if the retries fail.
    pub(crate) help: Option<&'static str>,
}

const TRUST: &str = "The role exists but its trust policy does not allow the service to assume it. Allow \
                     `sts:AssumeRole` for `states.amazonaws.com` (a state machine) or `lambda.amazonaws.com` (a function), \
                     or use `execution_role {}`, which creates the role.";
const MANAGED_RULE: &str = "The role lacks `events:PutRule`, `events:PutTargets` and `events:DescribeRule` on the rule \
                            that Step Functions keeps for `.sync` integrations.";
const LOG_DELIVERY: &str = "The role lacks `logs:CreateLogDelivery` and the other log delivery permissions, or the log \
                            group's resource policy is full: use a log group below `/aws/vendedlogs/`.";

/// A rejection with a code of AWS.
const fn refusal(code: &'static str, within: Duration) -> Reason {
    Reason {
        code,
        message: None,
        within,
        help: None,
    }
}

/// A rejection with a code of AWS and a part of its message.
const fn refusal_with(code: &'static str, message: &'static str, within: Duration) -> Reason {
    Reason {
        code,
        message: Some(message),
        within,
        help: None,
    }
}

impl Reason {
    const fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }
}

/// All transient rejections. Messages of AWS are only compared here.
const REASONS: &[Reason] = &[
    // A new role is not known everywhere yet.
    refusal_with(
        "AccessDeniedException",
        "authorized to assume the provided role",
        PROPAGATION,
    )
    .help(TRUST),
    refusal_with(
        "AccessDeniedException",
        "authorized to create managed-rule",
        PROPAGATION,
    )
    .help(MANAGED_RULE),
    refusal_with(
        "AccessDeniedException",
        "authorized to access the Log Destination",
        PROPAGATION,
    )
    .help(LOG_DELIVERY),
    refusal_with(
        "InvalidParameterValueException",
        "cannot be assumed by Lambda",
        PROPAGATION,
    )
    .help(TRUST),
    refusal_with(
        "InvalidParameterValueException",
        "KMS key is invalid for CreateGrant",
        PROPAGATION,
    ),
    refusal_with(
        "InvalidParameterValueException",
        "throttled by EC2",
        UNDER_WAY,
    ),
    refusal_with(
        "InvalidParameterValueException",
        "destination ARN",
        PROPAGATION,
    ),
    refusal_with(
        "InvalidParameterValueException",
        "does not have permissions",
        PROPAGATION,
    ),
    // An object with this name is still being deleted, or another change of the object is in
    // progress.
    refusal("StateMachineDeleting", UNDER_WAY),
    refusal("ConflictException", PROPAGATION),
    refusal_with(
        "ResourceConflictException",
        "update is in progress",
        UNDER_WAY,
    ),
    refusal_with("ResourceConflictException", "Pending", UNDER_WAY),
    refusal_with("ResourceConflictException", "concurrent update", UNDER_WAY),
    refusal("OperationAbortedException", PROPAGATION),
    refusal("ConcurrentModification", PROPAGATION),
    refusal("DeleteConflict", PROPAGATION),
];

/// The entry for a failure in the table.
pub(crate) fn reason(error: &AwsError) -> Option<&'static Reason> {
    let code = error.code.as_deref()?;
    let mut reasons = REASONS.iter().filter(|reason| reason.code == code);
    reasons.find(|reason| {
        reason
            .message
            .is_none_or(|text| error.message.contains(text))
    })
}

/// The retry configuration for requests that [`Call::creating`] repeats. The SDK sends them once.
pub(crate) fn once_only() -> RetryConfig {
    RetryConfig::disabled()
}

/// Maximum number of attempts if a proxy or load balancer responds with a page. It may be
/// restarting, but the address can also be wrong.
const ATTEMPTS_WITH_PAGES: u32 = 5;

/// Ends the retries of the SDK after [`ATTEMPTS_WITH_PAGES`].
#[derive(Debug)]
pub(crate) struct PageRetries;

impl ClassifyRetry for PageRetries {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        let mut is_enough = false;
        attempt::record(|observed| is_enough = observed.pages >= ATTEMPTS_WITH_PAGES);
        if is_enough {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "pages"
    }
}

/// Result of a creation.
#[derive(Debug)]
pub(crate) struct Created<T> {
    /// The last response of AWS, or why there is none.
    pub(crate) answer: Result<T, AwsError>,
    /// Whether AWS may have executed an attempt whose response was lost: there was no response, the
    /// connection was interrupted, or the server failed. An existing object may then come from this
    /// call.
    pub(crate) lost: bool,
}

/// The next attempt of a creation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try {
    /// Number of previous attempts.
    pub(crate) number: u32,
    /// Whether AWS may have executed one of them.
    pub(crate) lost: bool,
}

/// Deadline and cancellation of an operation.
#[derive(Debug, Clone)]
pub struct Call {
    deadline: Instant,
    cancelled: CancellationToken,
}

/// A call in progress.
type Sent<'a, T> = Pin<Box<dyn Future<Output = Result<T, AwsError>> + Send + 'a>>;

impl Call {
    /// An operation with this timeout.
    pub fn new(longest: Duration, cancelled: CancellationToken) -> Self {
        Self {
            deadline: Instant::now() + longest,
            cancelled,
        }
    }

    /// Cancels the operation.
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// The deadline.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Runs a call until it returns, the deadline passes, or it is cancelled.
    ///
    /// # Errors
    ///
    /// Errors returned by AWS, or why there is no response.
    pub fn once<'a, T: Send + 'a>(
        &'a self,
        operation: &'static str,
        call: impl Future<Output = Result<T, AwsError>> + Send + 'a,
    ) -> impl Future<Output = Result<T, AwsError>> + Send + 'a {
        // Futures of the SDK are large, and each calling function would contain them again.
        let call: Sent<'a, T> = Box::pin(call);
        async move {
            tracing::debug!(operation, "call");
            self.recorded(operation, &Record::default(), call).await
        }
    }

    /// Runs an attempt, and records the progress of its requests.
    async fn recorded<T>(
        &self,
        operation: &'static str,
        record: &Record,
        call: Sent<'_, T>,
    ) -> Result<T, AwsError> {
        let ended = |kind, message: String| Err(AwsError::of(kind, operation, message));
        tokio::select! {
            answer = record.of(call) => answer,
            () = self.cancelled.cancelled() => ended(AwsErrorKind::Cancelled, "cancelled before AWS answered".into()),
            () = tokio::time::sleep_until(self.deadline) => {
                let cause = record.observed().cause.map_or_else(String::new, |cause| format!(": {cause}"));
                ended(AwsErrorKind::TimedOut, format!("AWS did not answer in time{cause}"))
            }
        }
    }

    /// Runs a call, and retries it after transient rejections.
    ///
    /// # Errors
    ///
    /// The last rejection, or why there is no response.
    pub async fn healing<T: Send, F: Future<Output = Result<T, AwsError>> + Send>(
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
            let Some(reason) = reason(&error) else {
                return Err(error);
            };
            if start.elapsed() + pause > reason.within
                || self.pause(operation, pause).await.is_err()
            {
                return Err(error);
            }
            tracing::info!(operation, code = error.code.as_deref(), "retrying");
            pause = longer(pause);
        }
    }

    /// Runs a creation, as [`Call::healing`] does, and also retries it after throttling, server
    /// errors, interrupted connections and missing responses, until the deadline or the maximum
    /// number of attempts. Unlike the SDK, it returns whether a response was lost. The requests
    /// must be sent with [`once_only`].
    pub(crate) async fn creating<T: Send, F: Future<Output = Result<T, AwsError>> + Send>(
        &self,
        operation: &'static str,
        mut attempt: impl FnMut(Try) -> F,
    ) -> Created<T> {
        let (start, mut pause, mut count, mut lost) = (Instant::now(), FIRST_PAUSE, 0, false);
        loop {
            let record = Record::default();
            tracing::debug!(operation, "call");
            let error = match self
                .recorded(
                    operation,
                    &record,
                    Box::pin(attempt(Try {
                        number: count,
                        lost,
                    })),
                )
                .await
            {
                Ok(answer) => {
                    return Created {
                        answer: Ok(answer),
                        lost,
                    };
                }
                Err(error) => error,
            };
            let observed = record.observed();
            lost |= is_lost(&error, &observed);
            count += 1;
            let again = match reason(&error) {
                Some(reason) => start.elapsed() + pause <= reason.within,
                None => is_passing(&error, &observed) && count < attempts(&error, &observed),
            };
            if !again || self.pause(operation, pause).await.is_err() {
                return Created {
                    answer: Err(error),
                    lost,
                };
            }
            tracing::info!(operation, code = error.code.as_deref(), lost, "retrying");
            pause = longer(pause);
        }
    }

    /// Polls until `poll` returns a value.
    ///
    /// # Errors
    ///
    /// The error of `poll`, or when the deadline passes or the operation is cancelled.
    pub async fn until<T: Send, F: Future<Output = Result<Option<T>, AwsError>> + Send>(
        &self,
        operation: &'static str,
        mut poll: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let mut pause = FIRST_PAUSE / 5;
        loop {
            if let Some(value) = self.once(operation, poll()).await? {
                return Ok(value);
            }
            self.pause(operation, pause)
                .await
                .map_err(|error| match error.kind {
                    AwsErrorKind::TimedOut => AwsError::of(
                        AwsErrorKind::Unfinished,
                        operation,
                        "AWS did not finish it in time",
                    ),
                    _ => error,
                })?;
            pause = longer(pause);
        }
    }

    async fn pause(&self, operation: &'static str, pause: Duration) -> Result<(), AwsError> {
        self.once(operation, async {
            tokio::time::sleep(pause).await;
            Ok(())
        })
        .await
    }
}

/// The next pause.
fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

/// Whether AWS may have executed a failed attempt.
fn is_lost(error: &AwsError, observed: &Observed) -> bool {
    match observed.progress {
        Progress::Unsent | Progress::Unconnected => false,
        Progress::Sent => true,
        // A success with a response that was interrupted, late or incomplete. A page of a proxy is
        // not a success of AWS.
        Progress::Answered(200..=299) => error.kind != AwsErrorKind::NotAws,
        // A throttled call is not executed.
        Progress::Answered(status) => status >= 500 && error.kind != AwsErrorKind::Throttled,
    }
}

/// Whether another attempt may have another result.
fn is_passing(error: &AwsError, observed: &Observed) -> bool {
    let is_unconnected = observed.progress == Progress::Unconnected;
    let is_temporary =
        is_unconnected || error.kind == AwsErrorKind::Throttled || is_lost(error, observed);
    is_temporary && !observed.is_final
}

/// Maximum number of attempts.
fn attempts(error: &AwsError, observed: &Observed) -> u32 {
    let allowed = observed.attempts.unwrap_or(ATTEMPTS);
    if error.kind == AwsErrorKind::NotAws {
        allowed.min(ATTEMPTS_WITH_PAGES)
    } else {
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn refused(code: &str, message: &str) -> AwsError {
        AwsError {
            code: Some(code.into()),
            ..AwsError::local("Test", message)
        }
    }

    fn call() -> Call {
        Call::new(Duration::from_mins(10), CancellationToken::new())
    }

    const RACE: &str = "Neither the global service principal states.amazonaws.com, nor the regional one is authorized \
                        to assume the provided role.";

    #[tokio::test(start_paused = true)]
    async fn a_new_role_is_waited_for() {
        let tries = Cell::new(0);
        let outcome = call()
            .healing("Test", || {
                tries.set(tries.get() + 1);
                let answer = if tries.get() > 3 {
                    Ok(7)
                } else {
                    Err(refused("AccessDeniedException", RACE))
                };
                async { answer }
            })
            .await;
        assert_eq!((outcome.unwrap(), tries.get()), (7, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_never_works_is_reported_within_two_minutes() {
        let start = Instant::now();
        let outcome: Result<(), _> = call()
            .healing("Test", || async {
                Err(refused("AccessDeniedException", RACE))
            })
            .await;
        let error = outcome.unwrap_err();
        assert!(
            start.elapsed() > Duration::from_mins(1) && start.elapsed() < Duration::from_mins(2)
        );
        assert!(error.help().unwrap().contains("trust policy"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_plain_lack_of_permission_is_reported_at_once() {
        let start = Instant::now();
        let message = "User: x is not authorized to perform: states:CreateStateMachine";
        let outcome: Result<(), _> = call()
            .healing("Test", || async {
                Err(refused("AccessDeniedException", message))
            })
            .await;
        assert!(outcome.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_a_wait_at_once() {
        let cancelled = CancellationToken::new();
        let call = Call::new(Duration::from_mins(10), cancelled.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            cancelled.cancel();
        });
        let start = Instant::now();
        let outcome: Result<(), _> = call
            .healing("Test", || async {
                Err(refused("StateMachineDeleting", ""))
            })
            .await;
        assert_eq!(
            outcome.unwrap_err().code.as_deref(),
            Some("StateMachineDeleting")
        );
        assert!(start.elapsed() < Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out() {
        let call = Call::new(Duration::from_secs(5), CancellationToken::new());
        let outcome: Result<(), _> = call.until("Test", || async { Ok(None) }).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.kind),
            (
                "Test: AWS did not finish it in time",
                AwsErrorKind::Unfinished
            )
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_cause_is_told_when_time_runs_out() {
        let call = Call::new(Duration::from_secs(5), CancellationToken::new());
        let hangs = async {
            attempt::record(|observed| {
                observed.cause = Some("the connection was reset by 127.0.0.1:1".into());
            });
            std::future::pending::<Result<(), AwsError>>().await
        };
        let error = call.once("Test", hangs).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Test: AWS did not answer in time: the connection was reset by 127.0.0.1:1"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_call_is_no_timeout() {
        let cancelled = CancellationToken::new();
        cancelled.cancel();
        let call = Call::new(Duration::from_secs(5), cancelled);
        let error = call
            .once("Test", std::future::pending::<Result<(), AwsError>>())
            .await
            .unwrap_err();
        assert_eq!(error.kind, AwsErrorKind::Cancelled);
    }

    /// Runs a creation with these failures before the last response. Returns the number of
    /// attempts, the code of the last response if it was rejected, and whether a response was lost.
    async fn create(failures: &[(Progress, AwsError)]) -> (usize, Option<String>, bool) {
        let count = Cell::new(0);
        let created = call()
            .creating("Test", |next| {
                assert_eq!(next.number as usize, count.get());
                let failure = failures.get(count.get()).cloned();
                count.set(count.get() + 1);
                async move {
                    let Some((progress, error)) = failure else {
                        return Ok(());
                    };
                    attempt::record(|observed| {
                        (observed.progress, observed.attempts) = (progress, Some(8));
                    });
                    Err(error)
                }
            })
            .await;
        let code = created
            .answer
            .err()
            .map(|error| error.code.unwrap_or(error.message));
        (count.get(), code, created.lost)
    }

    #[tokio::test(start_paused = true)]
    async fn a_creation_tells_whether_an_answer_was_lost() {
        let of = |kind, message: &str| AwsError::of(kind, "Test", message);
        let broken = (Progress::Sent, of(AwsErrorKind::Unreachable, "reset"));
        let unconnected = (
            Progress::Unconnected,
            of(AwsErrorKind::Unreachable, "no connection"),
        );
        let unsent = (Progress::Unsent, of(AwsErrorKind::Unreachable, "refused"));
        let failed = (Progress::Answered(500), refused("InternalFailure", ""));
        let page = (Progress::Answered(502), of(AwsErrorKind::NotAws, "page"));
        let foreign = (
            Progress::Answered(404),
            of(AwsErrorKind::NotAws, "not found"),
        );
        let cut = (
            Progress::Answered(200),
            of(AwsErrorKind::Unreachable, "cut"),
        );
        let late = (Progress::Answered(200), of(AwsErrorKind::TimedOut, "late"));
        let page_of_proxy = (Progress::Answered(200), of(AwsErrorKind::NotAws, "sign in"));
        let slow_down = AwsError {
            code: Some("SlowDown".into()),
            ..of(AwsErrorKind::Throttled, "")
        };
        let throttled = (Progress::Answered(503), slow_down);
        let new_role = (
            Progress::Answered(400),
            refused("AccessDeniedException", RACE),
        );
        let exists = (
            Progress::Answered(400),
            refused("ActivityAlreadyExists", ""),
        );
        let code = |code: &str| Some(code.to_owned());
        for (failures, expected) in [
            (vec![], (1, None, false)),
            (
                vec![exists.clone()],
                (1, code("ActivityAlreadyExists"), false),
            ),
            (vec![broken.clone()], (2, None, true)),
            (
                vec![broken.clone(), exists.clone()],
                (2, code("ActivityAlreadyExists"), true),
            ),
            (
                vec![failed, exists.clone()],
                (2, code("ActivityAlreadyExists"), true),
            ),
            (
                vec![page.clone(), exists.clone()],
                (2, code("ActivityAlreadyExists"), true),
            ),
            (
                vec![cut, exists.clone()],
                (2, code("ActivityAlreadyExists"), true),
            ),
            (
                vec![late, exists.clone()],
                (2, code("ActivityAlreadyExists"), true),
            ),
            (vec![page_of_proxy], (1, code("sign in"), false)),
            (
                vec![throttled.clone(), exists.clone()],
                (2, code("ActivityAlreadyExists"), false),
            ),
            (
                vec![unconnected, exists.clone()],
                (2, code("ActivityAlreadyExists"), false),
            ),
            (vec![new_role; 6], (7, None, false)),
            (vec![unsent], (1, code("refused"), false)),
            (vec![foreign], (1, code("not found"), false)),
            // Not more often than the settings allow.
            (vec![throttled; 9], (8, code("SlowDown"), false)),
            (vec![broken; 9], (8, code("reset"), true)),
            (vec![page; 9], (5, code("page"), true)),
        ] {
            assert_eq!(create(&failures).await, expected, "{failures:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_creation_ends_at_the_deadline() {
        let call = Call::new(Duration::from_secs(5), CancellationToken::new());
        let created: Created<()> = call
            .creating("Test", |_| async {
                attempt::record(|observed| observed.progress = Progress::Sent);
                std::future::pending().await
            })
            .await;
        assert_eq!(
            (created.answer.unwrap_err().kind, created.lost),
            (AwsErrorKind::TimedOut, true)
        );
    }
}
