//! The proxy in front of the emulator.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::operation::operation;
use crate::venv::other;

/// Something that goes wrong with calls of one operation.
#[derive(Debug, Clone)]
pub enum Fault {
    /// AWS refuses with a status, a code and a message, without carrying the call out.
    Refuse(u16, String, String),
    /// AWS answers this JSON, without carrying the call out.
    Answer(String),
    /// The answer comes late.
    Delay(Duration),
    /// The connection breaks before the call is carried out.
    Drop,
    /// The call is carried out and the connection breaks before the answer.
    LoseAnswer,
}

impl Fault {
    /// What Step Functions answers to too many calls.
    pub fn throttled() -> Self {
        Self::Refuse(400, "ThrottlingException".into(), "Rate exceeded".into())
    }

    /// What Step Functions answers while a new role is not known everywhere.
    pub fn role_not_known() -> Self {
        Self::Refuse(
            400,
            "AccessDeniedException".into(),
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume \
             the provided role."
                .into(),
        )
    }
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// Such as `CreateStateMachine`.
    pub operation: String,
    /// HTTP status of the answer; 0 for a broken connection.
    pub status: u16,
    /// What was sent.
    pub body: Bytes,
}

impl RecordedCall {
    /// Whether the call only reads.
    pub fn reads(&self) -> bool {
        ["Describe", "Get", "List", "Validate"].iter().any(|verb| self.operation.starts_with(verb))
    }
}

type Hook = Arc<dyn Fn(usize, &str) + Send + Sync>;

#[derive(Default)]
struct State {
    calls: Vec<RecordedCall>,
    faults: HashMap<String, Vec<(usize, Fault)>>,
    /// Whether tracing is on, by ARN: the emulator drops it.
    tracing: HashMap<String, bool>,
    hook: Option<Hook>,
    hooked_calls: usize,
}

/// A reverse proxy on loopback. Ends when dropped.
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Starts a proxy in front of a port.
    pub(crate) async fn start(upstream: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let server = Arc::new(Server {
            upstream,
            state: Arc::clone(&state),
            client: Client::builder(TokioExecutor::new()).build_http(),
        });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let server = Arc::clone(&server);
                        async move { server.answer(request).await }
                    });
                    // An error here is a broken connection, which may be a fault of ours.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self { port, state, task })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The calls since the start or the last [`Proxy::forget`].
    pub fn calls(&self) -> Vec<RecordedCall> {
        lock(&self.state).calls.clone()
    }

    /// How often an operation was called.
    pub fn count(&self, operation: &str) -> usize {
        lock(&self.state).calls.iter().filter(|call| call.operation == operation).count()
    }

    /// What was sent to an operation, call by call.
    pub fn bodies(&self, operation: &str) -> Vec<String> {
        let calls = self.calls().into_iter().filter(|call| call.operation == operation);
        calls.map(|call| String::from_utf8_lossy(&call.body).into_owned()).collect()
    }

    /// Forgets the calls, the faults and the hook.
    pub fn forget(&self) {
        let mut state = lock(&self.state);
        state.calls.clear();
        state.faults.clear();
        state.hook = None;
        state.hooked_calls = 0;
    }

    /// Makes the next `times` calls of an operation go wrong.
    pub fn fault(&self, operation: &str, times: usize, fault: Fault) {
        lock(&self.state).faults.entry(operation.to_owned()).or_default().push((times, fault));
    }

    /// Calls `hook` after each call was carried out and before its answer goes out, with the number of the call, from
    /// one, and its operation.
    pub fn after_each_call(&self, hook: impl Fn(usize, &str) + Send + Sync + 'static) {
        let mut state = lock(&self.state);
        state.hook = Some(Arc::new(hook));
        state.hooked_calls = 0;
    }
}

struct Server {
    upstream: u16,
    state: Arc<Mutex<State>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (mut parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        let name = operation(&parts.method, parts.uri.path(), target, &body);
        let fault = self.next_fault(&name);
        match &fault {
            Some(Fault::Refuse(status, code, message)) => {
                self.record(&name, *status, &body);
                return refusal(*status, code, message, Notation::of(&parts.headers, &body));
            }
            Some(Fault::Answer(json)) => {
                self.record(&name, 200, &body);
                return Ok(Response::new(Full::new(json.clone().into())));
            }
            Some(Fault::Drop) => {
                self.record(&name, 0, &body);
                return Err(other("connection dropped".into()));
            }
            Some(Fault::Delay(delay)) => tokio::time::sleep(*delay).await,
            Some(Fault::LoseAnswer) | None => {}
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        parts.uri = format!("http://127.0.0.1:{}{path}", self.upstream).parse().map_err(io::Error::other)?;
        let request = Request::from_parts(parts, Full::new(body.clone()));
        let answer = self.client.request(request).await.map_err(io::Error::other)?;
        let (mut parts, answer) = answer.into_parts();
        let answer = answer.collect().await.map_err(io::Error::other)?.to_bytes();
        let answer = self.keep_tracing(&name, &body, parts.status, answer);
        parts.headers.remove("content-length");
        parts.headers.remove("transfer-encoding");
        if matches!(fault, Some(Fault::LoseAnswer)) {
            self.record(&name, 0, &body);
            return Err(other("answer lost".into()));
        }
        self.record(&name, parts.status.as_u16(), &body);
        self.run_hook(&name);
        Ok(Response::from_parts(parts, Full::new(answer)))
    }

    fn next_fault(&self, name: &str) -> Option<Fault> {
        let mut state = lock(&self.state);
        let faults = state.faults.get_mut(name)?;
        let (times, fault) = faults.iter_mut().find(|(times, _)| *times > 0)?;
        *times -= 1;
        Some(fault.clone())
    }

    fn record(&self, name: &str, status: u16, body: &Bytes) {
        lock(&self.state).calls.push(RecordedCall { operation: name.to_owned(), status, body: body.clone() });
    }

    fn run_hook(&self, name: &str) {
        let (hook, number) = {
            let mut state = lock(&self.state);
            state.hooked_calls += 1;
            (state.hook.clone(), state.hooked_calls)
        };
        if let Some(hook) = hook {
            hook(number, name);
        }
    }

    /// Remembers `tracingConfiguration`, and adds it to descriptions, as AWS always has it there.
    fn keep_tracing(&self, name: &str, request: &Bytes, status: StatusCode, answer: Bytes) -> Bytes {
        let followed = ["CreateStateMachine", "UpdateStateMachine", "DeleteStateMachine", "DescribeStateMachine"];
        if !followed.contains(&name) || !status.is_success() {
            return answer;
        }
        let read = |bytes: &Bytes| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
        let (request, mut body) = (read(request), read(&answer));
        let text = |value: &Value| value.get("stateMachineArn").and_then(Value::as_str).map(str::to_owned);
        let Some(arn) = text(&request).or_else(|| text(&body)) else {
            return answer;
        };
        let mut state = lock(&self.state);
        if name == "DeleteStateMachine" {
            state.tracing.remove(&arn);
        } else if let Some(tracing) = request.get("tracingConfiguration") {
            // A client may leave out what is false.
            let enabled = tracing.get("enabled").and_then(Value::as_bool).unwrap_or_default();
            state.tracing.insert(arn.clone(), enabled);
        }
        if name == "DescribeStateMachine"
            && let Some(members) = body.as_object_mut()
        {
            let enabled = state.tracing.get(&arn).copied().unwrap_or_default();
            members.insert("tracingConfiguration".into(), serde_json::json!({ "enabled": enabled }));
            return Bytes::from(body.to_string());
        }
        answer
    }
}

/// How a service is spoken to.
#[derive(Clone, Copy)]
enum Notation {
    Form,
    Cbor,
    Json,
}

impl Notation {
    fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        match headers.get("smithy-protocol").map(HeaderValue::as_bytes) {
            Some(b"rpc-v2-cbor") => Self::Cbor,
            _ if body.starts_with(b"Action=") => Self::Form,
            _ => Self::Json,
        }
    }
}

/// A refusal in the notation of the service.
fn refusal(status: u16, code: &str, message: &str, notation: Notation) -> io::Result<Response<Full<Bytes>>> {
    let (kind, body) = match notation {
        Notation::Form => {
            let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
            ("text/xml", format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>").into_bytes())
        }
        Notation::Cbor => ("application/cbor", cbor(&[("__type", code), ("message", message)])),
        Notation::Json => {
            let body = serde_json::json!({ "__type": code, "message": message, "Message": message });
            ("application/x-amz-json-1.0", body.to_string().into_bytes())
        }
    };
    let mut response = Response::builder().status(status).header("content-type", kind).header("x-amzn-errortype", code);
    if matches!(notation, Notation::Cbor) {
        response = response.header("smithy-protocol", "rpc-v2-cbor");
    }
    response.body(Full::new(body.into())).map_err(io::Error::other)
}

/// Texts by name in CBOR (RFC 8949): a map of fewer than 24 texts, each of fewer than 65,536 bytes.
fn cbor(members: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[0x79][..], &length, text.as_bytes()].concat()
    };
    let count = 0xa0 | u8::try_from(members.len()).unwrap_or_default();
    let members = members.iter().flat_map(|(name, value)| [text(name), text(value)].concat());
    [count].into_iter().chain(members).collect()
}
