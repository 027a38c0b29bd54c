//! Creation of objects with a given name. An existing object is never adopted.
//!
//! If an object exists, some operations of AWS succeed (`CreateActivity`), some overwrite it
//! (`PutMetricAlarm`), and others reject the name (`CreateFunction`). Therefore every creation
//! first checks that the object does not exist. If the response to an attempt is lost and the next
//! attempt is rejected, an object that is found then comes from this creation.

use std::future::Future;

use crate::config::Aws;
use crate::error::{AwsError, AwsErrorKind};
use crate::retry::{Call, Created};

/// A failed creation.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct CreateError {
    /// The reason. The kind is [`AwsErrorKind::AlreadyExists`] if the name is taken.
    pub error: AwsError,
    /// Whether this creation may have left an object. It must then be kept in the state, so that it
    /// is not orphaned. An object that existed before does not count.
    pub may_exist: bool,
}

impl CreateError {
    /// A failure of a later step, when the object exists.
    pub(crate) fn afterwards(error: AwsError) -> Self {
        Self {
            error,
            may_exist: true,
        }
    }
}

impl From<AwsError> for CreateError {
    /// A failure before an object was created.
    fn from(error: AwsError) -> Self {
        Self {
            error,
            may_exist: false,
        }
    }
}

impl From<CreateError> for AwsError {
    fn from(failed: CreateError) -> Self {
        failed.error
    }
}

/// A creation of an object.
pub(crate) struct Creation<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) call: &'a Call,
    /// Operation, such as `CreateActivity`.
    pub(crate) operation: &'static str,
    /// Name of the object in messages, with its article: "an activity `orders`".
    pub(crate) object: String,
}

/// Result of an attempt after which no other is made.
enum Attempt<T, E> {
    Created(T),
    /// AWS rejected it, and an object with this name exists.
    Refused {
        refusal: AwsError,
        found: E,
    },
    /// AWS rejected it, and searching an object with this name failed with this error.
    Unknown(AwsError),
}

impl Creation<'_> {
    /// Creates the object unless one with its name exists. `find` searches for it, and `send` makes
    /// one request without retries of the SDK (`send_once!`). `own` returns the result of a lost
    /// response from the object that was found, if it equals the object that was sent.
    ///
    /// # Errors
    /// Errors returned by AWS, and [`AwsErrorKind::AlreadyExists`] for an object that this creation did not make.
    pub(crate) async fn run<T: Send, E: Send, F, S>(
        &self,
        mut find: impl FnMut() -> F,
        mut send: impl FnMut() -> S,
        own: impl FnOnce(E) -> Option<T>,
    ) -> Result<T, CreateError>
    where
        F: Future<Output = Result<Option<E>, AwsError>> + Send,
        S: Future<Output = Result<T, AwsError>> + Send,
    {
        // Two resources of a configuration can have the same name. The second one must find the
        // object of the first.
        let _alone = self.aws.alone(&self.object).await;
        if Box::pin(find()).await?.is_some() {
            return Err(CreateError::from(self.already_exists(None)));
        }
        let created = self.call.creating(self.operation, |next| {
            // After rejections, another process may have created the object. Some operations then
            // succeed.
            let before = (next.number > 0 && !next.lost).then(|| Box::pin(find()));
            let taken = self.already_exists(None);
            attempt(before, taken, Box::pin(send()), Box::pin(find()))
        });
        self.outcome(created.await, own)
    }

    /// The result of all attempts. If a response was lost, an equal object comes from this
    /// creation.
    fn outcome<T, E>(
        &self,
        Created { answer, lost }: Created<Attempt<T, E>>,
        own: impl FnOnce(E) -> Option<T>,
    ) -> Result<T, CreateError> {
        match answer {
            Ok(Attempt::Created(created)) => Ok(created),
            Ok(Attempt::Refused { refusal, found }) => {
                let created = if lost { own(found) } else { None };
                created.ok_or_else(|| CreateError::from(self.already_exists(refusal.code)))
            }
            Ok(Attempt::Unknown(error)) | Err(error) => Err(CreateError {
                error,
                may_exist: lost,
            }),
        }
    }

    /// The error for an object that this creation did not create, with the code of AWS if it
    /// rejected the creation.
    pub(crate) fn already_exists(&self, code: Option<String>) -> AwsError {
        let message = format!("{} already exists", self.object);
        AwsError {
            code,
            ..AwsError::of(AwsErrorKind::AlreadyExists, self.operation, message)
        }
    }
}

/// Makes one attempt, and searches for the object if AWS reports a conflict. An object that
/// `before` finds ends the attempts as `taken`. A failed search must not count as a lost response
/// to the creation, so it also ends the attempts.
async fn attempt<T, E>(
    before: Option<impl Future<Output = Result<Option<E>, AwsError>>>,
    taken: AwsError,
    send: impl Future<Output = Result<T, AwsError>>,
    find: impl Future<Output = Result<Option<E>, AwsError>>,
) -> Result<Attempt<T, E>, AwsError> {
    if let Some(before) = before {
        match before.await {
            Ok(Some(found)) => {
                return Ok(Attempt::Refused {
                    refusal: taken,
                    found,
                });
            }
            Ok(None) => {}
            Err(error) => return Ok(Attempt::Unknown(error)),
        }
    }
    let refusal = match send.await {
        Ok(created) => return Ok(Attempt::Created(created)),
        Err(error) if !is_conflict(&error) => return Err(error),
        Err(error) => error,
    };
    match find.await {
        Ok(Some(found)) => Ok(Attempt::Refused { refusal, found }),
        // Another change is in progress, such as the deletion of an object with this name.
        Ok(None) => Err(refusal),
        Err(error) => Ok(Attempt::Unknown(error)),
    }
}

/// Whether the name is taken, or another change is in progress.
pub(crate) fn is_conflict(error: &AwsError) -> bool {
    matches!(
        error.kind,
        AwsErrorKind::AlreadyExists | AwsErrorKind::Conflict
    )
}

/// Sends a request without retries of the SDK, as `Call::creating` requires. The second argument is
/// the crate of the service.
macro_rules! send_once {
    ($request:expr, $service:ident) => {
        $request
            .customize()
            .config_override(
                $service::config::Builder::new().retry_config(crate::retry::once_only()),
            )
            .send()
    };
}
pub(crate) use send_once;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::Settings;
    use crate::attempt::{self, Progress};

    /// A response of AWS. Each attempt takes the next one.
    #[derive(Clone, Copy)]
    enum Response {
        Created,
        Taken,
        Lost,
        Refused,
        /// The role is not propagated yet.
        NewRole,
    }

    impl Response {
        fn result(self) -> Result<&'static str, AwsError> {
            let error = |kind, message: &str| AwsError::of(kind, "CreateThing", message);
            match self {
                Self::Created => Ok("created"),
                Self::Taken => Err(AwsError {
                    code: Some("ThingExists".into()),
                    ..error(AwsErrorKind::AlreadyExists, "the name is taken")
                }),
                Self::Lost => Err(error(AwsErrorKind::TimedOut, "no response")),
                Self::Refused => Err(error(AwsErrorKind::Denied, "no")),
                Self::NewRole => Err(AwsError {
                    code: Some("AccessDeniedException".into()),
                    ..error(
                        AwsErrorKind::Denied,
                        "not authorized to assume the provided role",
                    )
                }),
            }
        }
    }

    /// Creates a thing. The searches find `looks`, one after the other, and AWS responds with
    /// `responses`.
    async fn create(
        looks: &[Option<&'static str>],
        responses: &[Response],
    ) -> Result<&'static str, CreateError> {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_mins(1), CancellationToken::new());
        let creation = Creation {
            aws: &aws,
            call: &call,
            operation: "CreateThing",
            object: "a thing `t`".into(),
        };
        let (look, response) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let find = || async {
            Ok(looks
                .get(look.fetch_add(1, Ordering::Relaxed))
                .copied()
                .flatten())
        };
        let send = || async {
            let response = *responses
                .get(response.fetch_add(1, Ordering::Relaxed))
                .expect("a response");
            let is_lost = matches!(response, Response::Lost);
            let progress = if is_lost {
                Progress::Sent
            } else {
                Progress::Answered(400)
            };
            attempt::record(|observed| observed.progress = progress);
            response.result()
        };
        creation
            .run(find, send, |found| (found == "mine").then_some(found))
            .await
    }

    fn assert_taken(outcome: Result<&'static str, CreateError>, code: Option<&str>) {
        let CreateError { error, may_exist } = outcome.unwrap_err();
        assert_eq!(error.to_string(), "CreateThing: a thing `t` already exists");
        assert_eq!(
            (error.kind, error.code.as_deref(), may_exist),
            (AwsErrorKind::AlreadyExists, code, false)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_not_adopted() {
        assert_eq!(
            create(&[None], &[Response::Created]).await.ok(),
            Some("created")
        );
        assert_taken(create(&[Some("mine")], &[]).await, None);
        // Another process created it first.
        assert_taken(
            create(&[None, Some("mine")], &[Response::Taken]).await,
            Some("ThingExists"),
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_that_appears_between_the_attempts_is_not_adopted() {
        use Response::{Created, Lost, NewRole, Taken};
        assert_eq!(
            create(&[None, None], &[NewRole, Created]).await.ok(),
            Some("created")
        );
        assert_taken(create(&[None, Some("mine")], &[NewRole]).await, None);
        assert_taken(
            create(&[None, None, Some("mine")], &[NewRole, NewRole]).await,
            None,
        );
        // After a lost response, the object may be the own one. AWS decides, and then the
        // comparison.
        assert_eq!(
            create(&[None, Some("mine")], &[Lost, Taken]).await.ok(),
            Some("mine")
        );
        assert_taken(
            create(&[None, Some("theirs")], &[Lost, Taken]).await,
            Some("ThingExists"),
        );
        assert_eq!(
            create(&[None, Some("theirs")], &[Lost, Created]).await.ok(),
            Some("created")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_leaves_nothing() {
        let CreateError { error, may_exist } =
            create(&[None], &[Response::Refused]).await.unwrap_err();
        assert_eq!((error.kind, may_exist), (AwsErrorKind::Denied, false));
    }

    #[test]
    fn only_an_equal_object_is_that_of_a_lost_response() {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_mins(1), CancellationToken::new());
        let creation = Creation {
            aws: &aws,
            call: &call,
            operation: "CreateThing",
            object: "a thing `t`".into(),
        };
        let outcome = |found: &'static str, lost| {
            let refusal = Response::Taken.result().unwrap_err();
            let created = Created {
                answer: Ok(Attempt::Refused { refusal, found }),
                lost,
            };
            creation.outcome(created, |found| (found == "mine").then_some(found))
        };
        assert_eq!(outcome("mine", true).ok(), Some("mine"));
        assert_taken(outcome("theirs", true), Some("ThingExists"));
        assert_taken(outcome("mine", false), Some("ThingExists"));
    }

    #[test]
    fn an_object_of_a_lost_response_may_exist() {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_mins(1), CancellationToken::new());
        let creation = Creation {
            aws: &aws,
            call: &call,
            operation: "CreateThing",
            object: "a thing `t`".into(),
        };
        let may_exist = |lost| {
            let answer: Result<Attempt<(), ()>, AwsError> =
                Response::Lost.result().map(|_| Attempt::Created(()));
            creation
                .outcome(Created { answer, lost }, Some)
                .unwrap_err()
                .may_exist
        };
        assert!(may_exist(true) && !may_exist(false));
    }

    #[tokio::test]
    async fn a_failed_look_ends_the_attempts() {
        let failed = |kind| AwsError::of(kind, "GetThing", "no");
        let denied = || failed(AwsErrorKind::Denied);
        let try_once = |before: Option<Result<Option<()>, AwsError>>, sent: Response, look| {
            let before = before.map(|before| async { before });
            let send = async move { sent.result().map(drop) };
            attempt(before, failed(AwsErrorKind::AlreadyExists), send, async {
                look
            })
        };
        let outcome = try_once(None, Response::Taken, Err(denied())).await;
        assert!(matches!(outcome, Ok(Attempt::Unknown(error)) if error.operation == "GetThing"));
        let outcome = try_once(Some(Err(denied())), Response::Created, Ok(None)).await;
        assert!(matches!(outcome, Ok(Attempt::Unknown(error)) if error.operation == "GetThing"));
        let outcome = try_once(None, Response::Lost, Err(denied())).await;
        assert!(matches!(outcome, Err(error) if error.kind == AwsErrorKind::TimedOut));
        let outcome = try_once(None, Response::Taken, Ok(None)).await;
        assert!(matches!(outcome, Err(error) if error.kind == AwsErrorKind::AlreadyExists));
    }
}
