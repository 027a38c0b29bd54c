//! Integrations without known permissions.

use crate::diagnostic::Diagnostic;
use crate::policy::{Gap, GapKind};

rule! {
    /// ## What it does
    ///
    /// Checks for calls whose permissions are not known.
    ///
    /// The role is derived from the definition. An integration is reported if its permissions are not known, for
    /// example an operation of a service that the AWS SDK no longer contains, such as Amazon Lookout for Vision. An
    /// operation is also reported if its name is not an action that IAM lists.
    ///
    /// Allow the call with a `statement` in `execution_role`, or create the role yourself and refer to it with
    /// `role_arn`.
    ///
    /// ## Why is this bad?
    ///
    /// The derived role may lack permissions that the call needs. AWS then denies the call, and the state fails.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::aws-sdk:lookoutvision:startModel",
    ///   "Parameters": {
    ///     "ProjectName": "parcels",
    ///     "ModelVersion": "1",
    ///     "MinInferenceUnits": 1
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
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:inspect-parcel:live"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Learning to use AWS service SDK integrations in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html)
    /// - [AWS Step Functions: How Step Functions generates IAM policies for integrated services](https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html)
    "ASL4002" "unknown-permissions" [] Warning
    Policy => check
}

fn check(gap: &Gap, findings: &mut Vec<Diagnostic>) {
    let name = &gap.state;
    let message = match &gap.kind {
        GapKind::UnknownIntegration { resource } => {
            format!("the permissions of `{resource}` in state `{name}` are not known")
        }
        GapKind::UnlistedAction { actions } => {
            format!("IAM does not list the action `{actions}`, which state `{name}` requires")
        }
        GapKind::AnyResource { .. } | GapKind::AnyRole => return,
    };
    findings.push(
        RULE.finding(gap.at.clone(), message)
            .help("allow the call with a `statement` in `execution_role`"),
    );
}
