//! State machines that can be of type EXPRESS.

use crate::cost::{PRICE_OF_A_THOUSAND, of_execution};
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::SemanticModel;
use crate::semantic::graph::distributed;
use crate::semantic::kind::MachineType;
use crate::semantic::timing::{EXPRESS_SECONDS, longest_time};

rule! {
    /// ## What it does
    ///
    /// Checks for state machines of type STANDARD that can be of type EXPRESS.
    ///
    /// A state machine is reported if no state waits for a job, a task token, or an activity, and if all timeouts and
    /// waits together are shorter than the five minutes of an Express execution. Every Task state must have a timeout
    /// in seconds. State machines with a loop or a Map state are not reported, because their time depends on the
    /// input. The finding states the longest time, the number of transitions, and the price of a thousand executions.
    ///
    /// ## Why is this bad?
    ///
    /// A Standard execution is billed by state transition, an Express execution by time. The type EXPRESS often costs
    /// less for short workflows. An Express execution runs each step at least once, so change the type only if every
    /// task can be repeated without harm.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Comment": "A state machine of type STANDARD",
    ///   "StartAt": "GetOrder",
    ///   "States": {
    ///     "GetOrder": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "get-order",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 10,
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json express
    /// {
    ///   "Comment": "A state machine of type EXPRESS",
    ///   "StartAt": "GetOrder",
    ///   "States": {
    ///     "GetOrder": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "get-order",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 10,
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Choosing workflow type in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html)
    "ASL8001" "could-be-express" ["fits-express"] Lint
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    if model.machine != MachineType::Standard || model.states.is_empty() || !model.known {
        return;
    }
    let mut total = 0.0;
    for state in &model.states {
        let seconds = match (state.ty, state.resource) {
            ("Task", Some((_, resource))) if !resource.waits() => longest_time(state.value),
            ("Task", _) => None,
            ("Wait", _) => match state.value.get("Seconds") {
                Some(Json::Number(seconds)) => seconds.as_f64(),
                _ => None,
            },
            ("Map", _) if distributed(state.value).is_some() => None,
            _ => Some(0.0),
        };
        let Some(seconds) = seconds else { return };
        total += seconds;
        if total >= EXPRESS_SECONDS {
            return;
        }
    }
    let transitions = of_execution(model);
    // With a loop or a Map state, the time depends on the input.
    let Some(most) = transitions.most.filter(|_| total > 0.0) else {
        return;
    };
    let dollars = |transitions: u64| transitions as f64 * PRICE_OF_A_THOUSAND;
    let message = format!(
        "an execution takes at most {total:.0} s and {} to {most} transitions: 1,000 executions cost {:.2} to {:.2} USD",
        transitions.least,
        dollars(transitions.least),
        dollars(most),
    );
    let at = crate::JsonPointer::root().join("StartAt");
    findings.push(
        RULE.finding(at, message)
            .help("consider the type EXPRESS, which is billed by time"),
    );
}
