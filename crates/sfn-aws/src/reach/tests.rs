//! Local servers that fail in various ways, and the reported errors.

use std::net::TcpListener as StdListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::loopback::{CALLER, answer, authority, bundle, certificate, response, server};
use crate::{Aws, AwsError, AwsErrorKind, Call, Identity, Settings};

/// Starts a server with this certificate, and returns its port.
async fn tls_server(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    server(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream, &response("200 OK", "text/xml", CALLER)).await;
            }
        }
    })
    .await
}

/// Requests the caller identity from an endpoint. Only the certificate authority in this file is
/// trusted.
async fn ask(endpoint: &str, bundle: &Path, patience: Duration) -> Result<Identity, AwsError> {
    let settings = Settings {
        region: Some("eu-west-1".into()),
        access_key: Some("key".into()),
        secret_key: Some("secret".into()),
        endpoints: [("sts".to_owned(), endpoint.to_owned())].into(),
        // No proxy is used, regardless of the environment.
        http_proxy: Some("http://127.0.0.1:9".into()),
        no_proxy: Some("127.0.0.0/8,*".into()),
        custom_ca_bundle: Some(bundle.display().to_string()),
        ..Settings::default()
    };
    let aws = Aws::new(settings);
    aws.identity(&Call::new(patience, CancellationToken::new()))
        .await
        .cloned()
}

/// A folder with an unused certificate authority.
fn nobody() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = authority(folder.path());
    (folder, path)
}

/// Checks that a permanent failure of an endpoint is reported within two seconds.
async fn check(endpoint: &str, bundle: &Path, message: &str) {
    let start = Instant::now();
    let error = ask(endpoint, bundle, Duration::from_secs(30))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), format!("GetCallerIdentity: {message}"));
    assert_eq!((error.kind, error.code), (AwsErrorKind::Unreachable, None));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{message}: {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_refused_connection_is_reported_at_once() {
    let port = StdListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (_folder, nobody) = nobody();
    let message = format!("connection refused by 127.0.0.1:{port}");
    check(&format!("http://127.0.0.1:{port}"), &nobody, &message).await;
    check(&format!("https://127.0.0.1:{port}"), &nobody, &message).await;
}

#[tokio::test]
async fn an_unknown_host_is_reported_at_once() {
    let (_folder, nobody) = nobody();
    check(
        "https://does-not-exist.invalid",
        &nobody,
        "cannot resolve host `does-not-exist.invalid`",
    )
    .await;
}

#[tokio::test]
async fn a_server_of_another_protocol_is_reported_at_once() {
    let (_folder, nobody) = nobody();
    let plain = response("400 Bad Request", "text/plain", "this is HTTP");
    let port = server(move |stream| {
        let plain = plain.clone();
        async move { answer(stream, &plain).await }
    })
    .await;
    let message = format!("cannot connect to 127.0.0.1:{port}: the server does not speak TLS");
    check(&format!("https://127.0.0.1:{port}"), &nobody, &message).await;
    let port = server(|stream| answer(stream, "SSH-2.0-OpenSSH_9.6\r\n")).await;
    let message = format!("cannot talk to 127.0.0.1:{port}: the server does not speak HTTP");
    check(&format!("http://127.0.0.1:{port}"), &nobody, &message).await;
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_reported_at_once() {
    for (name, not_after, own, message) in [
        (
            "127.0.0.1",
            4000,
            false,
            "the certificate of `127.0.0.1` is not trusted: its issuer is unknown. Add its certificate authority to \
             `custom_ca_bundle`",
        ),
        (
            "127.0.0.1",
            2001,
            true,
            "the certificate of `127.0.0.1` has expired",
        ),
        (
            "example.com",
            4000,
            true,
            "the certificate of `127.0.0.1` is not valid for this name, only for `example.com`",
        ),
    ] {
        let (certificate, key) = certificate(name, not_after);
        let (folder, nobody) = nobody();
        let trusted = if own {
            bundle(folder.path(), &certificate)
        } else {
            nobody
        };
        let port = tls_server(certificate, key).await;
        check(&format!("https://127.0.0.1:{port}"), &trusted, message).await;
    }
}

#[tokio::test]
async fn a_trusted_server_is_used() {
    let (certificate, key) = certificate("127.0.0.1", 4000);
    let folder = tempfile::tempdir().unwrap();
    let trusted = bundle(folder.path(), &certificate);
    let port = tls_server(certificate, key).await;
    let identity = ask(
        &format!("https://127.0.0.1:{port}"),
        &trusted,
        Duration::from_secs(30),
    )
    .await
    .unwrap();
    assert_eq!(identity.account.as_deref(), Some("123456789012"));
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    let (_folder, nobody) = nobody();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let port = server(move |mut stream| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            if number < 2 {
                let _ = stream.read(&mut [0; 64]).await;
            } else {
                answer(stream, &response("200 OK", "text/xml", CALLER)).await;
            }
        }
    })
    .await;
    let identity = ask(
        &format!("http://127.0.0.1:{port}"),
        &nobody,
        Duration::from_secs(30),
    )
    .await
    .unwrap();
    assert_eq!(identity.account.as_deref(), Some("123456789012"));
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_deadline_tells_the_last_cause() {
    let (_folder, nobody) = nobody();
    let port = server(|mut stream| async move {
        let _ = stream.read(&mut [0; 8192]).await;
    })
    .await;
    let error = ask(
        &format!("http://127.0.0.1:{port}"),
        &nobody,
        Duration::from_secs(3),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, AwsErrorKind::TimedOut);
    let message = error.to_string();
    assert!(
        message.starts_with("GetCallerIdentity: AWS did not answer in time: "),
        "{message}"
    );
    assert!(message.contains(&format!("127.0.0.1:{port}")), "{message}");
}

#[tokio::test]
async fn a_page_is_not_a_response_of_aws() {
    let (_folder, nobody) = nobody();
    let page = response(
        "404 Not Found",
        "text/html",
        "<html><title>404 Not Found</title></html>",
    );
    let port = server(move |stream| {
        let page = page.clone();
        async move { answer(stream, &page).await }
    })
    .await;
    let error = ask(
        &format!("http://127.0.0.1:{port}"),
        &nobody,
        Duration::from_secs(30),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, AwsErrorKind::NotAws);
    assert_eq!(
        error.to_string(),
        "GetCallerIdentity: HTTP 404 with text/html, which is not a response of AWS: `404 Not Found`. Check the endpoint \
         and the proxy."
    );
}

/// A proxy that restarts is retried, but a wrong address is not.
#[tokio::test]
async fn a_page_of_a_failing_server_is_asked_for_a_few_times() {
    let (_folder, nobody) = nobody();
    let page = response(
        "502 Bad Gateway",
        "text/html",
        "<html><title>502 Bad Gateway</title></html>",
    );
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let port = server(move |stream| {
        counter.fetch_add(1, Ordering::Relaxed);
        let page = page.clone();
        async move { answer(stream, &page).await }
    })
    .await;
    let error = ask(
        &format!("http://127.0.0.1:{port}"),
        &nobody,
        Duration::from_mins(1),
    )
    .await
    .unwrap_err();
    assert_eq!(
        (error.kind, count.load(Ordering::Relaxed)),
        (AwsErrorKind::NotAws, 5)
    );
}
