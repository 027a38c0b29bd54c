//! Executions know the version or the alias with which they were started, and can be listed by it.
//! `RedriveExecution` runs an execution that failed again. The emulator has neither. A redrive here begins with the
//! first state, not with the one that failed.

use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Answer, Call, json_answer, json_of, text, with_json};
use crate::proxy::memory::Memory;

/// Stores how executions were started.
#[derive(Default)]
pub struct Executions {
    started: Memory<Started>,
    redriven: Memory<Redriven>,
    /// Executions that run in place of redriven ones, which are not listed.
    stand_ins: Memory<()>,
}

/// The qualified ARNs of an execution.
#[derive(Debug, Clone, Default)]
struct Started {
    version: Option<String>,
    alias: Option<String>,
}

/// The redrives of an execution.
#[derive(Debug, Clone)]
struct Redriven {
    /// ARN of the execution that ran last in its place.
    last: String,
    count: i32,
}

impl Behaviour for Executions {
    fn operations(&self) -> &'static [&'static str] {
        &[
            "StartExecution",
            "DescribeExecution",
            "GetExecutionHistory",
            "ListExecutions",
            "RedriveExecution",
        ]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            match call.operation.as_str() {
                "StartExecution" => self.start(call, next).await,
                "ListExecutions" => self.list(call, next).await,
                "RedriveExecution" => self.redrive(call, next).await,
                _ => self.describe(call, next).await,
            }
        })
    }
}

/// The qualifier of an ARN of a state machine: a version or an alias.
fn qualifier(arn: &str) -> Option<&str> {
    arn.split(':').nth(7)
}

fn unqualified(arn: &str) -> String {
    arn.split(':').take(7).collect::<Vec<_>>().join(":")
}

impl Executions {
    async fn start(&self, call: &Call, next: Next<'_>) -> io::Result<Answer> {
        let answer = next.run(call).await?;
        let (request, body) = (call.json(), json_of(&answer));
        let (Some(arn), Some(execution)) = (
            text(&request, "stateMachineArn").filter(|arn| !arn.contains('#')),
            text(&body, "executionArn"),
        ) else {
            return Ok(answer);
        };
        let started = match qualifier(arn) {
            Some(number) if number.chars().all(|c| c.is_ascii_digit()) => Started {
                version: Some(arn.to_owned()),
                alias: None,
            },
            Some(_) => Started {
                version: version_of_alias(call, next, arn).await?,
                alias: Some(arn.to_owned()),
            },
            None => return Ok(answer),
        };
        self.started.insert(execution, started);
        Ok(answer)
    }

    async fn list(&self, call: &Call, next: Next<'_>) -> io::Result<Answer> {
        let mut request = call.json();
        let arn = text(&request, "stateMachineArn").map(str::to_owned);
        let qualified = arn.filter(|arn| qualifier(arn).is_some());
        if let (Some(arn), Some(members)) = (&qualified, request.as_object_mut()) {
            members.insert("stateMachineArn".to_owned(), unqualified(arn).into());
        }
        let answer = next.run(&call.with_json(&request)).await?;
        let mut body = json_of(&answer);
        let Some(executions) = body.get_mut("executions").and_then(Value::as_array_mut) else {
            return Ok(answer);
        };
        for execution in executions.iter_mut() {
            self.complete(execution);
        }
        executions.retain(|execution| {
            let is = |member: &str| text(execution, member) == qualified.as_deref();
            let is_own =
                text(execution, "executionArn").is_none_or(|arn| self.stand_ins.get(arn).is_none());
            is_own
                && (qualified.is_none()
                    || is("stateMachineVersionArn")
                    || is("stateMachineAliasArn"))
        });
        Ok(with_json(answer, &body))
    }

    async fn describe(&self, call: &Call, next: Next<'_>) -> io::Result<Answer> {
        let mut request = call.json();
        let Some(arn) = text(&request, "executionArn").map(str::to_owned) else {
            return next.run(call).await;
        };
        let redriven = self.redriven.get(&arn);
        if let (Some(redriven), Some(members)) = (&redriven, request.as_object_mut()) {
            members.insert("executionArn".to_owned(), redriven.last.as_str().into());
        }
        let answer = next.run(&call.with_json(&request)).await?;
        if call.operation != "DescribeExecution" || !answer.status().is_success() {
            return Ok(answer);
        }
        let mut body = json_of(&answer);
        if let Some(members) = body.as_object_mut() {
            let name = arn.rsplit(':').next().unwrap_or("").to_owned();
            members.insert("executionArn".to_owned(), arn.into());
            members.insert("name".to_owned(), name.into());
            let count = redriven.map_or(0, |redriven| redriven.count);
            members.insert("redriveCount".to_owned(), count.into());
        }
        self.complete(&mut body);
        Ok(with_json(answer, &body))
    }

    /// Adds the qualified ARNs of an execution.
    fn complete(&self, execution: &mut Value) {
        let started = text(execution, "executionArn").and_then(|arn| self.started.get(arn));
        let (Some(started), Some(members)) = (started, execution.as_object_mut()) else {
            return;
        };
        for (name, arn) in [
            ("stateMachineVersionArn", started.version),
            ("stateMachineAliasArn", started.alias),
        ] {
            if let Some(arn) = arn {
                members.insert(name.to_owned(), arn.into());
            }
        }
    }

    async fn redrive(&self, call: &Call, next: Next<'_>) -> io::Result<Answer> {
        let request = call.json();
        let arn = text(&request, "executionArn").unwrap_or("").to_owned();
        let before = self.redriven.get(&arn);
        let last = before
            .as_ref()
            .map_or(arn.clone(), |redriven| redriven.last.clone());
        let upstream = next.upstream;
        let described = json!({ "executionArn": last });
        let described = upstream
            .states(call, "DescribeExecution", &described)
            .await?;
        if !described.status().is_success() {
            return Ok(described);
        }
        let found = json_of(&described);
        if !matches!(
            text(&found, "status"),
            Some("FAILED" | "TIMED_OUT" | "ABORTED")
        ) {
            let message = format!("Execution is not redrivable: '{arn}'");
            let body = json!({ "__type": "ExecutionNotRedrivable", "message": message });
            return Ok(json_answer(StatusCode::BAD_REQUEST, &body));
        }
        let count = before.map_or(1, |redriven| redriven.count + 1);
        let name = arn.rsplit(':').next().unwrap_or("");
        let start = json!({
            "stateMachineArn": found.get("stateMachineArn"),
            "name": format!("{name}-redrive-{count}"),
            "input": found.get("input"),
        });
        let started = upstream.states(call, "StartExecution", &start).await?;
        let body = json_of(&started);
        let Some(last) = text(&body, "executionArn") else {
            return Ok(started);
        };
        let last = last.to_owned();
        self.stand_ins.insert(&last, ());
        self.redriven.insert(&arn, Redriven { last, count });
        let body = json!({ "redriveDate": body.get("startDate") });
        Ok(json_answer(StatusCode::OK, &body))
    }
}

/// The version to which an alias routes most executions.
async fn version_of_alias(call: &Call, next: Next<'_>, alias: &str) -> io::Result<Option<String>> {
    let request = json!({ "stateMachineAliasArn": alias });
    let upstream = next.upstream;
    let found = upstream
        .states(call, "DescribeStateMachineAlias", &request)
        .await?;
    let found = json_of(&found);
    let routes = found.get("routingConfiguration").and_then(Value::as_array);
    let route = routes
        .into_iter()
        .flatten()
        .max_by_key(|route| route.get("weight").and_then(Value::as_i64));
    Ok(route
        .and_then(|route| text(route, "stateMachineVersionArn"))
        .map(str::to_owned))
}
