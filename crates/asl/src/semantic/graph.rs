//! Which states there are, and which way leads to which.
//!
//! A *scope* is a sequence of states with its own `StartAt`: the state machine itself, a branch, an item processor.
//! In ASL each scope holds its states. In the flat form, which HCL blocks use, a scope without `States` finds its
//! states among those of the enclosing scope by following transitions. Both forms may be mixed.

use std::cell::Cell;
use std::collections::{HashSet, VecDeque};

use indexmap::IndexSet;

use crate::json::{Json, Members};
use crate::pointer::JsonPointer;
use crate::semantic::ids::{Id as _, NamespaceId, ScopeId, StateId, Table};
use crate::suggest::did_you_mean;

/// A way from one state to another, or from a scope to its first state.
#[derive(Debug)]
pub struct Edge<'a> {
    /// The field that names the target.
    pub at: JsonPointer,
    /// The name of the target; `None` for one that is not known yet.
    pub target: Option<&'a str>,
    /// The number of the state that it leads to: the one it names or, where there is none, the one it is likely meant to
    /// name.
    pub to: Option<StateId>,
}

impl Edge<'_> {
    /// Whether it is taken after an error.
    pub fn catches(&self) -> bool {
        matches!(self.at.tokens(), [.., list, _, _] if list == "Catch")
    }
}

/// A state and the ways out of it.
#[derive(Debug)]
pub struct StateNode<'a> {
    /// Its name.
    pub name: &'a str,
    /// The state itself.
    pub value: &'a Json,
    /// Its place.
    pub at: JsonPointer,
    /// The namespace that holds it.
    pub namespace: NamespaceId,
    /// The transitions out of it, in their order.
    pub edges: Vec<Edge<'a>>,
    /// Whether the workflow may end after it.
    pub ends: bool,
    /// The scopes inside it: where in the state they stand, and their numbers.
    pub inside: Vec<(JsonPointer, ScopeId)>,
}

/// A place that holds states by name.
#[derive(Debug)]
pub struct Namespace<'a> {
    /// The `States` object.
    pub at: JsonPointer,
    /// Its states.
    pub states: &'a Members,
    /// The number of the first of them; the others follow.
    first: StateId,
}

impl Namespace<'_> {
    /// The numbers of its states, in the order in which they are written.
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
    /// The namespace in which its states are found.
    pub namespace: NamespaceId,
    /// The scope around it.
    pub parent: Option<ScopeId>,
    /// The number of the state that holds it; `None` for the state machine itself.
    pub holder: Option<StateId>,
    /// Whether it has `States` of its own.
    pub owns_states: bool,
    /// The first state.
    pub start: Edge<'a>,
    /// The numbers of the states it reaches, in the order a reader follows.
    pub reached: IndexSet<StateId>,
    /// Whether the state machine gets to this scope at all.
    pub attached: bool,
    /// Whether a transition is not known yet, so that more states may be reached.
    pub open: bool,
}

/// All scopes of a state machine.
#[derive(Debug)]
pub struct Graph<'a> {
    /// All states by number: those of a namespace stand together, in the order in which they are written.
    pub states: Table<StateId, StateNode<'a>>,
    /// The places that hold states; the first is that of the state machine.
    pub namespaces: Table<NamespaceId, Namespace<'a>>,
    /// The scopes; the first is the state machine.
    pub scopes: Table<ScopeId, Scope<'a>>,
    /// How many names may still be compared in search of the one that was meant.
    guesses: Cell<usize>,
}

/// How many names are compared for one definition: enough for any that a person wrote, few enough for any text.
const MAX_GUESSES: usize = 200_000;

/// The names of all states of a definition, those of inner scopes as well.
pub fn state_names(definition: &Json) -> Vec<String> {
    let states = definition.get("States").and_then(Json::as_object).into_iter().flatten();
    let mut names = Vec::new();
    for (name, state) in states {
        names.push(name.to_string());
        containers(state).into_iter().for_each(|(_, scope)| names.extend(state_names(scope)));
    }
    names
}

/// The scopes inside a state: the fields of `state` that hold objects with a start of their own.
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

/// Returns whether a state has branches or an item processor that are not known yet, which in the flat form may lead to any state.
fn has_unknown_containers(state: &Json) -> bool {
    let is_unknown = |value: &Json| match value {
        Json::Unknown => true,
        Json::Array(elements) => elements.iter().any(|element| matches!(element, Json::Unknown)),
        _ => false,
    };
    ["Branches", "ItemProcessor", "Iterator"].iter().any(|field| state.get(field).is_some_and(is_unknown))
}

/// Whether an item processor runs each of its items in an execution of its own.
pub fn is_distributed(processor: &Json) -> bool {
    processor.get("ProcessorConfig").and_then(|config| config.get("Mode")?.as_str()) == Some("DISTRIBUTED")
}

/// The field of a distributed Map state that holds its item processor; `None` for any other state.
pub fn distributed(state: &Json) -> Option<&'static str> {
    ["ItemProcessor", "Iterator"].into_iter().find(|field| state.get(field).is_some_and(is_distributed))
}

/// All transitions out of a state.
fn transitions<'a>(state: &'a Json, at: &JsonPointer) -> Vec<Edge<'a>> {
    let edge = |at: JsonPointer, target: Option<&'a str>| Edge { at, target, to: None };
    if matches!(state, Json::Unknown) {
        return vec![edge(at.clone(), None)];
    }
    let mut edges = Vec::new();
    let mut add = |holder: &'a Json, at: &dyn Fn() -> JsonPointer, field: &'static str| match holder.get(field) {
        Some(Json::String(target)) => edges.push(edge(at().join(field), Some(target))),
        Some(Json::Unknown) => edges.push(edge(at().join(field), None)),
        _ => {}
    };
    add(state, &|| at.clone(), "Next");
    for list in ["Choices", "Catch"] {
        for (index, item) in state.get(list).and_then(Json::as_array).unwrap_or(&[]).iter().enumerate() {
            add(item, &|| at.join(list).join(index), "Next");
        }
    }
    add(state, &|| at.clone(), "Default");
    // A list that is not known yet may name any state.
    for list in ["Choices", "Catch"] {
        if matches!(state.get(list), Some(Json::Unknown)) {
            edges.push(edge(at.join(list), None));
        }
    }
    edges
}

/// Whether the workflow may end after this state.
fn is_terminal(state: &Json) -> bool {
    matches!(state, Json::Unknown)
        || matches!(state.get("End"), Some(Json::Bool(true) | Json::Unknown))
        || matches!(state.get("Type").and_then(Json::as_str), Some("Succeed" | "Fail"))
        || matches!(state.get("Type"), Some(Json::Unknown))
}

/// What is around a scope that is being added.
#[derive(Clone, Copy)]
struct Enclosing {
    namespace: NamespaceId,
    scope: ScopeId,
    state: StateId,
}

impl<'a> Graph<'a> {
    /// The graph of a state machine in either form.
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

    /// The scopes as a reader follows them: the state machine, then those inside of each of its states, in their order.
    pub fn in_reading_order(&self) -> Vec<&Scope<'a>> {
        let (mut order, mut waiting) = (IndexSet::new(), vec![ScopeId::ROOT]);
        while let Some(number) = waiting.pop() {
            // In the flat form a branch may lead back to the state that holds it.
            if let Some(scope) = self.scopes.get(number).filter(|_| order.insert(number)) {
                let inside: Vec<ScopeId> =
                    self.reached(scope).flat_map(|node| node.inside.iter().map(|(_, number)| *number)).collect();
                waiting.extend(inside.into_iter().rev());
            }
        }
        order.into_iter().filter_map(|number| self.scopes.get(number)).collect()
    }

    /// What a scope is in words, such as "branch 1 of `Both`"; `None` for the state machine itself.
    pub fn title(&self, scope: &Scope<'_>) -> Option<String> {
        let holder = self.states.get(scope.holder?)?.name;
        Some(match scope.at.tokens() {
            [.., list, index] if list == "Branches" => {
                let number = index.parse::<usize>().map_or_else(|_| index.to_string(), |index| (index + 1).to_string());
                format!("branch {number} of `{holder}`")
            }
            _ => format!("each item of `{holder}`"),
        })
    }

    /// The number of the namespace's state of this name.
    pub fn state_named(&self, namespace: NamespaceId, name: &str) -> Option<StateId> {
        let namespace = self.namespaces.get(namespace)?;
        Some(namespace.id_at(namespace.states.get_index_of(name)?))
    }

    /// The scopes that find their states in this namespace.
    pub fn scopes_in(&self, namespace: NamespaceId) -> impl Iterator<Item = &Scope<'a>> {
        self.scopes.iter().filter(move |scope| scope.namespace == namespace)
    }

    /// The transitions out of a state.
    pub fn edges(&self, state: StateId) -> &[Edge<'a>] {
        self.states.get(state).map(|node| node.edges.as_slice()).unwrap_or(&[])
    }

    /// The states that transitions lead to from a state, as often as they do.
    pub fn targets(&self, state: StateId) -> impl Iterator<Item = StateId> {
        self.edges(state).iter().filter_map(|edge| edge.to)
    }

    /// The states of a scope, in the order a reader follows.
    pub fn reached(&self, scope: &Scope<'a>) -> impl Iterator<Item = &StateNode<'a>> {
        scope.reached.iter().filter_map(|state| self.states.get(*state))
    }

    /// The way by which a scope gets to a state first.
    pub fn way<'s>(&'s self, scope: &'s Scope<'a>, state: StateId) -> Option<&'s Edge<'a>> {
        let mut edges = self.reached(scope).flat_map(|node| &node.edges);
        if scope.start.to == Some(state) { Some(&scope.start) } else { edges.find(|edge| edge.to == Some(state)) }
    }

    /// A scope and those around it, from the inside out.
    pub fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |inner| self.scopes.get(*inner)?.parent)
    }

    /// The state that a name leads to: the one of that name or, where there is none, the one that it is likely meant for.
    fn resolve(&self, namespace: NamespaceId, target: &str) -> Option<StateId> {
        self.state_named(namespace, target).or_else(|| {
            let states = self.namespaces.get(namespace)?.states;
            self.guesses.set(self.guesses.get().checked_sub(states.len())?);
            self.state_named(namespace, did_you_mean(target, states.keys().map(String::as_str))?)
        })
    }

    /// Adds the scope at `at` and, when it holds states of its own, all scopes inside those.
    fn add_scope(&mut self, holder: &'a Json, at: JsonPointer, enclosing: Option<Enclosing>) -> Option<ScopeId> {
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
            start: Edge { at: at.join("StartAt"), target, to },
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
        let index = self.namespaces.push(Namespace { at: at.clone(), states, first });
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
            let targets = self.edges(state).iter().map(|edge| self.resolve(index, edge.target?)).collect::<Vec<_>>();
            let edges = self.states.get_mut(state).into_iter().flat_map(|node| &mut node.edges);
            edges.zip(targets).for_each(|(edge, to)| edge.to = to);
        }
        index
    }

    fn add_scopes_inside(&mut self, namespace: NamespaceId, scope: ScopeId) {
        let ids: Vec<StateId> = self.namespaces.get(namespace).into_iter().flat_map(Namespace::ids).collect();
        for state in ids {
            let Some(node) = self.states.get(state) else { continue };
            let containers = containers(node.value).into_iter();
            let placed: Vec<_> = containers.map(|(inside, scope)| (node.at.append(&inside), inside, scope)).collect();
            for (at, inside, container) in placed {
                let added = self.add_scope(container, at, Some(Enclosing { namespace, scope, state }));
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
                let has_unknown_scopes = node.is_some_and(|node| has_unknown_containers(node.value));
                scope.open |= has_unknown_scopes || self.edges(state).iter().any(|edge| edge.target.is_none());
                queue.extend(self.targets(state));
            }
        }
    }

    /// Marks the scopes that the state machine gets to.
    fn attach(&mut self) {
        let mut queue = VecDeque::from([ScopeId::ROOT]);
        let mut seen = HashSet::new();
        while let Some(current) = queue.pop_front() {
            let Some(scope) = self.scopes.get_mut(current).filter(|_| seen.insert(current)) else { continue };
            scope.attached = true;
            let reached = scope.reached.iter().filter_map(|state| self.states.get(*state));
            let inner: Vec<ScopeId> = reached.flat_map(|node| node.inside.iter().map(|(_, inner)| *inner)).collect();
            for scope in inner {
                if let Some(scope) = self.scopes.get_mut(scope).filter(|_| !seen.contains(&scope)) {
                    scope.parent = Some(current);
                }
                queue.push_back(scope);
            }
        }
    }
}
