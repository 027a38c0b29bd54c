//! Creation of objects with a given name. An existing object is never adopted.
//!
//! For an existing object some operations of AWS succeed (`CreateActivity`), others overwrite it (`PutMetricAlarm`), and others
//! refuse the name (`CreateFunction`). Every creation looks for the object first. So an object that is found later, after the
//! response to an earlier attempt was lost and the next attempt is refused, comes from this creation.

use std::future::Future;

use crate::config::Aws;
use crate::error::{AwsError, AwsErrorKind};
use crate::retry::{Call, Created};

/// A creation that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct CreateError {
    /// Why it failed; of the kind [`AwsErrorKind::AlreadyExists`] where the name is taken.
    pub error: AwsError,
    /// Whether this creation may have left an object. Keep it in the state then, so that it is not orphaned. An object that
    /// existed before does not count.
    pub may_exist: bool,
}

impl CreateError {
    /// The failure of a later step: the object exists.
    pub(crate) fn afterwards(error: AwsError) -> Self {
        Self { error, may_exist: true }
    }
}

impl From<AwsError> for CreateError {
    /// A failure before anything was created.
    fn from(error: AwsError) -> Self {
        Self { error, may_exist: false }
    }
}

impl From<CreateError> for AwsError {
    fn from(failed: CreateError) -> Self {
        failed.error
    }
}

/// A creation of one object.
pub(crate) struct Creation<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) call: &'a Call,
    /// The operation, such as `CreateActivity`.
    pub(crate) operation: &'static str,
    /// The object in the words of messages, with its article: "an activity `orders`".
    pub(crate) object: String,
}

/// How an attempt ended that needs no other one.
enum Attempt<T, E> {
    Created(T),
    /// AWS refused it, and there is an object of this name.
    Refused {
        refusal: AwsError,
        found: E,
    },
    /// AWS refused it, and the look for an object of this name failed with this error.
    Unknown(AwsError),
}

impl Creation<'_> {
    /// Creates the object unless there is one of its name. `find` looks for that, `send` makes one request without retries of
    /// the SDK (`send_once!`), and `own` gives the result of a lost response from what was found, if that is equal to what
    /// was sent.
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
        // Two resources of one configuration may have the same name: the second one has to find the object of the first.
        let _alone = self.aws.alone(&self.object).await;
        if Box::pin(find()).await?.is_some() {
            return Err(CreateError::from(self.already_exists(None)));
        }
        let created = self.call.creating(self.operation, |next| {
            // Before an attempt that follows refusals only, somebody else may have created it. Some operations then succeed.
            let before = (next.number > 0 && !next.lost).then(|| Box::pin(find()));
            let taken = self.already_exists(None);
            attempt(before, taken, Box::pin(send()), Box::pin(find()))
        });
        self.outcome(created.await, own)
    }

    /// The outcome of all attempts. Where a response was lost, an equal object comes from this creation.
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
            Ok(Attempt::Unknown(error)) | Err(error) => Err(CreateError { error, may_exist: lost }),
        }
    }

    /// The error for an object that this creation did not make, with AWS's code where AWS refused it.
    pub(crate) fn already_exists(&self, code: Option<String>) -> AwsError {
        let message = format!("{} already exists", self.object);
        AwsError { code, ..AwsError::of(AwsErrorKind::AlreadyExists, self.operation, message) }
    }
}

/// Makes one attempt, and looks for the object when AWS reports a conflict. An object that `before` finds ends the attempts as
/// `taken`. A failed look must not count as a lost response to the creation, so it ends the attempts too.
async fn attempt<T, E>(
    before: Option<impl Future<Output = Result<Option<E>, AwsError>>>,
    taken: AwsError,
    send: impl Future<Output = Result<T, AwsError>>,
    find: impl Future<Output = Result<Option<E>, AwsError>>,
) -> Result<Attempt<T, E>, AwsError> {
    if let Some(before) = before {
        match before.await {
            Ok(Some(found)) => return Ok(Attempt::Refused { refusal: taken, found }),
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
        // Another change is under way, such as the deletion of an object of this name.
        Ok(None) => Err(refusal),
        Err(error) => Ok(Attempt::Unknown(error)),
    }
}

/// Whether the name is taken, or another change is under way.
pub(crate) fn is_conflict(error: &AwsError) -> bool {
    matches!(error.kind, AwsErrorKind::AlreadyExists | AwsErrorKind::Conflict)
}

/// Sends a request without retries of the SDK, as `Call::creating` needs it. The second argument is the crate of the service.
macro_rules! send_once {
    ($request:expr, $service:ident) => {
        $request
            .customize()
            .config_override($service::config::Builder::new().retry_config(crate::retry::once_only()))
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

    /// What a response looks like; each attempt takes the next one.
    #[derive(Clone, Copy)]
    enum Response {
        Created,
        Taken,
        Lost,
        Refused,
        /// The role is not known everywhere yet.
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
                    ..error(AwsErrorKind::Denied, "not authorized to assume the provided role")
                }),
            }
        }
    }

    /// Creates a thing where the looks find `looks`, one after the other, and AWS responds with `responses`.
    async fn create(looks: &[Option<&'static str>], responses: &[Response]) -> Result<&'static str, CreateError> {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_secs(60), CancellationToken::new());
        let creation = Creation { aws: &aws, call: &call, operation: "CreateThing", object: "a thing `t`".into() };
        let (look, response) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let find = || async { Ok(looks.get(look.fetch_add(1, Ordering::Relaxed)).copied().flatten()) };
        let send = || async {
            let response = *responses.get(response.fetch_add(1, Ordering::Relaxed)).expect("a response");
            let is_lost = matches!(response, Response::Lost);
            let progress = if is_lost { Progress::Sent } else { Progress::Answered(400) };
            attempt::record(|observed| observed.progress = progress);
            response.result()
        };
        creation.run(find, send, |found| (found == "mine").then_some(found)).await
    }

    fn assert_taken(outcome: Result<&'static str, CreateError>, code: Option<&str>) {
        let CreateError { error, may_exist } = outcome.unwrap_err();
        assert_eq!(error.to_string(), "CreateThing: a thing `t` already exists");
        assert_eq!((error.kind, error.code.as_deref(), may_exist), (AwsErrorKind::AlreadyExists, code, false));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_not_adopted() {
        assert_eq!(create(&[None], &[Response::Created]).await.ok(), Some("created"));
        assert_taken(create(&[Some("mine")], &[]).await, None);
        // Someone else was faster.
        assert_taken(create(&[None, Some("mine")], &[Response::Taken]).await, Some("ThingExists"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_that_appears_between_the_attempts_is_not_adopted() {
        use Response::{Created, Lost, NewRole, Taken};
        assert_eq!(create(&[None, None], &[NewRole, Created]).await.ok(), Some("created"));
        assert_taken(create(&[None, Some("mine")], &[NewRole]).await, None);
        assert_taken(create(&[None, None, Some("mine")], &[NewRole, NewRole]).await, None);
        // After a lost response it may be the own one: AWS decides, and then the comparison.
        assert_eq!(create(&[None, Some("mine")], &[Lost, Taken]).await.ok(), Some("mine"));
        assert_taken(create(&[None, Some("theirs")], &[Lost, Taken]).await, Some("ThingExists"));
        assert_eq!(create(&[None, Some("theirs")], &[Lost, Created]).await.ok(), Some("created"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_leaves_nothing() {
        let CreateError { error, may_exist } = create(&[None], &[Response::Refused]).await.unwrap_err();
        assert_eq!((error.kind, may_exist), (AwsErrorKind::Denied, false));
    }

    #[test]
    fn only_an_equal_object_is_that_of_a_lost_response() {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_secs(60), CancellationToken::new());
        let creation = Creation { aws: &aws, call: &call, operation: "CreateThing", object: "a thing `t`".into() };
        let outcome = |found: &'static str, lost| {
            let refusal = Response::Taken.result().unwrap_err();
            let created = Created { answer: Ok(Attempt::Refused { refusal, found }), lost };
            creation.outcome(created, |found| (found == "mine").then_some(found))
        };
        assert_eq!(outcome("mine", true).ok(), Some("mine"));
        assert_taken(outcome("theirs", true), Some("ThingExists"));
        assert_taken(outcome("mine", false), Some("ThingExists"));
    }

    #[test]
    fn an_object_of_a_lost_response_may_exist() {
        let aws = Aws::new(Settings::default());
        let call = Call::new(Duration::from_secs(60), CancellationToken::new());
        let creation = Creation { aws: &aws, call: &call, operation: "CreateThing", object: "a thing `t`".into() };
        let may_exist = |lost| {
            let answer: Result<Attempt<(), ()>, AwsError> = Response::Lost.result().map(|_| Attempt::Created(()));
            creation.outcome(Created { answer, lost }, Some).unwrap_err().may_exist
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
            attempt(before, failed(AwsErrorKind::AlreadyExists), send, async { look })
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
