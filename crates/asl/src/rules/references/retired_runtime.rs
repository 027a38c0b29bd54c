//! Functions with a retired runtime.

use crate::diagnostic::Diagnostic;
use crate::references::{KnownReference, Retired, retired};

rule! {
    /// ## What it does
    ///
    /// Checks for states that call a Lambda function with a retired runtime.
    ///
    /// In the example, the function `charge-python38` has the runtime `python3.8`. The check runs during planning, if
    /// AWS can be queried.
    ///
    /// ## Why is this bad?
    ///
    /// A retired runtime receives no security updates. After a grace period, Lambda does not allow new functions with
    /// the runtime, and later no updates of existing functions. Move the function to a newer runtime before that
    /// date.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-python38:live",
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
    /// - [AWS Lambda: Lambda runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html)
    "ASL4103" "retired-runtime" [] Warning
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let reference = known.reference;
    let Some(runtime) = known
        .function()
        .and_then(|function| function.runtime.as_deref())
    else {
        return;
    };
    if let Some(retired) = retired(runtime) {
        let message = format!(
            "state `{}` calls the function `{}` with `{runtime}`, a runtime retired on {}",
            reference.state, reference.id, retired.since
        );
        findings.push(
            RULE.finding(reference.at.clone(), message)
                .help(help(&retired)),
        );
    }
}

fn help(retired: &Retired) -> String {
    let successor = retired
        .successor
        .map_or_else(|| "a newer runtime".to_owned(), |name| format!("`{name}`"));
    let blocked = match (retired.uncreatable, retired.unchangeable) {
        (Some(create), Some(update)) => {
            format!(
                ": Lambda creates no functions with it from {create} and updates none from {update}"
            )
        }
        _ => String::new(),
    };
    format!("move the function to {successor}{blocked}")
}
