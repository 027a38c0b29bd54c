//! HTTP client of all AWS clients, with proxies and certificate authorities.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::Settings;
use crate::error::AwsError;
use crate::pace;
use crate::reach::{self, Resolver, Ways};

/// Creates the client for these settings.
///
/// # Errors
/// When a proxy address is invalid, or the certificates cannot be read.
pub(crate) fn client(settings: &Settings) -> Result<SharedHttpClient, AwsError> {
    let ((proxy, proxies), context) = (proxy(settings)?, tls_context(settings)?);
    let client = Builder::new().build_with_connector_fn(move |connector, components| {
        let mut builder = Connector::builder().proxy_config(proxy.clone());
        builder.set_connector_settings(connector.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        let builder = builder
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone());
        builder.build_with_resolver(Resolver)
    });
    let client = reach::client(
        client,
        Ways {
            proxies,
            attempts: settings.attempts(),
        },
    );
    Ok(match settings.pace {
        Some(factor) => pace::paced(client, factor),
        None => client,
    })
}

/// Downloads the content of a URL from AWS, such as the code of a function.
///
/// # Errors
/// When it cannot be downloaded.
pub(crate) async fn download(settings: &Settings, address: &str) -> Result<Vec<u8>, AwsError> {
    let operation = "download";
    let (proxy, proxies) = proxy(settings)?;
    let connector = Connector::builder()
        .proxy_config(proxy)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls_context(settings)?)
        .build_with_resolver(Resolver);
    let ways = Ways {
        proxies,
        attempts: settings.attempts(),
    };
    let connector = reach::connector(SharedHttpConnector::new(connector), ways);
    let mut request = HttpRequest::new(SdkBody::empty());
    request
        .set_uri(address)
        .map_err(|error| AwsError::caused(operation, &error))?;
    let answer = connector
        .call(request)
        .await
        .map_err(|error| AwsError::caused(operation, &error))?;
    if !answer.status().is_success() {
        return Err(AwsError::local(
            operation,
            format!("HTTP {}", answer.status().as_u16()),
        ));
    }
    let body = ByteStream::new(answer.into_body()).collect().await;
    Ok(body
        .map_err(|error| AwsError::caused(operation, &error))?
        .to_vec())
}

fn tls_context(settings: &Settings) -> Result<TlsContext, AwsError> {
    let context = TlsContext::builder()
        .with_trust_store(trust_store(settings)?)
        .build();
    context.map_err(|error| AwsError::local("configuration", error.to_string()))
}

/// The proxy for HTTPS, which AWS uses. Otherwise the proxy for HTTP, for both protocols, or the
/// one of the environment. Also returns which requests use it.
fn proxy(settings: &Settings) -> Result<(ProxyConfig, Matcher), AwsError> {
    let rules = Matcher::builder();
    let (address, proxy, rules) = match (&settings.https_proxy, &settings.http_proxy) {
        (Some(address), None) => (
            address,
            ProxyConfig::https(address.as_str()),
            rules.https(address),
        ),
        (Some(address), Some(_)) | (None, Some(address)) => (
            address,
            ProxyConfig::all(address.as_str()),
            rules.all(address),
        ),
        (None, None) => return Ok((ProxyConfig::from_env(), Matcher::from_env())),
    };
    let proxy = proxy.map_err(|_| {
        AwsError::local(
            "configuration",
            format!("invalid proxy address `{address}`"),
        )
    })?;
    let exceptions = settings.no_proxy.clone();
    let exceptions = exceptions.or_else(|| {
        ["NO_PROXY", "no_proxy"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
    });
    Ok(match exceptions {
        Some(exceptions) => (proxy.no_proxy(&exceptions), rules.no(exceptions).build()),
        None => (proxy, rules.build()),
    })
}

/// The certificate authorities: only those of the bundle, or those of the system.
fn trust_store(settings: &Settings) -> Result<TrustStore, AwsError> {
    let path = settings
        .custom_ca_bundle
        .clone()
        .or_else(|| std::env::var("AWS_CA_BUNDLE").ok());
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Ok(TrustStore::default());
    };
    let refused = |error: String| {
        AwsError::local(
            "configuration",
            format!("the certificates of `{path}` cannot be used: {error}"),
        )
    };
    let pem = std::fs::read(crate::config::expand_home(&path))
        .map_err(|error| refused(error.to_string()))?;
    // The connector requires valid certificates.
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refused(error.to_string()))?;
        RootCertStore::empty()
            .add(certificate)
            .map_err(|error| refused(error.to_string()))?;
        count += 1;
    }
    if count == 0 {
        return Err(refused(
            "it does not contain a certificate in PEM format".into(),
        ));
    }
    Ok(TrustStore::empty().with_pem_certificate(pem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(settings: Settings) -> String {
        client(&settings)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let bundle = |path: &str| Settings {
            custom_ca_bundle: Some(path.into()),
            ..Settings::default()
        };
        assert!(
            said(bundle("/nowhere.pem"))
                .contains("the certificates of `/nowhere.pem` cannot be used")
        );
        assert!(
            said(bundle("Cargo.toml")).contains("it does not contain a certificate in PEM format")
        );
        let proxy = Settings {
            https_proxy: Some("not an address".into()),
            ..Settings::default()
        };
        assert!(said(proxy).contains("invalid proxy address `not an address`"));
        assert_eq!(
            said(Settings {
                http_proxy: Some("http://127.0.0.1:3128".into()),
                ..Settings::default()
            }),
            ""
        );
    }
}
