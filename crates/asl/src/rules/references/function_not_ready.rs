//! Functions that are not ready to be invoked.

use crate::diagnostic::Diagnostic;
use crate::references::KnownReference;

rule! {
    /// ## What it does
    ///
    /// Checks for states that call a Lambda function that is not ready to be invoked.
    ///
    /// A function is reported if its state is `Failed` or `Inactive`, or if its reserved concurrency is zero. The
    /// check runs during planning, if AWS can be queried.
    ///
    /// Deploy the function again, and check its state reason in AWS. If the reserved concurrency is zero, increase
    /// it or remove the reservation.
    ///
    /// ## Why is this bad?
    ///
    /// Lambda rejects the calls of the function, and the state fails.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-failed:live",
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
    /// - [AWS Lambda: Lambda function states](https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html)
    /// - [AWS Lambda: Configuring reserved concurrency for a function](https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html)
    "ASL4102" "function-not-ready" [] Warning
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let (reference, Some(function)) = (known.reference, known.function()) else {
        return;
    };
    let mut find = |what: String, help: &str| {
        let message = format!(
            "state `{}` calls the function `{}`, which {what}",
            reference.state, reference.id
        );
        findings.push(RULE.finding(reference.at.clone(), message).help(help));
    };
    if function.state == "Failed" || function.state == "Inactive" {
        find(
            format!("is `{}`", function.state),
            "deploy the function again, or check its state reason in AWS",
        );
    }
    if function.reserved_concurrency == Some(0) {
        find(
            "has a reserved concurrency of 0".to_owned(),
            "increase the reserved concurrency, or remove it",
        );
    }
}
