//! `PublishVersion` returns the last version if the function has not changed since. AWS treats
//! every `UpdateFunctionCode` and `UpdateFunctionConfiguration` as a change, even with the same
//! values (measured for <https://github.com/getmoto/moto/pull/8379>), so revisions are compared.
//! The emulator does not compare versions that `CreateFunction` and `UpdateFunctionCode` publish.

use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_answer, json_of, text};

/// Responds with the last version.
pub struct FunctionVersions;

impl Behaviour for FunctionVersions {
    fn operations(&self) -> &'static [&'static str] {
        &["PublishVersion"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let Some(function) = call.segment(2) else {
                return next.run(call).await;
            };
            let path = format!("/2015-03-31/functions/{function}/versions?MaxItems=10000");
            let listed = json_of(&next.upstream.lambda(call, Method::GET, &path, None).await?);
            match unchanged(&listed) {
                Some(version) => Ok(json_answer(StatusCode::CREATED, &version)),
                None => next.run(call).await,
            }
        })
    }
}

/// The last version, if it has the same revision as the function.
fn unchanged(listed: &Value) -> Option<Value> {
    let versions = listed.get("Versions")?.as_array()?;
    let function = versions
        .iter()
        .find(|version| text(version, "Version") == Some("$LATEST"))?;
    let numbered = versions
        .iter()
        .filter_map(|version| Some((number(version)?, version)));
    let (number, last) = numbered.max_by_key(|(number, _)| *number)?;
    if text(last, "RevisionId")? != text(function, "RevisionId")? {
        return None;
    }
    let mut last = last.clone();
    let arn = format!("{}:{number}", text(function, "FunctionArn")?);
    last.as_object_mut()?
        .insert("FunctionArn".into(), arn.into());
    Some(last)
}

fn number(version: &Value) -> Option<u64> {
    text(version, "Version")?.parse().ok()
}
