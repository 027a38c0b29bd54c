//! The integrations that a Task state can call.
//!
//! Source: the developer guide, "Integrating services", "Learning to use AWS service SDK integrations".

mod optimized;
mod result;
mod sdk;

pub use optimized::{INTEGRATIONS, Integration, Parameters, integration};
pub use sdk::{
    Action, Limits, MemberType, Nesting, Operation, Structure, action, is_supported, operation,
    operations, services,
};

/// The parsed `Resource` of a Task state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// A Lambda function, by the parts of its ARN.
    Function {
        /// Region.
        region: &'a str,
        /// Account ID.
        account: &'a str,
        /// Name, with version or alias.
        name: &'a str,
    },
    /// An activity.
    Activity,
    /// An optimized integration, such as `sqs:sendMessage.waitForTaskToken`.
    Optimized(Called<'a>),
    /// An AWS SDK integration, such as `aws-sdk:s3:listBuckets`.
    Sdk(Called<'a>),
    /// Another ARN, with its service.
    Other(&'a str),
    /// Not an ARN.
    Invalid,
    /// Not known, because a part of the ARN is a placeholder.
    Unknown,
}

/// The operation of a service that is called, and how the state waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called<'a> {
    /// The service, such as `sqs`.
    pub service: &'a str,
    /// The operation, such as `sendMessage`.
    pub operation: &'a str,
    /// `sync`, `sync:2`, `waitForTaskToken`, or empty.
    pub pattern: &'a str,
}

impl<'a> Resource<'a> {
    /// Parses the `Resource` of a Task state, which may contain placeholders such as `${AWS::Partition}`.
    pub fn parse(text: &'a str) -> Self {
        let parts = split(text);
        let known = |part: &str| !part.contains("${");
        match parts.as_slice() {
            [_, ..] if text.starts_with("${") && text.contains('}') => Self::Unknown,
            ["arn", _, "lambda", region, account, "function", name @ ..] if !name.is_empty() => {
                let start = text.len() - name.iter().map(|part| part.len() + 1).sum::<usize>() + 1;
                Self::Function {
                    region,
                    account,
                    name: text.get(start..).unwrap_or(""),
                }
            }
            ["arn", _, "states", _, _, "activity", _] => Self::Activity,
            ["arn", _, "states", _, _, "aws-sdk", service, rest @ ..] if !rest.is_empty() => {
                if known(service) && rest.iter().all(|part| known(part)) {
                    Self::Sdk(called(text, service, rest))
                } else {
                    Self::Unknown
                }
            }
            [
                "arn",
                _,
                "states",
                _,
                _,
                "stateMachine" | "execution" | "express",
                ..,
            ] => Self::Other("states"),
            ["arn", _, "states", _, _, service, rest @ ..] if !rest.is_empty() => {
                if known(service) && rest.iter().all(|part| known(part)) {
                    Self::Optimized(called(text, service, rest))
                } else {
                    Self::Unknown
                }
            }
            ["arn", _, service, _, _, _, ..] if known(service) && !service.is_empty() => {
                Self::Other(service)
            }
            [..] if text.contains("${") && text.contains('}') => Self::Unknown,
            _ => Self::Invalid,
        }
    }

    /// Whether the state waits for a task token or the worker of an activity.
    pub fn waits_for_callback(&self) -> bool {
        *self == Self::Activity || self.pattern() == "waitForTaskToken"
    }

    /// Whether the state waits for a job, a task token, or the worker of an activity.
    pub fn waits(&self) -> bool {
        *self == Self::Activity || !self.pattern().is_empty()
    }

    /// The integration pattern, which selects how the state waits.
    pub fn pattern(&self) -> &'a str {
        match self {
            Self::Optimized(called) | Self::Sdk(called) => called.pattern,
            _ => "",
        }
    }
}

/// The parts of an ARN. A colon in a placeholder does not separate parts.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '{' if text.get(..at).is_some_and(|before| before.ends_with('$')) => inside = true,
            '}' => inside = false,
            ':' if !inside => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// The operation and pattern at the end of an ARN. The pattern `.sync:2` contains a colon.
fn called<'a>(text: &'a str, service: &'a str, rest: &[&'a str]) -> Called<'a> {
    let length = rest.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
    let end = text.get(text.len() - length..).unwrap_or("");
    let (operation, pattern) = end.split_once('.').unwrap_or((end, ""));
    Called {
        service,
        operation,
        pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_taken_apart() {
        let texts = [
            "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
            "arn:aws:states:eu-west-1:123456789012:activity:a",
            "arn:aws:states:::sns:publish",
            "arn:${AWS::Partition}:states:::states:startExecution.sync:2",
            "arn:aws:states:::aws-sdk:s3:listBuckets",
            "arn:aws:states:::aws-sdk:${Service}:listBuckets",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:m",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/t",
            "${FunctionArn}",
            "arn:aws:states:::",
            "hello",
            "",
        ];
        let read: Vec<String> = texts
            .iter()
            .map(|text| format!("{text}: {:?}", Resource::parse(text)))
            .collect();
        insta::assert_snapshot!(read.join("\n"));
    }
}
