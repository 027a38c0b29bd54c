//! Compares a mocked result with the structure of the response of the service.

use asl::integration::{Nesting, Resource, Structure, integration, operation};
use serde_json::Value;

use super::request::{Refusal, ValidationMode};

/// Checks a mocked result of a Task state. Members that the structure does not have are ignored, as AWS does.
pub(super) fn check(state: &Value, result: &Value, _mode: ValidationMode) -> Result<(), Refusal> {
    let resource = state.get("Resource").and_then(Value::as_str).unwrap_or("");
    match structure(Resource::parse(resource)) {
        Some(structure) => members(structure, result),
        None => Ok(()),
    }
}

/// The structure of the response of an operation.
fn structure(resource: Resource<'_>) -> Option<Structure> {
    let (service, name) = match resource {
        Resource::Sdk(called) => (called.service, called.operation),
        Resource::Optimized(called) => integration(called.service, called.operation)?.sdk()?,
        _ => return None,
    };
    operation(service, name)?.response
}

fn wrong(name: &str, what: &str) -> Result<(), Refusal> {
    Err(Refusal(format!(
        "Mock result schema validation error: Field '{name}' {what}"
    )))
}

fn members(structure: Structure, value: &Value) -> Result<(), Refusal> {
    let Value::Object(given) = value else {
        return Ok(());
    };
    given
        .iter()
        .try_for_each(|(name, value)| member(structure, name, value))
}

fn member(structure: Structure, name: &str, value: &Value) -> Result<(), Refusal> {
    if let Some((nesting, inner)) = structure.inner(name) {
        return match (nesting, value) {
            (Nesting::Single, Value::Object(_)) => members(inner, value),
            (Nesting::List, Value::Array(elements)) => elements
                .iter()
                .try_for_each(|element| members(inner, element)),
            (Nesting::Map, Value::Object(entries)) => {
                entries.values().try_for_each(|entry| members(inner, entry))
            }
            (Nesting::List, _) => wrong(name, "must be an array"),
            (Nesting::Single | Nesting::Map, _) => wrong(name, "must be an object"),
        };
    }
    let Some(limits) = structure.limits(name) else {
        return Ok(());
    };
    match value.as_f64() {
        None => wrong(name, "must be a number"),
        Some(number) if limits.least.is_some_and(|least| number < least) => {
            wrong(name, "is less than the minimum value")
        }
        Some(number) if limits.most.is_some_and(|most| number > most) => {
            wrong(name, "is greater than the maximum value")
        }
        Some(_) => Ok(()),
    }
}
