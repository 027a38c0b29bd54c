//! Transitions to states that do not exist.

use crate::check::Form;
use crate::diagnostic::{Diagnostic, Fix, is_certain};
use crate::graph::Edge;
use crate::json::Members;
use crate::subject::Subject;

rule! {
    /// `StartAt`, `Next` or `Default` names a state that does not exist. In ASL a transition cannot leave its branch or
    /// item processor, so a state of another scope does not exist either.
    ///
    /// AWS refuses it with `MISSING_TRANSITION_TARGET`.
    "ASL2001" "missing-target" Error Whole => check
}

/// In how many scopes a state is looked for that is not where it should be.
const MAX_SEARCHED: usize = 200;

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &subject.graph;
    for scope in &graph.scopes {
        check_edge(subject, scope.namespace, &scope.start, findings);
    }
    for node in &graph.states {
        for edge in &node.edges {
            check_edge(subject, node.namespace, edge, findings);
        }
    }
}

fn check_edge(subject: &Subject<'_>, namespace: usize, edge: &Edge<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &subject.graph;
    let (Some(target), Some(states)) = (edge.target, graph.namespaces.get(namespace).map(|namespace| namespace.states))
    else {
        return;
    };
    let meant = edge.to.and_then(|state| subject.states.get(state)).map(|state| state.name);
    if meant == Some(target) {
        return;
    }
    let finding = RULE
        .finding(edge.at.clone(), format!("there is no state `{target}`"))
        .aws("MISSING_TRANSITION_TARGET", Some(edge.at.clone()));
    let elsewhere = (0..graph.namespaces.len().min(MAX_SEARCHED))
        .find_map(|index| subject.states.get(graph.state_named(index, target)?));
    findings.push(match (meant, elsewhere) {
        (_, Some(other)) if subject.form == Form::Nested => finding
            .help(
                "a transition cannot leave its branch or item processor: end there and go on after the state around it",
            )
            .related(other.at.clone(), format!("`{target}` is here, in another scope")),
        (Some(name), _) => finding
            .help(format!("did you mean `{name}`?"))
            .fix_if(is_certain(target, name, states.keys().map(String::as_str)), Fix::value(edge.at.clone(), name)),
        (None, _) => finding.help(known(states)),
    });
}

/// The states that there are, as far as a reader will read on.
fn known(states: &Members) -> String {
    const SHOWN: usize = 12;
    if states.is_empty() {
        return "there is no state at all yet".to_owned();
    }
    let list = super::list(states.keys().take(SHOWN).map(String::as_str));
    match states.len().saturating_sub(SHOWN) {
        0 => format!("the states are {list}"),
        more => format!("the states are {list} and {more} more"),
    }
}
