//! Credentials, region and clients.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, FrameworkMetadata, Region, SdkConfig};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_cloudwatchlogs as logs;
use aws_sdk_dynamodb as dynamodb;
use aws_sdk_iam as iam;
use aws_sdk_lambda as lambda;
use aws_sdk_sfn as sfn;
use aws_sdk_sns as sns;
use aws_sdk_sqs as sqs;
use aws_sdk_sts as sts;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use sts::config::Credentials;
use tokio::sync::{OnceCell, OwnedMutexGuard};

use crate::credentials::{self, AssumeRole, WebIdentity};
use crate::error::{AwsError, AwsErrorKind};
use crate::profile;
use crate::regions::{self, UnknownRegion};
use crate::retry::{ATTEMPTS, Call, PageRetries};
use crate::{http, metadata};

/// Settings for credentials, region and endpoints. Settings that are not set come from the
/// environment and the shared configuration files, as in other AWS tools.
#[derive(Clone, Default)]
pub struct Settings {
    /// Region.
    pub region: Option<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// AWS access key ID.
    pub access_key: Option<String>,
    /// AWS secret access key.
    pub secret_key: Option<String>,
    /// Session token.
    pub token: Option<String>,
    /// Paths of the shared configuration files.
    pub shared_config_files: Vec<String>,
    /// Paths of the shared credentials files.
    pub shared_credentials_files: Vec<String>,
    /// Endpoint URLs by service, such as `sfn`.
    pub endpoints: BTreeMap<String, String>,
    /// Roles to assume, each with the credentials of the previous one.
    pub assume_role: Vec<AssumeRole>,
    /// Role to assume with a web identity token, before all others.
    pub assume_role_with_web_identity: Option<WebIdentity>,
    /// Region of STS. Defaults to the region of all calls.
    pub sts_region: Option<String>,
    /// Proxy for all calls. Defaults to the environment.
    pub http_proxy: Option<String>,
    /// Proxy for HTTPS calls.
    pub https_proxy: Option<String>,
    /// Comma-separated list of hosts to call without a proxy.
    pub no_proxy: Option<String>,
    /// File with the only certificate authorities to trust. Defaults to the environment or the
    /// system.
    pub custom_ca_bundle: Option<String>,
    /// Products to add to the user agent, as `product/version`.
    pub user_agent: Vec<String>,
    /// Maximum number of attempts of a call.
    pub max_retries: Option<u32>,
    /// Whether throttling slows down the retries of all calls. Defaults to the environment.
    pub adaptive_retries: Option<bool>,
    /// Whether to use FIPS endpoints. Defaults to the environment.
    pub use_fips: Option<bool>,
    /// Whether to use dual-stack endpoints. Defaults to the environment.
    pub use_dual_stack: Option<bool>,
    /// Accounts that can be used. All if empty.
    pub allowed_accounts: Vec<String>,
    /// Accounts that cannot be used.
    pub forbidden_accounts: Vec<String>,
    /// Whether to use credentials without validating them in AWS.
    pub skip_credentials_validation: bool,
    /// Whether to skip requesting the account.
    pub skip_requesting_account_id: bool,
    /// Whether to accept unknown regions.
    pub skip_region_validation: bool,
    /// URL of the EC2 metadata service. Defaults to the environment.
    pub ec2_metadata_service_endpoint: Option<String>,
    /// Protocol of the EC2 metadata service: `IPv4` or `IPv6`. Defaults to the environment.
    pub ec2_metadata_service_endpoint_mode: Option<String>,
    /// Multiple of AWS's default quotas to which calls are limited. Unlimited if `None`.
    pub pace: Option<f64>,
}

impl Settings {
    /// Maximum number of attempts of a call.
    pub(crate) fn attempts(&self) -> u32 {
        self.max_retries.unwrap_or(ATTEMPTS).max(1)
    }

    /// Whether accounts are restricted.
    fn restricts_accounts(&self) -> bool {
        !(self.allowed_accounts.is_empty() && self.forbidden_accounts.is_empty())
    }

    /// Whether the settings contain the access key and the secret key.
    fn has_keys(&self) -> bool {
        self.access_key.is_some() && self.secret_key.is_some()
    }
}

/// The identity of the credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Account ID with twelve digits. `None` if it was not requested.
    pub account: Option<String>,
    /// Partition, such as `aws` or `aws-cn`.
    pub partition: String,
    /// Region.
    pub region: String,
}

impl Identity {
    /// The ARN of a resource of this account and region, with `?` for an unknown account.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            account,
            partition,
            region,
        } = self;
        format!(
            "arn:{partition}:{service}:{region}:{}:{resource}",
            account.as_deref().unwrap_or("?")
        )
    }
}

/// The AWS clients. Nothing is loaded and no calls are made before the first use.
pub struct Aws {
    settings: Arc<Settings>,
    /// Clients from which this one takes its configuration, except for the region.
    base: Option<Arc<Aws>>,
    config: OnceCell<SdkConfig>,
    identity: OnceCell<Identity>,
    clients: Clients,
    /// Locks of objects that must be changed by one call at a time.
    alone: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

macro_rules! clients {
    ($($name:ident),*) => {
        #[derive(Default)]
        struct Clients {
            $($name: OnceCell<$name::Client>,)*
        }

        impl Aws {
            $(pub(crate) async fn $name(&self) -> Result<&$name::Client, AwsError> {
                self.clients
                    .$name
                    .get_or_try_init(async || {
                        // All calls share the SDK's own retry budget, so one throttled call would
                        // make others fail.
                        let budget =
                            RetryPartition::custom("terraform-provider-sfn").token_bucket(TokenBucket::unlimited());
                        let mut builder =
                            $name::config::Builder::from(self.config().await?).retry_partition(budget.build()).retry_classifier(PageRetries);
                        if let Some(endpoint) = self.settings.endpoints.get(stringify!($name)) {
                            builder = builder.endpoint_url(endpoint);
                        }
                        if let (Some(region), "sts") = (&self.settings.sts_region, stringify!($name)) {
                            builder = builder.region(Region::new(region.clone()));
                        }
                        Ok($name::Client::from_conf(builder.build()))
                    })
                    .await
            })*
        }
    };
}

clients!(cloudwatch, dynamodb, iam, lambda, logs, sfn, sns, sqs, sts);

impl Aws {
    /// Creates clients with these settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            base: None,
            config: OnceCell::new(),
            identity: OnceCell::new(),
            clients: Clients::default(),
            alone: Mutex::default(),
        }
    }

    /// Creates clients with the same credentials for another region.
    pub fn in_region(self: &Arc<Self>, region: &str) -> Self {
        let settings = Settings {
            region: Some(region.to_owned()),
            ..(*self.settings).clone()
        };
        Self {
            base: Some(self.clone()),
            ..Self::new(settings)
        }
    }

    /// Waits until no other call changes this object, and blocks others until the guard is dropped.
    pub(crate) async fn alone(&self, object: &str) -> OwnedMutexGuard<()> {
        let object = {
            let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
            alone.entry(object.to_owned()).or_default().clone()
        };
        object.lock_owned().await
    }

    /// The current region.
    ///
    /// # Errors
    /// When no region is configured, or it does not exist.
    pub async fn region(&self) -> Result<String, AwsError> {
        Ok(self
            .config()
            .await?
            .region()
            .map(|region| region.as_ref().to_owned())
            .unwrap_or_default())
    }

    /// Downloads the content of a URL from AWS.
    pub(crate) async fn download(&self, call: &Call, address: &str) -> Result<Vec<u8>, AwsError> {
        call.once("download", http::download(&self.settings, address))
            .await
    }

    /// Identifies the credentials. AWS is called once.
    ///
    /// # Errors
    /// When the credentials are invalid.
    pub async fn identity(&self, call: &Call) -> Result<&Identity, AwsError> {
        self.identity
            .get_or_try_init(|| self.ask_identity(call))
            .await
    }

    async fn ask_identity(&self, call: &Call) -> Result<Identity, AwsError> {
        let region = self.region().await?;
        if let Some(base) = &self.base {
            let identity = Box::pin(base.identity(call)).await?;
            return Ok(Identity {
                region,
                ..identity.clone()
            });
        }
        let unasked = Identity {
            account: None,
            partition: regions::partition(&region).to_owned(),
            region: region.clone(),
        };
        if self.settings.skip_requesting_account_id {
            return Ok(unasked);
        }
        let client = self.sts().await?;
        let operation = "GetCallerIdentity";
        let answer = call
            .once(operation, async {
                client
                    .get_caller_identity()
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await;
        match answer {
            Ok(answer) => {
                self.check_account(answer.account().unwrap_or_default())?;
                let partition = answer
                    .arn()
                    .and_then(|arn| arn.split(':').nth(1))
                    .unwrap_or("aws")
                    .to_owned();
                Ok(Identity {
                    account: answer.account().map(str::to_owned),
                    partition,
                    region,
                })
            }
            // Without an account, restrictions of accounts cannot be checked.
            Err(error)
                if self.settings.skip_credentials_validation
                    && !self.settings.restricts_accounts() =>
            {
                tracing::warn!(%error, "the account is unknown");
                Ok(unasked)
            }
            Err(error) => Err(error),
        }
    }

    fn check_account(&self, account: &str) -> Result<(), AwsError> {
        let Settings {
            allowed_accounts,
            forbidden_accounts,
            ..
        } = &*self.settings;
        let is_in = |accounts: &[String]| accounts.iter().any(|other| other == account);
        if is_in(forbidden_accounts) || !(allowed_accounts.is_empty() || is_in(allowed_accounts)) {
            let message = format!(
                "the credentials belong to the account {account}, which the provider block does not allow"
            );
            return Err(AwsError::of(
                AwsErrorKind::AccountNotAllowed,
                "GetCallerIdentity",
                message,
            ));
        }
        Ok(())
    }

    async fn config(&self) -> Result<&SdkConfig, AwsError> {
        self.config.get_or_try_init(|| self.load()).await
    }

    async fn load(&self) -> Result<SdkConfig, AwsError> {
        let Some(base) = &self.base else {
            return load(&self.settings).await;
        };
        check_regions(&self.settings, self.settings.region.as_deref())?;
        let config = Box::pin(base.config()).await?.to_builder();
        Ok(config
            .region(self.settings.region.clone().map(Region::new))
            .build())
    }
}

/// Checks that the region and the region of STS exist.
fn check_regions(settings: &Settings, region: Option<&str>) -> Result<(), AwsError> {
    let regions = [region, settings.sts_region.as_deref()]
        .into_iter()
        .flatten();
    for region in regions.filter(|_| !settings.skip_region_validation) {
        regions::check(region).map_err(|UnknownRegion { nearest }| {
            let hint =
                nearest.map_or_else(String::new, |nearest| format!(" Did you mean `{nearest}`?"));
            let message = format!("`{region}` is not an AWS region.{hint}");
            AwsError::of(AwsErrorKind::InvalidRegion, "configuration", message)
        })?;
    }
    Ok(())
}

async fn load(settings: &Settings) -> Result<SdkConfig, AwsError> {
    let profiles = profile::load(profile_files(settings), settings.profile.clone()).await;
    if !settings.has_keys() {
        profile::check_selected(&profiles, settings.profile.as_deref())?;
    }
    let config = loader(settings)?.load().await;
    let region = config.region().map(AsRef::<str>::as_ref);
    let Some(region) = region.filter(|region| !region.is_empty()) else {
        return Err(AwsError::of(
            AwsErrorKind::NoRegion,
            "configuration",
            "no region: set `region` in the provider block, AWS_REGION, or `region` in the profile",
        ));
    };
    check_regions(settings, Some(region))?;
    let config = match metadata::provider(settings, profile_files(settings), &config)? {
        Some(provider) if !settings.has_keys() => {
            config.into_builder().credentials_provider(provider).build()
        }
        _ => config,
    };
    Ok(credentials::assume(settings, config, profiles))
}

/// The loader of the SDK configuration for these settings.
fn loader(settings: &Settings) -> Result<ConfigLoader, AwsError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_mins(1))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .profile_files(profile_files(settings))
        .retry_config(retries(settings))
        .timeout_config(timeouts)
        .http_client(http::client(settings)?);
    if let Some(fips) = settings.use_fips {
        loader = loader.use_fips(fips);
    }
    if let Some(dual_stack) = settings.use_dual_stack {
        loader = loader.use_dual_stack(dual_stack);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let (Some(key), Some(secret)) = (&settings.access_key, &settings.secret_key) {
        let credentials = Credentials::new(
            key,
            secret,
            settings.token.clone(),
            None,
            "provider configuration",
        );
        loader = loader.credentials_provider(credentials);
    }
    if let Ok(name) = AppName::new("terraform-provider-sfn") {
        loader = loader.app_name(name);
    }
    Ok(user_agents(settings)
        .into_iter()
        .fold(loader, ConfigLoader::framework_metadata))
}

fn retries(settings: &Settings) -> RetryConfig {
    let adaptive = settings.adaptive_retries.unwrap_or_else(|| {
        std::env::var("AWS_RETRY_MODE").is_ok_and(|mode| mode.eq_ignore_ascii_case("adaptive"))
    });
    let retries = if adaptive {
        RetryConfig::adaptive()
    } else {
        RetryConfig::standard()
    };
    retries
        .with_max_attempts(settings.attempts())
        .with_initial_backoff(Duration::from_millis(300))
        .with_max_backoff(Duration::from_secs(20))
}

/// Products to add to the user agent.
fn user_agents(settings: &Settings) -> Vec<FrameworkMetadata> {
    let environment = std::env::var("TF_APPEND_USER_AGENT").unwrap_or_default();
    let products = settings
        .user_agent
        .iter()
        .map(String::as_str)
        .chain(environment.split(' '));
    let metadata = products.filter_map(|product| {
        let (name, version) = product
            .split_once('/')
            .map_or((product, None), |(name, version)| (name, Some(version)));
        let version = version
            .and_then(|version| version.split(' ').next())
            .map(str::to_owned);
        FrameworkMetadata::new(name.to_owned(), version).ok()
    });
    metadata.collect()
}

/// The files with profiles: those of the settings, or the default ones.
fn profile_files(settings: &Settings) -> EnvConfigFiles {
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(settings.shared_config_files.is_empty())
        .include_default_credentials_file(settings.shared_credentials_files.is_empty());
    for path in &settings.shared_config_files {
        files = files.with_file(EnvConfigFileKind::Config, expand_home(path));
    }
    for path in &settings.shared_credentials_files {
        files = files.with_file(EnvConfigFileKind::Credentials, expand_home(path));
    }
    files.build()
}

/// Expands `~/` at the start of a path to the home directory, as in the shared configuration files.
pub(crate) fn expand_home(path: &str) -> String {
    match (path.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(region: &str) -> Settings {
        let key = Some("key".to_owned());
        Settings {
            region: Some(region.into()),
            access_key: key.clone(),
            secret_key: key,
            ..Settings::default()
        }
    }

    async fn check(aws: &Aws, expected: Result<&str, &str>) {
        let region = aws.region().await;
        let kind = region.as_ref().err().map(|error| error.kind);
        let message = region.map_err(|error| error.to_string());
        assert_eq!(
            message.as_ref().map(String::as_str).map_err(String::as_str),
            expected
        );
        assert_eq!(
            kind,
            expected.is_err().then_some(AwsErrorKind::InvalidRegion)
        );
    }

    #[tokio::test]
    async fn a_region_that_aws_does_not_have_is_refused() {
        let misspelt = "configuration: `eu-wst-1` is not an AWS region. Did you mean `eu-west-1`?";
        for (region, expected) in [
            ("eu-west-1", Ok("eu-west-1")),
            ("eu-wst-1", Err(misspelt)),
            (
                "frankfurt",
                Err("configuration: `frankfurt` is not an AWS region."),
            ),
        ] {
            check(&Aws::new(settings(region)), expected).await;
            check(
                &Arc::new(Aws::new(settings("us-east-1"))).in_region(region),
                expected,
            )
            .await;
        }
        let sts_region = Some("eu-wst-1".to_owned());
        check(
            &Aws::new(Settings {
                sts_region,
                ..settings("eu-west-1")
            }),
            Err(misspelt),
        )
        .await;
    }

    #[tokio::test]
    async fn a_region_is_not_checked_where_the_settings_say_so() {
        let settings = Settings {
            skip_region_validation: true,
            ..settings("moon-1")
        };
        let aws = Arc::new(Aws::new(settings));
        check(&aws, Ok("moon-1")).await;
        check(&aws.in_region("moon-2"), Ok("moon-2")).await;
    }
}
