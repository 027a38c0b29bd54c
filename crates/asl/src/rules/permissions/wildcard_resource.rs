//! Permissions on any resource.

use crate::diagnostic::Diagnostic;
use crate::policy::{Gap, GapKind, WildcardReason};

rule! {
    /// ## What it does
    ///
    /// Checks for states whose derived role allows a call on any resource.
    ///
    /// The role is derived from the definition. Its permissions cannot be limited to one resource if the state takes
    /// the resource, such as the name of a table or the ARN of a role, from its input or from a variable. The same
    /// applies if the resource is not part of the call, or if it is not known which parameters of the operation name
    /// it.
    ///
    /// Write the value in the definition if there is only one. Otherwise, list the ARNs that the state may use under
    /// the name of the state in `execution_role { resources = { … } }`.
    ///
    /// ## Why is this bad?
    ///
    /// The role grants more than the workflow needs. An incorrect or manipulated input can make the state call any
    /// resource that the action applies to, for example send messages to any queue.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "QueryLanguage": "JSONata",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage",
    ///   "Arguments": {
    ///     "QueueUrl": "{% $states.input.queueUrl %}",
    ///     "MessageBody": "{% $states.input.order %}"
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
    ///   "QueryLanguage": "JSONata",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage",
    ///   "Arguments": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    ///     "MessageBody": "{% $states.input.order %}"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: How Step Functions generates IAM policies for integrated services](https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html)
    /// - [AWS Step Functions: Creating an IAM role for your state machine in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html)
    "ASL4001" "wildcard-resource" ["any-resource"] Warning
    Policy => check
}

fn check(gap: &Gap, findings: &mut Vec<Diagnostic>) {
    let name = &gap.state;
    let (message, help) = match &gap.kind {
        GapKind::AnyResource { actions, reason } => {
            let (reason, help) = match reason {
                WildcardReason::Parameter(parameter) => (
                    format!("`{parameter}` is known only at run time"),
                    "write the value in the definition if there is only one",
                ),
                WildcardReason::Elsewhere(place) => (
                    format!("its resources are named in {place}"),
                    "name the resources",
                ),
                WildcardReason::Unknown | WildcardReason::Unlisted => (
                    "the parameters that name it are not known".to_owned(),
                    "name the resources",
                ),
            };
            (
                format!("state `{name}` may call {actions} on any resource, because {reason}"),
                help,
            )
        }
        GapKind::AnyRole => (
            format!(
                "state `{name}` may assume any role, because `RoleArn` is known only at run time"
            ),
            "write the role in the definition if there is only one",
        ),
        GapKind::UnknownIntegration { .. } | GapKind::UnlistedAction { .. } => return,
    };
    let narrow = format!(
        "narrow the role: `execution_role {{ resources = {{ \"{name}\" = [\"arn:…\"] }} }}`"
    );
    findings.push(
        RULE.finding(gap.at.clone(), message)
            .help(format!("{help}, or {narrow}")),
    );
}
