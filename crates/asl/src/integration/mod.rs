//! The integrations that a Task can call.
//!
//! Source: the developer guide, "Integrating services", "Learning to use AWS service SDK integrations".

mod optimized;
mod sdk;

pub use optimized::{INTEGRATIONS, Integration, Parameters, integration};
pub use sdk::{Action, Limits, Nesting, Operation, Structure, action, is_supported, operation, operations, services};

/// The resource of a Task, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// A Lambda function, by the parts of its ARN.
    Function {
        /// Region.
        region: &'a str,
        /// Account.
        account: &'a str,
        /// Name, and version or alias.
        name: &'a str,
    },
    /// An activity.
    Activity,
    /// A service with an integration of its own, such as `sqs:sendMessage.waitForTaskToken`.
    Optimized(Called<'a>),
    /// An operation of the AWS SDK, such as `aws-sdk:s3:listBuckets`.
    Sdk(Called<'a>),
    /// Another ARN, with its service.
    Other(&'a str),
    /// No ARN.
    Invalid,
    /// Not known: a part that says what is called is a placeholder.
    Unknown,
}

/// What is called of a service, and how the state waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called<'a> {
    /// The service, such as `sqs`.
    pub service: &'a str,
    /// The operation, such as `sendMessage`.
    pub operation: &'a str,
    /// `sync`, `sync:2`, `waitForTaskToken`, or nothing.
    pub pattern: &'a str,
}

impl<'a> Resource<'a> {
    /// Takes apart the `Resource` of a Task. Placeholders such as `${AWS::Partition}` may stand in it.
    pub fn parse(text: &'a str) -> Self {
        let parts = split(text);
        let known = |part: &str| !part.contains("${");
        match parts.as_slice() {
            [_, ..] if text.starts_with("${") && text.contains('}') => Self::Unknown,
            ["arn", _, "lambda", region, account, "function", name @ ..] if !name.is_empty() => {
                let start = text.len() - name.iter().map(|part| part.len() + 1).sum::<usize>() + 1;
                Self::Function { region, account, name: text.get(start..).unwrap_or("") }
            }
            ["arn", _, "states", _, _, "activity", _] => Self::Activity,
            ["arn", _, "states", _, _, "aws-sdk", service, rest @ ..] if !rest.is_empty() => {
                if known(service) && rest.iter().all(|part| known(part)) {
                    Self::Sdk(called(text, service, rest))
                } else {
                    Self::Unknown
                }
            }
            ["arn", _, "states", _, _, "stateMachine" | "execution" | "express", ..] => Self::Other("states"),
            ["arn", _, "states", _, _, service, rest @ ..] if !rest.is_empty() => {
                if known(service) && rest.iter().all(|part| known(part)) {
                    Self::Optimized(called(text, service, rest))
                } else {
                    Self::Unknown
                }
            }
            ["arn", _, service, _, _, _, ..] if known(service) && !service.is_empty() => Self::Other(service),
            [..] if text.contains("${") && text.contains('}') => Self::Unknown,
            _ => Self::Invalid,
        }
    }

    /// Whether somebody outside of AWS has to say when it is done.
    pub fn waits_for_somebody(&self) -> bool {
        *self == Self::Activity || self.pattern() == "waitForTaskToken"
    }

    /// Whether the state waits until what it calls says that it is done.
    pub fn waits(&self) -> bool {
        *self == Self::Activity || !self.pattern().is_empty()
    }

    /// The way in which the state waits for the end of what it calls.
    pub fn pattern(&self) -> &'a str {
        match self {
            Self::Optimized(called) | Self::Sdk(called) => called.pattern,
            _ => "",
        }
    }
}

/// The parts of an ARN; a colon in a placeholder separates nothing.
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

/// The operation and pattern at the end of an ARN, where `.sync:2` has a colon of its own.
fn called<'a>(text: &'a str, service: &'a str, rest: &[&'a str]) -> Called<'a> {
    let length = rest.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
    let end = text.get(text.len() - length..).unwrap_or("");
    let (operation, pattern) = end.split_once('.').unwrap_or((end, ""));
    Called { service, operation, pattern }
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
        let read: Vec<String> = texts.iter().map(|text| format!("{text}: {:?}", Resource::parse(text))).collect();
        insta::assert_snapshot!(read.join("\n"));
    }
}
