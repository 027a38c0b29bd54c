//! Roles that are assumed: with other credentials, or with a token of somebody whom AWS trusts.

use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_sts as sts;
use sts::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use sts::error::DisplayErrorContext;
use sts::types::{PolicyDescriptorType, Tag};

use crate::config::Settings;
use crate::error::AwsError;

/// What sessions are called unless the settings say otherwise.
const SESSION: &str = "terraform-provider-sfn";

/// What narrows a session of a role.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The role.
    pub role_arn: String,
    /// Name of the session; a fixed one if absent.
    pub name: Option<String>,
    /// How long the credentials are to last.
    pub duration: Option<Duration>,
    /// A policy that narrows the session.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
}

impl Session {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(SESSION)
    }

    fn seconds(&self) -> Option<i32> {
        self.duration.and_then(|duration| i32::try_from(duration.as_secs()).ok())
    }

    fn policies(&self) -> Option<Vec<PolicyDescriptorType>> {
        let policies = self.policy_arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build());
        (!self.policy_arns.is_empty()).then(|| policies.collect())
    }
}

/// A role to assume with the credentials at hand.
#[derive(Debug, Clone, Default)]
pub struct AssumeRole {
    /// The session.
    pub session: Session,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Who is behind the session.
    pub source_identity: Option<String>,
    /// Tags of the session.
    pub tags: crate::Tags,
    /// Keys of tags that the sessions of further roles get as well.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to assume with a token.
#[derive(Clone, Default)]
pub struct WebIdentity {
    /// The session.
    pub session: Session,
    /// The token.
    pub token: Option<String>,
    /// The file with the token, which is read each time.
    pub token_file: Option<String>,
}

/// The configuration with the credentials of the roles that the settings name, each assumed with those of the one before.
pub(crate) async fn assume(settings: &Settings, config: SdkConfig) -> SdkConfig {
    let Some(mut provider) = config.credentials_provider() else { return config };
    let mut base = config.to_builder();
    if let Some(endpoint) = settings.endpoints.get("sts") {
        base.set_endpoint_url(Some(endpoint.clone()));
    }
    if let Some(region) = &settings.sts_region {
        base.set_region(Region::new(region.clone()));
    }
    let base = base.build();
    if let Some(web_identity) = &settings.assume_role_with_web_identity {
        let assumed = ByToken { client: sts::Client::new(&base), web_identity: web_identity.clone() };
        provider = SharedCredentialsProvider::new(assumed);
    }
    for role in &settings.assume_role {
        let config = base.to_builder().credentials_provider(provider).build();
        let assumed = ByCredentials { client: sts::Client::new(&config), role: role.clone() };
        provider = SharedCredentialsProvider::new(assumed);
    }
    config.into_builder().credentials_provider(provider).build()
}

type Provided = Result<Credentials, CredentialsError>;

#[derive(Debug)]
struct ByCredentials {
    client: sts::Client,
    role: AssumeRole,
}

impl ByCredentials {
    async fn provide(&self) -> Provided {
        let AssumeRole { session, external_id, source_identity, tags, transitive_tag_keys } = &self.role;
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags: Vec<Tag> = tags.collect::<Result<_, _>>().map_err(refused(session))?;
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
            .set_transitive_tag_keys((!transitive_tag_keys.is_empty()).then(|| transitive_tag_keys.clone()))
            .send()
            .await
            .map_err(refused(session))?;
        credentials(session, answer.credentials)
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
        let WebIdentity { session, token, token_file } = &self.web_identity;
        let token = match (token, token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(path)) => std::fs::read_to_string(crate::config::expand_home(path))
                .map_err(|error| AwsError::local("AssumeRoleWithWebIdentity", format!("cannot read `{path}`: {error}")))
                .map_err(refused(session))?,
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
            .map_err(refused(session))?;
        credentials(session, answer.credentials)
    }
}

macro_rules! provider {
    ($type:ty) => {
        impl ProvideCredentials for $type {
            fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
            where
                Self: 'a,
            {
                future::ProvideCredentials::new(self.provide())
            }
        }
    };
}

provider!(ByCredentials);
provider!(ByToken);

/// Why a role cannot be assumed, with all that is behind it.
fn refused<E: std::error::Error>(session: &Session) -> impl FnOnce(E) -> CredentialsError {
    let role = session.role_arn.clone();
    move |error| {
        let reason = format!("the role `{role}` cannot be assumed: {}", DisplayErrorContext(error));
        CredentialsError::provider_error(reason)
    }
}

fn credentials(session: &Session, given: Option<sts::types::Credentials>) -> Provided {
    let given =
        given.ok_or_else(|| AwsError::local("AssumeRole", "AWS gave no credentials")).map_err(refused(session))?;
    let expires = SystemTime::try_from(given.expiration).ok();
    let (key, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
    Ok(Credentials::new(key, secret, Some(token), expires, "AssumeRole"))
}
