//! Checks of a new version before it receives traffic.

use std::sync::Arc;
use std::time::Duration;

use asl_run::{Failure, Status};
use async_trait::async_trait;
use serde_json::Value;
use sfn_aws::execution::{self, Execution};
use sfn_aws::time::Seconds;
use sfn_aws::{Aws, AwsError, AwsErrorKind, Call, function, state_machine};
use sfn_test::{Difference, End, Expect};
use tokio_util::sync::CancellationToken;

use crate::random::new_id;
use crate::reason::Reason;

/// A check of a new version before it receives traffic.
#[async_trait]
pub trait Check: Send + Sync {
    /// Name in messages, such as `smoke execution`.
    fn name(&self) -> String;

    /// Checks a version.
    ///
    /// # Errors
    /// When the version must not receive traffic, or cannot be checked.
    async fn run(&self, version: &str, cancelled: &CancellationToken) -> Result<(), Reason>;
}

/// The object that a smoke execution starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A state machine, by its ARN without a version.
    StateMachine(String),
    /// A function, by its name or ARN.
    Function(String),
}

/// An execution of the new version, or an invocation of a function, whose end is compared.
pub struct Smoke {
    /// Clients.
    pub aws: Arc<Aws>,
    /// The object to start.
    pub subject: Subject,
    /// Input.
    pub input: Value,
    /// Expected end.
    pub expect: Expect,
    /// Maximum time.
    pub timeout: Duration,
}

impl Smoke {
    /// Reads an expectation of a smoke execution from JSON.
    ///
    /// # Errors
    /// When it has unknown members, or members that only tests on this machine can check.
    pub fn expectation(json: Value) -> Result<Expect, String> {
        let expect: Expect = serde_json::from_value(json).map_err(|error| error.to_string())?;
        match expect.is_about_course() {
            true => Err(
                "only `status`, `output`, `output!`, `error` and `cause` can be expected".into(),
            ),
            false => Ok(expect),
        }
    }

    async fn end(&self, call: &Call, version: &str) -> Result<End, Reason> {
        match &self.subject {
            Subject::StateMachine(arn) => self.execute(call, arn, version).await,
            Subject::Function(name) => {
                let input = self.input.to_string();
                let found = function::invoke(&self.aws, call, name, version, &input).await?;
                Ok(end_of_invocation(&found))
            }
        }
    }

    async fn execute(&self, call: &Call, machine: &str, version: &str) -> Result<End, Reason> {
        let arn = format!("{machine}:{version}");
        let (aws, input) = (self.aws.as_ref(), self.input.to_string());
        let found = state_machine::describe(aws, call, &arn).await?;
        let found = found.ok_or_else(|| {
            AwsError::local("StartExecution", format!("version `{arn}` does not exist"))
        })?;
        if found.kind == "EXPRESS" {
            let ended = execution::start_sync(aws, call, &arn, None, &input).await?;
            return Ok(end_of(&ended));
        }
        let name = format!("smoke-{version}-{}-{}", Seconds::now().0, new_id());
        let started = execution::start(aws, call, &arn, &name, &input).await?;
        match execution::wait(aws, call, &started).await {
            Ok(ended) => Ok(end_of(&ended)),
            Err(error) => {
                self.stop(&started).await;
                Err(error.into())
            }
        }
    }

    /// Stops an execution that is not waited for any more.
    async fn stop(&self, arn: &str) {
        let call = Call::new(Duration::from_secs(30), CancellationToken::new());
        let cause = "the deployment does not wait for it any more";
        if let Err(error) = execution::stop(&self.aws, &call, arn, cause).await {
            tracing::warn!(%error, arn, "the smoke execution was not stopped");
        }
    }
}

#[async_trait]
impl Check for Smoke {
    fn name(&self) -> String {
        match self.subject {
            Subject::StateMachine(_) => "smoke execution".to_owned(),
            Subject::Function(_) => "smoke invocation".to_owned(),
        }
    }

    async fn run(&self, version: &str, cancelled: &CancellationToken) -> Result<(), Reason> {
        let call = Call::new(self.timeout, cancelled.clone());
        let end = match self.end(&call, version).await {
            Err(Reason::Aws(error))
                if matches!(
                    error.kind,
                    AwsErrorKind::TimedOut | AwsErrorKind::Unfinished
                ) =>
            {
                let detail = format!(
                    "it did not end within {}",
                    crate::duration::text(self.timeout)
                );
                return Err(self.failed(detail));
            }
            end => end?,
        };
        let differences = self.expect.differences_of_end(&end);
        match differences.is_empty() {
            true => Ok(()),
            false => {
                let texts: Vec<String> = differences.iter().map(words).collect();
                Err(self.failed(texts.join("; ")))
            }
        }
    }
}

impl Smoke {
    fn failed(&self, detail: String) -> Reason {
        Reason::Check {
            name: self.name(),
            detail,
        }
    }
}

/// A difference in words. Values are on one line.
fn words(difference: &Difference) -> String {
    let line = |text: &str| {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.join(" ")
    };
    format!(
        "expected the {} {}, got {}",
        difference.what,
        line(&difference.expected),
        line(&difference.actual)
    )
}

/// The end of an execution on AWS.
pub fn end_of(execution: &Execution) -> End {
    let status = match execution.status.as_str() {
        "SUCCEEDED" => Status::Succeeded,
        "TIMED_OUT" => Status::TimedOut,
        "ABORTED" => Status::Aborted,
        _ => Status::Failed,
    };
    End {
        status,
        output: execution.output.as_deref().map(json),
        failure: (execution.error.is_some() || execution.cause.is_some()).then(|| Failure {
            error: execution.error.clone(),
            cause: execution.cause.clone(),
        }),
    }
}

/// The end of an invocation. An error is an object with `errorType` and `errorMessage` (Lambda
/// developer guide, "Understanding Lambda function errors").
fn end_of_invocation(invocation: &function::Invocation) -> End {
    let payload = json(&invocation.payload);
    if !invocation.is_error {
        return End {
            status: Status::Succeeded,
            output: Some(payload),
            failure: None,
        };
    }
    let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
    End {
        status: Status::Failed,
        output: None,
        failure: Some(Failure {
            error: text("errorType"),
            cause: text("errorMessage"),
        }),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expectations_are_about_the_end() {
        for (value, expected) in [
            (json!({}), None),
            (json!({"status": "SUCCEEDED", "output": {"a": 1}}), None),
            (json!({"error": "E", "cause": "c"}), None),
            (
                json!({"path": ["A"]}),
                Some("only `status`, `output`, `output!`, `error` and `cause` can be expected"),
            ),
            (json!({"state": "FAILED"}), Some("unknown field `state`")),
        ] {
            let error = Smoke::expectation(value).err();
            match expected {
                Some(expected) => assert!(error.as_deref().unwrap_or("").contains(expected)),
                None => assert_eq!(error, None),
            }
        }
    }

    #[test]
    fn ends_of_executions_and_invocations_are_compared() {
        let failed = Execution {
            status: "FAILED".into(),
            error: Some("E".into()),
            ..Execution::default()
        };
        let succeeded = Execution {
            status: "SUCCEEDED".into(),
            output: Some("{\"a\":1,\"b\":2}".into()),
            ..Execution::default()
        };
        let raised = function::Invocation {
            payload: "{\"errorType\":\"E\",\"errorMessage\":\"m\"}".into(),
            is_error: true,
        };
        let ended = |status: &str| Execution {
            status: status.into(),
            ..Execution::default()
        };
        for (end, expect, expected) in [
            (
                end_of(&ended("TIMED_OUT")),
                json!({"status": "TIMED_OUT"}),
                "",
            ),
            (
                end_of(&ended("ABORTED")),
                json!({}),
                "expected the status SUCCEEDED, got ABORTED",
            ),
            (end_of(&succeeded), json!({"output": {"a": 1}}), ""),
            (
                end_of(&succeeded),
                json!({"output": {"a": 2}}),
                "expected the output { \"a\": 2 }, got { \"a\": 1 }",
            ),
            (
                end_of(&failed),
                json!({}),
                "expected the status SUCCEEDED, got FAILED (E)",
            ),
            (end_of(&failed), json!({"error": "E"}), ""),
            (
                end_of_invocation(&raised),
                json!({"error": "E", "cause": "m"}),
                "",
            ),
        ] {
            let expect = Smoke::expectation(expect).unwrap();
            let found: Vec<String> = expect.differences_of_end(&end).iter().map(words).collect();
            assert_eq!(found.join("; "), expected);
        }
    }
}
