//! Workflows on AWS, by name or ARN.

use std::time::Duration;

use aws_arn::{StateMachineArn, region_of};
use sfn_aws::state_machine::{self, Described};

use super::{Options, Session, call};
use crate::Failure;

/// Maximum time to find a workflow.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Type of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowType {
    /// `STANDARD`.
    Standard,
    /// `EXPRESS`, whose executions AWS does not keep.
    Express,
}

/// A state machine, version or alias on AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// ARN of the state machine, version or alias.
    pub arn: String,
    /// Name of the state machine.
    pub name: String,
    /// Type.
    pub ty: WorkflowType,
    /// ARN of its log group.
    pub log_group: Option<String>,
}

impl Workflow {
    /// Finds a workflow by the ARN of a state machine, version or alias, or by the name of a state machine. Returns
    /// clients for its region.
    ///
    /// # Errors
    /// When it does not exist, or AWS cannot be called.
    pub fn find(argument: &str, options: &Options) -> Result<(Session, Self), Failure> {
        let profile = options.profile.as_deref();
        if !argument.starts_with("arn:") {
            let session = Session::new(options.region.as_deref(), profile)?;
            let found = Self::named(&session, argument)?;
            return Ok((session, found));
        }
        let arn = StateMachineArn::parse(argument).ok_or_else(|| {
            format!("`{argument}` is not the ARN of a state machine, version or alias")
        })?;
        let region = options.region.clone().or_else(|| region_of(argument));
        let session = Session::new(region.as_deref(), profile)?;
        // AWS describes a state machine, but not an alias, with its type.
        let found = session.run(state_machine::describe(
            &session.aws,
            &call(TIMEOUT),
            &arn.machine,
        ))?;
        let found =
            found.ok_or_else(|| format!("state machine `{}` does not exist", arn.machine))?;
        Ok((session, Self::of(found, argument.to_owned())))
    }

    fn named(session: &Session, name: &str) -> Result<Self, Failure> {
        let found = session.run(state_machine::find(&session.aws, &call(TIMEOUT), name))?;
        let Some(found) = found else {
            let region = session.run(session.aws.region())?;
            return Err(format!(
                "state machine `{name}` does not exist in {region}: use its ARN, `--region` or `--profile`"
            ));
        };
        let arn = found.arn.clone();
        Ok(Self::of(found, arn))
    }

    fn of(found: Described, arn: String) -> Self {
        let ty = if found.kind == "EXPRESS" {
            WorkflowType::Express
        } else {
            WorkflowType::Standard
        };
        Self {
            arn,
            name: found.name,
            ty,
            log_group: found.logging.destination,
        }
    }
}

/// Whether an argument is the name of a file, and not of a state machine. Names of state machines have neither slashes
/// nor number signs.
pub fn is_file_name(argument: &str) -> bool {
    !argument.starts_with("arn:")
        && (argument.contains(['/', '\\', '#'])
            || [".json", ".yaml", ".yml", ".tf", ".asl"]
                .iter()
                .any(|extension| argument.ends_with(extension)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_recognized() {
        for (argument, expected) in [
            ("order.asl.json", true),
            ("main.tf#order", true),
            ("./order", true),
            ("order", false),
            ("order.v2", false),
            (
                "arn:aws:states:eu-west-1:123456789012:stateMachine:order",
                false,
            ),
        ] {
            assert_eq!(is_file_name(argument), expected, "{argument}");
        }
    }
}
