//! Versioned state machines that call unpublished functions.

use crate::diagnostic::Diagnostic;
use crate::references::KnownReference;

rule! {
    /// ## What it does
    ///
    /// Checks for versioned state machines that call a Lambda function without a version or alias.
    ///
    /// Only state machines that publish versions are checked. The qualifier `$LATEST` is reported as well, because it
    /// is not a published version. The check runs during planning, if AWS can be queried.
    ///
    /// Call a version or an alias of the function, for example `sfn_lambda_function.charge.qualified_arn`.
    ///
    /// ## Why is this bad?
    ///
    /// A version of the state machine is fixed, but the code that it calls is not. An old version of the workflow
    /// calls the newest code of the function, so that a rollback to the old version does not restore the previous
    /// behavior.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-card",
    ///     "Payload.$": "$"
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
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-card:live",
    ///     "Payload.$": "$"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Manage continuous deployments with versions and aliases in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html)
    /// - [AWS Lambda: Create an alias for a Lambda function](https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html)
    "ASL4105" "unpublished-function" [] Lint
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let reference = known.reference;
    if known.publishes && known.function().is_some() && !reference.is_published() {
        let message = format!(
            "versions of the state machine call the newest code of `{}`",
            reference.id
        );
        findings.push(
            RULE.finding(reference.at.clone(), message)
                .help("call a version or an alias of the function"),
        );
    }
}
