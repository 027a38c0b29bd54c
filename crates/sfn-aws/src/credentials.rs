//! Roles to assume, with other credentials or with a web identity token.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_sts as sts;
use sts::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use sts::types::{PolicyDescriptorType, Tag};

use crate::attempt::{self, Progress};
use crate::config::Settings;
use crate::error::{AwsError, AwsErrorKind};
use crate::profile::{self, Profiles};

/// Default name of sessions.
const SESSION: &str = "terraform-provider-sfn";

/// Settings of a session.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// ARN of the role.
    pub role_arn: String,
    /// Name of the session. Defaults to a fixed name.
    pub name: Option<String>,
    /// Duration of the credentials.
    pub duration: Option<Duration>,
    /// Policy that restricts the session.
    pub policy: Option<String>,
    /// Managed policies that restrict the session.
    pub policy_arns: Vec<String>,
}

impl Session {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(SESSION)
    }

    fn seconds(&self) -> Option<i32> {
        self.duration
            .and_then(|duration| i32::try_from(duration.as_secs()).ok())
    }

    fn policies(&self) -> Option<Vec<PolicyDescriptorType>> {
        let policies = self
            .policy_arns
            .iter()
            .map(|arn| PolicyDescriptorType::builder().arn(arn).build());
        (!self.policy_arns.is_empty()).then(|| policies.collect())
    }
}

/// A role to assume with existing credentials.
#[derive(Debug, Clone, Default)]
pub struct AssumeRole {
    /// The session.
    pub session: Session,
    /// External ID that the trust policy of the role requires.
    pub external_id: Option<String>,
    /// Source identity of the session.
    pub source_identity: Option<String>,
    /// Tags of the session.
    pub tags: crate::Tags,
    /// Keys of session tags that are passed on to subsequent roles.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to assume with a web identity token.
#[derive(Clone, Default)]
pub struct WebIdentity {
    /// The session.
    pub session: Session,
    /// The token.
    pub token: Option<String>,
    /// File with the token. It is read each time.
    pub token_file: Option<String>,
}

impl WebIdentity {
    /// Whether a role or a token is set.
    fn is_given(&self) -> bool {
        let is_given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        !self.session.role_arn.is_empty() || is_given(&self.token) || is_given(&self.token_file)
    }
}

/// The configuration with the credentials of the roles in the settings, each assumed with those of
/// the previous one. A role without an ARN is not assumed, as in `provider "aws"`.
pub(crate) fn assume(settings: &Settings, config: SdkConfig, profiles: Profiles) -> SdkConfig {
    let Some(provider) = config.credentials_provider() else {
        return config;
    };
    let mut provider = SharedCredentialsProvider::new(Explained {
        provider,
        profiles,
        failed: OnceLock::new(),
    });
    let mut base = config.to_builder();
    if let Some(endpoint) = settings.endpoints.get("sts") {
        base.set_endpoint_url(Some(endpoint.clone()));
    }
    if let Some(region) = &settings.sts_region {
        base.set_region(Region::new(region.clone()));
    }
    let base = base.build();
    if let Some(web_identity) = settings
        .assume_role_with_web_identity
        .as_ref()
        .filter(|role| role.is_given())
    {
        let assumed = ByToken {
            client: sts::Client::new(&base),
            web_identity: web_identity.clone(),
        };
        provider = SharedCredentialsProvider::new(assumed);
    }
    for role in settings
        .assume_role
        .iter()
        .filter(|role| !role.session.role_arn.is_empty())
    {
        let config = base.to_builder().credentials_provider(provider).build();
        let assumed = ByCredentials {
            client: sts::Client::new(&config),
            role: role.clone(),
        };
        provider = SharedCredentialsProvider::new(assumed);
    }
    config.into_builder().credentials_provider(provider).build()
}

type Provided = Result<Credentials, CredentialsError>;

/// Credentials of the settings, the environment and the files, with an explanation if there are
/// none.
struct Explained {
    provider: SharedCredentialsProvider,
    profiles: Profiles,
    /// Why the configuration provides no credentials. The SDK only returns the reason once.
    failed: OnceLock<AwsError>,
}

/// Profiles contain secrets.
impl std::fmt::Debug for Explained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explained")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl Explained {
    async fn provide(&self) -> Provided {
        if let Some(error) = self.failed.get() {
            return Err(CredentialsError::provider_error(error.clone()));
        }
        let error = match self.provider.provide_credentials().await {
            Ok(credentials) => return Ok(credentials),
            Err(error) => error,
        };
        let explained = profile::explain(&error, &self.profiles);
        if profile::is_configuration(&error) {
            self.failed.get_or_init(|| explained.clone());
        }
        Err(CredentialsError::provider_error(explained))
    }
}

#[derive(Debug)]
struct ByCredentials {
    client: sts::Client,
    role: AssumeRole,
}

impl ByCredentials {
    async fn provide(&self) -> Provided {
        let AssumeRole {
            session,
            external_id,
            source_identity,
            tags,
            transitive_tag_keys,
        } = &self.role;
        let operation = "AssumeRole";
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags = tags.collect::<Result<Vec<Tag>, _>>();
        let tags = tags.map_err(|error| refused(session, AwsError::caused(operation, &error)))?;
        let answer = self
            .client
            .assume_role()
            .role_arn(&session.role_arn)
            .role_session_name(session.name())
            .set_duration_seconds(session.seconds())
            .set_policy(session.policy.clone())
            .set_policy_arns(session.policies())
            .set_external_id(external_id.clone())
            .set_source_identity(source_identity.clone())
            .set_tags((!tags.is_empty()).then_some(tags))
            .set_transitive_tag_keys(
                (!transitive_tag_keys.is_empty()).then(|| transitive_tag_keys.clone()),
            )
            .send()
            .await
            .map_err(|error| refused(session, AwsError::new(operation, error)))?;
        credentials(session, operation, answer.credentials)
    }
}

struct ByToken {
    client: sts::Client,
    web_identity: WebIdentity,
}

/// The token is a secret.
impl std::fmt::Debug for ByToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ByToken({})", self.web_identity.session.role_arn)
    }
}

impl ByToken {
    async fn provide(&self) -> Provided {
        let WebIdentity {
            session,
            token,
            token_file,
        } = &self.web_identity;
        let operation = "AssumeRoleWithWebIdentity";
        let token = match (token, token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(path)) => std::fs::read_to_string(crate::config::expand_home(path))
                .map_err(|error| {
                    let reason = format!("the token file `{path}` cannot be read: {error}");
                    refused(session, AwsError::local(operation, reason))
                })?,
            (None, None) => String::new(),
        };
        let answer = self
            .client
            .assume_role_with_web_identity()
            .role_arn(&session.role_arn)
            .role_session_name(session.name())
            .set_duration_seconds(session.seconds())
            .set_policy(session.policy.clone())
            .set_policy_arns(session.policies())
            .web_identity_token(token.trim())
            .send()
            .await
            .map_err(|error| refused(session, AwsError::new(operation, error)))?;
        credentials(session, operation, answer.credentials)
    }
}

macro_rules! provider {
    ($type:ty) => {
        impl ProvideCredentials for $type {
            fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
            where
                Self: 'a,
            {
                future::ProvideCredentials::new(async move {
                    let provided = self.provide().await;
                    // The requests for credentials are done. The request of the call itself is
                    // still to be sent.
                    attempt::record(|observed| observed.progress = Progress::Unsent);
                    provided
                })
            }
        }
    };
}

provider!(Explained);
provider!(ByCredentials);
provider!(ByToken);

/// Why a role cannot be assumed. If its source credentials are missing, that is the reason.
fn refused(session: &Session, error: AwsError) -> CredentialsError {
    use AwsErrorKind as Kind;
    if error.kind == Kind::Credentials && error.code.is_none() {
        return CredentialsError::provider_error(error);
    }
    let message = format!(
        "the role `{}` cannot be assumed: {}",
        session.role_arn, error.message
    );
    let kind = match error.kind {
        Kind::Unreachable | Kind::TimedOut | Kind::NotAws => error.kind,
        _ => Kind::Credentials,
    };
    // With a code, these would count as credentials that AWS rejects.
    CredentialsError::provider_error(AwsError {
        kind,
        code: None,
        message,
        ..error
    })
}

fn credentials(
    session: &Session,
    operation: &'static str,
    given: Option<sts::types::Credentials>,
) -> Provided {
    let given = given.ok_or_else(|| {
        refused(
            session,
            AwsError::local(operation, "AWS returned no credentials"),
        )
    })?;
    let expires = SystemTime::try_from(given.expiration).ok();
    let (key, secret, token) = (
        given.access_key_id,
        given.secret_access_key,
        given.session_token,
    );
    Ok(Credentials::new(
        key,
        secret,
        Some(token),
        expires,
        "AssumeRole",
    ))
}
