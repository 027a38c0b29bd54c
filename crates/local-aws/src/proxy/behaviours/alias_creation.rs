//! `CreateStateMachineAlias` is idempotent: an alias of the same name, description and routing is no conflict. The
//! emulator refuses every alias of the same name.

use std::collections::BTreeMap;
use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Answer, Call, is_error, json_answer, json_of, text};

/// Answers with the alias that exists.
pub struct AliasCreation;

impl Behaviour for AliasCreation {
    fn operations(&self) -> &'static [&'static str] {
        &["CreateStateMachineAlias"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let answer = next.run(call).await?;
            if !is_error(&answer, "ConflictException") {
                return Ok(answer);
            }
            Ok(existing(call, next).await?.unwrap_or(answer))
        })
    }
}

/// The answer for an alias that exists as the call wants it.
async fn existing(call: &Call, next: Next<'_>) -> io::Result<Option<Answer>> {
    let wanted = call.json();
    let Some(arn) = alias_arn(&wanted) else { return Ok(None) };
    let alias = json!({ "stateMachineAliasArn": arn });
    let found = json_of(&next.upstream.states(call, "DescribeStateMachineAlias", &alias).await?);
    if routes(&found) != routes(&wanted) || description(&found) != description(&wanted) {
        return Ok(None);
    }
    let body = json!({ "stateMachineAliasArn": arn, "creationDate": found.get("creationDate") });
    Ok(Some(json_answer(StatusCode::OK, &body)))
}

/// The ARN of the alias that a call wants: that of the state machine of its first version, and its name.
fn alias_arn(wanted: &Value) -> Option<String> {
    let first = wanted.get("routingConfiguration")?.as_array()?.first()?;
    let (machine, _) = text(first, "stateMachineVersionArn")?.rsplit_once(':')?;
    Some(format!("{machine}:{}", text(wanted, "name")?))
}

/// The weights by version.
fn routes(alias: &Value) -> BTreeMap<&str, i64> {
    let routes = alias.get("routingConfiguration").and_then(Value::as_array).into_iter().flatten();
    routes.filter_map(route).collect()
}

fn route(route: &Value) -> Option<(&str, i64)> {
    Some((text(route, "stateMachineVersionArn")?, route.get("weight")?.as_i64()?))
}

/// The description; an alias without one has an empty one.
fn description(alias: &Value) -> &str {
    text(alias, "description").unwrap_or("")
}
