//! `CreateStateMachineAlias` is idempotent: an alias with the same name, description and routing is
//! not a conflict. The emulator rejects every alias with the same name.

use std::collections::BTreeMap;
use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Answer, Call, is_error, json_answer, json_of, text};

/// Responds with the existing alias.
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

/// The response for an existing alias that equals the one in the call.
async fn existing(call: &Call, next: Next<'_>) -> io::Result<Option<Answer>> {
    let wanted = call.json();
    let Some(arn) = alias_arn(&wanted) else {
        return Ok(None);
    };
    let alias = json!({ "stateMachineAliasArn": arn });
    let found = json_of(
        &next
            .upstream
            .states(call, "DescribeStateMachineAlias", &alias)
            .await?,
    );
    if routes(&found) != routes(&wanted) || description(&found) != description(&wanted) {
        return Ok(None);
    }
    let body = json!({ "stateMachineAliasArn": arn, "creationDate": found.get("creationDate") });
    Ok(Some(json_answer(StatusCode::OK, &body)))
}

/// The ARN of the alias in a call: the state machine of its first version, and its name.
fn alias_arn(wanted: &Value) -> Option<String> {
    let first = wanted.get("routingConfiguration")?.as_array()?.first()?;
    let (machine, _) = text(first, "stateMachineVersionArn")?.rsplit_once(':')?;
    Some(format!("{machine}:{}", text(wanted, "name")?))
}

/// Weights by version.
fn routes(alias: &Value) -> BTreeMap<&str, i64> {
    let routes = alias
        .get("routingConfiguration")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    routes.filter_map(route).collect()
}

fn route(route: &Value) -> Option<(&str, i64)> {
    Some((
        text(route, "stateMachineVersionArn")?,
        route.get("weight")?.as_i64()?,
    ))
}

/// The description. An alias without one has an empty description.
fn description(alias: &Value) -> &str {
    text(alias, "description").unwrap_or("")
}
