//! Functions that are called by their ARN or in their `$LATEST` version.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::semantic::kind::Form;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Lambda functions that are called by their ARN, or in their `$LATEST` version.
    ///
    /// Call the function with `arn:aws:states:::lambda:invoke`. The result of this integration has the output of the
    /// function in its field `Payload`. In HCL, only `$LATEST` is reported, because the `lambda` block renders the
    /// ARN of the function on purpose.
    ///
    /// ## Why is this bad?
    ///
    /// A call by ARN cannot wait for a task token, and its result contains only the output of the function.
    ///
    /// `$LATEST` changes with each deployment of the function, also for executions that are already running. Publish
    /// a version and call that version or an alias of it.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:$LATEST",
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
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live",
    ///     "Payload.$": "$"
    ///   },
    ///   "OutputPath": "$.Payload",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Invoke an AWS Lambda function with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html)
    "ASL5012" "direct-function-call" ["direct-function"] Lint
    Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = node.resource else {
        return;
    };
    let Resource::Function { name, .. } = resource else {
        return;
    };
    let at = node.at.join("Resource");
    if name.ends_with(":$LATEST") {
        findings.push(
            RULE.finding(at, "`$LATEST` can change while an execution is running")
                .help("publish a version, and call that version or an alias of it"),
        );
    } else if model.form == Form::Nested {
        // In HCL, the `lambda` block renders this form.
        findings.push(
            RULE.finding(at, "the function is called by its ARN")
                .help("write `arn:aws:states:::lambda:invoke` and the function as the parameter `FunctionName`"),
        );
    }
}
