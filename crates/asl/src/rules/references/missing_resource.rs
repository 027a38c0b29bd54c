//! Resources that do not exist in AWS.

use crate::diagnostic::Diagnostic;
use crate::references::{KnownReference, ResourceInfo};

rule! {
    /// ## What it does
    ///
    /// Checks for states that call a resource that does not exist in AWS.
    ///
    /// The check covers functions and their versions and aliases, state machines, activities, queues, topics and
    /// tables. A resource that the same apply creates is not reported if Terraform knows of it. The check runs during
    /// planning, if AWS can be queried.
    ///
    /// Refer to the resource that creates the object, for example `sfn_lambda_function.charge.arn`, or correct the
    /// name.
    ///
    /// ## Why is this bad?
    ///
    /// The call fails when the state runs.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-removed:live",
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
    /// - [AWS Step Functions: Invoke an AWS Lambda function with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html)
    "ASL4101" "missing-resource" ["missing-object"] Warning
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let reference = known.reference;
    if *known.info == ResourceInfo::Missing {
        let (kind, id) = (reference.kind.word(), &reference.id);
        let message = format!(
            "state `{}` calls the {kind} `{id}`, which does not exist",
            reference.state
        );
        let finding = RULE.finding(reference.at.clone(), message);
        findings.push(finding.help("refer to the resource that creates it, or correct the name"));
    }
}
