//! States that can take longer than their execution.

use crate::diagnostic::Diagnostic;
use crate::semantic::ids::ScopeId;
use crate::semantic::kind::MachineType;
use crate::semantic::timing::{EXPRESS_SECONDS, longest_time, number};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for states that can take longer than the execution they run in.
    ///
    /// The limit is the `TimeoutSeconds` of the state machine, or the five minutes of an Express execution. The time
    /// of a Task state is the sum of the timeouts of all its attempts and the delays between them. Retriers for
    /// `States.ALL`, `States.Timeout`, and `States.HeartbeatTimeout` are counted, with AWS's default values for
    /// absent fields. The severity is Lint. It is Warning for a Wait state whose `Seconds` exceed the limit.
    ///
    /// ## Why is this bad?
    ///
    /// The execution times out while the state is still running. Later attempts never run, and catchers do not handle
    /// the timeout of an execution. A Wait state that is longer than the limit never ends.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "TimeoutSeconds": 60,
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 20,
    ///       "Retry": [
    ///         {
    ///           "ErrorEquals": ["States.ALL"],
    ///           "IntervalSeconds": 2,
    ///           "MaxAttempts": 3,
    ///           "BackoffRate": 2
    ///         }
    ///       ],
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "TimeoutSeconds": 120,
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 20,
    ///       "Retry": [
    ///         {
    ///           "ErrorEquals": ["States.ALL"],
    ///           "IntervalSeconds": 2,
    ///           "MaxAttempts": 3,
    ///           "BackoffRate": 2
    ///         }
    ///       ],
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL7008" "state-outlasts-execution" ["deadline"] Lint
    Wait | Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let whole = number(model.root.get("TimeoutSeconds")).filter(|seconds| *seconds > 0.0);
    let Some(state) = model.state_of(node) else {
        return;
    };
    let (limit, of) = match (
        whole.filter(|_| state.scope == ScopeId::ROOT || !state.express),
        state.express,
    ) {
        (Some(seconds), false) => (seconds, "the timeout of the state machine"),
        (Some(seconds), true) if seconds < EXPRESS_SECONDS => {
            (seconds, "the timeout of the state machine")
        }
        (_, true) => (EXPRESS_SECONDS, "the longest time of an Express execution"),
        (None, false) => return,
    };
    let (longest, at) = match state.ty {
        "Wait" => (number(node.value.get("Seconds")), node.at.join("Seconds")),
        "Task" => (longest_time(node.value), node.at.join("TimeoutSeconds")),
        _ => return,
    };
    if let Some(longest) = longest.filter(|longest| *longest > limit) {
        let message = format!(
            "state `{}` may take {longest:.0} s, longer than {of} of {limit:.0} s",
            state.name
        );
        let finding = RULE
            .finding(at, message)
            .help(help(state.ty, model.machine));
        findings.push(if state.ty == "Wait" {
            finding.as_warning()
        } else {
            finding
        });
    }
}

fn help(ty: &str, machine: MachineType) -> &'static str {
    match (ty, machine) {
        ("Wait", MachineType::Express) => "use a state machine of type STANDARD for long waits",
        ("Wait", _) => "write a shorter wait, or a longer `TimeoutSeconds` of the state machine",
        _ => {
            "write a shorter timeout or fewer attempts, or a longer `TimeoutSeconds` of the state machine"
        }
    }
}
