//! Task tokens that are not passed on.

use crate::diagnostic::Diagnostic;
use crate::jsonpath::Root;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks that wait for a task token and do not pass the token on.
    ///
    /// A task whose `Resource` ends with `.waitForTaskToken` waits until its token is returned. Pass the token in
    /// `Parameters` as `"token.$": "$$.Task.Token"`, or in `Arguments` as `"{% $states.context.Task.Token %}"`. The
    /// rule also accepts the whole context object, and a path whose last field contains `token` in its name, because
    /// a variable or the input can hold the token as well.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition. The token is never returned, so the task waits until its timeout.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    ///   "Parameters": {
    ///     "FunctionName": "ApproveOrder",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 86400,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    ///   "Parameters": {
    ///     "FunctionName": "ApproveOrder",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId",
    ///       "token.$": "$$.Task.Token"
    ///     }
    ///   },
    ///   "TimeoutSeconds": 86400,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Discover service integration patterns in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html)
    /// - [Accessing execution data from the Context object in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html)
    "ASL5010" "task-token-not-passed" ["token-not-passed"] Warning
    Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = node.resource.map(|(_, resource)| resource);
    if resource.is_none_or(|resource| resource.pattern() != "waitForTaskToken") {
        return;
    }
    let payload = node.payloads().map(|(_, payload)| payload).next();
    // ASL5004 reports a missing payload, and a payload that is not known yet may contain the token.
    if payload.is_none_or(|payload| !payload.is_known()) || model.language_of(node).is_none() {
        return;
    }
    let passes = model.expressions_of(node).any(|expression| {
        let context = expression.paths().iter().any(|(path, _)| {
            path.root == Root::Context && matches!(path.members().next(), None | Some("Task"))
        });
        let jsonata = expression.jsonata().is_some()
            && (expression.text.contains("Token") || expression.text.contains("context"));
        // A variable or the input may also contain the token.
        let carried = expression.paths().iter().any(|(path, _)| {
            path.root != Root::Context
                && path
                    .members()
                    .last()
                    .is_some_and(|name| name.to_lowercase().contains("token"))
        });
        context || jsonata || carried
    });
    if !passes {
        let at = node.at.join("Resource");
        findings.push(RULE.finding(at, "the task waits for its task token, but does not pass it on").help(
            "pass it in the payload: `\"token.$\": \"$$.Task.Token\"`, in JSONata `{% $states.context.Task.Token %}`",
        ));
    }
}
