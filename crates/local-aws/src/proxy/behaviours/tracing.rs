//! `tracingConfiguration` of state machines and versions, which the emulator drops.
//! `CreateStateMachine` compares it like the definition: with other tracing, a state machine with
//! the same name already exists.

use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text, with_json};
use crate::proxy::memory::Memory;
use crate::proxy::refusal::{Notation, refusal};

/// Stores the configuration, and adds it to descriptions, which always contain it.
#[derive(Default)]
pub struct Tracing {
    known: Memory<Traced>,
}

/// Tracing of a state machine or version.
#[derive(Debug, Clone)]
struct Traced {
    /// Creation date. Null if it is unknown. A different date means another state machine with the
    /// same name.
    created: Value,
    enabled: bool,
}

impl Traced {
    fn is_of(&self, created: &Value) -> bool {
        self.created.is_null() || self.created == *created
    }
}

impl Behaviour for Tracing {
    fn operations(&self) -> &'static [&'static str] {
        &[
            "CreateStateMachine",
            "UpdateStateMachine",
            "PublishStateMachineVersion",
            "DescribeStateMachine",
            "DeleteStateMachine",
        ]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let answer = next.run(call).await?;
            if !answer.status().is_success() {
                return Ok(answer);
            }
            let (request, body) = (call.json(), json_of(&answer));
            match call.operation.as_str() {
                "DescribeStateMachine" => return Ok(with_json(answer, &self.described(body))),
                "CreateStateMachine" if !self.create(&request, &body) => {
                    let arn = text(&body, "stateMachineArn").unwrap_or("");
                    let message = format!("State Machine Already Exists: '{arn}'");
                    return refusal(400, "StateMachineAlreadyExists", &message, Notation::Json);
                }
                "UpdateStateMachine" => self.update(&request),
                "DeleteStateMachine" => self.delete(&request),
                _ => {}
            }
            self.publish(&request, &body);
            Ok(answer)
        })
    }
}

impl Tracing {
    /// Stores a new state machine. Returns false for an existing one with other tracing.
    fn create(&self, request: &Value, body: &Value) -> bool {
        let Some(arn) = text(body, "stateMachineArn") else {
            return true;
        };
        let (created, enabled) = (creation_date(body), wanted(request).unwrap_or(false));
        match self.known.get(arn).filter(|known| known.is_of(&created)) {
            Some(known) => known.enabled == enabled,
            None => {
                self.known.forget(arn);
                self.known.insert(arn, Traced { created, enabled });
                true
            }
        }
    }

    fn update(&self, request: &Value) {
        let Some(arn) = text(request, "stateMachineArn") else {
            return;
        };
        if let Some(enabled) = wanted(request) {
            let created = self
                .known
                .get(arn)
                .map_or(Value::Null, |known| known.created);
            self.known.insert(arn, Traced { created, enabled });
        }
    }

    /// Stores a version that the call published, if it is new.
    fn publish(&self, request: &Value, body: &Value) {
        let Some(version) = text(body, "stateMachineVersionArn") else {
            return;
        };
        let arn = text(body, "stateMachineArn")
            .or_else(|| text(request, "stateMachineArn"))
            .unwrap_or("");
        if self.known.get(version).is_none() {
            let enabled = self.known.get(arn).is_some_and(|known| known.enabled);
            self.known.insert(
                version,
                Traced {
                    created: Value::Null,
                    enabled,
                },
            );
        }
    }

    fn delete(&self, request: &Value) {
        if let Some(arn) = text(request, "stateMachineArn") {
            self.known.forget(arn);
        }
    }

    fn described(&self, mut body: Value) -> Value {
        let enabled = self.is_enabled(&body);
        if let Some(members) = body.as_object_mut() {
            members.insert("tracingConfiguration".into(), json!({ "enabled": enabled }));
        }
        body
    }

    fn is_enabled(&self, described: &Value) -> bool {
        let Some(arn) = text(described, "stateMachineArn") else {
            return false;
        };
        if let Some(known) = self.known.get(arn) {
            return known.enabled && known.is_of(&creation_date(described));
        }
        // The description of an alias is that of its state machine.
        let machine = arn
            .rsplit_once(':')
            .and_then(|(machine, _)| self.known.get(machine));
        machine.is_some_and(|known| known.enabled)
    }
}

/// The tracing in a call. `None` if the call does not change it.
fn wanted(request: &Value) -> Option<bool> {
    let tracing = request
        .get("tracingConfiguration")
        .filter(|tracing| !tracing.is_null())?;
    // Clients can omit false values.
    Some(
        tracing
            .get("enabled")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    )
}

fn creation_date(body: &Value) -> Value {
    body.get("creationDate").cloned().unwrap_or(Value::Null)
}
