//! Why a call to AWS failed.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A failed call.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct AwsError {
    /// The operation, such as `CreateStateMachine`.
    pub operation: &'static str,
    /// AWS's code, such as `AccessDeniedException`; empty when AWS gave no answer.
    pub code: String,
    /// What AWS said, or why there was no answer.
    pub message: String,
}

impl AwsError {
    /// A failure that did not come from AWS.
    pub fn local(operation: &'static str, message: impl Into<String>) -> Self {
        Self { operation, code: String::new(), message: message.into() }
    }

    /// Takes the code and the message out of an error of the SDK.
    pub(crate) fn new<E, R>(operation: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let message = match error.message() {
            Some(message) if code.is_empty() => message.to_owned(),
            Some(message) => format!("{code}: {message}"),
            None => DisplayErrorContext(&error).to_string(),
        };
        Self { operation, code, message }
    }

    /// What AWS answered about an object; `None` when it says that there is none.
    pub(crate) fn absent_is_none<T>(answer: Result<T, Self>) -> Result<Option<T>, Self> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether AWS says that the object does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.code.as_str(),
            "StateMachineDoesNotExist"
                | "ActivityDoesNotExist"
                | "ExecutionDoesNotExist"
                | "QueueDoesNotExist"
                | "AWS.SimpleQueueService.NonExistentQueue"
                | "NotFound"
                | "NotFoundException"
                | "NoSuchEntity"
                | "ResourceNotFoundException"
                | "ResourceNotFound"
        )
    }

    /// Whether the credentials lack a permission.
    pub fn is_denied(&self) -> bool {
        matches!(
            self.code.as_str(),
            "AccessDenied"
                | "AccessDeniedException"
                | "AuthorizationError"
                | "AuthorizationErrorException"
                | "UnauthorizedOperation"
        )
    }

    /// What the user can do about it, where that can be told.
    pub fn help(&self) -> Option<&'static str> {
        let message = &self.message;
        let has = |text: &str| message.contains(text);
        Some(match self.code.as_str() {
            "AccessDeniedException" | "InvalidParameterValueException"
                if has("assume the provided role") || has("cannot be assumed") =>
            {
                "The role exists but its trust policy does not let the service assume it: allow `sts:AssumeRole` for \
                 `states.amazonaws.com` (a state machine) or `lambda.amazonaws.com` (a function), or use \
                 `execution_role {}`, which makes the right role."
            }
            "AccessDeniedException" if has("managed-rule") => {
                "The role lacks `events:PutRule`, `events:PutTargets` and `events:DescribeRule` on the rule that Step \
                 Functions keeps for `.sync` integrations."
            }
            "AccessDeniedException" if has("Log Destination") => {
                "The role lacks `logs:CreateLogDelivery` and the other log delivery permissions, or the log group's \
                 resource policy is full: use a log group below `/aws/vendedlogs/`."
            }
            "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
                "The credentials in use lack the permission that the message names."
            }
            "StateMachineAlreadyExists" => {
                "A state machine of this name exists and differs. Import it with an `import` block or `terraform \
                 import`, or choose another name."
            }
            "ActivityAlreadyExists" => {
                "An activity of this name exists and differs. Import it with an `import` block or `terraform import`, or \
                 choose another name."
            }
            "AccountNotAllowed" => {
                "Use the credentials or the profile of the right account, or change `allowed_account_ids` or \
                 `forbidden_account_ids` of the provider block."
            }
            "AliasAlreadyExists" => {
                "An alias of this name exists and differs. Import it with an `import` block or `terraform import`, or \
                 choose another name."
            }
            "PermissionAlreadyExists" => {
                "A statement of this id exists and allows something else. Import it with an `import` block or `terraform \
                 import`, or choose another `statement_id`."
            }
            "InvalidSignatureException"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "SignatureDoesNotMatch" => {
                "AWS does not know the credentials, or they have expired. Check the profile or the environment \
                 variables that they come from."
            }
            "" if has("did not answer in time") => {
                "Check the network, the proxy and the `endpoints` of the provider block. A plan without AWS is made with \
                 `skip_credentials_validation = true`."
            }
            "" if has("credentials") => {
                "Give credentials in the provider block, in the environment (AWS_ACCESS_KEY_ID or AWS_PROFILE) or in \
                 the shared configuration files."
            }
            _ => return None,
        })
    }
}
