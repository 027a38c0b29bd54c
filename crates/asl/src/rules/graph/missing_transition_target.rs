//! Transitions to states that do not exist.

use crate::diagnostic::{Diagnostic, Fix};
use crate::json::Members;
use crate::semantic::SemanticModel;
use crate::semantic::graph::Edge;
use crate::semantic::ids::NamespaceId;
use crate::semantic::kind::Form;
use crate::suggest::is_certain;

rule! {
    /// ## What it does
    ///
    /// Checks for a `StartAt`, `Next`, or `Default` that refers to a state that does not exist.
    ///
    /// In ASL, a transition cannot leave its branch or item processor, so a state of another scope is also reported. To
    /// continue after a branch or item processor, end it and set `Next` in the Parallel or Map state.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `MISSING_TRANSITION_TARGET` when the state machine is created or updated.
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
    ///       "Next": "OrderPlacd"
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
    ///       "Next": "OrderPlaced"
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
    /// - [Amazon States Language: Transitions](https://states-language.net/#transition)
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    "ASL2001" "missing-transition-target" ["missing-target"] Error
    Whole => check
}

/// The largest number of scopes that are searched for a missing state.
const MAX_SEARCHED: usize = 200;

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &model.graph;
    for scope in &graph.scopes {
        check_edge(model, scope.namespace, &scope.start, findings);
    }
    for node in &graph.states {
        for edge in &node.edges {
            check_edge(model, node.namespace, edge, findings);
        }
    }
}

fn check_edge(
    model: &SemanticModel<'_>,
    namespace: NamespaceId,
    edge: &Edge<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let graph = &model.graph;
    let (Some(target), Some(states)) = (
        edge.target,
        graph
            .namespaces
            .get(namespace)
            .map(|namespace| namespace.states),
    ) else {
        return;
    };
    let meant = edge
        .to
        .and_then(|state| model.states.get(state))
        .map(|state| state.name);
    if meant == Some(target) {
        return;
    }
    let finding = RULE
        .finding(edge.at.clone(), format!("there is no state `{target}`"))
        .aws("MISSING_TRANSITION_TARGET", Some(edge.at.clone()));
    let mut searched = graph.namespaces.ids().take(MAX_SEARCHED);
    let elsewhere = searched.find_map(|index| model.states.get(graph.state_named(index, target)?));
    findings.push(match (meant, elsewhere) {
        (_, Some(other)) if model.form == Form::Nested => finding
            .help(
                "a transition cannot leave its branch or item processor: end there and continue after the enclosing state",
            )
            .related(other.at.clone(), format!("`{target}` is here, in another scope")),
        (Some(name), _) => finding
            .help(format!("did you mean `{name}`?"))
            .fix_if(is_certain(target, name, states.keys().map(String::as_str)), Fix::value(edge.at.clone(), name)),
        (None, _) => finding.help(known(states)),
    });
}

/// Lists the first states of a scope.
fn known(states: &Members) -> String {
    const SHOWN: usize = 12;
    if states.is_empty() {
        return "there are no states".to_owned();
    }
    let list = crate::rules::list(states.keys().take(SHOWN).map(String::as_str));
    match states.len().saturating_sub(SHOWN) {
        0 => format!("the states are {list}"),
        more => format!("the states are {list} and {more} more"),
    }
}
