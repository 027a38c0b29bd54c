//! A call of a client, and its response.

use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::Value;

/// A response of a service.
pub type Answer = Response<Bytes>;

/// A call of a client.
#[derive(Debug, Clone)]
pub struct Call {
    /// Operation, such as `CreateStateMachine`.
    pub operation: String,
    /// The received request.
    pub request: Request<Bytes>,
}

impl Call {
    /// The body. Null if it is not JSON.
    pub fn json(&self) -> Value {
        parsed(self.request.body())
    }

    /// The same call with another body.
    pub fn with_json(&self, body: &Value) -> Self {
        let mut call = self.clone();
        call.request.headers_mut().remove(CONTENT_LENGTH);
        *call.request.body_mut() = Bytes::from(body.to_string());
        call
    }

    /// A segment of the path, starting with zero: `f` is segment 2 of `/2015-03-31/functions/f`.
    pub fn segment(&self, index: usize) -> Option<&str> {
        self.request
            .uri()
            .path()
            .trim_start_matches('/')
            .split('/')
            .nth(index)
    }
}

/// The body of a response. Null if it is not JSON.
pub fn json_of(answer: &Answer) -> Value {
    parsed(answer.body())
}

/// The response with another body.
pub fn with_json(answer: Answer, body: &Value) -> Answer {
    answer.map(|_| Bytes::from(body.to_string()))
}

/// A JSON response.
pub fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// Whether a JSON response is an error with this code.
pub fn is_error(answer: &Answer, code: &str) -> bool {
    !answer.status().is_success() && text(&json_of(answer), "__type") == Some(code)
}

/// A text member.
pub fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}
