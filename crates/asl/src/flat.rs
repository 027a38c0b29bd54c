//! The flat form, in which all states stand side by side, and the way to and from ASL.

use indexmap::IndexMap;

use crate::graph::{Graph, Scope, containers};
use crate::json::Json;
use crate::pointer::Pointer;

/// Puts the states of a flat definition where they belong: each branch and item processor gets those it reaches.
/// States stand in the order in which a reader follows the workflow.
///
/// `None` when a state belongs to no scope or to two, which [`crate::check`] reports.
pub fn nest(flat: &Json) -> Option<Json> {
    let graph = Graph::of(flat);
    let mut owners: IndexMap<(usize, &str), &Pointer> = IndexMap::new();
    for scope in graph.scopes.iter().filter(|scope| scope.attached) {
        for name in scope.reached.keys() {
            if owners.insert((scope.namespace, name), &scope.at).is_some() {
                return None;
            }
        }
    }
    let root = graph.scopes.first()?;
    Some(nest_scope(&graph, flat, root))
}

fn nest_scope(graph: &Graph<'_>, holder: &Json, scope: &Scope) -> Json {
    let Json::Object(members) = holder else {
        return holder.clone();
    };
    let states = scope.reached.keys().filter_map(|name| {
        let state = graph.state(scope.namespace, name)?;
        Some((name.clone(), nest_state(graph, state, &graph.place(scope.namespace, name))))
    });
    let mut members = members.clone();
    members.insert("States".to_owned(), Json::Object(states.collect()));
    Json::Object(members)
}

fn nest_state(graph: &Graph<'_>, state: &Json, place: &Pointer) -> Json {
    let mut state = state.clone();
    for (inside, container) in containers(&state.clone()) {
        let at = place.append(&inside);
        let Some(scope) = graph.scope_at(&at) else { continue };
        if let Some(slot) = state.at_mut(&inside) {
            *slot = nest_scope(graph, container, scope);
        }
    }
    state
}

/// Takes the states of a definition out of their scopes.
///
/// `None` when the flat form cannot say the same: a name occurs twice, a state is not reached, or something stands in
/// the place of a state or scope that is neither.
pub fn flatten(nested: &Json) -> Option<Json> {
    let mut states = IndexMap::new();
    let mut flat = nested.as_object()?.clone();
    for (name, state) in nested.get("States")?.as_object()? {
        flatten_state(name, state, &mut states)?;
    }
    flat.insert("States".to_owned(), Json::Object(states));
    let flat = Json::Object(flat);
    nest(&flat).is_some_and(|again| again.same_meaning(nested)).then_some(flat)
}

fn flatten_state(name: &str, state: &Json, states: &mut IndexMap<String, Json>) -> Option<()> {
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
    inner.into_iter().try_for_each(|(name, state)| flatten_state(name, state, states))
}
