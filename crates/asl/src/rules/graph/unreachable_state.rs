//! Unreachable states.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::ids::{NamespaceId, StateId};
use crate::semantic::kind::Form;

rule! {
    /// ## What it does
    ///
    /// Checks for states that no path from the start leads to.
    ///
    /// If the target of a transition does not exist, the transition is treated as if it leads to the state with the
    /// closest name. One misspelled name is therefore reported only once, by the rule ASL2001.
    ///
    /// ## Why is this bad?
    ///
    /// The state never runs. AWS rejects the definition with `MISSING_TRANSITION_TARGET` when the state machine is
    /// created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "End": true
    ///     },
    ///     "OrderRejected": {
    ///       "Type": "Fail",
    ///       "Error": "OrderRejected"
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
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "Catch": [
    ///         {
    ///           "ErrorEquals": ["States.ALL"],
    ///           "Next": "OrderRejected"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "OrderRejected": {
    ///       "Type": "Fail",
    ///       "Error": "OrderRejected"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Transitions](https://states-language.net/#transition)
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    "ASL2002" "unreachable-state" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &model.graph;
    for (index, namespace) in graph.namespaces.enumerate() {
        let counts =
            |scope: &&crate::semantic::graph::Scope| scope.attached || model.form == Form::Nested;
        let scopes: Vec<_> = graph.scopes_in(index).filter(counts).collect();
        // Without a start, or with a transition that is not known yet, any state may be reached.
        if scopes.iter().any(|scope| scope.open)
            || scopes.iter().all(|scope| scope.reached.is_empty())
        {
            continue;
        }
        // If no state ends the workflow, AWS reports only that, and so does ASL2004.
        let ends = graph
            .states
            .iter()
            .any(|node| node.namespace == index && node.ends);
        if index == NamespaceId::ROOT && !ends && model.form == Form::Nested {
            continue;
        }
        let states = namespace.ids().zip(namespace.states.keys());
        let reached: HashSet<&StateId> = scopes.iter().flat_map(|scope| &scope.reached).collect();
        for (_, name) in states.filter(|(index, _)| !reached.contains(index)) {
            let at = namespace.at.join(name);
            findings.push(
                RULE.finding(at.clone(), format!("state `{name}` is unreachable"))
                    .aws("MISSING_TRANSITION_TARGET", Some(at))
                    .help("add a transition to it, use it as the start of a branch or item processor, or remove it"),
            );
        }
    }
}
