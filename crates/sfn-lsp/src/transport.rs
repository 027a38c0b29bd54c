//! Messages of JSON-RPC with the header of the Language Server Protocol (specification 3.17, "Base Protocol").
//!
//! `lsp-server` is not used, as it reads numbers as IDs of requests only where `serde_json` keeps no digits (decision 0020).

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

/// The largest message that is read, in bytes.
const MAX_LENGTH: usize = 64 << 20;

/// A message of the client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// It wants an answer.
    Request {
        /// A number or string that the answer repeats.
        id: Value,
        /// The method.
        method: String,
        /// The parameters; null if there are none.
        params: Value,
    },
    /// It wants no answer.
    Notification {
        /// The method.
        method: String,
        /// The parameters; null if there are none.
        params: Value,
    },
    /// It answers a request of the server.
    Response,
}

/// An error as an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseError {
    /// The code of JSON-RPC or of the protocol.
    pub code: i32,
    /// One sentence.
    pub message: String,
}

impl ResponseError {
    /// The method is not known.
    pub const METHOD_NOT_FOUND: i32 = -32601;
    /// The request does not fit the state of the server.
    pub const INVALID_REQUEST: i32 = -32600;
    /// The parameters do not fit the method.
    pub const INVALID_PARAMS: i32 = -32602;
    /// The server has not been initialized.
    pub const NOT_INITIALIZED: i32 = -32002;
    /// The request was understood and failed.
    pub const REQUEST_FAILED: i32 = -32803;

    /// An error of this code.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Reads the next message; `None` at the end of the input.
///
/// # Errors
/// Where the input cannot be read, or does not follow the protocol.
pub fn read(input: &mut dyn BufRead) -> io::Result<Option<Message>> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let invalid = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
    let length = length
        .filter(|length| *length <= MAX_LENGTH)
        .ok_or_else(|| invalid("no valid Content-Length"))?;
    let mut content = vec![0; length];
    input.read_exact(&mut content)?;
    let mut value: Value =
        serde_json::from_slice(&content).map_err(|_| invalid("the message is not JSON"))?;
    let mut take = |name: &str| value.get_mut(name).map(Value::take);
    let (id, method) = (take("id"), take("method"));
    let params = take("params").unwrap_or(Value::Null);
    Ok(Some(match (id, method) {
        (Some(id), Some(Value::String(method))) => Message::Request { id, method, params },
        (None, Some(Value::String(method))) => Message::Notification { method, params },
        _ => Message::Response,
    }))
}

/// Writes an answer.
///
/// # Errors
/// Where the output cannot be written.
pub fn respond(
    output: &mut dyn Write,
    id: &Value,
    outcome: Result<Value, ResponseError>,
) -> io::Result<()> {
    let message = match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(error) => {
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": error.code, "message": error.message}})
        }
    };
    write(output, &message)
}

/// Writes a notification.
///
/// # Errors
/// Where the output cannot be written.
pub fn notify(
    output: &mut dyn Write,
    method: &str,
    params: &impl serde::Serialize,
) -> io::Result<()> {
    write(
        output,
        &json!({"jsonrpc": "2.0", "method": method, "params": params}),
    )
}

fn write(output: &mut dyn Write, message: &Value) -> io::Result<()> {
    let content = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{content}", content.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &Result<Option<Message>, &str>) {
        let read = read(&mut input.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(read, expected.clone().map_err(str::to_owned), "{input}");
    }

    #[test]
    fn messages_have_headers() {
        let request = Message::Request {
            id: json!(7),
            method: "a".into(),
            params: json!({"n": 1}),
        };
        check(
            "Content-Length: 43\r\n\r\n{\"id\":7,\"method\":\"a\",\"params\":{\"n\":1},    }",
            &Err("the message is not JSON"),
        );
        check(
            "Content-Length: 38\r\n\r\n{\"id\":7,\"method\":\"a\",\"params\":{\"n\":1}}",
            &Ok(Some(request)),
        );
        let exit = Message::Notification {
            method: "exit".into(),
            params: Value::Null,
        };
        check(
            "content-length:17\r\nContent-Type: x\r\n\r\n{\"method\":\"exit\"}",
            &Ok(Some(exit)),
        );
        check("Content-Length: 2\r\n\r\n{}", &Ok(Some(Message::Response)));
        check("", &Ok(None));
        check("\r\n{}", &Err("no valid Content-Length"));
        check(
            "Content-Length: 99999999999\r\n\r\n{}",
            &Err("no valid Content-Length"),
        );
        check(
            "Content-Length: 9\r\n\r\n{}",
            &Err("failed to fill whole buffer"),
        );
    }
}
