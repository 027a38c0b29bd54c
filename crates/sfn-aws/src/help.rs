//! Help for failed calls.

use crate::error::{AwsError, AwsErrorKind};
use crate::retry;

impl AwsError {
    /// How to fix the failure, in one or two sentences. `None` if the message is sufficient.
    pub fn help(&self) -> Option<String> {
        if let Some(help) = retry::reason(self).and_then(|reason| reason.help) {
            return Some(help.to_owned());
        }
        let help = match self.kind {
            AwsErrorKind::Denied => "The credentials lack the permission in the message.",
            AwsErrorKind::AlreadyExists if self.operation == "AddPermission" => {
                "Import it with an `import` block or `terraform import`, or choose another `statement_id`."
            }
            AwsErrorKind::AlreadyExists => {
                "Import it with an `import` block or `terraform import`, or choose another name."
            }
            AwsErrorKind::AccountNotAllowed => {
                "Use the credentials or the profile of the right account, or change `allowed_account_ids` or \
                 `forbidden_account_ids` of the provider block."
            }
            AwsErrorKind::Credentials if self.code.is_some() => {
                "The credentials are invalid or have expired. Check the profile or the environment variables \
                 with the credentials."
            }
            AwsErrorKind::InvalidRegion => {
                "Correct the region. For a region that is newer than this version of the provider, set \
                 `skip_region_validation = true` in the provider block."
            }
            AwsErrorKind::Unfinished => {
                "Run `terraform apply` again once AWS has finished, or set a longer duration in `timeouts`."
            }
            AwsErrorKind::TimedOut | AwsErrorKind::Unreachable => {
                "Check the network, the proxy and the `endpoints` of the provider block. To plan without AWS, set \
                 `offline = true`."
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_its_help() {
        let of = |kind, operation| AwsError::of(kind, operation, "text");
        let coded = |code: &str, error: AwsError| AwsError {
            code: Some(code.into()),
            ..error
        };
        for (error, expected) in [
            (
                of(AwsErrorKind::Denied, "Test"),
                Some("lack the permission"),
            ),
            (
                of(AwsErrorKind::AlreadyExists, "CreateActivity"),
                Some("choose another name"),
            ),
            (
                of(AwsErrorKind::AlreadyExists, "AddPermission"),
                Some("choose another `statement_id`"),
            ),
            (
                of(AwsErrorKind::AccountNotAllowed, "Test"),
                Some("`allowed_account_ids`"),
            ),
            (
                coded("ExpiredToken", of(AwsErrorKind::Credentials, "Test")),
                Some("have expired"),
            ),
            // The message contains the command to run.
            (of(AwsErrorKind::Credentials, "Test"), None),
            (
                of(AwsErrorKind::InvalidRegion, "Test"),
                Some("`skip_region_validation = true`"),
            ),
            (
                of(AwsErrorKind::Unreachable, "Test"),
                Some("Check the network"),
            ),
            (
                of(AwsErrorKind::TimedOut, "Test"),
                Some("Check the network"),
            ),
            (
                of(AwsErrorKind::Unfinished, "Test"),
                Some("a longer duration in `timeouts`"),
            ),
            (of(AwsErrorKind::NotAws, "Test"), None),
            (of(AwsErrorKind::Other, "Test"), None),
        ] {
            let help = error.help();
            match expected {
                Some(part) => assert!(
                    help.as_ref().is_some_and(|help| help.contains(part)),
                    "{error:?}: {help:?}"
                ),
                None => assert_eq!(help, None, "{error:?}"),
            }
        }
    }

    #[test]
    fn a_refusal_that_time_heals_has_the_help_of_its_reason() {
        let message = "... is not authorized to access the Log Destination";
        let error = AwsError::of(AwsErrorKind::Denied, "CreateStateMachine", message);
        let error = AwsError {
            code: Some("AccessDeniedException".into()),
            ..error
        };
        assert!(error.help().unwrap().contains("`logs:CreateLogDelivery`"));
    }
}
