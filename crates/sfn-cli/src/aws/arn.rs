//! ARNs of executions.

use aws_arn::Arn;

use crate::Failure;

/// The ARN of an execution of a standard workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionArn {
    /// The complete ARN.
    pub arn: String,
    /// Region.
    pub region: String,
    /// Name of the state machine.
    pub machine: String,
    /// Name of the execution.
    pub name: String,
}

impl ExecutionArn {
    /// Parses the ARN of an execution.
    ///
    /// # Errors
    /// For any other text, and for executions of express workflows, which only their logs describe.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let arn = Arn::parse(text).filter(|arn| arn.service == "states");
        let arn = arn.ok_or_else(|| format!("`{text}` is not the ARN of an execution"))?;
        let parts: Vec<&str> = arn.resource.split(':').collect();
        match parts.as_slice() {
            ["execution", machine, name] => Ok(Self {
                arn: text.to_owned(),
                machine: (*machine).to_owned(),
                name: (*name).to_owned(),
                region: arn.region,
            }),
            ["express", ..] => Err(format!(
                "`{text}`: executions of type `EXPRESS` have no history other than their logs, and cannot be redriven"
            )),
            _ => Err(format!("`{text}`: it is not the ARN of an execution")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_executions_are_taken_apart() {
        let arn = "arn:aws:states:eu-west-1:123456789012:execution:order:4711";
        let parsed = ExecutionArn::parse(arn).unwrap();
        assert_eq!(
            (
                parsed.arn.as_str(),
                parsed.region.as_str(),
                parsed.machine.as_str(),
                parsed.name.as_str()
            ),
            (arn, "eu-west-1", "order", "4711")
        );
        let child = "arn:aws:states:eu-west-1:123456789012:execution:order/Each:0-1";
        assert_eq!(
            ExecutionArn::parse(child).map(|parsed| parsed.machine),
            Ok("order/Each".to_owned())
        );
        for (text, expected) in [
            ("4711", "is not the ARN of an execution"),
            ("arn:aws:s3:::bucket", "is not the ARN of an execution"),
            (
                "arn:aws:states:eu-west-1:123456789012:stateMachine:order",
                "it is not the ARN of an execution",
            ),
            (
                "arn:aws:states:eu-west-1:123456789012:express:order:4711:id",
                "type `EXPRESS`",
            ),
        ] {
            let message = ExecutionArn::parse(text).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
