//! The resources that a definition calls: functions, state machines, activities, queues, topics and tables.

mod runtimes;

pub(crate) use runtimes::{Retired, retired};

use crate::integration::{Called, Resource};
use crate::json::Json;
use crate::pointer::JsonPointer;
use crate::semantic::graph::Graph;

/// Kind of a resource that a state calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A Lambda function, or a version or alias of it.
    Function,
    /// A state machine, or a version or alias of it.
    StateMachine,
    /// An activity.
    Activity,
    /// An SQS queue.
    Queue,
    /// An SNS topic.
    Topic,
    /// A DynamoDB table.
    Table,
}

impl Kind {
    /// Name of the kind in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::StateMachine => "state machine",
            Self::Activity => "activity",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Table => "table",
        }
    }
}

/// A reference of a state to a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalReference {
    /// Kind of the resource.
    pub kind: Kind,
    /// ARN, name or URL of the resource, as in the definition.
    pub id: String,
    /// Name of the state.
    pub state: String,
    /// Place of the ARN, name or URL.
    pub at: JsonPointer,
    /// The timeout of the state in seconds, if it is a number.
    pub timeout_seconds: Option<f64>,
}

impl ExternalReference {
    /// Returns whether the identifier of a function has a qualifier: a version, an alias or `$LATEST`.
    pub(crate) fn is_qualified(&self) -> bool {
        let parts = if self.id.starts_with("arn:") { 8 } else { 2 };
        self.id.split(':').count() == parts
    }

    /// Returns whether the identifier of a function names a published version or an alias.
    pub(crate) fn is_published(&self) -> bool {
        self.is_qualified() && !self.id.ends_with(":$LATEST")
    }
}

/// Returns the references of a definition whose ARN, name or URL is known, in either form of the definition.
pub fn external_references(definition: &Json) -> Vec<ExternalReference> {
    Graph::of(definition)
        .states
        .iter()
        .filter_map(|node| external_reference(node.name, node.value, &node.at))
        .collect()
}

fn external_reference(name: &str, state: &Json, at: &JsonPointer) -> Option<ExternalReference> {
    let resource = state.get("Resource").and_then(Json::as_str)?;
    let (kind, id, at) = match Resource::parse(resource) {
        Resource::Function { .. } => (Kind::Function, resource.to_owned(), at.join("Resource")),
        Resource::Activity => (Kind::Activity, resource.to_owned(), at.join("Resource")),
        Resource::Optimized(called) | Resource::Sdk(called) => {
            let (kind, parameters) = parameters(&called)?;
            let payload = ["Parameters", "Arguments"]
                .into_iter()
                .find(|field| state.get(field).is_some())?;
            let given = |parameter: &'static str| {
                let text = state.get(payload)?.get(parameter)?.as_str()?;
                (!text.trim_start().starts_with("{%") && !text.contains("${"))
                    .then(|| (text.to_owned(), parameter))
            };
            let (mut id, parameter) = parameters.iter().copied().find_map(given)?;
            if let (Kind::Function, Some(qualifier)) = (kind, given("Qualifier")) {
                id = format!("{id}:{}", qualifier.0);
            }
            (kind, id, at.join(payload).join(parameter))
        }
        Resource::Other(_) | Resource::Invalid | Resource::Unknown => return None,
    };
    let timeout_seconds = match state.get("TimeoutSeconds") {
        Some(Json::Number(number)) => number.as_f64(),
        _ => None,
    };
    Some(ExternalReference {
        kind,
        id,
        state: name.to_owned(),
        at,
        timeout_seconds,
    })
}

/// Returns the kind of resource that a call names, and the parameters that name it.
fn parameters(called: &Called<'_>) -> Option<(Kind, &'static [&'static str])> {
    Some(match (called.service, called.operation) {
        ("lambda", "invoke") => (Kind::Function, &["FunctionName"]),
        ("states" | "sfn", "startExecution" | "startSyncExecution") => {
            (Kind::StateMachine, &["StateMachineArn"])
        }
        ("sqs", _) => (Kind::Queue, &["QueueUrl"]),
        ("sns", "publish") => (Kind::Topic, &["TopicArn"]),
        ("dynamodb", _) => (Kind::Table, &["TableName"]),
        _ => return None,
    })
}

/// Status of a resource in AWS.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceInfo {
    /// It does not exist.
    Missing,
    /// It exists.
    There,
    /// It is a function with this status.
    Function(FunctionInfo),
}

/// Status of a function in AWS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionInfo {
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// Runtime, such as `python3.13`. `None` for a container image.
    pub runtime: Option<String>,
    /// Timeout in seconds.
    pub timeout_seconds: Option<i32>,
    /// Timeout of its durable executions in seconds, if it is a durable function.
    pub durable_timeout_seconds: Option<i32>,
    /// Reserved concurrency.
    pub reserved_concurrency: Option<i32>,
}

/// A reference with the status of its resource in AWS.
#[derive(Debug)]
pub struct KnownReference<'a> {
    /// The reference.
    pub reference: &'a ExternalReference,
    /// The status of the resource in AWS.
    pub info: &'a ResourceInfo,
    /// Whether the state machine publishes versions.
    pub publishes: bool,
}

impl KnownReference<'_> {
    /// Returns the status of the function, if the resource is a function that exists.
    pub(crate) fn function(&self) -> Option<&FunctionInfo> {
        match self.info {
            ResourceInfo::Function(function) => Some(function),
            ResourceInfo::Missing | ResourceInfo::There => None,
        }
    }
}

/// An action that the role of a state machine does not allow.
#[derive(Debug)]
pub struct DeniedAction<'a> {
    /// The ARN of the role.
    pub role: &'a str,
    /// The action, such as `sqs:SendMessage`.
    pub action: &'a str,
    /// The resource of the call.
    pub resource: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_found_and_judged() {
        let text = r#"{"StartAt":"A","States":{
            "A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:1:function:f","TimeoutSeconds":5,"Next":"B"},
            "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Qualifier":"live"},"Next":"C"},
            "C":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{"QueueUrl":"{% $q %}"},"Next":"D"},
            "D":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"E","States":{
                "E":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:query","Parameters":{"TableName":"t"},"Next":"F"},
                "F":{"Type":"Task","Resource":"arn:aws:states:eu-west-1:1:activity:a","End":true}}}]}}}"#;
        let references = external_references(&crate::parse(text).unwrap().0.root);
        let named: Vec<_> = references
            .iter()
            .map(|used| format!("{} {} at {}", used.kind.word(), used.id, used.at))
            .collect();
        let facts = ResourceInfo::Function(FunctionInfo {
            state: "Failed".into(),
            runtime: Some("python3.8".into()),
            timeout_seconds: Some(30),
            durable_timeout_seconds: None,
            reserved_concurrency: Some(0),
        });
        let linter = crate::linter::Linter::new(crate::MachineType::Standard);
        let judged = references.iter().flat_map(|reference| {
            let info = if reference.kind == Kind::Function {
                &facts
            } else {
                &ResourceInfo::Missing
            };
            linter.check_reference(&KnownReference {
                reference,
                info,
                publishes: true,
            })
        });
        let judged: Vec<_> = judged
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        insta::assert_snapshot!(format!("{}\n\n{}", named.join("\n"), judged.join("\n")));
    }
}
