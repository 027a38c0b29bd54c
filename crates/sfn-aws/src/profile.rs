//! The selected profile of the shared configuration files, and explanations for missing
//! credentials.

use std::borrow::Cow;
use std::env;
use std::io;

use aws_config::imds::client::error::ImdsError;
use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::causes;
use crate::error::{AwsError, AwsErrorKind};

const GIVE: &str = "Configure credentials in the provider block, in the environment (AWS_ACCESS_KEY_ID or AWS_PROFILE) or \
                    in the shared configuration files.";

/// Environment variables with credentials that do not require a profile.
const OTHER_SOURCES: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Environment variables with the path of a token.
const TOKEN_FILES: [&str; 2] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// Maximum number of characters of another program's message.
const SHOWN: usize = 300;

/// The profiles of the shared configuration files, or why they cannot be read.
pub(crate) type Profiles = Result<ProfileSet, String>;

/// Reads the shared configuration files, as the SDK does. If `selected` is `None`, the environment
/// selects the profile.
pub(crate) async fn load(files: EnvConfigFiles, selected: Option<String>) -> Profiles {
    let (system, environment) = (Default::default(), Default::default());
    let profiles =
        aws_config::profile::load(&system, &environment, &files, selected.map(Cow::Owned)).await;
    profiles.map_err(|error| {
        format!(
            "the shared configuration files cannot be read: {}",
            causes::texts(&error)
        )
    })
}

/// Checks that the profile in the settings or the environment exists, and its source profiles.
/// Otherwise, the SDK would continue with other credentials.
///
/// # Errors
/// When a profile does not exist, or the files cannot be read.
pub(crate) fn check_selected(profiles: &Profiles, setting: Option<&str>) -> Result<(), AwsError> {
    let is_named = setting.is_some() || (variable("AWS_PROFILE").is_some() && !has_other_source());
    if !is_named {
        return Ok(());
    }
    let base = profiles.as_ref().map_err(Clone::clone).and_then(base);
    base.map(drop)
        .map_err(|problem| AwsError::of(AwsErrorKind::Credentials, "configuration", problem))
}

/// An environment variable that is not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn has_other_source() -> bool {
    OTHER_SOURCES.iter().any(|name| variable(name).is_some())
}

/// The profile from which the selected one gets its credentials with `source_profile`. `None`
/// without a default profile.
///
/// # Errors
/// When a profile does not exist, or the references are circular.
fn base(profiles: &ProfileSet) -> Result<Option<&Profile>, String> {
    let mut name = profiles.selected_profile();
    let mut visited: Vec<&str> = Vec::new();
    loop {
        let Some(profile) = profiles.get_profile(name) else {
            return match visited.last() {
                None if name == "default" => Ok(None),
                None => Err(missing(&format!("the profile `{name}`"))),
                Some(from) => Err(missing(&format!(
                    "the source profile `{name}` of the profile `{from}`"
                ))),
            };
        };
        if visited.contains(&name) {
            return Err(format!(
                "the profiles `{}` refer to each other by `source_profile`",
                visited.join("`, `")
            ));
        }
        visited.push(name);
        match source(profile, visited.len() > 1).filter(|source| *source != profile.name()) {
            Some(source) => name = source,
            None => return Ok(Some(profile)),
        }
    }
}

fn missing(what: &str) -> String {
    format!(
        "{what} does not exist in the shared configuration files: `aws configure list-profiles` lists the existing ones"
    )
}

/// The profile whose credentials are used to assume the role of this profile. The keys of a source
/// profile take precedence over its role.
fn source(profile: &Profile, is_source: bool) -> Option<&str> {
    let has = |name: &str| profile.get(name).is_some();
    let has_keys = is_source && has("aws_access_key_id") && has("aws_secret_access_key");
    let assumes = has("role_arn") && !has("web_identity_token_file") && !has_keys;
    profile.get("source_profile").filter(|_| assumes)
}

/// Origin of the credentials of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// From the environment or the metadata service.
    Source,
    /// From a role that is assumed with a token.
    Token,
    /// From IAM Identity Center.
    Sso,
    /// From `aws login`.
    Login,
    /// From another program.
    Process,
    /// From the profile itself.
    Keys,
}

impl Origin {
    /// The first origin in the order of the SDK.
    fn of(profile: &Profile) -> Self {
        let origins = [
            ("credential_source", Self::Source),
            ("web_identity_token_file", Self::Token),
            ("sso_session", Self::Sso),
            ("sso_start_url", Self::Sso),
            ("login_session", Self::Login),
            ("credential_process", Self::Process),
        ];
        let origin = origins.iter().find(|(name, _)| profile.get(name).is_some());
        origin.map_or(Self::Keys, |(_, origin)| *origin)
    }
}

/// Whether the configuration has no credentials, so that retries do not help.
pub(crate) fn is_configuration(error: &CredentialsError) -> bool {
    matches!(
        error,
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_)
    )
}

/// Why there are no credentials, and how to fix it. A network failure is not changed.
pub(crate) fn explain(error: &CredentialsError, profiles: &Profiles) -> AwsError {
    let of = |message: String| AwsError::of(AwsErrorKind::Credentials, "credentials", message);
    if let Some(error) = causes::find::<ImdsError>(error) {
        return of(without_metadata(error));
    }
    if let Some(known) = causes::find::<AwsError>(error) {
        return known.clone();
    }
    let base = match profiles.as_ref().map_err(Clone::clone).and_then(base) {
        Ok(base) => base,
        Err(problem) if is_configuration(error) => return of(problem),
        Err(_) => None,
    };
    let named = base.map(|profile| (profile, profile.name(), Origin::of(profile)));
    let message = match (error, named) {
        (CredentialsError::CredentialsNotLoaded(_), Some((_, name, Origin::Sso))) => {
            format!("the profile `{name}` lacks `sso_account_id` and `sso_role_name`")
        }
        (CredentialsError::CredentialsNotLoaded(_), _) => {
            format!("no credentials were found. {GIVE}")
        }
        (CredentialsError::InvalidConfiguration(_), Some((_, name, Origin::Login))) => {
            format!("the profile `{name}` has a `login_session`, which is not supported")
        }
        (CredentialsError::InvalidConfiguration(_), _) => invalid(error),
        (_, Some((_, name, Origin::Process))) => process(error, name),
        (_, Some((_, name, Origin::Sso))) => {
            role(error, profiles).unwrap_or_else(|| sso(error, name))
        }
        (_, base) => role(error, profiles)
            .or_else(|| token_file(error, base.map(|(profile, ..)| profile)))
            .unwrap_or_else(|| invalid(error)),
    };
    of(message)
}

/// Why the metadata service returns no credentials.
fn without_metadata(error: &ImdsError) -> String {
    let service = "the instance metadata service of EC2";
    match error {
        // The SDK's text contains the whole response.
        ImdsError::ErrorResponse(context) => {
            format!(
                "{service} returns no credentials: HTTP {}",
                context.response().status().as_u16()
            )
        }
        _ => format!("no credentials were found, and {service} does not respond. {GIVE}"),
    }
}

/// The rejection of a role in a profile or the environment.
fn role(error: &CredentialsError, profiles: &Profiles) -> Option<String> {
    type Failed<E> = SdkError<E, HttpResponse>;
    let refused = causes::find::<Failed<AssumeRoleError>>(error)
        .map(|error| AwsError::of_sdk("AssumeRole", error));
    let refused = refused.or_else(|| {
        let error = causes::find::<Failed<AssumeRoleWithWebIdentityError>>(error)?;
        Some(AwsError::of_sdk("AssumeRoleWithWebIdentity", error))
    })?;
    let profile = profiles
        .as_ref()
        .ok()
        .and_then(|profiles| profiles.get_profile(profiles.selected_profile()));
    let of_profile = profile.and_then(|profile| {
        Some(format!(
            "the role `{}` of the profile `{}`",
            profile.get("role_arn")?,
            profile.name()
        ))
    });
    let of_environment = || variable("AWS_ROLE_ARN").map(|role| format!("the role `{role}`"));
    let role = of_profile
        .or_else(of_environment)
        .unwrap_or_else(|| "the role".to_owned());
    Some(format!("{role} cannot be assumed: {}", refused.message))
}

/// Why IAM Identity Center returns no credentials.
fn sso(error: &CredentialsError, profile: &str) -> String {
    let refused = causes::find::<SdkError<GetRoleCredentialsError, HttpResponse>>(error);
    let is_expired = |refused: &SdkError<GetRoleCredentialsError, HttpResponse>| {
        refused
            .as_service_error()
            .is_some_and(GetRoleCredentialsError::is_unauthorized_exception)
    };
    // Without a rejection, no token is valid for a request.
    match refused.filter(|refused| !is_expired(refused)) {
        Some(refused) => {
            let reason = AwsError::of_sdk("GetRoleCredentials", refused).message;
            format!("the SSO role of the profile `{profile}` cannot be used: {reason}")
        }
        None => format!(
            "the SSO session of profile `{profile}` has expired or there is none: run `aws sso login --profile {profile}`"
        ),
    }
}

/// Why another program returns no credentials.
fn process(error: &CredentialsError, profile: &str) -> String {
    let texts = causes::texts(error);
    let reason = texts
        .strip_prefix("Error retrieving credentials")
        .unwrap_or(&texts);
    let reason = reason
        .strip_prefix(" from external process")
        .unwrap_or(reason);
    let reason = reason
        .trim_start_matches([':', ',', ' '])
        .trim_end_matches("Stderr:")
        .trim_end();
    let reason = reason.replace("exited with code exit status:", "exited with status");
    let reason = causes::shortened(reason.trim_end_matches('.'), SHOWN);
    format!("`credential_process` of the profile `{profile}` failed: {reason}")
}

/// The error for a token file that cannot be read.
fn token_file(error: &CredentialsError, profile: Option<&Profile>) -> Option<String> {
    let reason = causes::find::<io::Error>(error)?;
    let of_profile = profile
        .and_then(|profile| profile.get("web_identity_token_file"))
        .map(str::to_owned);
    let path = of_profile.or_else(|| TOKEN_FILES.iter().find_map(|name| variable(name)))?;
    Some(format!("the token file `{path}` cannot be read: {reason}"))
}

/// Any other reason, with the text of the SDK.
fn invalid(error: &CredentialsError) -> String {
    let texts = causes::texts(error);
    let texts = texts
        .strip_prefix("ProfileFile provider could not be built: ")
        .unwrap_or(&texts);
    let texts = match texts.split_once("StatusCode(") {
        Some((before, after)) => format!("{before}HTTP {}", after.replacen(')', "", 1)),
        None => texts.to_owned(),
    };
    format!("the credentials cannot be loaded: {texts}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests;
