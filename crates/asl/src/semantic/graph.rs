//! The states of a definition, and the transitions between them.
//!
//! A *scope* is a sequence of states with its own `StartAt`: the state machine itself, a branch or an item
//! processor. In ASL, each scope contains its states. In the flat form, which HCL blocks use, the states of a
//! scope without `States` are those of the enclosing namespace that its transitions lead to. Both forms can
//! be mixed.

use std::cell::Cell;
use std::collections::{HashSet, VecDeque};

use indexmap::IndexSet;

use crate::json::{Json, Members};
use crate::pointer::JsonPointer;
use crate::semantic::ids::{Id as _, NamespaceId, ScopeId, StateId, Table};
use crate::suggest::did_you_mean;

/// The fields that name a state.
pub const TARGET_FIELDS: [&str; 3] = ["StartAt", "Next", "Default"];

/// A transition between states, or from a scope to its first state.
#[derive(Debug)]
pub struct Edge<'a> {
    /// The field with the name of the target.
    pub at: JsonPointer,
    /// The name of the target. `None` if it is not known yet.
    pub target: Option<&'a str>,
    /// The target. If no state has the name of the target, the state with the most similar name.
    pub to: Option<StateId>,
}

impl Edge<'_> {
    /// Whether it is the transition of a catcher.
    pub fn catches(&self) -> bool {
        matches!(self.at.tokens(), [.., list, _, _] if list == "Catch")
    }
}

/// A state and its transitions.
#[derive(Debug)]
pub struct StateNode<'a> {
    /// Name of the state.
    pub name: &'a str,
    /// The state.
    pub value: &'a Json,
    /// Its place.
    pub at: JsonPointer,
    /// The namespace that contains it.
    pub namespace: NamespaceId,
    /// Its transitions, in their order.
    pub edges: Vec<Edge<'a>>,
    /// Whether the workflow can end after it.
    pub ends: bool,
    /// The scopes in it, with their places in the state.
    pub inside: Vec<(JsonPointer, ScopeId)>,
}

/// An object that contains states by name.
#[derive(Debug)]
pub struct Namespace<'a> {
    /// The `States` object.
    pub at: JsonPointer,
    /// Its states.
    pub states: &'a Members,
    /// The ID of the first state. The others follow.
    first: StateId,
}

impl Namespace<'_> {
    /// The IDs of its states, in the order of the text.
    pub fn ids(&self) -> impl Iterator<Item = StateId> + use<> {
        let first = self.first.position();
        (first..first + self.states.len()).map(StateId::new)
    }

    fn id_at(&self, position: usize) -> StateId {
        StateId::new(self.first.position() + position)
    }
}

/// A sequence of states with its own start.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The object with `StartAt`.
    pub at: JsonPointer,
    /// The namespace that contains its states.
    pub namespace: NamespaceId,
    /// The enclosing scope.
    pub parent: Option<ScopeId>,
    /// The state that contains it. `None` for the state machine itself.
    pub holder: Option<StateId>,
    /// Whether it has its own `States`.
    pub owns_states: bool,
    /// The first state.
    pub start: Edge<'a>,
    /// The states that it reaches, in reading order.
    pub reached: IndexSet<StateId>,
    /// Whether the scope is reachable from the state machine.
    pub attached: bool,
    /// Whether a transition is not known yet, so that the scope may reach more states.
    pub open: bool,
}

/// All scopes of a state machine.
#[derive(Debug)]
pub struct Graph<'a> {
    /// All states. Those of a namespace are consecutive, in the order of the text.
    pub states: Table<StateId, StateNode<'a>>,
    /// The namespaces. The first is that of the state machine.
    pub namespaces: Table<NamespaceId, Namespace<'a>>,
    /// The scopes. The first is the state machine.
    pub scopes: Table<ScopeId, Scope<'a>>,
    /// The number of names that may still be compared to find the most similar one.
    guesses: Cell<usize>,
}

/// Maximum number of names that are compared for one definition, so that the time is limited for any text.
const MAX_GUESSES: usize = 200_000;

/// The names of all states of a definition, including those of inner scopes.
pub fn state_names(definition: &Json) -> Vec<String> {
    let states = definition
        .get("States")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    let mut names = Vec::new();
    for (name, state) in states {
        names.push(name.clone());
        containers(state)
            .into_iter()
            .for_each(|(_, scope)| names.extend(state_names(scope)));
    }
    names
}

/// The objects with `StartAt` in a state: its branches or its item processor, with their places in the state.
pub fn containers(state: &Json) -> Vec<(JsonPointer, &Json)> {
    let mut found = Vec::new();
    if let Some(branches) = state.get("Branches").and_then(Json::as_array) {
        for (index, branch) in branches.iter().enumerate() {
            found.push((JsonPointer::root().join("Branches").join(index), branch));
        }
    }
    for field in ["ItemProcessor", "Iterator"] {
        if let Some(processor @ Json::Object(_)) = state.get(field) {
            found.push((JsonPointer::root().join(field), processor));
        }
    }
    found
}

/// Returns whether a state has branches or an item processor that are not known yet. In the flat form, these
/// may lead to any state.
fn has_unknown_containers(state: &Json) -> bool {
    let is_unknown = |value: &Json| match value {
        Json::Unknown => true,
        Json::Array(elements) => elements
            .iter()
            .any(|element| matches!(element, Json::Unknown)),
        _ => false,
    };
    ["Branches", "ItemProcessor", "Iterator"]
        .iter()
        .any(|field| state.get(field).is_some_and(is_unknown))
}

/// Whether an item processor runs each item as a child workflow execution.
pub fn is_distributed(processor: &Json) -> bool {
    processor
        .get("ProcessorConfig")
        .and_then(|config| config.get("Mode")?.as_str())
        == Some("DISTRIBUTED")
}

/// The field of a distributed Map state that contains its item processor. `None` for any other state.
pub fn distributed(state: &Json) -> Option<&'static str> {
    ["ItemProcessor", "Iterator"]
        .into_iter()
        .find(|field| state.get(field).is_some_and(is_distributed))
}

/// The transitions of a state.
fn transitions<'a>(state: &'a Json, at: &JsonPointer) -> Vec<Edge<'a>> {
    let edge = |at: JsonPointer, target: Option<&'a str>| Edge {
        at,
        target,
        to: None,
    };
    if matches!(state, Json::Unknown) {
        return vec![edge(at.clone(), None)];
    }
    let mut edges = Vec::new();
    let mut add = |holder: &'a Json, at: &dyn Fn() -> JsonPointer, field: &'static str| match holder
        .get(field)
    {
        Some(Json::String(target)) => edges.push(edge(at().join(field), Some(target))),
        Some(Json::Unknown) => edges.push(edge(at().join(field), None)),
        _ => {}
    };
    add(state, &|| at.clone(), "Next");
    for list in ["Choices", "Catch"] {
        for (index, item) in state
            .get(list)
            .and_then(Json::as_array)
            .unwrap_or(&[])
            .iter()
            .enumerate()
        {
            add(item, &|| at.join(list).join(index), "Next");
        }
    }
    add(state, &|| at.clone(), "Default");
    // A list that is not known yet may lead to any state.
    for list in ["Choices", "Catch"] {
        if matches!(state.get(list), Some(Json::Unknown)) {
            edges.push(edge(at.join(list), None));
        }
    }
    edges
}

/// Whether the workflow can end after this state.
fn is_terminal(state: &Json) -> bool {
    matches!(state, Json::Unknown)
        || matches!(state.get("End"), Some(Json::Bool(true) | Json::Unknown))
        || matches!(
            state.get("Type").and_then(Json::as_str),
            Some("Succeed" | "Fail")
        )
        || matches!(state.get("Type"), Some(Json::Unknown))
}

/// What encloses a scope that is being added.
#[derive(Clone, Copy)]
struct Enclosing {
    namespace: NamespaceId,
    scope: ScopeId,
    state: StateId,
}

impl<'a> Graph<'a> {
    /// Creates the graph of a definition in either form.
    pub fn of(root: &'a Json) -> Self {
        let mut graph = Self {
            states: Table::default(),
            namespaces: Table::default(),
            scopes: Table::default(),
            guesses: Cell::new(MAX_GUESSES),
        };
        graph.add_scope(root, JsonPointer::root(), None);
        graph.attach();
        graph
    }

    /// The scopes in reading order: the state machine, then the scopes in each of its states.
    pub fn in_reading_order(&self) -> Vec<&Scope<'a>> {
        let (mut order, mut waiting) = (IndexSet::new(), vec![ScopeId::ROOT]);
        while let Some(number) = waiting.pop() {
            // In the flat form, a branch may lead back to the state that contains it.
            if let Some(scope) = self.scopes.get(number).filter(|_| order.insert(number)) {
                let inside: Vec<ScopeId> = self
                    .reached(scope)
                    .flat_map(|node| node.inside.iter().map(|(_, number)| *number))
                    .collect();
                waiting.extend(inside.into_iter().rev());
            }
        }
        order
            .into_iter()
            .filter_map(|number| self.scopes.get(number))
            .collect()
    }

    /// Title of a scope, such as "branch 1 of `Both`". `None` for the state machine itself.
    pub fn title(&self, scope: &Scope<'_>) -> Option<String> {
        let holder = self.states.get(scope.holder?)?.name;
        Some(match scope.at.tokens() {
            [.., list, index] if list == "Branches" => {
                let number = index
                    .parse::<usize>()
                    .map_or_else(|_| index.to_string(), |index| (index + 1).to_string());
                format!("branch {number} of `{holder}`")
            }
            _ => format!("each item of `{holder}`"),
        })
    }

    /// The state with this name in a namespace.
    pub fn state_named(&self, namespace: NamespaceId, name: &str) -> Option<StateId> {
        let namespace = self.namespaces.get(namespace)?;
        Some(namespace.id_at(namespace.states.get_index_of(name)?))
    }

    /// The scopes whose states are in this namespace.
    pub fn scopes_in(&self, namespace: NamespaceId) -> impl Iterator<Item = &Scope<'a>> {
        self.scopes
            .iter()
            .filter(move |scope| scope.namespace == namespace)
    }

    /// The transitions of a state.
    pub fn edges(&self, state: StateId) -> &[Edge<'a>] {
        self.states
            .get(state)
            .map(|node| node.edges.as_slice())
            .unwrap_or(&[])
    }

    /// The targets of the transitions of a state, with repetitions.
    pub fn targets(&self, state: StateId) -> impl Iterator<Item = StateId> {
        self.edges(state).iter().filter_map(|edge| edge.to)
    }

    /// The states of a scope, in reading order.
    pub fn reached(&self, scope: &Scope<'a>) -> impl Iterator<Item = &StateNode<'a>> {
        scope
            .reached
            .iter()
            .filter_map(|state| self.states.get(*state))
    }

    /// The first transition of a scope that leads to a state.
    pub fn way<'s>(&'s self, scope: &'s Scope<'a>, state: StateId) -> Option<&'s Edge<'a>> {
        let mut edges = self.reached(scope).flat_map(|node| &node.edges);
        if scope.start.to == Some(state) {
            Some(&scope.start)
        } else {
            edges.find(|edge| edge.to == Some(state))
        }
    }

    /// A scope and its enclosing scopes, from the inside out.
    pub fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |inner| self.scopes.get(*inner)?.parent)
    }

    /// The state with this name or, if there is none, the state with the most similar name.
    fn resolve(&self, namespace: NamespaceId, target: &str) -> Option<StateId> {
        self.state_named(namespace, target).or_else(|| {
            let states = self.namespaces.get(namespace)?.states;
            self.guesses
                .set(self.guesses.get().checked_sub(states.len())?);
            self.state_named(
                namespace,
                did_you_mean(target, states.keys().map(String::as_str))?,
            )
        })
    }

    /// Adds the scope at `at` and, if it has its own states, all scopes in them.
    fn add_scope(
        &mut self,
        holder: &'a Json,
        at: JsonPointer,
        enclosing: Option<Enclosing>,
    ) -> Option<ScopeId> {
        let own = holder.get("States").and_then(Json::as_object);
        let unknown_states = matches!(holder.get("States"), Some(Json::Unknown));
        let namespace = match (own, enclosing.map(|enclosing| enclosing.namespace)) {
            (Some(states), _) => self.add_namespace(states, at.join("States")),
            (None, Some(namespace)) if !unknown_states => namespace,
            _ => return None,
        };
        let target = holder.get("StartAt").and_then(Json::as_str);
        let to = target.and_then(|target| self.resolve(namespace, target));
        let mut scope = Scope {
            namespace,
            parent: enclosing.map(|enclosing| enclosing.scope),
            holder: enclosing.map(|enclosing| enclosing.state),
            owns_states: own.is_some(),
            start: Edge {
                at: at.join("StartAt"),
                target,
                to,
            },
            reached: IndexSet::new(),
            attached: false,
            open: matches!(holder.get("StartAt"), Some(Json::Unknown)),
            at,
        };
        self.follow(&mut scope);
        let index = self.scopes.push(scope);
        if own.is_some() {
            self.add_scopes_inside(namespace, index);
        }
        Some(index)
    }

    fn add_namespace(&mut self, states: &'a Members, at: JsonPointer) -> NamespaceId {
        let first = StateId::new(self.states.len());
        let index = self.namespaces.push(Namespace {
            at: at.clone(),
            states,
            first,
        });
        let mut ids = Vec::with_capacity(states.len());
        for (name, value) in states {
            let at = at.join(name);
            let edges = transitions(value, &at);
            let ends = is_terminal(value);
            ids.push(self.states.push(StateNode {
                name,
                value,
                at,
                namespace: index,
                edges,
                ends,
                inside: Vec::new(),
            }));
        }
        for state in ids {
            let targets = self
                .edges(state)
                .iter()
                .map(|edge| self.resolve(index, edge.target?))
                .collect::<Vec<_>>();
            let edges = self
                .states
                .get_mut(state)
                .into_iter()
                .flat_map(|node| &mut node.edges);
            edges.zip(targets).for_each(|(edge, to)| edge.to = to);
        }
        index
    }

    fn add_scopes_inside(&mut self, namespace: NamespaceId, scope: ScopeId) {
        let ids: Vec<StateId> = self
            .namespaces
            .get(namespace)
            .into_iter()
            .flat_map(Namespace::ids)
            .collect();
        for state in ids {
            let Some(node) = self.states.get(state) else {
                continue;
            };
            let containers = containers(node.value).into_iter();
            let placed: Vec<_> = containers
                .map(|(inside, scope)| (node.at.append(&inside), inside, scope))
                .collect();
            for (at, inside, container) in placed {
                let added = self.add_scope(
                    container,
                    at,
                    Some(Enclosing {
                        namespace,
                        scope,
                        state,
                    }),
                );
                if let (Some(added), Some(node)) = (added, self.states.get_mut(state)) {
                    node.inside.push((inside, added));
                }
            }
        }
    }

    fn follow(&self, scope: &mut Scope<'a>) {
        let mut queue: VecDeque<StateId> = scope.start.to.into_iter().collect();
        while let Some(state) = queue.pop_front() {
            if scope.reached.insert(state) {
                let node = self.states.get(state);
                let has_unknown_scopes =
                    node.is_some_and(|node| has_unknown_containers(node.value));
                scope.open |= has_unknown_scopes
                    || self.edges(state).iter().any(|edge| edge.target.is_none());
                queue.extend(self.targets(state));
            }
        }
    }

    /// Marks the scopes that are reachable from the state machine.
    fn attach(&mut self) {
        let mut queue = VecDeque::from([ScopeId::ROOT]);
        let mut seen = HashSet::new();
        while let Some(current) = queue.pop_front() {
            let Some(scope) = self
                .scopes
                .get_mut(current)
                .filter(|_| seen.insert(current))
            else {
                continue;
            };
            scope.attached = true;
            let reached = scope
                .reached
                .iter()
                .filter_map(|state| self.states.get(*state));
            let inner: Vec<ScopeId> = reached
                .flat_map(|node| node.inside.iter().map(|(_, inner)| *inner))
                .collect();
            for scope in inner {
                if let Some(scope) = self
                    .scopes
                    .get_mut(scope)
                    .filter(|_| !seen.contains(&scope))
                {
                    scope.parent = Some(current);
                }
                queue.push_back(scope);
            }
        }
    }
}
