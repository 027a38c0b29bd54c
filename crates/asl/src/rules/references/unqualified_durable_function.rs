//! Durable functions that are called without a qualifier.

use crate::diagnostic::Diagnostic;
use crate::references::KnownReference;

rule! {
    /// ## What it does
    ///
    /// Checks for tasks that call a durable Lambda function without a version or an alias.
    ///
    /// The provider reads during planning whether a function is durable, if AWS can be queried.
    ///
    /// ## Why is this bad?
    ///
    /// Lambda accepts invocations of durable functions only with a qualified ARN, so that an execution
    /// continues with the code with which it began. The task fails every time.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-durable",
    ///     "Payload.$": "$"
    ///   },
    ///   "TimeoutSeconds": 900,
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
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-durable:live",
    ///     "Payload.$": "$"
    ///   },
    ///   "TimeoutSeconds": 900,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Lambda: Invoking durable Lambda functions](https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html)
    "ASL4107" "unqualified-durable-function" [] Error
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let reference = known.reference;
    let is_durable = known
        .function()
        .is_some_and(|function| function.durable_timeout_seconds.is_some());
    if is_durable && !reference.is_qualified() {
        let message = format!(
            "state `{}` calls the durable function `{}` without a version or an alias",
            reference.state, reference.id
        );
        findings.push(
            RULE.finding(reference.at.clone(), message)
                .help("add a version or an alias, such as `:live`"),
        );
    }
}
