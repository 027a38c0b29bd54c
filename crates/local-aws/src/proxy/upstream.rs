//! The emulator behind the proxy.

use std::io;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::proxy::call::{Answer, Call};

/// Headers from which the emulator derives account and region of a call.
const CREDENTIALS: [&str; 2] = ["authorization", "x-amz-security-token"];

/// The emulator on a local port.
pub struct Upstream {
    port: u16,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    /// The emulator on a port.
    pub fn new(port: u16) -> Self {
        Self {
            port,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Sends an unchanged request.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn send(&self, request: Request<Bytes>) -> io::Result<Answer> {
        let (mut parts, body) = request.into_parts();
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        parts.uri = format!("http://127.0.0.1:{}{path}", self.port)
            .parse()
            .map_err(io::Error::other)?;
        let request = Request::from_parts(parts, Full::new(body));
        let answer = self
            .client
            .request(request)
            .await
            .map_err(io::Error::other)?;
        let (mut parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.remove(TRANSFER_ENCODING);
        Ok(Response::from_parts(parts, body))
    }

    /// Makes an additional call to Step Functions, in the account and region of a client's call.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn states(&self, client: &Call, operation: &str, body: &Value) -> io::Result<Answer> {
        let mut request = own(client, Method::POST, "/", Some(body))?;
        let target = HeaderValue::try_from(format!("AWSStepFunctions.{operation}"))
            .map_err(io::Error::other)?;
        request.headers_mut().insert("x-amz-target", target);
        request.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-amz-json-1.0"),
        );
        self.send(request).await
    }

    /// Makes an additional call to Lambda, in the account and region of a client's call.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn lambda(
        &self,
        client: &Call,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        self.send(own(client, method, path, body)?).await
    }

    /// Reads the configuration of the function, version or alias in a client's call to Lambda.
    ///
    /// # Errors
    /// If there is no response.
    pub async fn function_of(&self, client: &Call) -> io::Result<Answer> {
        let name = client
            .segment(2)
            .ok_or_else(|| io::Error::other("the call does not contain a function"))?;
        let query = client
            .request
            .uri()
            .query()
            .map_or_else(String::new, |query| format!("?{query}"));
        let path = format!("/2015-03-31/functions/{name}/configuration{query}");
        self.lambda(client, Method::GET, &path, None).await
    }
}

/// A request with the credentials of a client's call.
fn own(
    client: &Call,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> io::Result<Request<Bytes>> {
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .body(body)
        .map_err(io::Error::other)?;
    for name in CREDENTIALS {
        if let Some(value) = client.request.headers().get(name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    Ok(request)
}
