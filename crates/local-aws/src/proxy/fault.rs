//! Injected faults of calls.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use hyper::Response;

use crate::proxy::call::{Answer, Call};
use crate::proxy::refusal::{Notation, page, refusal};

/// A fault of calls.
#[derive(Debug, Clone)]
pub enum Fault {
    /// AWS rejects the call with a status, a code and a message, and does not execute it.
    Refuse(u16, String, String),
    /// AWS returns this JSON, and does not execute the call.
    Answer(String),
    /// An HTTP proxy returns an HTML page with this status, such as `502 Bad Gateway`, and the call
    /// is not executed.
    Html(u16),
    /// The response is delayed.
    Delay(Duration),
    /// The connection is closed before the call is executed.
    Drop,
    /// The call is executed, and the connection is closed before the response.
    LoseAnswer,
}

impl Fault {
    /// Step Functions' response to too many calls.
    pub fn throttled() -> Self {
        Self::Refuse(400, "ThrottlingException".into(), "Rate exceeded".into())
    }

    /// Step Functions' response while a new role is not propagated.
    pub fn role_not_known() -> Self {
        Self::Refuse(
            400,
            "AccessDeniedException".into(),
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume \
             the provided role."
                .into(),
        )
    }

    /// The response instead of executing the call. `None` if the call is executed.
    pub(super) fn in_place_of(&self, call: &Call) -> Option<io::Result<Answer>> {
        match self {
            Self::Refuse(status, code, message) => {
                Some(refusal(*status, code, message, Notation::of(call)))
            }
            Self::Answer(json) => Some(Ok(Response::new(json.clone().into()))),
            Self::Html(status) => Some(page(*status)),
            Self::Drop => Some(Err(io::Error::other("connection dropped"))),
            Self::Delay(_) | Self::LoseAnswer => None,
        }
    }
}

/// Pending faults.
#[derive(Default)]
pub(super) struct Faults {
    by_operation: HashMap<String, Vec<(usize, Fault)>>,
    of_all: Vec<(usize, Fault)>,
}

impl Faults {
    /// Adds a fault for the next `times` calls of an operation.
    pub(super) fn add(&mut self, operation: &str, times: usize, fault: Fault) {
        self.by_operation
            .entry(operation.to_owned())
            .or_default()
            .push((times, fault));
    }

    /// Adds a fault for the next `times` calls of any operation.
    pub(super) fn add_to_all(&mut self, times: usize, fault: Fault) {
        self.of_all.push((times, fault));
    }

    /// Takes the fault of a call. Faults of its operation precede those of all operations.
    pub(super) fn next(&mut self, operation: &str) -> Option<Fault> {
        let one = self
            .by_operation
            .get_mut(operation)
            .and_then(|faults| take(faults));
        one.or_else(|| take(&mut self.of_all))
    }
}

fn take(faults: &mut [(usize, Fault)]) -> Option<Fault> {
    let (times, fault) = faults.iter_mut().find(|(times, _)| *times > 0)?;
    *times -= 1;
    Some(fault.clone())
}
