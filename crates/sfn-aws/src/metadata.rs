//! Credentials from an EC2 metadata service at a configured URL.

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::imds::client::{Client, EndpointMode};
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;

use crate::config::Settings;
use crate::error::AwsError;

/// Name of the metadata service as `credential_source` of a profile.
const SOURCE: &str = "Ec2InstanceMetadata";

/// The default chain of credentials providers with the metadata service of the settings. `None` if
/// it is not set.
///
/// The order is that of the SDK's `DefaultCredentialsChain`, which does not accept both a metadata
/// service and files.
///
/// # Errors
/// When the URL or the mode is invalid.
pub(crate) fn provider(
    settings: &Settings,
    files: EnvConfigFiles,
    config: &SdkConfig,
) -> Result<Option<SharedCredentialsProvider>, AwsError> {
    let known = provider_config(config);
    let Some(client) = client(settings, &known)? else {
        return Ok(None);
    };
    let metadata = || {
        ImdsCredentialsProvider::builder()
            .configure(&known)
            .imds_client(client.clone())
            .build()
    };
    let profile = ProfileFileCredentialsProvider::builder()
        .configure(&known)
        .profile_files(files);
    let mut profile = profile.with_custom_provider(SOURCE, metadata());
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    let token = WebIdentityTokenCredentialsProvider::builder()
        .configure(&known)
        .build();
    let container = EcsCredentialsProvider::builder().configure(&known).build();
    let chain = CredentialsProviderChain::first_try(
        "Environment",
        EnvironmentVariableCredentialsProvider::new(),
    )
    .or_else("Profile", profile.build())
    .or_else("WebIdentityToken", token)
    .or_else("EcsContainer", container)
    .or_else(SOURCE, metadata());
    Ok(Some(SharedCredentialsProvider::new(chain)))
}

/// The client for the metadata service in the settings.
fn client(settings: &Settings, known: &ProviderConfig) -> Result<Option<Client>, AwsError> {
    let written = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let invalid = |name: &str, value: &str| {
        AwsError::local("configuration", format!("invalid `{name}` `{value}`"))
    };
    let builder = Client::builder().configure(known);
    if let Some(endpoint) = written(&settings.ec2_metadata_service_endpoint) {
        let builder = builder.endpoint(&endpoint);
        let builder = builder.map_err(|_| invalid("ec2_metadata_service_endpoint", &endpoint))?;
        return Ok(Some(builder.build()));
    }
    let Some(mode) = written(&settings.ec2_metadata_service_endpoint_mode) else {
        return Ok(None);
    };
    let parsed = mode.parse::<EndpointMode>();
    let parsed = parsed.map_err(|_| invalid("ec2_metadata_service_endpoint_mode", &mode))?;
    Ok(Some(builder.endpoint_mode(parsed).build()))
}

/// The configuration for the providers of the chain.
fn provider_config(config: &SdkConfig) -> ProviderConfig {
    let mut known = ProviderConfig::default()
        .with_region(config.region().cloned())
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack())
        .with_behavior_version(config.behavior_version());
    if let Some(client) = config.http_client() {
        known = known.with_http_client(client);
    }
    if let Some(retries) = config.retry_config() {
        known = known.with_retry_config(retries.clone());
    }
    if let Some(timeouts) = config.timeout_config() {
        known = known.with_timeout_config(timeouts.clone());
    }
    known
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::loopback::{CALLER, authority, respond, response, server};
    use crate::{Aws, Call};

    const CREDENTIALS: &str = "{\"Code\": \"Success\", \"Type\": \"AWS-HMAC\", \"AccessKeyId\": \"ASIAMETADATA\", \
                               \"SecretAccessKey\": \"secret\", \"Token\": \"token\", \
                               \"Expiration\": \"2999-01-01T00:00:00Z\"}";

    /// The responses of the metadata service.
    fn metadata(request: &str) -> String {
        let roles = "GET /latest/meta-data/iam/security-credentials/";
        let body = match request.strip_prefix(roles) {
            Some(role) if role.starts_with("deployer ") => CREDENTIALS,
            Some(_) => "deployer",
            None => "token",
        };
        let response = response("200 OK", "text/plain", body);
        response.replacen(
            "\r\n",
            "\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n",
            1,
        )
    }

    #[tokio::test]
    async fn the_metadata_service_of_the_settings_is_asked() {
        let service = server(|stream| respond(stream, metadata)).await;
        let sts = server(|stream| {
            respond(stream, |request| {
                match request.contains("Credential=ASIAMETADATA/") {
                    true => response("200 OK", "text/xml", CALLER),
                    false => response("403 Forbidden", "text/plain", "other credentials"),
                }
            })
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        let settings = Settings {
            region: Some("eu-west-1".into()),
            shared_config_files: vec![empty.display().to_string()],
            shared_credentials_files: vec![empty.display().to_string()],
            endpoints: [("sts".to_owned(), format!("http://127.0.0.1:{sts}"))].into(),
            http_proxy: Some("http://127.0.0.1:9".into()),
            no_proxy: Some("127.0.0.0/8,*".into()),
            custom_ca_bundle: Some(authority(folder.path()).display().to_string()),
            ec2_metadata_service_endpoint: Some(format!("http://127.0.0.1:{service}")),
            ..Settings::default()
        };
        let aws = Aws::new(settings);
        let identity = aws
            .identity(&Call::new(
                Duration::from_secs(30),
                CancellationToken::new(),
            ))
            .await
            .unwrap();
        assert_eq!(identity.account.as_deref(), Some("123456789012"));
    }

    #[tokio::test]
    async fn an_invalid_mode_is_named() {
        let settings = Settings {
            ec2_metadata_service_endpoint_mode: Some("IPv5".into()),
            ..Settings::default()
        };
        let config = SdkConfig::builder().build();
        let error = provider(&settings, EnvConfigFiles::default(), &config).unwrap_err();
        assert_eq!(
            error.to_string(),
            "configuration: invalid `ec2_metadata_service_endpoint_mode` `IPv5`"
        );
        assert!(
            provider(&Settings::default(), EnvConfigFiles::default(), &config)
                .unwrap()
                .is_none()
        );
    }
}
