//! Loops that do not wait.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::ids::StateId;
use crate::semantic::{SemanticModel, State};

rule! {
    /// ## What it does
    ///
    /// Checks for loops of states in which no state waits.
    ///
    /// Wait, Parallel, and Map states count as waiting, and so do tasks that wait for a job (such as `.sync`), a task
    /// token, or an activity.
    ///
    /// ## Why is this bad?
    ///
    /// The loop repeats as fast as it can. Each iteration costs state transitions, and in a Standard execution its
    /// events count towards the quota of 25,000 events in the execution history. An execution that reaches the quota
    /// fails. Add a Wait state to the loop, or replace the loop with `Retry` or with an integration that waits, such
    /// as `.sync`.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "GetPayment",
    ///   "States": {
    ///     "GetPayment": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "get-payment",
    ///         "Payload.$": "$"
    ///       },
    ///       "ResultPath": "$.payment",
    ///       "Next": "IsPaid"
    ///     },
    ///     "IsPaid": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "Variable": "$.payment.Payload.paid",
    ///           "BooleanEquals": true,
    ///           "Next": "OrderPaid"
    ///         }
    ///       ],
    ///       "Default": "GetPayment"
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "GetPayment",
    ///   "States": {
    ///     "GetPayment": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "get-payment",
    ///         "Payload.$": "$"
    ///       },
    ///       "ResultPath": "$.payment",
    ///       "Next": "IsPaid"
    ///     },
    ///     "IsPaid": {
    ///       "Type": "Choice",
    ///       "Choices": [
    ///         {
    ///           "Variable": "$.payment.Payload.paid",
    ///           "BooleanEquals": true,
    ///           "Next": "OrderPaid"
    ///         }
    ///       ],
    ///       "Default": "WaitForPayment"
    ///     },
    ///     "WaitForPayment": {
    ///       "Type": "Wait",
    ///       "Seconds": 30,
    ///       "Next": "GetPayment"
    ///     },
    ///     "OrderPaid": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Wait State](https://states-language.net/#wait-state)
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL7007" "loop-without-wait" ["hot-loop"] Lint
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for scope in &model.graph.scopes {
        let start = loop_start(model, scope.reached.iter().copied());
        if let Some(state) = start.and_then(|state| model.states.get(state)) {
            findings.push(
                RULE.finding(state.at.clone(), format!("a loop goes through state `{}` without waiting", state.name))
                    .help("add a Wait state to the loop, or use `Retry` or an integration that waits, such as `.sync`"),
            );
        }
    }
}

/// Whether a state waits.
fn waits(state: &State<'_>) -> bool {
    matches!(state.ty, "Wait" | "Parallel" | "Map")
        || matches!(state.value, Json::Unknown)
        || state.resource.is_some_and(|(_, resource)| resource.waits())
}

/// A state in a loop without waiting, found by a depth-first search without recursion.
fn loop_start(model: &SemanticModel<'_>, states: impl Iterator<Item = StateId>) -> Option<StateId> {
    let goes_on = |state: StateId| model.states.get(state).is_some_and(|state| !waits(state));
    let mut seen: HashSet<StateId> = HashSet::new();
    let mut on_path: HashSet<StateId> = HashSet::new();
    for start in states.filter(|state| goes_on(*state)) {
        let mut path: Vec<(StateId, usize)> = Vec::new();
        if seen.insert(start) {
            on_path.insert(start);
            path.push((start, 0));
        }
        while let Some((state, next)) = path.last_mut() {
            let target = model.graph.edges(*state).get(*next).map(|edge| edge.to);
            *next += 1;
            match target {
                None => {
                    on_path.remove(state);
                    path.pop();
                }
                Some(Some(target)) if on_path.contains(&target) => return Some(target),
                Some(Some(target)) if goes_on(target) && seen.insert(target) => {
                    on_path.insert(target);
                    path.push((target, 0));
                }
                Some(_) => {}
            }
        }
    }
    None
}
