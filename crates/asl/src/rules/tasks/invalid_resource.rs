//! Tasks whose resource cannot be called.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::pointer::PathBuilder;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks whose `Resource` cannot be called by a Task state.
    ///
    /// A Task can call a Lambda function, an activity, or an integration such as `arn:aws:states:::sns:publish`. The
    /// ARN of a topic, a table, or a state machine is not called directly; it is a parameter of an integration.
    ///
    /// The rule also checks for ARNs that are not complete: function ARNs with a region or an account ID that cannot
    /// exist, ARNs in `Parameters` or `Arguments` whose region or account ID is still a word such as `region` or
    /// `account-id`, and function ARNs without a valid function name. A name consists of letters, digits, `-` and
    /// `_`. Substitutions such as `${FunctionArn}` and placeholders such as `__arn__` are accepted.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// AWS accepts most incomplete ARNs, and the task fails in the execution. These ARNs are reported as warnings. A
    /// function ARN in `Resource` whose region or account ID is a word such as `region` or `account-id` is reported
    /// as an error.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:sns:eu-west-1:123456789012:OrderEvents",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sns:publish",
    ///   "Parameters": {
    ///     "TopicArn": "arn:aws:sns:eu-west-1:123456789012:OrderEvents",
    ///     "Message.$": "$.message"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Integrating services with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html)
    "ASL5001" "invalid-resource" [] Error
    Task => check
}

/// Help for ARNs that a task cannot call, by service.
const INSTEAD: &[(&str, &str)] = &[
    (
        "sns",
        "write `arn:aws:states:::sns:publish` and the topic as the parameter `TopicArn`",
    ),
    (
        "sqs",
        "write `arn:aws:states:::sqs:sendMessage` and the address of the queue as the parameter `QueueUrl`",
    ),
    (
        "dynamodb",
        "write `arn:aws:states:::dynamodb:putItem`, `getItem`, `updateItem` or `deleteItem`, and the table as the parameter `TableName`",
    ),
    (
        "states",
        "write `arn:aws:states:::states:startExecution.sync:2` and the state machine as the parameter `StateMachineArn`",
    ),
    (
        "events",
        "write `arn:aws:states:::events:putEvents` and the event bus in `Entries`",
    ),
    (
        "ecs",
        "write `arn:aws:states:::ecs:runTask.sync` and the task as the parameter `TaskDefinition`",
    ),
    (
        "glue",
        "write `arn:aws:states:::glue:startJobRun.sync` and the job as the parameter `JobName`",
    ),
    (
        "batch",
        "write `arn:aws:states:::batch:submitJob.sync` and the job as the parameter `JobDefinition`",
    ),
    (
        "s3",
        "write `arn:aws:states:::aws-sdk:s3:getObject` or another operation, and the bucket as the parameter `Bucket`",
    ),
];

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, payload) in node.payloads() {
        in_payload(payload, &PathBuilder::Field(&node.at, field), findings);
    }
    let Some((text, resource)) = node.resource else {
        return;
    };
    let (message, help) = match resource {
        // A placeholder such as `__arn__` is replaced later.
        Resource::Invalid if text.starts_with("__") && text.ends_with("__") => return,
        Resource::Invalid => (
            format!("`{text}` is not an ARN that a task can call"),
            "write the ARN of a Lambda function or an integration such as `arn:aws:states:::sns:publish`",
        ),
        Resource::Other(service) => (
            format!("a Task cannot call `{text}`"),
            INSTEAD.iter().find(|(name, _)| *name == service).map_or(
                "write an integration such as `arn:aws:states:::sns:publish`, or of any operation: `arn:aws:states:::aws-sdk:SERVICE:OPERATION`",
                |(_, help)| *help,
            ),
        ),
        Resource::Function { region, account, .. } => {
            findings.extend(placeholder(node, text, region, account));
            findings.extend(malformed_name(node, text));
            return;
        }
        _ => return,
    };
    let at = node.at.join("Resource");
    findings.push(RULE.finding(at.clone(), message).schema(&at).help(help));
}

/// Reports ARNs in a payload whose region or account ID is a word such as `region`.
fn in_payload(payload: &Json, way: &PathBuilder<'_>, findings: &mut Vec<Diagnostic>) {
    payload.walk(way, &mut |way, inner| {
        let Some(text) = inner.as_str().filter(|text| text.starts_with("arn:")) else {
            return true;
        };
        let mut parts = text.split(':').skip(3);
        if parts.next().is_some_and(is_word) || parts.next().is_some_and(is_word) {
            let message = format!("`{text}` has no valid region or account ID");
            let help = "write the region and the 12 digits of the account ID";
            // AWS accepts any text there.
            findings.push(RULE.finding(way.pointer(), message).help(help).as_warning());
        }
        true
    });
}

/// Whether a part of an ARN is a placeholder word of the documentation.
fn is_word(part: &str) -> bool {
    matches!(part, "region" | "account" | "account-id" | "accountid")
}

/// Reports an invalid function name, with which the call always fails (Lambda API reference, Invoke, `FunctionName`).
fn malformed_name(node: &Node<'_>, text: &str) -> Option<Diagnostic> {
    let name = text.split(':').nth(6).unwrap_or("");
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if text.contains("${") || (!name.is_empty() && name.chars().all(is_name)) {
        return None;
    }
    let message = match name {
        "" => format!("`{text}` has no function name"),
        name => format!("invalid function name `{name}`"),
    };
    let help = "use letters, digits, `-` and `_`";
    Some(
        RULE.finding(node.at.join("Resource"), message)
            .help(help)
            .as_warning(),
    )
}

/// Reports a region or an account ID that is still a placeholder.
fn placeholder(node: &Node<'_>, text: &str, region: &str, account: &str) -> Option<Diagnostic> {
    let open = |part: &str| part.contains("${");
    let is_region = open(region) || region.is_empty() || {
        let parts: Vec<&str> = region.split('-').collect();
        parts.len() >= 3
            && parts
                .last()
                .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_account = open(account)
        || account.is_empty()
        || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    let message = match (is_region, is_account) {
        (true, true) => return None,
        (false, true) => format!("`{region}` is not a region"),
        (true, false) => format!("`{account}` is not an account ID"),
        (false, false) => {
            format!("`{region}` is not a region, and `{account}` is not an account ID")
        }
    };
    let start = text
        .find(if is_region { account } else { region })
        .unwrap_or(0);
    let length = if is_region {
        account.len()
    } else {
        region.len()
    };
    let at = node.at.join("Resource");
    let finding = RULE
        .finding(at.clone(), message)
        .schema(&at)
        .inside(text, start..start + length)
        .help("write the region and the 12 digits of the account ID, or refer to the function");
    // AWS accepts other words, such as those in capital letters.
    Some(if is_word(region) || is_word(account) {
        finding
    } else {
        finding.as_warning()
    })
}
