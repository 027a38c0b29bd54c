//! What a definition calls by name: functions, state machines, activities, queues, topics and tables.

mod runtimes;

use runtimes::retired;

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::integration::{Called, Resource};
use crate::json::Json;
use crate::pointer::Pointer;
use crate::rules::{
    Rule, function_not_ready, function_timeout, missing_object, retired_runtime, role_denied, unpublished_function,
};

/// What something is that a state calls.
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
    /// The word for it in messages.
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

/// A state and what it calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// What it is.
    pub kind: Kind,
    /// How it is named: ARN, name or address, as written.
    pub id: String,
    /// Name of the state.
    pub state: String,
    /// Where it is named.
    pub at: Pointer,
    /// The timeout of the state, in seconds, where it is written as a number.
    pub timeout_seconds: Option<f64>,
}

/// Everything that the states of a definition call by a name that is written out, in either form of the definition.
pub fn uses(definition: &Json) -> Vec<Use> {
    Graph::of(definition).states.iter().filter_map(|node| used(node.name, node.value, &node.at)).collect()
}

fn used(name: &str, state: &Json, at: &Pointer) -> Option<Use> {
    let resource = state.get("Resource").and_then(Json::as_str)?;
    let (kind, id, at) = match Resource::parse(resource) {
        Resource::Function { .. } => (Kind::Function, resource.to_owned(), at.join("Resource")),
        Resource::Activity => (Kind::Activity, resource.to_owned(), at.join("Resource")),
        Resource::Optimized(called) | Resource::Sdk(called) => {
            let (kind, parameters) = parameters(&called)?;
            let payload = ["Parameters", "Arguments"].into_iter().find(|field| state.get(field).is_some())?;
            let given = |parameter: &'static str| {
                let text = state.get(payload)?.get(parameter)?.as_str()?;
                (!text.trim_start().starts_with("{%") && !text.contains("${")).then(|| (text.to_owned(), parameter))
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
    Some(Use { kind, id, state: name.to_owned(), at, timeout_seconds })
}

/// What a call names, and by which parameters.
fn parameters(called: &Called<'_>) -> Option<(Kind, &'static [&'static str])> {
    Some(match (called.service, called.operation) {
        ("lambda", "invoke") => (Kind::Function, &["FunctionName"]),
        ("states" | "sfn", "startExecution" | "startSyncExecution") => (Kind::StateMachine, &["StateMachineArn"]),
        ("sqs", _) => (Kind::Queue, &["QueueUrl"]),
        ("sns", "publish") => (Kind::Topic, &["TopicArn"]),
        ("dynamodb", _) => (Kind::Table, &["TableName"]),
        _ => return None,
    })
}

/// What AWS says about something that a state calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// There is none.
    Missing,
    /// It is there.
    There,
    /// It is a function, and this is known of it.
    Function(FunctionFacts),
}

/// What AWS says about a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionFacts {
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// Such as `python3.13`; none for an image.
    pub runtime: Option<String>,
    /// Its own timeout in seconds.
    pub timeout_seconds: Option<i32>,
    /// The concurrent calls that are kept for it.
    pub reserved_concurrency: Option<i32>,
}

/// What is wrong between a state and what it calls. `publishes` says whether the state machine has versions.
pub fn judge(used: &Use, facts: &Facts, publishes: bool) -> Vec<Diagnostic> {
    let Use { kind, id, state, at, timeout_seconds } = used;
    let mut findings = Vec::new();
    let mut find =
        |rule: &Rule, message: String, help: &str| findings.push(rule.finding(at.clone(), message).help(help));
    let function = match facts {
        Facts::There => return findings,
        Facts::Missing => {
            let message = format!("state `{state}` calls the {} `{id}`, which is not there", kind.word());
            find(&missing_object::RULE, message, "refer to the resource that makes it, or correct the name");
            return findings;
        }
        Facts::Function(function) => function,
    };
    if function.state == "Failed" || function.state == "Inactive" {
        let message = format!("state `{state}` calls the function `{id}`, which is `{}`", function.state);
        find(&function_not_ready::RULE, message, "deploy the function again, or look at its state reason in AWS");
    }
    if function.reserved_concurrency == Some(0) {
        let message = format!("state `{state}` calls the function `{id}`, which has no concurrency");
        find(&function_not_ready::RULE, message, "reserve more than zero, or remove the reservation");
    }
    if let Some((runtime, retired)) = function.runtime.as_deref().and_then(|runtime| Some((runtime, retired(runtime)?)))
    {
        let message = format!(
            "state `{state}` calls the function `{id}` with `{runtime}`, a runtime retired on {}",
            retired.since
        );
        let successor = retired.successor.map_or_else(|| "a newer runtime".to_owned(), |name| format!("`{name}`"));
        let blocked = match (retired.uncreatable, retired.unchangeable) {
            (Some(create), Some(update)) => {
                format!(": Lambda creates no functions with it from {create} and updates none from {update}")
            }
            _ => String::new(),
        };
        find(&retired_runtime::RULE, message, &format!("move the function to {successor}{blocked}"));
    }
    if let (Some(own), Some(given)) = (function.timeout_seconds, *timeout_seconds)
        && f64::from(own) > given
    {
        let message = format!("the function `{id}` may take {own} s, and state `{state}` gives it {given} s");
        find(&function_timeout::RULE, message, "write a longer `TimeoutSeconds`, or a shorter timeout of the function");
    }
    let qualified = id.split(':').count() == if id.starts_with("arn:") { 8 } else { 2 };
    if publishes && (!qualified || id.ends_with(":$LATEST")) {
        let message = format!("versions of the state machine call the newest code of `{id}`");
        find(&unpublished_function::RULE, message, "call a version or an alias of the function");
    }
    findings
}

/// That a role may not make the calls of a state machine.
pub fn denied(role: &str, action: &str, resource: &str) -> Diagnostic {
    let message = format!("the role `{role}` may not call {action} on `{resource}`");
    let help = "grant it, or let `execution_role` make a role that may";
    role_denied::RULE.finding(Pointer::root(), message).help(help)
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
        let uses = uses(&crate::parse(text).unwrap().0.root);
        let named: Vec<_> =
            uses.iter().map(|used| format!("{} {} at {}", used.kind.word(), used.id, used.at)).collect();
        let facts = Facts::Function(FunctionFacts {
            state: "Failed".into(),
            runtime: Some("python3.8".into()),
            timeout_seconds: Some(30),
            reserved_concurrency: Some(0),
        });
        let judged = uses
            .iter()
            .flat_map(|used| judge(used, if used.kind == Kind::Function { &facts } else { &Facts::Missing }, true));
        let judged: Vec<_> = judged.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
        insta::assert_snapshot!(format!("{}\n\n{}", named.join("\n"), judged.join("\n")));
    }
}
