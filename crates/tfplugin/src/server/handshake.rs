//! The handshake at the start of the process: environment variables from Terraform, and the line
//! that Terraform reads.

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio_rustls::TlsAcceptor;
use tokio_stream::{Stream, StreamExt as _, wrappers::ReceiverStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

use super::Server;
use super::companions::{Broker, Controller, Healthy, Stdio};
use super::tls::{self, TlsError};
use crate::proto::health::health_server::HealthServer;
use crate::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::proto::plugin::grpc_controller_server::GrpcControllerServer;
use crate::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::provider::Provider;

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const PROTOCOL: u32 = 6;

/// The reason why the process cannot serve.
#[derive(Debug)]
pub enum ServeError {
    /// The process was not started by Terraform. Contains the text to show.
    NotTerraform(String),
    /// The client supports other versions of the protocol.
    Version(String),
    /// TLS cannot be set up.
    Tls(TlsError),
    /// An error of the operating system.
    Io(io::Error),
    /// The gRPC server stopped.
    Transport(tonic::transport::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTerraform(about) => f.write_str(about),
            Self::Version(offered) => write!(
                f,
                "this provider requires version {PROTOCOL} of the plugin protocol, but the client offered {offered}: \
                 use Terraform 1.0 or later, or OpenTofu"
            ),
            Self::Tls(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ServeError {}

impl From<io::Error> for ServeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<TlsError> for ServeError {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

/// Serves the provider until Terraform ends it. With the argument `-debug`, it serves without TLS,
/// and prints the environment variable with which Terraform attaches to this process.
///
/// # Errors
/// When the process was not started by Terraform, or cannot listen.
pub async fn serve(provider: impl Provider) -> Result<(), ServeError> {
    crate::log::install();
    let (about, address) = (provider.about(), provider.address().to_owned());
    let debug = std::env::args()
        .skip(1)
        .any(|argument| argument == "-debug" || argument == "--debug");
    let var = |name: &str| std::env::var(name).ok();
    if debug {
        let listener = Listener::bind(&var)?;
        println!("{}", reattach(&address, &listener));
        return run(Server::new(provider), listener, None).await;
    }
    if var(COOKIE_NAME).as_deref() != Some(COOKIE) {
        return Err(ServeError::NotTerraform(about));
    }
    if let Some(offered) = var("PLUGIN_PROTOCOL_VERSIONS")
        && !offered
            .split(',')
            .any(|version| version.trim() == PROTOCOL.to_string())
    {
        return Err(ServeError::Version(offered));
    }
    let client = var("PLUGIN_CLIENT_CERT").unwrap_or_default();
    let (config, certificate) = tls::server_config(&client)?;
    let listener = Listener::bind(&var)?;
    println!(
        "1|{PROTOCOL}|{}|{}|grpc|{certificate}",
        listener.network(),
        listener.address
    );
    io::stdout().flush()?;
    run(
        Server::new(provider),
        listener,
        Some(TlsAcceptor::from(config)),
    )
    .await
}

/// The environment variable with which Terraform attaches to this process.
fn reattach(address: &str, listener: &Listener) -> String {
    let config = serde_json::json!({ address: {
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": listener.network(), "String": listener.address },
    }});
    format!("TF_REATTACH_PROVIDERS='{config}'")
}

async fn run(
    server: Server,
    listener: Listener,
    tls: Option<TlsAcceptor>,
) -> Result<(), ServeError> {
    let shutdown = CancellationToken::new();
    let (cancel, socket) = (server.clone(), listener.socket_file());
    let connections = accept(listener, tls);
    let stop = shutdown.clone();
    let outcome = tonic::transport::Server::builder()
        .add_service(server.into_service())
        .add_service(GrpcControllerServer::new(Controller {
            shutdown: shutdown.clone(),
        }))
        .add_service(GrpcStdioServer::new(Stdio))
        .add_service(GrpcBrokerServer::new(Broker))
        .add_service(HealthServer::new(Healthy))
        .serve_with_incoming_shutdown(connections, async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = ended_by_signal(&cancel) => {}
            }
        });
    // Streams that stay open would block a graceful shutdown.
    let outcome = tokio::select! {
        outcome = outcome => outcome,
        () = async { shutdown.cancelled().await; tokio::time::sleep(std::time::Duration::from_millis(200)).await } => Ok(()),
    };
    if let Some(file) = socket {
        let _ = std::fs::remove_file(file);
    }
    outcome.map_err(ServeError::Transport)
}

/// When the user presses Ctrl-C, which this process also receives, Terraform sends StopProvider.
/// The process must run until all calls have returned. A second signal with `-debug`, or a
/// termination signal, ends it.
async fn ended_by_signal(server: &Server) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        ) else {
            return std::future::pending().await;
        };
        let started_by_terraform = std::env::var_os(COOKIE_NAME).is_some();
        loop {
            tokio::select! {
                _ = interrupt.recv() => {
                    server.cancelled().cancel();
                    if !started_by_terraform { return }
                }
                _ = terminate.recv() => {
                    server.cancelled().cancel();
                    return;
                }
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
        server.cancelled().cancel();
        if std::env::var_os(COOKIE_NAME).is_some() {
            std::future::pending::<()>().await;
        }
    }
}

struct Listener {
    address: String,
    socket: Socket,
}

enum Socket {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    fn bind(var: &impl Fn(&str) -> Option<String>) -> io::Result<Self> {
        #[cfg(unix)]
        {
            let folder = var("PLUGIN_UNIX_SOCKET_DIR")
                .filter(|folder| !folder.is_empty())
                .map(PathBuf::from);
            let folder = folder.unwrap_or_else(std::env::temp_dir);
            let path = folder.join(format!("tfplugin-{}-{}", std::process::id(), nonce()));
            if let Ok(listener) = UnixListener::bind(&path) {
                return Ok(Self {
                    address: path.display().to_string(),
                    socket: Socket::Unix(listener),
                });
            }
        }
        Self::bind_tcp(var)
    }

    fn bind_tcp(var: &impl Fn(&str) -> Option<String>) -> io::Result<Self> {
        let port = |name: &str, default: u16| {
            var(name)
                .and_then(|text| text.parse().ok())
                .unwrap_or(default)
        };
        let (first, last) = (port("PLUGIN_MIN_PORT", 0), port("PLUGIN_MAX_PORT", 0));
        let bound =
            (first..=last).find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok());
        let listener = bound.map_or_else(|| std::net::TcpListener::bind(("127.0.0.1", 0)), Ok)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        Ok(Self {
            address,
            socket: Socket::Tcp(TcpListener::from_std(listener)?),
        })
    }

    fn network(&self) -> &'static str {
        match self.socket {
            #[cfg(unix)]
            Socket::Unix(_) => "unix",
            Socket::Tcp(_) => "tcp",
        }
    }

    fn socket_file(&self) -> Option<PathBuf> {
        (self.network() == "unix").then(|| PathBuf::from(&self.address))
    }

    async fn accept(&self) -> io::Result<Box<dyn Duplex>> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Socket::Tcp(listener) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

/// Makes the names of this process's sockets unique.
fn nonce() -> u32 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.subsec_nanos())
}

/// A bidirectional byte stream.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An accepted connection, with or without TLS.
struct Connection(Box<dyn Duplex>);

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

/// Accepts connections. A client that fails the TLS handshake is rejected without delaying others.
fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
) -> impl Stream<Item = io::Result<Connection>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok(stream) = listener.accept().await {
            let (sender, tls) = (sender.clone(), tls.clone());
            tokio::spawn(async move {
                let connection = match tls {
                    None => Connection(stream),
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => Connection(Box::new(stream)),
                        Err(error) => {
                            tracing::warn!(%error, "rejected a client with a wrong certificate");
                            return;
                        }
                    },
                };
                let _ = sender.send(connection).await;
            });
        }
    });
    ReceiverStream::new(receiver).map(Ok)
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
