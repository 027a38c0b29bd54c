//! Calls that go wrong.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use hyper::Response;

use crate::proxy::call::{Answer, Call};
use crate::proxy::refusal::{Notation, page, refusal};

/// Something that goes wrong with calls.
#[derive(Debug, Clone)]
pub enum Fault {
    /// AWS refuses with a status, a code and a message, without carrying the call out.
    Refuse(u16, String, String),
    /// AWS answers this JSON, without carrying the call out.
    Answer(String),
    /// An HTTP proxy answers an HTML page with this status, such as `502 Bad Gateway`, without carrying the call out.
    Html(u16),
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

    /// What a call is answered in place of being carried out; absent when it is carried out.
    pub(super) fn in_place_of(&self, call: &Call) -> Option<io::Result<Answer>> {
        match self {
            Self::Refuse(status, code, message) => Some(refusal(*status, code, message, Notation::of(call))),
            Self::Answer(json) => Some(Ok(Response::new(json.clone().into()))),
            Self::Html(status) => Some(page(*status)),
            Self::Drop => Some(Err(io::Error::other("connection dropped"))),
            Self::Delay(_) | Self::LoseAnswer => None,
        }
    }
}

/// The faults that are to come.
#[derive(Default)]
pub(super) struct Faults {
    by_operation: HashMap<String, Vec<(usize, Fault)>>,
    of_all: Vec<(usize, Fault)>,
}

impl Faults {
    /// Adds a fault of the next `times` calls of an operation.
    pub(super) fn add(&mut self, operation: &str, times: usize, fault: Fault) {
        self.by_operation.entry(operation.to_owned()).or_default().push((times, fault));
    }

    /// Adds a fault of the next `times` calls, whatever their operation.
    pub(super) fn add_to_all(&mut self, times: usize, fault: Fault) {
        self.of_all.push((times, fault));
    }

    /// Takes the fault of a call: one of its operation before one of all operations.
    pub(super) fn next(&mut self, operation: &str) -> Option<Fault> {
        let one = self.by_operation.get_mut(operation).and_then(|faults| take(faults));
        one.or_else(|| take(&mut self.of_all))
    }
}

fn take(faults: &mut [(usize, Fault)]) -> Option<Fault> {
    let (times, fault) = faults.iter_mut().find(|(times, _)| *times > 0)?;
    *times -= 1;
    Some(fault.clone())
}
