//! Converts between ASL and the flat form, in which all states are in one place.

use std::collections::HashSet;

use crate::json::{Json, Members};
use crate::semantic::graph::{Graph, Scope, StateNode, containers};
use crate::semantic::ids::ScopeId;

/// Converts a flat definition to ASL: each branch and item processor receives the states that it reaches, in
/// reading order.
///
/// Returns `None` if a state belongs to no scope or to two, which the rules report.
pub fn nest(flat: &Json) -> Option<Json> {
    let graph = Graph::of(flat);
    let mut owned = HashSet::new();
    for scope in graph.scopes.iter().filter(|scope| scope.attached) {
        if !scope.reached.iter().all(|state| owned.insert(*state)) {
            return None;
        }
    }
    let root = graph.scopes.get(ScopeId::ROOT)?;
    Some(nest_scope(&graph, flat, root))
}

fn nest_scope(graph: &Graph<'_>, holder: &Json, scope: &Scope<'_>) -> Json {
    let Json::Object(members) = holder else {
        return holder.clone();
    };
    let states = graph
        .reached(scope)
        .map(|node| (node.name.to_owned(), nest_state(graph, node)));
    let mut members = members.clone();
    members.insert("States".to_owned(), Json::Object(states.collect()));
    Json::Object(members)
}

fn nest_state(graph: &Graph<'_>, node: &StateNode<'_>) -> Json {
    let mut state = node.value.clone();
    for (inside, scope) in &node.inside {
        if let (Some(scope), Some(slot)) = (graph.scopes.get(*scope), state.at_mut(inside)) {
            *slot = nest_scope(graph, slot, scope);
        }
    }
    state
}

/// Converts a definition to the flat form.
///
/// Returns `None` if the flat form cannot have the same meaning: a name occurs twice, a state is unreachable,
/// or a state or scope is not an object.
pub fn flatten(nested: &Json) -> Option<Json> {
    let mut states = Members::default();
    let mut flat = nested.as_object()?.clone();
    for (name, state) in nested.get("States")?.as_object()? {
        flatten_state(name, state, &mut states)?;
    }
    flat.insert("States".to_owned(), Json::Object(states));
    let flat = Json::Object(flat);
    nest(&flat)
        .is_some_and(|again| again.same_meaning(nested))
        .then_some(flat)
}

fn flatten_state(name: &str, state: &Json, states: &mut Members) -> Option<()> {
    let mut shallow = state.clone();
    let mut inner = Vec::new();
    for (inside, container) in containers(state) {
        let Some(Json::Object(slot)) = shallow.at_mut(&inside) else {
            return None;
        };
        slot.shift_remove("States");
        inner.extend(container.get("States")?.as_object()?);
    }
    if states.insert(name.to_owned(), shallow).is_some() {
        return None;
    }
    inner
        .into_iter()
        .try_for_each(|(name, state)| flatten_state(name, state, states))
}
