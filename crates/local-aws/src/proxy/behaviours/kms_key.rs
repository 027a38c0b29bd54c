//! The KMS key of a function encrypts its environment variables. AWS does not store the key of a
//! function without environment variables, and only returns `KMSKeyArn` with them.

use std::io;

use serde_json::Value;

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text, with_json};

/// Drops the key without environment variables.
pub struct KmsKey;

const KEY: &str = "KMSKeyArn";

impl Behaviour for KmsKey {
    fn operations(&self) -> &'static [&'static str] {
        &[
            "CreateFunction",
            "UpdateFunctionConfiguration",
            "UpdateFunctionCode",
            "GetFunction",
            "GetFunctionConfiguration",
            "ListFunctions",
            "PublishVersion",
            "ListVersionsByFunction",
        ]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let answer = match without_key(call, next).await? {
                Some(changed) => next.run(&changed).await?,
                None => next.run(call).await?,
            };
            if !answer.status().is_success() {
                return Ok(answer);
            }
            let mut body = json_of(&answer);
            drop_keys(&mut body);
            Ok(with_json(answer, &body))
        })
    }
}

/// The call with an empty key, if it leaves the function without environment variables.
async fn without_key(call: &Call, next: Next<'_>) -> io::Result<Option<Call>> {
    let mut request = call.json();
    let sets_variables = request
        .get("Environment")
        .is_some_and(|environment| !environment.is_null());
    let is_kept = match call.operation.as_str() {
        "CreateFunction" if request.get(KEY).is_some() => has_variables(&request),
        "UpdateFunctionConfiguration" if sets_variables => has_variables(&request),
        "UpdateFunctionConfiguration" if request.get(KEY).is_some() => {
            has_variables(&json_of(&next.upstream.function_of(call).await?))
        }
        _ => return Ok(None),
    };
    if is_kept {
        return Ok(None);
    }
    if let Some(members) = request.as_object_mut() {
        members.insert(KEY.into(), "".into());
    }
    Ok(Some(call.with_json(&request)))
}

fn drop_keys(body: &mut Value) {
    for list in ["Functions", "Versions"] {
        let configurations = body.get_mut(list).and_then(Value::as_array_mut);
        configurations.into_iter().flatten().for_each(drop_key);
    }
    body.get_mut("Configuration").into_iter().for_each(drop_key);
    drop_key(body);
}

fn drop_key(configuration: &mut Value) {
    let is_kept = has_variables(configuration) && text(configuration, KEY) != Some("");
    if let Some(members) = configuration.as_object_mut().filter(|_| !is_kept) {
        members.remove(KEY);
    }
}

fn has_variables(configuration: &Value) -> bool {
    let variables = configuration
        .get("Environment")
        .and_then(|environment| environment.get("Variables"));
    variables
        .and_then(Value::as_object)
        .is_some_and(|variables| !variables.is_empty())
}
