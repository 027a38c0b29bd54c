//! Integration patterns that an integration does not support.

use crate::diagnostic::Diagnostic;
use crate::integration::{Resource, integration};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks that wait in a way that their integration does not support.
    ///
    /// The suffix of the `Resource` selects how the task waits. `.sync` waits for a job that the service has started.
    /// `.waitForTaskToken` waits until the task token is returned. Without a suffix, the task ends when the service
    /// responds. Not every integration supports `.sync` and `.waitForTaskToken`. AWS SDK integrations support
    /// only `.waitForTaskToken`. `.sync:2`, which returns JSON instead of text, exists only for
    /// `states:startExecution`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke.sync",
    ///   "Parameters": {
    ///     "FunctionName": "ChargeCard",
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
    ///     "FunctionName": "ChargeCard",
    ///     "Payload.$": "$"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Discover service integration patterns in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html)
    "ASL5003" "unsupported-integration-pattern" ["integration-pattern"] Error
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, resource)) = node.resource else {
        return;
    };
    let (called, patterns): (_, &[&str]) = match resource {
        Resource::Optimized(called) => match integration(called.service, called.operation) {
            Some(known) => (called, known.patterns),
            None => return,
        },
        Resource::Sdk(called) => (called, &["waitForTaskToken"]),
        _ => return,
    };
    if called.pattern.is_empty() || patterns.contains(&called.pattern) {
        return;
    }
    let at = node.at.join("Resource");
    let start = text.len() - called.pattern.len() - 1;
    let message = format!(
        "`{}:{}` does not support `.{}`",
        called.service, called.operation, called.pattern
    );
    let help = match patterns {
        [] => "remove the suffix: the state ends when the service responds".to_owned(),
        patterns => {
            let list = patterns
                .iter()
                .map(|pattern| format!("`.{pattern}`"))
                .collect::<Vec<_>>()
                .join(" or ");
            format!("write {list}, or remove the suffix to end when the service responds")
        }
    };
    findings.push(
        RULE.finding(at.clone(), message)
            .schema(&at)
            .inside(text, start..text.len())
            .help(help),
    );
}
