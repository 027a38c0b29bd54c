//! States from which the workflow never reaches an end.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::ids::{ScopeId, StateId};

rule! {
    /// ## What it does
    ///
    /// Checks for states from which the workflow can never reach an end.
    ///
    /// The rule also reports a catcher whose `Next` is the state whose error it catches. Such a catcher runs the
    /// state again after every error, without a limit. To try again a limited number of times, use `Retry`.
    ///
    /// ## Why is this bad?
    ///
    /// The execution repeats the same states until its timeout, or until it reaches the quota of 25,000 events in the
    /// execution history. Then the execution fails. Each repetition is billed.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ReserveStock",
    ///   "States": {
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ReserveStock:live",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 30,
    ///       "Catch": [
    ///         {
    ///           "ErrorEquals": [
    ///             "OutOfStock"
    ///           ],
    ///           "ResultPath": "$.error",
    ///           "Next": "WaitForStock"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "WaitForStock"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "ReserveStock",
    ///   "States": {
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ReserveStock:live",
    ///         "Payload.$": "$"
    ///       },
    ///       "TimeoutSeconds": 30,
    ///       "Catch": [
    ///         {
    ///           "ErrorEquals": [
    ///             "OutOfStock"
    ///           ],
    ///           "ResultPath": "$.error",
    ///           "Next": "WaitForStock"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "ReserveStock"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Transitions](https://states-language.net/#transition)
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL2007" "endless-workflow" ["endless"] Warning
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for (index, scope) in model.graph.scopes.enumerate() {
        if scope.open || (!scope.attached && !scope.owns_states) {
            continue;
        }
        let mut before: HashMap<StateId, Vec<StateId>> = HashMap::new();
        let mut ends: Vec<StateId> = Vec::new();
        for state in scope.reached.iter().copied() {
            if model.graph.states.get(state).is_some_and(|node| node.ends) {
                ends.push(state);
            }
            for target in model.graph.targets(state) {
                before.entry(target).or_default().push(state);
            }
        }
        // ASL2004 reports a workflow without any end.
        if ends.is_empty() && index == ScopeId::ROOT {
            continue;
        }
        let mut leads_out: HashSet<StateId> = HashSet::new();
        while let Some(state) = ends.pop() {
            if leads_out.insert(state) {
                ends.extend(before.get(&state).into_iter().flatten());
            }
        }
        let stuck = scope
            .reached
            .iter()
            .find(|state| !leads_out.contains(state));
        if let Some(state) = stuck.and_then(|state| model.states.get(*state)) {
            findings.push(
                RULE.finding(
                    state.at.clone(),
                    format!("state `{}` never leads to an end", state.name),
                )
                .help("add a transition that leaves the loop, or end there with `End: true`"),
            );
        }
    }
    for (index, node) in model.graph.states.enumerate() {
        for edge in node
            .edges
            .iter()
            .filter(|edge| edge.catches() && edge.to == Some(index))
        {
            findings.push(
                RULE.finding(
                    edge.at.clone(),
                    format!("state `{}` runs again after every error, without a limit", node.name),
                )
                .help("write `Retry` to retry a limited number of times, and catch the error in another state"),
            );
        }
    }
}
