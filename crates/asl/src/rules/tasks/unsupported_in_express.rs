//! States that Express executions do not support.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::semantic::graph::distributed;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for Express workflows with tasks that wait, or with distributed Map states.
    ///
    /// An Express execution cannot wait for a job (`.sync`), for a task token (`.waitForTaskToken`), or for an
    /// activity. It cannot contain a Map state whose mode is `DISTRIBUTED`. The same applies to the child executions
    /// of a distributed Map state whose `ExecutionType` is `EXPRESS`.
    ///
    /// Use a state machine of type `STANDARD` if the workflow must wait.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json express
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::ecs:runTask.sync",
    ///   "Parameters": {
    ///     "TaskDefinition": "PrintInvoice"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json express
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::ecs:runTask",
    ///   "Parameters": {
    ///     "TaskDefinition": "PrintInvoice"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Choosing workflow type in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html)
    /// - [Discover service integration patterns in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html)
    "ASL5006" "unsupported-in-express" ["express"] Error
    State => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(state) = model.state_of(node).filter(|state| state.express) else {
        return;
    };
    let resource = node.resource.map(|(_, resource)| resource);
    let wait = match resource {
        Some(Resource::Activity) => Some("an activity".to_owned()),
        Some(resource) if !resource.pattern().is_empty() => {
            Some(format!("`.{}`", resource.pattern()))
        }
        _ => None,
    };
    if let Some(wait) = wait {
        let at = node.at.join("Resource");
        findings.push(
            RULE.finding(
                at.clone(),
                format!("an Express execution cannot wait for {wait}"),
            )
            .schema(&at)
            .help("remove the suffix of the integration, or use a state machine of type STANDARD"),
        );
    }
    if let Some(field) = distributed(node.value).filter(|_| state.ty == "Map") {
        let at = node.at.join(field).join("ProcessorConfig").join("Mode");
        findings.push(
            RULE.finding(
                at.clone(),
                "an Express execution cannot have a distributed Map state",
            )
            .schema(&at)
            .help("write `INLINE`, or use a state machine of type STANDARD"),
        );
    }
}
