//! `data "sfn_execution"`.

use async_trait::async_trait;
use sfn_aws::execution;
use sfn_aws::history::{self, StateSummary};
use tfplugin::model::{Attr, Model};
use tfplugin::{Diagnostics, Number};

use super::Object;
use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::{Lookup, not_found};
use crate::shared::managed::{Operation, Refusal};

/// Provides details about an execution of a state machine of type `STANDARD`, with a summary of its
/// history.
#[derive(Debug, Clone, Model)]
pub struct Execution {
    /// ARN of the execution.
    #[tf(required)]
    arn: Attr<String>,
    /// ARN of the execution.
    #[tf(computed)]
    id: Attr<String>,
    /// Name of the execution.
    #[tf(computed)]
    name: Attr<String>,
    /// ARN of the state machine.
    #[tf(computed)]
    state_machine_arn: Attr<String>,
    /// ARN of the version that the execution runs. Null unless it was started with a version or an
    /// alias.
    #[tf(computed)]
    state_machine_version_arn: Attr<String>,
    /// ARN of the alias that the execution was started with. Null without an alias.
    #[tf(computed)]
    state_machine_alias_arn: Attr<String>,
    /// Status of the execution: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
    #[tf(computed)]
    status: Attr<String>,
    /// Date and time of the start, in RFC 3339 format.
    #[tf(computed)]
    start_date: Attr<String>,
    /// Date and time of the end, in RFC 3339 format. Null while the execution is running.
    #[tf(computed)]
    stop_date: Attr<String>,
    /// Input as JSON.
    #[tf(computed)]
    input: Attr<String>,
    /// Output as JSON. Null unless the execution succeeded.
    #[tf(computed)]
    output: Attr<String>,
    /// Name of the error. Null unless the execution failed.
    #[tf(computed)]
    error: Attr<String>,
    /// Cause of the error. Null unless the execution failed.
    #[tf(computed)]
    cause: Attr<String>,
    /// Number of redrives.
    #[tf(computed)]
    redrive_count: Attr<i32>,
    /// Summary of each state, in the order in which the states were first entered: `name` and
    /// `type`, how many times it was `entered` and `exited`, the number of failed attempts
    /// (`failures`) and of repeated attempts (`retries`), the time spent in the state in `seconds`,
    /// and the last `error` with its `cause`.
    #[tf(computed)]
    states: Attr<Vec<Object<State>>>,
}

/// Summary of a state in an execution.
#[derive(Debug, Clone, Model)]
struct State {
    /// Name of the state.
    #[tf(computed)]
    name: Attr<String>,
    /// Type of the state, such as `Task`.
    #[tf(computed, name = "type")]
    kind: Attr<String>,
    /// Number of times the state was entered.
    #[tf(computed)]
    entered: Attr<Number>,
    /// Number of times the state was exited.
    #[tf(computed)]
    exited: Attr<Number>,
    /// Number of failed attempts.
    #[tf(computed)]
    failures: Attr<Number>,
    /// Number of attempts, without the first one of each entry.
    #[tf(computed)]
    retries: Attr<Number>,
    /// Time spent in the state in seconds.
    #[tf(computed)]
    seconds: Attr<Number>,
    /// Error of the last failed attempt.
    #[tf(computed)]
    error: Attr<String>,
    /// Cause of the error.
    #[tf(computed)]
    cause: Attr<String>,
}

impl From<StateSummary> for Object<State> {
    fn from(found: StateSummary) -> Self {
        Self(State {
            name: found.name.into(),
            kind: found.kind.into(),
            entered: Number::from(found.entered).into(),
            exited: Number::from(found.exited).into(),
            failures: Number::from(found.failures).into(),
            retries: Number::from(found.retries).into(),
            // AWS returns milliseconds. Further digits are artifacts of floating-point numbers.
            seconds: format!("{:.3}", found.seconds)
                .parse::<Number>()
                .ok()
                .into(),
            error: found.error.into(),
            cause: found.cause.into(),
        })
    }
}

#[async_trait]
impl Lookup for Execution {
    const TYPE: &'static str = "sfn_execution";

    fn title(&self) -> String {
        format!("execution `{}`", self.arn.text().unwrap_or("?"))
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        arns::EXECUTION
            .validate(&self.arn, "arn")
            .into_iter()
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let arn = arns::EXECUTION.get(&self.arn, "arn")?.to_string();
        let found = execution::describe(aws, call, &arn)
            .await?
            .ok_or_else(|| not_found(&self.title(), "arn"))?;
        let states = history::summary(aws, call, &arn).await?;
        let model = Self {
            id: found.arn.clone().into(),
            arn: found.arn.into(),
            name: found.name.into(),
            state_machine_arn: found.state_machine_arn.into(),
            state_machine_version_arn: found.state_machine_version_arn.into(),
            state_machine_alias_arn: found.state_machine_alias_arn.into(),
            status: found.status.into(),
            start_date: found.start_date.into(),
            stop_date: found.stop_date.into(),
            input: found.input.into(),
            output: found.output.into(),
            error: found.error.into(),
            cause: found.cause.into(),
            redrive_count: found.redrive_count.into(),
            states: states
                .into_iter()
                .map(Object::<State>::from)
                .collect::<Vec<_>>()
                .into(),
        };
        Ok((model, Diagnostics::default()))
    }
}
