//! States that belong to two scopes.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::graph::{Edge, Scope};
use crate::semantic::ids::StateId;

rule! {
    /// ## What it does
    ///
    /// Checks for states that are reached from two branches or item processors, or from one and from outside.
    ///
    /// In HCL, all states are written side by side. A branch or item processor consists of the states that its
    /// `start_at` leads to. States that follow a shared state are not reported again.
    ///
    /// ## Why is this bad?
    ///
    /// In ASL, a state belongs to exactly one scope, so a state cannot be shared between two of them. End the branch
    /// before the shared state and continue after the `parallel` or `map` block, or write a second state.
    ///
    /// ## Example
    ///
    /// ```json flat
    /// {
    ///   "StartAt": "PlaceOrder",
    ///   "States": {
    ///     "PlaceOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "ReserveStock"
    ///         },
    ///         {
    ///           "StartAt": "ChargeCard"
    ///         }
    ///       ],
    ///       "End": true
    ///     },
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "reserve-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "Next": "OrderPlaced"
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "Next": "OrderPlaced"
    ///     },
    ///     "OrderPlaced": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json flat
    /// {
    ///   "StartAt": "PlaceOrder",
    ///   "States": {
    ///     "PlaceOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "ReserveStock"
    ///         },
    ///         {
    ///           "StartAt": "ChargeCard"
    ///         }
    ///       ],
    ///       "Next": "OrderPlaced"
    ///     },
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "reserve-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "End": true
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$"
    ///       },
    ///       "End": true
    ///     },
    ///     "OrderPlaced": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Parallel State](https://states-language.net/#parallel-state)
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    "ASL2003" "state-in-two-scopes" ["two-scopes"] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &model.graph;
    for (index, namespace) in graph.namespaces.enumerate() {
        let mut holders: HashMap<StateId, Vec<&Scope<'_>>> = HashMap::new();
        for scope in graph.scopes_in(index).filter(|scope| scope.attached) {
            for state in &scope.reached {
                holders.entry(*state).or_default().push(scope);
            }
        }
        for (state, name) in namespace.ids().zip(namespace.states.keys()) {
            let Some([first, second, ..]) = holders.get(&state).map(Vec::as_slice) else {
                continue;
            };
            let (Some(first_way), Some(second_way)) =
                (graph.way(first, state), graph.way(second, state))
            else {
                continue;
            };
            // States that follow a shared state are shared as well. Only the first of them is reported.
            let follows_shared = |edge: &Edge<'_>| {
                edge.at
                    .state_name()
                    .filter(|from| {
                        edge.at
                            .tokens()
                            .last()
                            .is_some_and(|field| field != "StartAt")
                            && from != name
                    })
                    .and_then(|from| graph.state_named(index, from))
                    .is_some_and(|from| holders.get(&from).is_some_and(|scopes| scopes.len() > 1))
            };
            if follows_shared(first_way) && follows_shared(second_way) {
                continue;
            }
            findings.push(
                RULE.finding(
                    namespace.at.join(name),
                    format!("state `{name}` is reached from {} and from {}", describe(first), describe(second)),
                )
                .help(
                    "end the branch before this state and continue after the enclosing state, or write a second state",
                )
                .related(first_way.at.clone(), "reached from here")
                .related(second_way.at.clone(), "and from here"),
            );
        }
    }
}

fn describe(scope: &Scope<'_>) -> String {
    let tokens = scope.at.tokens();
    match (scope.at.state_name(), tokens.last().map(|token| &**token)) {
        (None, _) => "the state machine itself".to_owned(),
        (Some(name), Some("ItemProcessor")) => format!("the item processor of `{name}`"),
        (Some(name), Some("Iterator")) => format!("the iterator of `{name}`"),
        (Some(name), index) => {
            let number = index
                .and_then(|index| index.parse::<usize>().ok())
                .unwrap_or(0)
                + 1;
            format!("branch {number} of `{name}`")
        }
    }
}
