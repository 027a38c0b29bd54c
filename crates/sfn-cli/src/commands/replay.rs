//! `sfn replay`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_arn::StateMachineArn;
use clap::ValueEnum;
use sfn_aws::state_machine;
use sfn_deploy::{REPLAY_TIMEOUT, all_skipped, replay_last};

use crate::aws::{Options, Workflow, WorkflowType, call};
use crate::commands::test::{plan, workflow};
use crate::output::replay;
use crate::{Exit, Failure, print};

/// Arguments of `sfn replay`.
#[derive(clap::Args)]
pub struct Args {
    /// ARN of an alias, version or state machine whose executions are repeated, or the name of a state machine.
    pub workflow: String,
    /// Changed definition: a file, `FILE#NAME` for a state machine in a template or `.tf` file, the number of a version,
    /// or an ARN.
    #[arg(long, value_name = "DEFINITION")]
    pub definition: String,
    /// Plan or state of Terraform, as `terraform show -json` prints it, with the definition of a workflow in a `.tf`
    /// file.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Maximum number of executions, the newest first.
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub last: usize,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Exit with code 0 although executions differ.
    #[arg(long)]
    pub allow_changes: bool,
    #[command(flatten)]
    pub options: Options,
}

/// Output format.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable text.
    Text,
    /// JSON.
    Json,
    /// A table for pull requests.
    Markdown,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let (session, found) = Workflow::find(&arguments.workflow, &arguments.options)?;
    if found.ty == WorkflowType::Express {
        return Err(format!(
            "`{}` is an Express workflow: AWS keeps no history of its executions",
            found.name
        ));
    }
    let machine = StateMachineArn::parse(&found.arn).map_or(String::new(), |arn| arn.machine);
    let definition = &arguments.definition;
    let is_version = !definition.is_empty() && definition.chars().all(|c| c.is_ascii_digit());
    let definition = if is_version {
        let arn = format!("{machine}:{definition}");
        let call = call(Duration::from_mins(1));
        let version = session.run(state_machine::describe(&session.aws, &call, &arn))?;
        version
            .ok_or_else(|| format!("version `{arn}` does not exist"))?
            .definition
    } else {
        let plan = plan(arguments.plan.as_deref())?;
        let changed = workflow(Path::new(""), definition, plan.as_ref())?;
        let json = changed.definition.to_value().ok_or_else(|| {
            format!(
                "{definition}: the definition has values that only Terraform can compute: use `--plan` or a version"
            )
        })?;
        json.to_string()
    };
    let replayed = session.run(replay_last(
        &session.aws,
        &call(REPLAY_TIMEOUT),
        &found.arn,
        arguments.last,
        &definition,
    ))?;
    print(&match arguments.format {
        Format::Text => replay::text(&replayed),
        Format::Json => replay::json(&replayed),
        Format::Markdown => replay::markdown(&replayed),
    })?;
    if let Some(reason) = all_skipped(&replayed) {
        return Err(format!("no execution could be repeated: {reason}"));
    }
    Ok(
        match replay::has_differences(&replayed) && !arguments.allow_changes {
            true => Exit::Findings,
            false => Exit::Clean,
        },
    )
}
