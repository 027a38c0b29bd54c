//! Invalid `Credentials` of tasks.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks with `Credentials` that lack a `RoleArn`, and for activities with `Credentials`.
    ///
    /// `Credentials` is an object with the ARN of the role that the task assumes. In JSONPath, `RoleArn.$` takes the
    /// ARN from the input. An activity cannot assume a role, because its worker has a role of its own.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:210987654321:function:ReserveStock"
    ///   },
    ///   "Credentials": {
    ///     "RoleARN": "arn:aws:iam::210987654321:role/OrderWorkflow"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:210987654321:function:ReserveStock"
    ///   },
    ///   "Credentials": {
    ///     "RoleArn": "arn:aws:iam::210987654321:role/OrderWorkflow"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    /// - [Accessing resources in other AWS accounts in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html)
    "ASL5008" "invalid-credentials" ["credentials"] Error
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(credentials) = node.value.get("Credentials") else {
        return;
    };
    let at = node.at.join("Credentials");
    if let Json::Object(members) = credentials {
        if !members.contains_key("RoleArn") && !members.contains_key("RoleArn.$") {
            findings.push(
                RULE.finding(at.clone(), "the credentials have no `RoleArn`")
                    .schema(&at)
                    .help("write the ARN of the role that the task assumes, or its path as `RoleArn.$`"),
            );
        }
    } else if !matches!(credentials, Json::Unknown | Json::String(_)) {
        let message = format!("`Credentials` is {}, not an object", credentials.kind());
        findings.push(
            RULE.finding(at.clone(), message)
                .schema(&at)
                .help("write an object with `RoleArn`"),
        );
    }
    if matches!(node.resource, Some((_, Resource::Activity))) {
        findings.push(
            RULE.finding(at, "`Credentials` is not supported for an activity")
                .schema(&node.at)
                .help("remove `Credentials`: the worker of an activity has a role of its own"),
        );
    }
}
