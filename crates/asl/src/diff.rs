//! Compares two definitions by meaning, state by state.

use std::collections::{HashMap, HashSet};

use crate::json::{Json, Members};
use crate::pointer::JsonPointer;
use crate::semantic::graph::{Graph, Scope, containers};
use crate::semantic::ids::StateId;

/// Maximum number of pairs of elements of two arrays that are compared to find the unchanged ones. Longer
/// arrays are compared element by element.
const MAX_PAIRS: usize = 250_000;

/// The differences between two definitions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Changed fields of the state machine itself.
    pub fields: Vec<Field>,
    /// Changed states: those of the second definition in reading order, then the removed ones.
    pub states: Vec<State>,
}

/// A changed state.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name in the second definition, or in the first one if it was removed.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its scope, such as "branch 1 of `Both`". Empty for the state machine itself.
    pub scope: String,
    /// The change.
    pub change: Change,
}

/// A change of a state.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The state is new.
    Added,
    /// The state was removed.
    Removed,
    /// Only the name of the state has changed, from this one.
    Renamed(String),
    /// The fields or the scope of the state have changed.
    Changed {
        /// Changed fields.
        fields: Vec<Field>,
        /// The scope of the state in the first definition, if it has changed.
        moved_from: Option<String>,
    },
}

/// A changed value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Place in the state of the second definition, or of the first one for a removed value.
    pub at: JsonPointer,
    /// The value in the first definition.
    pub before: Option<Json>,
    /// The value in the second definition.
    pub after: Option<Json>,
}

impl Difference {
    /// Whether both definitions have the same meaning.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.states.is_empty()
    }
}

/// Compares two definitions.
pub fn diff(before: &Json, after: &Json) -> Difference {
    let mut difference = Difference::default();
    compare(
        &JsonPointer::root(),
        &shallow(before),
        &shallow(after),
        &mut difference.fields,
    );
    let (olds, news) = (states(before), states(after));
    let (repeated, repeated_now) = (repeated(&olds), repeated(&news));
    let doubtful = |name: &str| repeated.contains(name) || repeated_now.contains(name);
    let (old_keys, new_keys) = (keys(&olds, &doubtful), keys(&news, &doubtful));
    let by_key: HashMap<&Key<'_>, &Found> = old_keys.iter().zip(&olds).collect();
    let is_gone = |(key, _): &(&Key<'_>, &Found)| !new_keys.contains(key);
    let mut gone: Vec<&Found> = old_keys
        .iter()
        .zip(&olds)
        .filter(is_gone)
        .map(|(_, old)| old)
        .collect();
    for (key, new) in new_keys.iter().zip(&news) {
        let change = match by_key.get(key) {
            Some(old) => changed(old, new),
            None => Some(added(new, &mut gone)),
        };
        difference
            .states
            .extend(change.map(|change| new.with(change)));
    }
    difference
        .states
        .extend(gone.into_iter().map(|old| old.with(Change::Removed)));
    difference
}

/// A state of one of the definitions.
#[derive(Debug)]
struct Found {
    name: String,
    kind: String,
    scope: String,
    /// The state without the states in it.
    value: Json,
}

impl Found {
    fn with(&self, change: Change) -> State {
        State {
            name: self.name.clone(),
            kind: self.kind.clone(),
            scope: self.scope.clone(),
            change,
        }
    }
}

/// Identifies a state: its name and, if the name is not unique, its scope and the number of states with the same name
/// and scope up to it.
type Key<'a> = (&'a str, &'a str, usize);

/// The names of more than one state.
fn repeated(states: &[Found]) -> HashSet<&str> {
    let mut seen = HashSet::new();
    states
        .iter()
        .map(|state| state.name.as_str())
        .filter(|name| !seen.insert(*name))
        .collect()
}

fn keys<'a>(states: &'a [Found], doubtful: &dyn Fn(&str) -> bool) -> Vec<Key<'a>> {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let key = |state: &'a Found| {
        let scope = if doubtful(&state.name) {
            state.scope.as_str()
        } else {
            ""
        };
        let count = seen.entry((&state.name, scope)).or_default();
        *count += 1;
        (state.name.as_str(), scope, *count)
    };
    states.iter().map(key).collect()
}

fn changed(old: &Found, new: &Found) -> Option<Change> {
    let mut fields = Vec::new();
    compare(&JsonPointer::root(), &old.value, &new.value, &mut fields);
    let moved_from = (old.scope != new.scope).then(|| old.scope.clone());
    (!fields.is_empty() || moved_from.is_some()).then_some(Change::Changed { fields, moved_from })
}

/// The change for a new state, which may be one of the removed states with another name.
fn added(new: &Found, gone: &mut Vec<&Found>) -> Change {
    let same = |old: &&Found| old.scope == new.scope && old.value.same_meaning(&new.value);
    match gone.iter().position(same) {
        Some(position) => Change::Renamed(gone.remove(position).name.clone()),
        None => Change::Added,
    }
}

/// All states in reading order, then the unreachable ones.
fn states(definition: &Json) -> Vec<Found> {
    let graph = Graph::of(definition);
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    let mut add = |number: StateId, scope: &Scope<'_>| {
        if let Some(node) = graph.states.get(number).filter(|_| known.insert(number)) {
            let kind = node
                .value
                .get("Type")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned();
            let scope = graph.title(scope).unwrap_or_default();
            found.push(Found {
                name: node.name.to_owned(),
                kind,
                scope,
                value: shallow(node.value),
            });
        }
    };
    for scope in graph.in_reading_order() {
        scope.reached.iter().for_each(|number| add(*number, scope));
    }
    for scope in &graph.scopes {
        if let Some(namespace) = graph.namespaces.get(scope.namespace) {
            namespace.ids().for_each(|number| add(number, scope));
        }
    }
    found
}

/// An object of the language without the states in it.
fn shallow(value: &Json) -> Json {
    let mut value = value.clone();
    for (inside, _) in containers(&value.clone()) {
        if let Some(Json::Object(members)) = value.at_mut(&inside) {
            members.shift_remove("States");
        }
    }
    if let Json::Object(members) = &mut value {
        members.shift_remove("States");
    }
    value
}

fn compare(at: &JsonPointer, before: &Json, after: &Json, fields: &mut Vec<Field>) {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => compare_members(at, before, after, fields),
        (Json::Array(before), Json::Array(after)) => compare_elements(at, before, after, fields),
        _ if before.same_meaning(after) => {}
        _ => fields.push(Field {
            at: at.clone(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

fn compare_members(at: &JsonPointer, before: &Members, after: &Members, fields: &mut Vec<Field>) {
    for (key, value) in after {
        match before.get(key) {
            Some(old) => compare(&at.join(key), old, value, fields),
            None => fields.push(Field {
                at: at.join(key),
                before: None,
                after: Some(value.clone()),
            }),
        }
    }
    for (key, old) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        fields.push(Field {
            at: at.join(key),
            before: Some(old.clone()),
            after: None,
        });
    }
}

fn compare_elements(at: &JsonPointer, before: &[Json], after: &[Json], fields: &mut Vec<Field>) {
    let (mut old, mut new) = (0, 0);
    let kept = kept(before, after)
        .into_iter()
        .chain([(before.len(), after.len())]);
    for (old_end, new_end) in kept {
        // Between two unchanged elements, elements in the same place are compared as changed ones.
        while old < old_end || new < new_end {
            let old_element = before.get(old).filter(|_| old < old_end);
            let new_element = after.get(new).filter(|_| new < new_end);
            match (old_element, new_element) {
                (Some(old_element), Some(new_element)) => {
                    compare(&at.join(new), old_element, new_element, fields);
                }
                (Some(gone), None) => fields.push(Field {
                    at: at.join(old),
                    before: Some(gone.clone()),
                    after: None,
                }),
                (None, added) => fields.push(Field {
                    at: at.join(new),
                    before: None,
                    after: added.cloned(),
                }),
            }
            old += usize::from(old_element.is_some());
            new += usize::from(new_element.is_some());
        }
        (old, new) = (old_end + 1, new_end + 1);
    }
}

/// The places of the elements of the longest common subsequence.
fn kept(before: &[Json], after: &[Json]) -> Vec<(usize, usize)> {
    let same = |old: usize, new: usize| match (before.get(old), after.get(new)) {
        (Some(old), Some(new)) => old.same_meaning(new),
        _ => false,
    };
    if before.len().saturating_mul(after.len()) > MAX_PAIRS {
        return (0..before.len().min(after.len()))
            .filter(|place| same(*place, *place))
            .map(|at| (at, at))
            .collect();
    }
    // The length of the longest common subsequence after each pair of places.
    let width = after.len() + 1;
    let mut lengths = vec![0usize; (before.len() + 1) * width];
    let length = |lengths: &[usize], old: usize, new: usize| {
        lengths.get(old * width + new).copied().unwrap_or(0)
    };
    let mut matches = vec![false; lengths.len()];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            let is_same = same(old, new);
            let best = match is_same {
                true => length(&lengths, old + 1, new + 1) + 1,
                false => length(&lengths, old + 1, new).max(length(&lengths, old, new + 1)),
            };
            if let (Some(slot), Some(mark)) = (
                lengths.get_mut(old * width + new),
                matches.get_mut(old * width + new),
            ) {
                (*slot, *mark) = (best, is_same);
            }
        }
    }
    let (mut old, mut new, mut pairs) = (0, 0, Vec::new());
    while old < before.len() && new < after.len() {
        if matches.get(old * width + new).copied().unwrap_or(false) {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if length(&lengths, old + 1, new) >= length(&lengths, old, new + 1) {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}
