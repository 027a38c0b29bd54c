//! The process of the emulator, which ends together with its owner.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::proxy::UNRECORDED;
use crate::venv::{self, other};
use crate::{ACCOUNT, REGION};

/// Environment variable that selects the emulator of [`crate::LocalAws::start`].
const VARIABLE: &str = "LOCAL_AWS_EMULATOR";

/// Ends the emulator's process group when standard input closes, which happens when its owner ends
/// for any reason.
const GUARD: &str = "
import os, signal, sys, threading
def guard():
    while sys.stdin.buffer.read(1):
        pass
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=guard, daemon=True).start()
";

const RUN_MINISTACK: &str = "
from ministack.app import main
sys.argv = ['ministack']
main()
";

const RUN_MOTO: &str = "
from moto.server import main
main(['--host', '127.0.0.1', '--port', os.environ['GATEWAY_PORT']])
";

const START_WITHIN: Duration = Duration::from_secs(30);

/// A program that emulates AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emulator {
    /// ministack, which also executes workflows and functions.
    Ministack,
    /// moto, as a second implementation of creating, reading, updating and deleting. It does not
    /// execute workflows, and only has the versions that a creation or an update publishes.
    Moto,
}

impl Emulator {
    /// The emulator in the environment variable `LOCAL_AWS_EMULATOR`, `ministack` or `moto`.
    /// Defaults to ministack.
    ///
    /// # Errors
    /// The variable has another value.
    pub fn of_environment() -> io::Result<Self> {
        match std::env::var(VARIABLE).as_deref() {
            Err(_) | Ok("" | "ministack") => Ok(Self::Ministack),
            Ok("moto") => Ok(Self::Moto),
            Ok(name) => Err(other(format!(
                "{VARIABLE} must be `ministack` or `moto`, got `{name}`"
            ))),
        }
    }

    /// Its packages, by name and version. The packages of moto are the requirements of its server
    /// and of the services in use, because its extra `server` installs twice as many.
    fn packages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ministack => &[
                ("ministack", crate::MINISTACK),
                ("cbor2", crate::CBOR2),
                ("boto3", crate::BOTO3),
            ],
            Self::Moto => &[
                ("moto", crate::MOTO),
                ("flask", "3.1.3"),
                ("flask-cors", "6.0.5"),
                ("docker", "7.1.0"),
                ("boto3", crate::BOTO3),
            ],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ministack => "ministack",
            Self::Moto => "moto",
        }
    }

    fn main(self) -> &'static str {
        match self {
            Self::Ministack => RUN_MINISTACK,
            Self::Moto => RUN_MOTO,
        }
    }

    /// Path that responds once the emulator is up.
    fn health(self) -> &'static str {
        match self {
            Self::Ministack => "/_ministack/health",
            Self::Moto => "/moto-api/data.json",
        }
    }

    /// Path that deletes all objects.
    fn reset(self) -> &'static str {
        match self {
            Self::Ministack => "/_ministack/reset",
            Self::Moto => "/moto-api/reset",
        }
    }
}

/// A running emulator. Its process group is killed when it is dropped.
pub(crate) struct Process {
    emulator: Emulator,
    child: Child,
    port: u16,
}

impl Process {
    /// Installs the emulator if necessary, starts it on a free port and waits until it is up.
    /// Writes its output to `log`.
    pub(crate) async fn start(emulator: Emulator, log: &Path) -> io::Result<Self> {
        let python = venv::python(emulator.packages())?;
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?
            .local_addr()?
            .port();
        let log = File::create(log)?;
        let child = Command::new(python)
            .args(["-I", "-c", &format!("{GUARD}{}", emulator.main())])
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_REGION", REGION)
            .env("MOTO_ACCOUNT_ID", ACCOUNT)
            .env("DEFAULT_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let mut process = Self {
            emulator,
            child,
            port,
        };
        process.wait_until_up().await?;
        Ok(process)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn process_group(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or(0)
    }

    /// Changes settings of ministack.
    pub(crate) async fn configure(&self, settings: &Value) -> io::Result<()> {
        if self.emulator != Emulator::Ministack {
            return Err(other(format!(
                "{} executes no workflows",
                self.emulator.name()
            )));
        }
        send(self.port, "/_ministack/config", None, settings)
            .await
            .map(|_| ())
    }

    pub(crate) async fn reset(&self) -> io::Result<()> {
        send(self.port, self.emulator.reset(), None, &Value::Null)
            .await
            .map(|_| ())
    }

    async fn wait_until_up(&mut self) -> io::Result<()> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let url = format!("http://127.0.0.1:{}{}", self.port, self.emulator.health());
        let url: hyper::Uri = url.parse().map_err(io::Error::other)?;
        let give_up = tokio::time::Instant::now() + START_WITHIN;
        while tokio::time::Instant::now() < give_up {
            if let Some(status) = self.child.try_wait()? {
                return Err(other(format!(
                    "{} ended immediately: {status}",
                    self.emulator.name()
                )));
            }
            if client
                .get(url.clone())
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(other(format!(
            "{} did not start within {} s",
            self.emulator.name(),
            START_WITHIN.as_secs()
        )))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.process_group()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// Calls a query service of the emulator, such as SNS with `Action=CreateTopic&Name=orders`, and
/// returns the XML response.
pub(crate) async fn query(port: u16, service: &str, form: &str) -> io::Result<String> {
    let scope = format!("{ACCOUNT}/20260101/{REGION}/{service}/aws4_request");
    let request = Request::post(format!("http://127.0.0.1:{port}/"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .header(UNRECORDED, "1")
        .body(Full::new(Bytes::from(form.to_owned())))
        .map_err(io::Error::other)?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request).await.map_err(io::Error::other)?;
    let status = answer.status();
    let bytes = answer
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if status.is_success() {
        Ok(text)
    } else {
        Err(other(format!("{form}: {text}")))
    }
}

/// Calls a JSON service of the emulator, such as `AWSStepFunctions.DeleteStateMachine`.
pub(crate) async fn call(port: u16, target: &str, body: &Value) -> io::Result<Value> {
    send(port, "/", Some(target), body).await
}

async fn send(port: u16, path: &str, target: Option<&str>, body: &Value) -> io::Result<Value> {
    let service = match target.and_then(|target| target.split('.').next()) {
        Some("AWSStepFunctions") => "states",
        Some("Logs_20140328") => "logs",
        Some("DynamoDB_20120810") => "dynamodb",
        _ => "ministack",
    };
    let scope = format!("{ACCOUNT}/20260101/{REGION}/{service}/aws4_request");
    let mut request = Request::post(format!("http://127.0.0.1:{port}{path}"))
        .header(
            "content-type",
            if target.is_some() {
                "application/x-amz-json-1.0"
            } else {
                "application/json"
            },
        )
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .header(UNRECORDED, "1");
    if let Some(target) = target {
        request = request.header("x-amz-target", target);
    }
    let request = request
        .body(Full::new(Bytes::from(body.to_string())))
        .map_err(io::Error::other)?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request).await.map_err(io::Error::other)?;
    let status = answer.status();
    let bytes = answer
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    if !status.is_success() {
        return Err(other(format!(
            "{}: {}",
            target.unwrap_or(path),
            String::from_utf8_lossy(&bytes)
        )));
    }
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Calls a service by method and path, such as `PUT /bucket/key` of S3.
pub(crate) async fn rest(
    port: u16,
    service: &str,
    method: Method,
    path: &str,
    body: &str,
) -> io::Result<Bytes> {
    let scope = format!("{ACCOUNT}/20260101/{REGION}/{service}/aws4_request");
    let request = Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1:{port}{path}"))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .header(UNRECORDED, "1")
        .body(Full::new(Bytes::from(body.to_owned())))
        .map_err(io::Error::other)?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request).await.map_err(io::Error::other)?;
    let status = answer.status();
    let bytes = answer
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    if status.is_success() {
        Ok(bytes)
    } else {
        Err(other(format!(
            "{path}: {}",
            String::from_utf8_lossy(&bytes)
        )))
    }
}
