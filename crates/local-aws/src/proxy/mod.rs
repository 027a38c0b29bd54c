//! The proxy in front of the emulator.

mod behaviour;
mod behaviours;
mod call;
mod fault;
mod memory;
mod recorded;
mod refusal;
mod upstream;

pub use fault::Fault;
pub use recorded::RecordedCall;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::operation::operation;
use behaviour::{Behaviour, Next};
use call::{Answer, Call};
use fault::Faults;
use upstream::Upstream;

/// Header of calls by the test itself. They are not recorded, have no faults and trigger no hook.
pub(crate) const UNRECORDED: &str = "x-local-aws-unrecorded";

type Hook = Arc<dyn Fn(usize, &str) + Send + Sync>;

#[derive(Default)]
struct State {
    calls: Vec<RecordedCall>,
    faults: Faults,
    hook: Option<Hook>,
    hooked_calls: usize,
}

/// A local reverse proxy. Ends when dropped.
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
        let upstream = Upstream::new(upstream);
        let server = Arc::new(Server {
            upstream,
            state: Arc::clone(&state),
            behaviours: behaviours::all(),
        });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(Arc::clone(&server), request));
                    // Errors here are closed connections, which can be injected faults.
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

    /// Calls since the start or the last [`Proxy::forget`].
    pub fn calls(&self) -> Vec<RecordedCall> {
        lock(&self.state).calls.clone()
    }

    /// Calls that change objects in AWS, with any response.
    pub fn writes(&self) -> Vec<RecordedCall> {
        self.calls()
            .into_iter()
            .filter(RecordedCall::is_write)
            .collect()
    }

    /// Number of calls of an operation.
    pub fn count(&self, operation: &str) -> usize {
        lock(&self.state)
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// Bodies of the requests of an operation, in order.
    pub fn bodies(&self, operation: &str) -> Vec<String> {
        let calls = self
            .calls()
            .into_iter()
            .filter(|call| call.operation == operation);
        calls
            .map(|call| String::from_utf8_lossy(&call.body).into_owned())
            .collect()
    }

    /// Removes the calls, the faults and the hook.
    pub fn forget(&self) {
        *lock(&self.state) = State::default();
    }

    /// Injects a fault into the next `times` calls of an operation.
    pub fn fault(&self, operation: &str, times: usize, fault: Fault) {
        lock(&self.state).faults.add(operation, times, fault);
    }

    /// Injects a fault into the next `times` calls of any operation. Faults of an operation take
    /// precedence.
    pub fn fault_all(&self, times: usize, fault: Fault) {
        lock(&self.state).faults.add_to_all(times, fault);
    }

    /// Calls `hook` after each call was executed and before its response is sent, with the number
    /// of the call, starting with one, and its operation.
    pub fn after_each_call(&self, hook: impl Fn(usize, &str) + Send + Sync + 'static) {
        let mut state = lock(&self.state);
        state.hook = Some(Arc::new(hook));
        state.hooked_calls = 0;
    }
}

/// Responds to a request. As in AWS, the call is executed even if its client has disconnected.
async fn answer(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    tokio::spawn(async move { server.answer(request).await })
        .await
        .map_err(io::Error::other)?
}

struct Server {
    upstream: Upstream,
    state: Arc<Mutex<State>>,
    behaviours: Vec<Box<dyn Behaviour>>,
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (mut parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let is_recorded = parts.headers.remove(UNRECORDED).is_none();
        let target = parts
            .headers
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok());
        let operation = operation(&parts.method, parts.uri.path(), target, &body);
        let call = Call {
            operation,
            request: Request::from_parts(parts, body),
        };
        let answer = if is_recorded {
            self.record(&call).await?
        } else {
            self.carry_out(&call).await?
        };
        Ok(answer.map(Full::new))
    }

    /// Executes a call of a client, unless it has a fault, and records it.
    async fn record(&self, call: &Call) -> io::Result<Answer> {
        let fault = lock(&self.state).faults.next(&call.operation);
        if let Some(answer) = fault.as_ref().and_then(|fault| fault.in_place_of(call)) {
            self.keep(
                call,
                answer.as_ref().map_or(0, |answer| answer.status().as_u16()),
            );
            return answer;
        }
        if let Some(Fault::Delay(delay)) = &fault {
            tokio::time::sleep(*delay).await;
        }
        let answer = self.carry_out(call).await?;
        if matches!(fault, Some(Fault::LoseAnswer)) {
            self.keep(call, 0);
            return Err(io::Error::other("answer lost"));
        }
        self.keep(call, answer.status().as_u16());
        self.run_hook(&call.operation);
        Ok(answer)
    }

    async fn carry_out(&self, call: &Call) -> io::Result<Answer> {
        Next::new(&self.upstream, &self.behaviours).run(call).await
    }

    fn keep(&self, call: &Call, status: u16) {
        let (operation, body) = (call.operation.clone(), call.request.body().clone());
        lock(&self.state).calls.push(RecordedCall {
            operation,
            status,
            body,
        });
    }

    fn run_hook(&self, operation: &str) {
        let (hook, number) = {
            let mut state = lock(&self.state);
            state.hooked_calls += 1;
            (state.hook.clone(), state.hooked_calls)
        };
        if let Some(hook) = hook {
            hook(number, operation);
        }
    }
}
