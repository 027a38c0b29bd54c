//! `ephemeral "sfn_execution"`.

use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::execution;
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::Lookup;
use crate::shared::json_argument::{check, json_argument};
use crate::shared::managed::{Operation, Refusal};

/// Runs a state machine of type `EXPRESS` and provides its output, which is stored neither in the plan
/// nor in the state. Fails if the execution does not succeed.
///
/// Terraform runs it in each plan and in each apply, so the workflow should only read.
#[derive(Debug, Clone, Model)]
pub struct Execution {
    /// ARN of the state machine, of a version or of an alias.
    #[tf(required, validate = arns::qualified_state_machine)]
    state_machine_arn: Attr<String>,
    /// Input, as a value or as JSON text. Defaults to `{}`.
    #[tf(optional)]
    input: Attr<Value>,
    /// ARN of the execution.
    #[tf(computed)]
    arn: Attr<String>,
    /// Output as JSON.
    #[tf(computed, sensitive)]
    output: Attr<String>,
}

impl Execution {
    fn input(&self) -> Result<String, Diagnostic> {
        json_argument(&self.input, &AttributePath::root("input"))
    }
}

#[async_trait]
impl Lookup for Execution {
    const TYPE: &'static str = "sfn_execution";
    /// An execution of type `EXPRESS` takes five minutes at most.
    const TIMEOUT: Duration = Duration::from_mins(6);

    fn title(&self) -> String {
        format!(
            "execution of `{}`",
            self.state_machine_arn.text().unwrap_or("?")
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        check(&self.input, &AttributePath::root("input"))
            .into_iter()
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let arn = self.state_machine_arn.get()?;
        arns::QUALIFIED_STATE_MACHINE.get(&self.state_machine_arn, "state_machine_arn")?;
        let input = self.input()?;
        let ended =
            execution::start_sync(operation.aws(), &operation.call, arn, None, &input).await?;
        if ended.status != "SUCCEEDED" {
            // The cause can contain the input.
            let error = ended.error.as_deref().unwrap_or("no error name");
            let summary = format!("the execution ended with {} ({error})", ended.status);
            let detail = "The cause can contain confidential data, and is not shown. See the log group of the state machine.";
            return Err(Diagnostic::error(summary, detail).into());
        }
        let found = Self {
            arn: ended.arn.into(),
            output: ended.output.into(),
            ..self
        };
        Ok((found, Diagnostics::default()))
    }
}
