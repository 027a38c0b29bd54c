//! Explanations for endpoints that cannot be reached, and which of these failures to retry.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use hyper::Uri;
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;

use crate::answer;
use crate::attempt::{self, Progress};
use crate::causes;
use crate::error::{AwsError, AwsErrorKind};

/// Pauses before a refused connection or an unknown host is retried, because a local endpoint may
/// be restarting. The total is less than a second, which the SDK waits for the EC2 metadata
/// service.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(400)];

/// Timeout of the name server. It is shorter than the SDK's timeout of connections, so that the
/// reason is known.
const NAME_SERVER: Duration = Duration::from_secs(4);

/// Resolves hosts as the system does.
#[derive(Debug, Clone)]
pub(crate) struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let unresolved = |in_time| {
                ResolveDnsError::new(Unresolved {
                    host: name.to_owned(),
                    in_time,
                })
            };
            match tokio::time::timeout(NAME_SERVER, tokio::net::lookup_host((name, 0))).await {
                Ok(Ok(addresses)) => Ok(addresses.map(|address| address.ip()).collect()),
                Ok(Err(_)) => Err(unresolved(true)),
                Err(_) => Err(unresolved(false)),
            }
        })
    }
}

/// A host that cannot be resolved.
#[derive(Debug)]
struct Unresolved {
    host: String,
    /// Whether the name server responded.
    in_time: bool,
}

impl Error for Unresolved {}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.in_time {
            ""
        } else {
            ": the name server does not respond"
        };
        write!(f, "cannot resolve host `{}`{why}", self.host)
    }
}

/// Information that the HTTP client needs to describe endpoints and proxies.
#[derive(Debug)]
pub(crate) struct Ways {
    /// Current proxies.
    pub(crate) proxies: Matcher,
    /// Number of attempts that the settings allow.
    pub(crate) attempts: u32,
}

/// A client whose failures are [`AwsError`]s of the kind `Unreachable`, and that prevents the SDK
/// from retrying permanent failures.
pub(crate) fn client(client: SharedHttpClient, ways: Ways) -> SharedHttpClient {
    SharedHttpClient::new(Client {
        client,
        ways: Arc::new(ways),
    })
}

/// As [`client`], for requests without an SDK client.
pub(crate) fn connector(connector: SharedHttpConnector, ways: Ways) -> SharedHttpConnector {
    SharedHttpConnector::new(Connector {
        connector,
        ways: Arc::new(ways),
        patience: None,
    })
}

#[derive(Debug)]
struct Client {
    client: SharedHttpClient,
    ways: Arc<Ways>,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Connector {
            connector,
            ways: self.ways.clone(),
            patience: settings.connect_timeout(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug, Clone)]
struct Connector {
    connector: SharedHttpConnector,
    ways: Arc<Ways>,
    /// Connection timeout.
    patience: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

impl Connector {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let way = Way::of(&request, &self.ways.proxies, self.patience);
        let mut pauses = PAUSES.iter();
        loop {
            let same = request.try_clone();
            attempt::record(|observed| {
                (observed.progress, observed.is_final) = (Progress::Sent, false);
                observed.attempts = Some(self.ways.attempts);
            });
            let error = match self.connector.call(request).await {
                Ok(response) => {
                    let (status, is_page) =
                        (response.status().as_u16(), answer::is_page(&response));
                    attempt::record(|observed| {
                        observed.pages = if is_page { observed.pages + 1 } else { 0 };
                        observed.progress = Progress::Answered(status);
                        observed.cause =
                            (status >= 500).then(|| format!("HTTP {status} from {}", way.endpoint));
                    });
                    return Ok(response);
                }
                Err(error) => error,
            };
            let failure = Failure::of(&error, &way);
            match (failure.hope, pauses.next(), same) {
                (Hope::Soon, Some(pause), Some(same)) => {
                    tokio::time::sleep(*pause).await;
                    request = same;
                }
                _ => return Err(failure.into_connector_error(&error)),
            }
        }
    }
}

/// The route of a request to its endpoint.
struct Way {
    /// Host of the endpoint.
    host: String,
    /// Host and port of the endpoint.
    endpoint: String,
    /// Whether the endpoint uses HTTPS.
    is_tls: bool,
    /// Host and port of the proxy, if there is one.
    proxy: Option<String>,
    /// Connection timeout.
    patience: Option<Duration>,
}

impl Way {
    fn of(request: &HttpRequest, proxies: &Matcher, patience: Option<Duration>) -> Self {
        let uri = request.uri().parse::<Uri>().unwrap_or_default();
        let proxy = proxies.intercept(&uri).map(|proxy| authority(proxy.uri()));
        let is_tls = uri.scheme_str() == Some("https");
        Self {
            host: uri.host().unwrap_or("").to_owned(),
            endpoint: authority(&uri),
            is_tls,
            proxy,
            patience,
        }
    }

    /// The target of the connection.
    fn peer(&self) -> String {
        self.proxy.as_ref().map_or_else(
            || self.endpoint.clone(),
            |proxy| format!("the proxy {proxy}"),
        )
    }
}

/// Host and port.
fn authority(uri: &Uri) -> String {
    let default = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    format!(
        "{}:{}",
        uri.host().unwrap_or(""),
        uri.port_u16().unwrap_or(default)
    )
}

/// Whether a retry can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hope {
    /// Never.
    None,
    /// Within a second, or not at all.
    Soon,
    /// At any time.
    Later,
}

/// The reason for a missing response.
#[derive(Debug)]
struct Failure {
    /// Text of the reason.
    text: String,
    hope: Hope,
    /// Whether the endpoint may have received the request.
    was_sent: bool,
}

impl Failure {
    fn of(error: &ConnectorError, way: &Way) -> Self {
        let is_connecting =
            causes::find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect);
        let repeats = error.is_io() || error.is_timeout() || error.as_other().is_some();
        let (text, hope) = unresolved(error)
            .or_else(|| handshake(error, way).filter(|_| is_connecting))
            .or_else(|| io_error(error).and_then(|error| io_failure(error, way, is_connecting)))
            .or_else(|| timed_out(error, way, is_connecting))
            .or_else(|| causes::find::<hyper::Error>(error).and_then(|error| http(error, way)))
            .unwrap_or_else(|| {
                (
                    other(error, way, is_connecting),
                    if repeats { Hope::Later } else { Hope::None },
                )
            });
        Self {
            text,
            hope,
            was_sent: !is_connecting,
        }
    }

    /// The failure as an error that the SDK retries if that can succeed.
    fn into_connector_error(self, error: &ConnectorError) -> ConnectorError {
        tracing::debug!(cause = self.text.as_str(), "no response");
        attempt::record(|observed| {
            observed.cause = Some(self.text.clone());
            observed.progress = if self.was_sent {
                Progress::Sent
            } else {
                Progress::Unconnected
            };
            observed.is_final = self.hope != Hope::Later;
        });
        let source = AwsError::of(AwsErrorKind::Unreachable, "connect", self.text).into();
        match self.hope {
            Hope::None | Hope::Soon => ConnectorError::other(source, None),
            Hope::Later if error.is_timeout() => ConnectorError::timeout(source),
            Hope::Later if error.as_other().is_some() => {
                ConnectorError::other(source, error.as_other())
            }
            Hope::Later => ConnectorError::io(source),
        }
    }
}

type Cause = (String, Hope);

fn unresolved(error: &ConnectorError) -> Option<Cause> {
    let unresolved = causes::find::<Unresolved>(error)?;
    Some((
        unresolved.to_string(),
        if unresolved.in_time {
            Hope::Soon
        } else {
            Hope::Later
        },
    ))
}

/// The I/O error with the reason, not one that only wraps another error.
fn io_error(error: &ConnectorError) -> Option<&io::Error> {
    let mut errors = causes::chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    errors.find(|error| error.kind() != io::ErrorKind::Other)
}

fn io_failure(error: &io::Error, way: &Way, is_connecting: bool) -> Option<Cause> {
    use io::ErrorKind as Kind;
    let peer = way.peer();
    Some(match error.kind() {
        Kind::ConnectionRefused => (format!("connection refused by {peer}"), Hope::Soon),
        Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::AddrNotAvailable => {
            (format!("there is no route to {peer}"), Hope::Soon)
        }
        Kind::PermissionDenied => (
            format!("the system does not permit a connection to {peer}"),
            Hope::None,
        ),
        Kind::TimedOut if is_connecting => {
            (format!("{peer} does not accept a connection"), Hope::Later)
        }
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
            (format!("the connection was reset by {peer}"), Hope::Later)
        }
        _ => return None,
    })
}

fn timed_out(error: &ConnectorError, way: &Way, is_connecting: bool) -> Option<Cause> {
    let within = way.patience.map_or_else(String::new, |patience| {
        format!(" within {} s", patience.as_secs())
    });
    let text = match is_connecting {
        true => format!("{} does not accept a connection{within}", way.peer()),
        false => format!("{} does not respond", way.endpoint),
    };
    error.is_timeout().then_some((text, Hope::Later))
}

/// The error for an invalid response.
fn http(error: &hyper::Error, way: &Way) -> Option<Cause> {
    if error.is_parse() {
        return Some((
            format!(
                "cannot talk to {}: the server does not speak HTTP",
                way.endpoint
            ),
            Hope::None,
        ));
    }
    let ends = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    ends.then(|| {
        (
            format!("{} closed the connection without a response", way.peer()),
            Hope::Later,
        )
    })
}

/// Any other reason, from the texts of the error.
fn other(error: &ConnectorError, way: &Way, is_connecting: bool) -> String {
    let (endpoint, texts) = (&way.endpoint, causes::texts(error));
    match &way.proxy {
        Some(proxy) if is_connecting => {
            format!("the proxy {proxy} does not connect to {endpoint}: {texts}")
        }
        None if is_connecting && way.is_tls && causes::chain(error).any(is_end) => {
            format!("{endpoint} closed the connection during the TLS handshake")
        }
        _ => format!("cannot reach {endpoint}: {texts}"),
    }
}

fn is_end(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}

/// Why a TLS handshake failed.
fn handshake(error: &ConnectorError, way: &Way) -> Option<Cause> {
    let Way { host, endpoint, .. } = way;
    Some(match causes::find::<rustls::Error>(error)? {
        rustls::Error::InvalidMessage(_) => (
            format!("cannot connect to {endpoint}: the server does not speak TLS"),
            Hope::None,
        ),
        rustls::Error::InvalidCertificate(reason) => (
            format!("the certificate of `{host}` {}", certificate(reason)),
            Hope::None,
        ),
        error => (
            format!("the TLS handshake with {endpoint} failed: {error}"),
            Hope::Later,
        ),
    })
}

/// Why a certificate is not accepted.
fn certificate(error: &CertificateError) -> String {
    use CertificateError as Invalid;
    match error {
        Invalid::Expired | Invalid::ExpiredContext { .. } => "has expired".to_owned(),
        Invalid::NotValidYet | Invalid::NotValidYetContext { .. } => "is not valid yet".to_owned(),
        Invalid::NotValidForName => "is not valid for this name".to_owned(),
        Invalid::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "is not valid for any name".to_owned()
        }
        Invalid::NotValidForNameContext { presented, .. } => {
            let names = presented.iter().map(|name| format!("`{}`", bare(name)));
            format!("is not valid for this name, only for {}", names.collect::<Vec<_>>().join(", "))
        }
        Invalid::Revoked => "is revoked".to_owned(),
        Invalid::UnknownIssuer => {
            "is not trusted: its issuer is unknown. Add its certificate authority to `custom_ca_bundle`".to_owned()
        }
        Invalid::BadEncoding => "is not trusted: its encoding is invalid".to_owned(),
        Invalid::BadSignature => "is not trusted: its signature is invalid".to_owned(),
        other => format!("is not trusted: {other}"),
    }
}

/// The name in `DnsName("example.com")` or `IpAddress(127.0.0.1)`, the format of rustls.
fn bare(name: &str) -> &str {
    name.split_once('(')
        .map_or(name, |(_, rest)| rest.trim_end_matches(')'))
        .trim_matches('"')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests;
