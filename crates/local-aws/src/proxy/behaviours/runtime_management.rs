//! The runtime management configuration of a function or version, which the emulator lacks.

use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Answer, Call, json_answer, json_of, text};
use crate::proxy::memory::Memory;
use crate::proxy::refusal::{Notation, refusal};

/// Stores the configuration.
#[derive(Default)]
pub struct RuntimeManagement {
    known: Memory<Value>,
}

impl Behaviour for RuntimeManagement {
    fn operations(&self) -> &'static [&'static str] {
        &[
            "CreateFunction",
            "GetRuntimeManagementConfig",
            "PutRuntimeManagementConfig",
        ]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            if call.operation != "CreateFunction" {
                return self.of_function(call, next).await;
            }
            let answer = next.run(call).await?;
            if let (true, Some(arn)) = (
                answer.status().is_success(),
                text(&json_of(&answer), "FunctionArn"),
            ) {
                // The stored value belongs to a deleted function with the same name.
                self.known.forget(arn);
            }
            Ok(answer)
        })
    }
}

impl RuntimeManagement {
    async fn of_function(&self, call: &Call, next: Next<'_>) -> io::Result<Answer> {
        let answer = next.upstream.function_of(call).await?;
        let function = json_of(&answer);
        let (Some(arn), Some(version)) =
            (text(&function, "FunctionArn"), text(&function, "Version"))
        else {
            return Ok(answer);
        };
        // In the emulator, only some versions have a qualified ARN.
        let unqualified = arn.strip_suffix(&format!(":{version}")).unwrap_or(arn);
        let key = format!("{unqualified}:{version}");
        if call.operation == "PutRuntimeManagementConfig" {
            let Some(wanted) = wanted(arn, &call.json()) else {
                let message = "UpdateRuntimeOn must be Auto, FunctionUpdate, or Manual with a RuntimeVersionArn";
                return refusal(
                    400,
                    "InvalidParameterValueException",
                    message,
                    Notation::Json,
                );
            };
            self.known.insert(&key, wanted);
        }
        let found = self
            .known
            .get(&key)
            .unwrap_or_else(|| configuration(arn, "Auto", None));
        Ok(json_answer(StatusCode::OK, &found))
    }
}

/// The configuration in a call. `None` if AWS rejects it.
fn wanted(arn: &str, request: &Value) -> Option<Value> {
    match (
        text(request, "UpdateRuntimeOn")?,
        text(request, "RuntimeVersionArn"),
    ) {
        ("Manual", Some(runtime)) => Some(configuration(arn, "Manual", Some(runtime))),
        (mode @ ("Auto" | "FunctionUpdate"), None) => Some(configuration(arn, mode, None)),
        _ => None,
    }
}

fn configuration(arn: &str, mode: &str, runtime: Option<&str>) -> Value {
    json!({ "FunctionArn": arn, "UpdateRuntimeOn": mode, "RuntimeVersionArn": runtime })
}
