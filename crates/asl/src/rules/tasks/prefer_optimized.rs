//! AWS SDK integrations of operations with an optimized integration.

use crate::diagnostic::Diagnostic;
use crate::integration::{INTEGRATIONS, Resource};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for AWS SDK integrations of operations that have an optimized integration.
    ///
    /// ## Why is this bad?
    ///
    /// Optimized integrations can wait for the result where the service supports it, and they read and write JSON.
    /// For example, `lambda:invoke` returns the result of the function as JSON, while `aws-sdk:lambda:invoke` returns
    /// it as text.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::aws-sdk:lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "ReserveStock",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId"
    ///     }
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
    ///     "FunctionName": "ReserveStock",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId"
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Integrating optimized services with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html)
    /// - [Integrating services with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html)
    "ASL5011" "prefer-optimized" [] Lint
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = node.resource else {
        return;
    };
    let Resource::Sdk(called) = resource else {
        return;
    };
    let better = INTEGRATIONS
        .iter()
        .find(|known| known.sdk() == Some((called.service, called.operation)));
    if let Some(known) = better {
        let message = format!(
            "`{}:{}` has an optimized integration",
            known.service, known.operation
        );
        let help = format!(
            "write `arn:aws:states:::{}:{}`",
            known.service, known.operation
        );
        findings.push(RULE.finding(node.at.join("Resource"), message).help(help));
    }
}
