//! `data "sfn_execution"`.

use async_trait::async_trait;
use sfn_aws::execution;
use sfn_aws::history::{self, StateSummary};
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{AttributePath, Context, DataSource, Diagnostic, Diagnostics, Type, Value};

use super::{missing, object};
use crate::configuration::Shared;
use crate::{messages, timeouts};

/// The data source.
pub struct Execution {
    shared: Shared,
}

impl Execution {
    /// The data source with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl DataSource for Execution {
    fn type_name(&self) -> &'static str {
        "sfn_execution"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let state = object([
            ("name", Type::String),
            ("type", Type::String),
            ("entered", Type::Number),
            ("exited", Type::Number),
            ("failures", Type::Number),
            ("retries", Type::Number),
            ("seconds", Type::Number),
            ("error", Type::String),
            ("cause", Type::String),
        ]);
        let attributes = vec![
            Attribute::required("arn", Type::String, "ARN of the execution."),
            text("id", "The ARN."),
            text("name", "Name."),
            text("state_machine_arn", "ARN of the state machine."),
            text(
                "state_machine_version_arn",
                "ARN of the version that it runs, where it was started by one or by an alias.",
            ),
            text("state_machine_alias_arn", "ARN of the alias that it was started by."),
            text("status", "`RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`."),
            text("start_date", "When it started."),
            text("stop_date", "When it ended; null while it runs."),
            text("input", "Its input as JSON."),
            text("output", "Its output as JSON; null unless it succeeded."),
            text("error", "Name of the error; null unless it failed."),
            text("cause", "Cause of the error."),
            Attribute::computed("redrive_count", Type::Number, "How often it was redriven."),
            Attribute::computed(
                "states",
                Type::list(state),
                "What it has done by state, in the order in which they were entered first: how often it was `entered` and `exited`, how \
                 many attempts failed (`failures`) and were made again (`retries`), the time in it in `seconds`, and the last `error` \
                 with its `cause`.",
            ),
        ];
        let description = "An execution of a state machine of type STANDARD, with its history in short.".into();
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match config.get("arn").as_str() {
            Some(arn) if !arn.contains(":execution:") => {
                let detail = if arn.contains(":express:") {
                    "Executions of type EXPRESS leave no history but their logs."
                } else {
                    "Write the ARN of an execution, such as `arn:aws:states:eu-west-1:123456789012:execution:orders:4711`."
                };
                let error = Diagnostic::error(format!("`{arn}` is no ARN of an execution"), detail);
                error.at(AttributePath::root("arn")).into()
            }
            _ => Diagnostics::default(),
        }
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let (configured, call) = (self.shared.get()?, timeouts::read(cx));
        let arn = config.get("arn").as_str().unwrap_or_default();
        let refused = |error| messages::of_aws(&format!("read the execution `{arn}`"), &error);
        let found = execution::describe(&configured.aws, &call, arn).await.map_err(refused)?;
        let found = found.ok_or_else(|| missing("execution", arn, "arn"))?;
        let states = history::summary(&configured.aws, &call, arn).await.map_err(refused)?;
        let state = Value::object([
            ("arn", Value::from(found.arn.as_str())),
            ("id", found.arn.as_str().into()),
            ("name", found.name.into()),
            ("state_machine_arn", found.state_machine_arn.into()),
            ("state_machine_version_arn", found.state_machine_version_arn.into()),
            ("state_machine_alias_arn", found.state_machine_alias_arn.into()),
            ("status", found.status.into()),
            ("start_date", found.start_date.into()),
            ("stop_date", found.stop_date.into()),
            ("input", found.input.into()),
            ("output", found.output.into()),
            ("error", found.error.into()),
            ("cause", found.cause.into()),
            ("redrive_count", i64::from(found.redrive_count).into()),
            ("states", Value::List(states.into_iter().map(state_value).collect())),
        ]);
        Ok((state, Diagnostics::default()))
    }
}

fn state_value(state: StateSummary) -> Value {
    let number = |number: u64| i64::try_from(number).map_or(Value::Null, Value::from);
    let seconds = format!("{:.3}", state.seconds).parse::<tfplugin::Number>();
    Value::object([
        ("name", Value::from(state.name)),
        ("type", state.kind.into()),
        ("entered", number(state.entered)),
        ("exited", number(state.exited)),
        ("failures", number(state.failures)),
        ("retries", number(state.retries)),
        ("seconds", seconds.map_or(Value::Null, Value::from)),
        ("error", state.error.into()),
        ("cause", state.cause.into()),
    ])
}
