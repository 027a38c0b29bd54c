//! Error responses, in the protocol of the service.

use std::io;

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use crate::proxy::call::{Answer, Call};

/// Protocol of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Form requests with XML responses.
    Form,
    /// CBOR.
    Cbor,
    /// JSON.
    Json,
}

impl Notation {
    /// The protocol of a call.
    pub fn of(call: &Call) -> Self {
        match call
            .request
            .headers()
            .get("smithy-protocol")
            .map(HeaderValue::as_bytes)
        {
            Some(b"rpc-v2-cbor") => Self::Cbor,
            _ if call.request.body().starts_with(b"Action=") => Self::Form,
            _ => Self::Json,
        }
    }
}

/// An error response of AWS.
///
/// # Errors
/// When the status or the code is not valid in HTTP.
pub fn refusal(status: u16, code: &str, message: &str, notation: Notation) -> io::Result<Answer> {
    let (kind, body) = match notation {
        Notation::Form => {
            let error =
                format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
            (
                "text/xml",
                format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>").into_bytes(),
            )
        }
        Notation::Cbor => (
            "application/cbor",
            cbor(&[("__type", code), ("message", message)]),
        ),
        Notation::Json => {
            let body =
                serde_json::json!({ "__type": code, "message": message, "Message": message });
            ("application/x-amz-json-1.0", body.to_string().into_bytes())
        }
    };
    let mut response = Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("x-amzn-errortype", code);
    if notation == Notation::Cbor {
        response = response.header("smithy-protocol", "rpc-v2-cbor");
    }
    response.body(Bytes::from(body)).map_err(io::Error::other)
}

/// The page of an HTTP proxy or load balancer, instead of a response from AWS.
///
/// # Errors
/// When the status is invalid.
pub fn page(status: u16) -> io::Result<Answer> {
    let status = StatusCode::from_u16(status).map_err(io::Error::other)?;
    let title = format!(
        "{} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or("Error")
    );
    let body = format!("<center><h1>{title}</h1></center>\r\n<hr><center>proxy</center>");
    let html = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n{body}\r\n</body>\r\n</html>\r\n"
    );
    let response = Response::builder()
        .status(status)
        .header("content-type", "text/html");
    response.body(Bytes::from(html)).map_err(io::Error::other)
}

/// A CBOR map of texts (RFC 8949), with fewer than 24 entries of fewer than 65,536 bytes.
fn cbor(members: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[0x79][..], &length, text.as_bytes()].concat()
    };
    let count = 0xa0 | u8::try_from(members.len()).unwrap_or(0);
    let members = members
        .iter()
        .flat_map(|(name, value)| [text(name), text(value)].concat());
    [count].into_iter().chain(members).collect()
}
