//! Compares a mocked result with the structure of the response of the service.
//!
//! Source: the Step Functions API reference, "MockInput", and responses of AWS. The message for a
//! required member that is missing is that of LocalStack.

use asl::integration::{MemberType, Resource, Structure};
use serde_json::Value;

use super::request::{Refusal, ValidationMode};

/// Checks a mocked result of a Task state. Members that the structure does not have are ignored, as
/// AWS does.
pub(super) fn check(state: &Value, result: &Value, mode: ValidationMode) -> Result<(), Refusal> {
    let resource = state.get("Resource").and_then(Value::as_str).unwrap_or("");
    let resource = Resource::parse(resource);
    match resource.result() {
        Some(structure) if mode != ValidationMode::None => {
            let check = Check {
                is_strict: mode == ValidationMode::Strict,
                json: members_with_json(resource),
            };
            check.members(structure, result)
        }
        _ => Ok(()),
    }
}

/// The members of the result that optimized integrations read as JSON, although they are text in
/// the API.
fn members_with_json(resource: Resource<'_>) -> &'static [&'static str] {
    let Resource::Optimized(called) = resource else {
        return &[];
    };
    match (called.service, called.operation, called.pattern) {
        ("lambda", "invoke", _) => &["Payload"],
        ("bedrock", "invokeModel", _) => &["Body"],
        ("states", "startExecution", "sync:2") => &["Input", "Output"],
        _ => &[],
    }
}

fn refuse(what: &str) -> Result<(), Refusal> {
    Err(Refusal(format!(
        "Mock result schema validation error: {what}"
    )))
}

fn wrong(name: &str, what: &str) -> Result<(), Refusal> {
    refuse(&format!("Field '{name}' {what}"))
}

/// How a result is checked.
struct Check {
    /// Whether required members must be present.
    is_strict: bool,
    /// Members of the result itself that can be any JSON.
    json: &'static [&'static str],
}

impl Check {
    fn members(&self, structure: Structure, value: &Value) -> Result<(), Refusal> {
        let Value::Object(given) = value else {
            return Ok(());
        };
        let known = |name: &str| structure.name(name);
        if self.is_strict {
            for required in structure.required() {
                if !given.keys().any(|name| known(name) == Some(required)) {
                    return refuse(&format!("Required field '{required}' is missing"));
                }
            }
        }
        let inner = Self { json: &[], ..*self };
        for (name, value) in given {
            let known = known(name).filter(|known| !self.json.contains(known));
            if let Some(ty) = known.and_then(|known| structure.member_type(known)) {
                inner.value(name, &ty, value)?;
            }
        }
        Ok(())
    }

    fn value(&self, name: &str, ty: &MemberType, value: &Value) -> Result<(), Refusal> {
        match (ty, value) {
            (MemberType::Structure(structure), Value::Object(_)) => self.members(*structure, value),
            (MemberType::List(ty), Value::Array(elements)) => elements
                .iter()
                .try_for_each(|element| self.value(name, ty, element)),
            (MemberType::Map(ty), Value::Object(entries)) => entries
                .values()
                .try_for_each(|entry| self.value(name, ty, entry)),
            (MemberType::String { least, values }, Value::String(text)) => {
                if values.is_some_and(|values| !values.contains(&text.as_str())) {
                    wrong(name, "is not an expected value")
                } else if least.is_some_and(|least| (text.chars().count() as u64) < least) {
                    wrong(name, "is smaller than the minimum length")
                } else {
                    Ok(())
                }
            }
            (MemberType::Number(limits), Value::Number(number)) => {
                let is = |limit: Option<f64>, compare: fn(&f64, &f64) -> bool| {
                    number
                        .as_f64()
                        .zip(limit)
                        .is_some_and(|(number, limit)| compare(&number, &limit))
                };
                if is(limits.least, f64::lt) {
                    wrong(name, "is less than the minimum value")
                } else if is(limits.most, f64::gt) {
                    wrong(name, "is greater than the maximum value")
                } else {
                    Ok(())
                }
            }
            (MemberType::Any, _)
            | (MemberType::Object, Value::Object(_))
            | (MemberType::Boolean, Value::Bool(_)) => Ok(()),
            (MemberType::String { .. }, _) => wrong(name, "must be a string"),
            (MemberType::Number(_), _) => wrong(name, "must be a number"),
            (MemberType::Boolean, _) => wrong(name, "must be a boolean"),
            (MemberType::List(_), _) => wrong(name, "must be an array"),
            (MemberType::Structure(_) | MemberType::Map(_) | MemberType::Object, _) => {
                wrong(name, "must be an object")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(resource: &str, result: &Value, mode: ValidationMode) -> String {
        let state = json!({ "Resource": format!("arn:aws:states:::{resource}") });
        match check(&state, result, mode) {
            Ok(()) => String::new(),
            Err(Refusal(message)) => message
                .strip_prefix("Mock result schema validation error: ")
                .unwrap()
                .to_owned(),
        }
    }

    #[test]
    fn results_have_the_types_of_the_response() {
        for (resource, result, expected) in [
            (
                "events:putEvents",
                json!({ "Entries": "" }),
                "Field 'Entries' must be an array",
            ),
            (
                "events:putEvents",
                json!({ "Entries": [1] }),
                "Field 'Entries' must be an object",
            ),
            (
                "events:putEvents",
                json!({ "Entries": [{ "EventId": "1" }, { "EventId": [] }] }),
                "Field 'EventId' must be a string",
            ),
            ("events:putEvents", json!({ "Entries": [], "Other": 1 }), ""),
            (
                "lambda:invoke",
                json!({ "StatusCode": "200" }),
                "Field 'StatusCode' must be a number",
            ),
            (
                "lambda:invoke",
                json!({ "StatusCode": 200, "Payload": { "a": 1 } }),
                "",
            ),
            (
                "aws-sdk:lambda:invoke",
                json!({ "Payload": {} }),
                "Field 'Payload' must be a string",
            ),
            (
                "aws-sdk:s3:getObject",
                json!({ "StorageClass": "Papyrus" }),
                "Field 'StorageClass' is not an expected value",
            ),
            (
                "aws-sdk:s3:getObject",
                json!({ "StorageClass": "GLACIER" }),
                "",
            ),
            (
                "aws-sdk:s3:getObject",
                json!({ "DeleteMarker": "true" }),
                "Field 'DeleteMarker' must be a boolean",
            ),
            (
                "aws-sdk:s3:getObject",
                json!({ "Metadata": [] }),
                "Field 'Metadata' must be an object",
            ),
            (
                "aws-sdk:s3:getObject",
                json!({ "Metadata": { "a": 1 } }),
                "Field 'Metadata' must be a string",
            ),
            (
                "aws-sdk:kms:encrypt",
                json!({ "CiphertextBlob": "" }),
                "Field 'CiphertextBlob' is smaller than the minimum length",
            ),
            (
                "aws-sdk:lambda:getFunction",
                json!({ "Configuration": { "MemorySize": 127 } }),
                "Field 'MemorySize' is less than the minimum value",
            ),
            (
                "aws-sdk:lambda:getFunction",
                json!({ "Configuration": { "MemorySize": 128 } }),
                "",
            ),
            (
                "dynamodb:getItem",
                json!({ "Item": { "id": { "SS": ["a", 1] } } }),
                "Field 'SS' must be a string",
            ),
            (
                "sqs:sendMessage.waitForTaskToken",
                json!({ "MessageId": 1 }),
                "",
            ),
            ("apigateway:invoke", json!({ "approval": true }), ""),
            (
                "glue:startJobRun",
                json!({ "JobRunId": 1 }),
                "Field 'JobRunId' must be a string",
            ),
            ("glue:startJobRun.sync", json!({ "JobRunId": 1 }), ""),
            (
                "glue:startJobRun.sync",
                json!({ "JobRun": { "JobRunState": "GONE" } }),
                "Field 'JobRunState' is not an expected value",
            ),
        ] {
            for mode in [ValidationMode::Strict, ValidationMode::Present] {
                assert_eq!(
                    checked(resource, &result, mode),
                    expected,
                    "{resource} {result}"
                );
            }
            assert_eq!(checked(resource, &result, ValidationMode::None), "");
        }
    }

    #[test]
    fn required_members_must_be_present_in_strict_mode() {
        let run = json!({
            "ExecutionArn": "a",
            "StateMachineArn": "b",
            "StartDate": "c",
            "Status": "SUCCEEDED",
            "Output": "{}",
        });
        let mut read = run.clone();
        read["Output"] = json!({ "a": 1 });
        for (resource, result, expected) in [
            (
                "states:startExecution",
                json!({ "ExecutionArn": "a" }),
                "Required field 'StartDate' is missing",
            ),
            (
                "states:startExecution.sync",
                json!({ "ExecutionArn": "a", "StartDate": "c", "Status": "SUCCEEDED" }),
                "Required field 'StateMachineArn' is missing",
            ),
            ("states:startExecution.sync", run, ""),
            (
                "states:startExecution.sync",
                read.clone(),
                "Field 'Output' must be a string",
            ),
            ("states:startExecution.sync:2", read, ""),
        ] {
            assert_eq!(
                checked(resource, &result, ValidationMode::Strict),
                expected,
                "{result}"
            );
            if expected.starts_with("Required") {
                assert_eq!(checked(resource, &result, ValidationMode::Present), "");
            }
        }
    }
}
