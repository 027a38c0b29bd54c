//! The resource-based policy of a function's alias is deleted with the alias. The emulator keeps
//! its statements and applies them to an alias with the same name that is created later.

use std::io;

use hyper::Method;
use serde_json::Value;

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text};

/// Removes the statements.
pub struct AliasPolicy;

impl Behaviour for AliasPolicy {
    fn operations(&self) -> &'static [&'static str] {
        &["DeleteAlias"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let (Some(function), Some(alias)) = (call.segment(2), call.segment(4)) else {
                return next.run(call).await;
            };
            let policy = format!("/2015-03-31/functions/{function}/policy");
            let statements = statements(call, next, &format!("{policy}?Qualifier={alias}")).await?;
            let answer = next.run(call).await?;
            if answer.status().is_success() {
                for statement in statements {
                    // The alias is deleted, and in the emulator, an ID is unique in a function.
                    let path = format!("{policy}/{statement}");
                    next.upstream
                        .lambda(call, Method::DELETE, &path, None)
                        .await?;
                }
            }
            Ok(answer)
        })
    }
}

/// The IDs of the statements of a policy.
async fn statements(call: &Call, next: Next<'_>, path: &str) -> io::Result<Vec<String>> {
    let answer = json_of(&next.upstream.lambda(call, Method::GET, path, None).await?);
    let policy =
        text(&answer, "Policy").and_then(|policy| serde_json::from_str::<Value>(policy).ok());
    let statements = policy
        .as_ref()
        .and_then(|policy| policy.get("Statement"))
        .and_then(Value::as_array);
    let identifiers = statements
        .into_iter()
        .flatten()
        .filter_map(|statement| text(statement, "Sid"));
    Ok(identifiers.map(str::to_owned).collect())
}
