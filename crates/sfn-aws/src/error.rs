//! Errors of calls to AWS.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{answer, causes};

/// Kind of failure. Behavior depends on the kind, and never on the text of a message.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsErrorKind {
    /// The object does not exist.
    NotFound,
    /// An object with this name exists.
    AlreadyExists,
    /// Another change of the object is in progress, or its state does not allow the call.
    Conflict,
    /// The credentials or a role lack a permission.
    Denied,
    /// AWS throttles the calls.
    Throttled,
    /// There are no credentials, or AWS rejects them.
    Credentials,
    /// The credentials belong to an account that the settings exclude.
    AccountNotAllowed,
    /// No region is configured.
    NoRegion,
    /// The region does not exist.
    InvalidRegion,
    /// There was no response in time.
    TimedOut,
    /// AWS did not complete the operation in time.
    Unfinished,
    /// The operation was cancelled.
    Cancelled,
    /// The endpoint cannot be reached, or the connection was interrupted.
    Unreachable,
    /// The response does not come from AWS.
    NotAws,
    /// Any other failure.
    Other,
}

/// Codes of AWS with their own kind. `ResourceConflictException` is Lambda's code both for existing
/// objects and for changes in progress. The creation of an object distinguishes them.
const CODES: &[(&str, AwsErrorKind)] = &[
    ("ActivityDoesNotExist", AwsErrorKind::NotFound),
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        AwsErrorKind::NotFound,
    ),
    ("ExecutionDoesNotExist", AwsErrorKind::NotFound),
    ("NoSuchEntity", AwsErrorKind::NotFound),
    ("NotFound", AwsErrorKind::NotFound),
    ("NotFoundException", AwsErrorKind::NotFound),
    ("QueueDoesNotExist", AwsErrorKind::NotFound),
    ("ResourceNotFound", AwsErrorKind::NotFound),
    ("ResourceNotFoundException", AwsErrorKind::NotFound),
    ("StateMachineDoesNotExist", AwsErrorKind::NotFound),
    ("ActivityAlreadyExists", AwsErrorKind::AlreadyExists),
    ("EntityAlreadyExists", AwsErrorKind::AlreadyExists),
    (
        "ResourceAlreadyExistsException",
        AwsErrorKind::AlreadyExists,
    ),
    ("StateMachineAlreadyExists", AwsErrorKind::AlreadyExists),
    ("ConcurrentModification", AwsErrorKind::Conflict),
    ("ConflictException", AwsErrorKind::Conflict),
    ("DeleteConflict", AwsErrorKind::Conflict),
    ("OperationAbortedException", AwsErrorKind::Conflict),
    ("ResourceConflictException", AwsErrorKind::Conflict),
    ("StateMachineDeleting", AwsErrorKind::Conflict),
    ("AccessDenied", AwsErrorKind::Denied),
    ("AccessDeniedException", AwsErrorKind::Denied),
    ("AuthorizationError", AwsErrorKind::Denied),
    ("AuthorizationErrorException", AwsErrorKind::Denied),
    ("UnauthorizedOperation", AwsErrorKind::Denied),
    ("BandwidthLimitExceeded", AwsErrorKind::Throttled),
    ("EC2ThrottledException", AwsErrorKind::Throttled),
    ("PriorRequestNotComplete", AwsErrorKind::Throttled),
    (
        "ProvisionedThroughputExceededException",
        AwsErrorKind::Throttled,
    ),
    ("RequestLimitExceeded", AwsErrorKind::Throttled),
    ("RequestThrottled", AwsErrorKind::Throttled),
    ("RequestThrottledException", AwsErrorKind::Throttled),
    ("SlowDown", AwsErrorKind::Throttled),
    ("ThrottledException", AwsErrorKind::Throttled),
    ("Throttling", AwsErrorKind::Throttled),
    ("ThrottlingException", AwsErrorKind::Throttled),
    ("TooManyRequestsException", AwsErrorKind::Throttled),
    ("TransactionInProgressException", AwsErrorKind::Throttled),
    ("ExpiredToken", AwsErrorKind::Credentials),
    ("ExpiredTokenException", AwsErrorKind::Credentials),
    ("IncompleteSignature", AwsErrorKind::Credentials),
    ("InvalidClientTokenId", AwsErrorKind::Credentials),
    ("InvalidSignatureException", AwsErrorKind::Credentials),
    ("MissingAuthenticationToken", AwsErrorKind::Credentials),
    (
        "MissingAuthenticationTokenException",
        AwsErrorKind::Credentials,
    ),
    ("SignatureDoesNotMatch", AwsErrorKind::Credentials),
    ("UnrecognizedClientException", AwsErrorKind::Credentials),
];

/// A failed call.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct AwsError {
    /// The operation, such as `CreateStateMachine`.
    pub operation: &'static str,
    /// The kind of failure.
    pub kind: AwsErrorKind,
    /// Code of AWS, such as `AccessDeniedException`. `None` if there is none.
    pub code: Option<String>,
    /// Code and message of AWS, or why there is no response, in one or two sentences.
    pub message: String,
}

impl AwsError {
    /// A failure that does not come from AWS, with the kind [`AwsErrorKind::Other`].
    pub fn local(operation: &'static str, message: impl Into<String>) -> Self {
        Self::of(AwsErrorKind::Other, operation, message)
    }

    /// A failure of a kind, without a code of AWS.
    pub fn of(kind: AwsErrorKind, operation: &'static str, message: impl Into<String>) -> Self {
        Self {
            operation,
            kind,
            code: None,
            message: message.into(),
        }
    }

    /// The failure for an error of the SDK.
    pub(crate) fn new<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        Self::of_sdk(operation, &error)
    }

    /// As [`AwsError::new`], for a borrowed error.
    pub(crate) fn of_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(code) = error.code().filter(|code| !code.is_empty()) {
            return Self::of_code(operation, code, error.message());
        }
        match error {
            SdkError::ServiceError(context) => Self::of_response(operation, error, context.raw()),
            SdkError::ResponseError(context) => Self::of_response(operation, error, context.raw()),
            SdkError::TimeoutError(_) => Self::of(
                AwsErrorKind::TimedOut,
                operation,
                "AWS did not answer in time",
            ),
            _ => Self::caused(operation, error),
        }
    }

    /// A response without a code: incomplete, only with a message, or not from AWS.
    fn of_response(
        operation: &'static str,
        error: &(dyn Error + 'static),
        response: &HttpResponse,
    ) -> Self {
        // The SDK restores the body once it is read.
        if response.body().bytes().is_none() {
            let message = "the connection ended before the response was complete";
            return Self::of(AwsErrorKind::Unreachable, operation, message);
        }
        // Without a code, the error has no metadata, but its cause does.
        let message = causes::find::<ErrorMetadata>(error).and_then(ErrorMetadata::message);
        match message.filter(|message| !message.is_empty()) {
            Some(message) => Self::local(
                operation,
                format!("HTTP {}: {message}", response.status().as_u16()),
            ),
            None => Self::of(AwsErrorKind::NotAws, operation, answer::foreign(response)),
        }
    }

    /// A rejection with a code of AWS.
    fn of_code(operation: &'static str, code: &str, message: Option<&str>) -> Self {
        let kind = CODES
            .iter()
            .find(|(known, _)| *known == code)
            .map_or(AwsErrorKind::Other, |(_, kind)| *kind);
        let message = match message.filter(|message| !message.is_empty()) {
            Some(message) => format!("{code}: {message}"),
            None => code.to_owned(),
        };
        Self {
            operation,
            kind,
            code: Some(code.to_owned()),
            message,
        }
    }

    /// The error of this crate that caused an error, such as one of the HTTP client or of the
    /// credentials. Otherwise, the texts of the error and its causes.
    pub(crate) fn caused(operation: &'static str, error: &(dyn Error + 'static)) -> Self {
        match causes::find::<Self>(error) {
            Some(known) => Self {
                operation,
                ..known.clone()
            },
            None => Self::local(operation, causes::texts(error)),
        }
    }

    /// The response for an object. `None` if it does not exist.
    pub(crate) fn absent_is_none<T>(answer: Result<T, Self>) -> Result<Option<T>, Self> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == AwsErrorKind::NotFound
    }

    /// Whether the credentials lack a permission.
    pub fn is_denied(&self) -> bool {
        self.kind == AwsErrorKind::Denied
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests {
    use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineError;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    type Failed = SdkError<DescribeStateMachineError, HttpResponse>;

    fn response(status: u16, media_type: &'static str, body: &str) -> HttpResponse {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", media_type);
        response
    }

    fn refused(code: &str, message: Option<&str>) -> Failed {
        let mut metadata = ErrorMetadata::builder().code(code);
        if let Some(message) = message {
            metadata = metadata.message(message);
        }
        let error = DescribeStateMachineError::generic(metadata.build());
        Failed::service_error(error, response(400, "application/x-amz-json-1.0", "{}"))
    }

    fn page() -> HttpResponse {
        response(
            404,
            "text/html",
            "<html><title>404 Not Found</title></html>",
        )
    }

    /// Checks the message, kind and code for an error of the SDK.
    fn check(error: Failed, kind: AwsErrorKind, code: Option<&str>, message: &str) {
        let error = AwsError::new("DescribeStateMachine", error);
        assert_eq!(
            error.to_string(),
            format!("DescribeStateMachine: {message}")
        );
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (kind, code),
            "{message}"
        );
    }

    #[test]
    fn a_code_has_its_kind() {
        for (code, kind) in [
            ("StateMachineDoesNotExist", AwsErrorKind::NotFound),
            (
                "ResourceAlreadyExistsException",
                AwsErrorKind::AlreadyExists,
            ),
            ("ResourceConflictException", AwsErrorKind::Conflict),
            ("AccessDeniedException", AwsErrorKind::Denied),
            ("ThrottlingException", AwsErrorKind::Throttled),
            ("ExpiredTokenException", AwsErrorKind::Credentials),
            ("InvalidDefinition", AwsErrorKind::Other),
        ] {
            check(
                refused(code, Some("text")),
                kind,
                Some(code),
                &format!("{code}: text"),
            );
            check(refused(code, None), kind, Some(code), code);
        }
    }

    #[test]
    fn each_code_is_listed_once() {
        for (code, _) in CODES {
            assert_eq!(
                CODES.iter().filter(|(other, _)| other == code).count(),
                1,
                "{code}"
            );
        }
    }

    #[test]
    fn what_is_not_of_aws_is_one_sentence() {
        let sentence = "HTTP 404 with text/html, which is not a response of AWS: `404 Not Found`. Check the endpoint and \
                        the proxy.";
        let unparsed = DescribeStateMachineError::unhandled("expected value at line 1");
        check(
            Failed::service_error(unparsed, page()),
            AwsErrorKind::NotAws,
            None,
            sentence,
        );
        check(
            Failed::response_error("no JSON", page()),
            AwsErrorKind::NotAws,
            None,
            sentence,
        );
        let metadata = ErrorMetadata::builder().message("not implemented").build();
        let spoken = Failed::service_error(DescribeStateMachineError::unhandled(metadata), page());
        check(
            spoken,
            AwsErrorKind::Other,
            None,
            "HTTP 404: not implemented",
        );
    }

    #[test]
    fn a_missing_response_has_its_reason() {
        let mut unread = page();
        drop(unread.take_body());
        let sentence = "the connection ended before the response was complete";
        check(
            Failed::response_error("reset", unread),
            AwsErrorKind::Unreachable,
            None,
            sentence,
        );
        check(
            Failed::timeout_error("60 s"),
            AwsErrorKind::TimedOut,
            None,
            "AWS did not answer in time",
        );
        let known = AwsError::of(
            AwsErrorKind::Unreachable,
            "connect",
            "connection refused by 127.0.0.1:1",
        );
        let known = Failed::dispatch_failure(ConnectorError::other(known.into(), None));
        check(
            known,
            AwsErrorKind::Unreachable,
            None,
            "connection refused by 127.0.0.1:1",
        );
        let unknown = Failed::dispatch_failure(ConnectorError::other("no endpoint".into(), None));
        check(unknown, AwsErrorKind::Other, None, "no endpoint");
        let incomplete = Failed::construction_failure("`name` is missing");
        check(
            incomplete,
            AwsErrorKind::Other,
            None,
            "failed to construct request: `name` is missing",
        );
    }
}
