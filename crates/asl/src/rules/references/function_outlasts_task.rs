//! Functions with a longer timeout than the task that calls them.

use crate::diagnostic::Diagnostic;
use crate::references::KnownReference;

rule! {
    /// ## What it does
    ///
    /// Checks for states that time out before the Lambda function that they call.
    ///
    /// A state is reported if its `TimeoutSeconds` is a number and is less than the timeout of the function. In the
    /// example, the function `charge-slow` has a timeout of 900 seconds, and `charge-card` has a timeout of 3
    /// seconds. The check runs during planning, if AWS can be queried.
    ///
    /// Set a longer `TimeoutSeconds`, or a shorter `timeout` of the function.
    ///
    /// ## Why is this bad?
    ///
    /// The state fails with `States.Timeout` while the function continues to run. If the state is retried, the
    /// function runs twice, for example charges a card twice.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:charge-slow:live",
    ///     "Payload.$": "$"
    ///   },
    ///   "TimeoutSeconds": 30,
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
    ///   "TimeoutSeconds": 30,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Lambda: Configure Lambda function timeout](https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html)
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    "ASL4104" "function-outlasts-task" ["function-timeout"] Warning
    Reference => check
}

fn check(known: &KnownReference<'_>, findings: &mut Vec<Diagnostic>) {
    let reference = known.reference;
    // A durable execution continues beyond the timeout of one invocation.
    let own = known.function().and_then(|function| {
        function
            .durable_timeout_seconds
            .or(function.timeout_seconds)
    });
    if let (Some(own), Some(given)) = (own, reference.timeout_seconds)
        && f64::from(own) > given
    {
        let (id, state) = (&reference.id, &reference.state);
        let message = format!(
            "the function `{id}` has a timeout of {own} s, and state `{state}` has a timeout of {given} s"
        );
        let finding = RULE.finding(reference.at.clone(), message);
        findings.push(
            finding.help("write a longer `TimeoutSeconds`, or a shorter timeout of the function"),
        );
    }
}
