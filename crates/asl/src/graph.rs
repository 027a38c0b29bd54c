//! Which states there are, and which way leads to which.
//!
//! A *scope* is a sequence of states with its own `StartAt`: the state machine itself, a branch, an item processor.
//! In ASL each scope holds its states. In the flat form, which HCL blocks use, a scope without `States` finds its
//! states among those of the enclosing scope by following transitions. Both forms may be mixed.

use std::cell::Cell;
use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;

use crate::diagnostic::did_you_mean;
use crate::json::Json;
use crate::pointer::Pointer;

/// A way from one state to another, or from a scope to its first state.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The field that names the target.
    pub at: Pointer,
    /// The target; `None` for one that is not known yet.
    pub target: Option<String>,
}

/// A place that holds states by name.
#[derive(Debug)]
pub struct Namespace<'a> {
    /// The `States` object.
    pub at: Pointer,
    /// Its states.
    pub states: &'a IndexMap<String, Json>,
    /// The transitions out of each of them, in their order.
    edges: Vec<Vec<Edge>>,
}

/// A sequence of states with its own start.
#[derive(Debug)]
pub struct Scope {
    /// The object with `StartAt`.
    pub at: Pointer,
    /// The namespace in which its states are found.
    pub namespace: usize,
    /// The scope around it.
    pub parent: Option<usize>,
    /// The name of the state that holds it; `None` for the state machine itself.
    pub holder: Option<String>,
    /// Whether it has `States` of its own.
    pub owns_states: bool,
    /// The first state.
    pub start: Edge,
    /// The states it reaches in the order a reader follows, each with the way by which it is reached first.
    pub reached: IndexMap<String, Edge>,
    /// Whether the state machine gets to this scope at all.
    pub attached: bool,
    /// Whether a transition is not known yet, so that more states may be reached.
    pub open: bool,
}

/// All scopes of a state machine.
#[derive(Debug)]
pub struct Graph<'a> {
    /// The places that hold states; the first is that of the state machine.
    pub namespaces: Vec<Namespace<'a>>,
    /// The scopes; the first is the state machine.
    pub scopes: Vec<Scope>,
    by_place: HashMap<Pointer, usize>,
    /// How many names may still be compared in search of the one that was meant.
    guesses: Cell<usize>,
}

/// How many names are compared for one definition: enough for any that a person wrote, few enough for any text.
const MAX_GUESSES: usize = 200_000;

/// The scopes inside a state: the fields of `state` that hold objects with a start of their own.
pub fn containers(state: &Json) -> Vec<(Pointer, &Json)> {
    let mut found = Vec::new();
    if let Some(branches) = state.get("Branches").and_then(Json::as_array) {
        for (index, branch) in branches.iter().enumerate() {
            found.push((Pointer::root().join("Branches").join(index), branch));
        }
    }
    for field in ["ItemProcessor", "Iterator"] {
        if let Some(processor @ Json::Object(_)) = state.get(field) {
            found.push((Pointer::root().join(field), processor));
        }
    }
    found
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
fn transitions(state: &Json, at: &Pointer) -> Vec<Edge> {
    if matches!(state, Json::Unknown) {
        return vec![Edge { at: at.clone(), target: None }];
    }
    let mut edges = Vec::new();
    let mut add = |holder: &Json, at: Pointer, field: &str| match holder.get(field) {
        Some(Json::String(target)) => edges.push(Edge { at: at.join(field), target: Some(target.clone()) }),
        Some(Json::Unknown) => edges.push(Edge { at: at.join(field), target: None }),
        _ => {}
    };
    add(state, at.clone(), "Next");
    for list in ["Choices", "Catch"] {
        for (index, item) in state.get(list).and_then(Json::as_array).unwrap_or_default().iter().enumerate() {
            add(item, at.join(list).join(index), "Next");
        }
    }
    add(state, at.clone(), "Default");
    // A list that is not known yet may name any state.
    for list in ["Choices", "Catch"] {
        if matches!(state.get(list), Some(Json::Unknown)) {
            edges.push(Edge { at: at.join(list), target: None });
        }
    }
    edges
}

/// Whether the workflow may end after this state.
pub fn is_terminal(state: &Json) -> bool {
    matches!(state, Json::Unknown)
        || matches!(state.get("End"), Some(Json::Bool(true) | Json::Unknown))
        || matches!(state.get("Type").and_then(Json::as_str), Some("Succeed" | "Fail"))
        || matches!(state.get("Type"), Some(Json::Unknown))
}

/// What is around a scope that is being added.
#[derive(Clone, Copy)]
struct Enclosing<'a> {
    namespace: usize,
    scope: usize,
    state: &'a str,
}

impl<'a> Graph<'a> {
    /// The graph of a state machine in either form.
    pub fn of(root: &'a Json) -> Self {
        let mut graph = Self {
            namespaces: Vec::new(),
            scopes: Vec::new(),
            by_place: HashMap::new(),
            guesses: Cell::new(MAX_GUESSES),
        };
        graph.add_scope(root, Pointer::root(), None);
        graph.attach();
        graph
    }

    /// The namespace's state of this name.
    pub fn state(&self, namespace: usize, name: &str) -> Option<&'a Json> {
        self.namespaces.get(namespace)?.states.get(name)
    }

    /// The place of a state.
    pub fn place(&self, namespace: usize, name: &str) -> Pointer {
        self.namespaces.get(namespace).map_or_else(Pointer::root, |namespace| namespace.at.join(name))
    }

    /// The scopes that find their states in this namespace.
    pub fn scopes_in(&self, namespace: usize) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(move |scope| scope.namespace == namespace)
    }

    /// The transitions out of a state.
    pub fn edges(&self, namespace: usize, name: &str) -> &[Edge] {
        let edges = self.namespaces.get(namespace).and_then(|holder| {
            let index = holder.states.get_index_of(name)?;
            holder.edges.get(index)
        });
        edges.map(Vec::as_slice).unwrap_or_default()
    }

    /// The scope whose object stands at this place.
    pub fn scope_at(&self, at: &Pointer) -> Option<&Scope> {
        self.scope_index(at).and_then(|index| self.scopes.get(index))
    }

    /// The index of the scope whose object stands at this place.
    pub fn scope_index(&self, at: &Pointer) -> Option<usize> {
        self.by_place.get(at).copied()
    }

    /// A scope and those around it, from the inside out.
    pub fn around(&self, scope: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(scope), |inner| self.scopes.get(*inner)?.parent)
    }

    /// The state that a name which does not exist is likely meant to be.
    pub fn guess(&self, namespace: usize, target: &str) -> Option<&'a str> {
        let states = self.namespaces.get(namespace)?.states;
        self.guesses.set(self.guesses.get().checked_sub(states.len())?);
        did_you_mean(target, states.keys().map(String::as_str))
    }

    /// The state that an edge leads to: the one it names or, where there is none, the one it is likely meant to name.
    pub fn resolve(&self, namespace: usize, edge: &Edge) -> Option<&'a str> {
        let (target, states) = (edge.target.as_deref()?, self.namespaces.get(namespace)?.states);
        let exact = states.get_key_value(target).map(|(name, _)| name.as_str());
        exact.or_else(|| self.guess(namespace, target))
    }

    /// Adds the scope at `at` and, when it holds states of its own, all scopes inside those.
    fn add_scope(&mut self, holder: &'a Json, at: Pointer, enclosing: Option<Enclosing<'_>>) {
        let own = holder.get("States").and_then(Json::as_object);
        let unknown_states = matches!(holder.get("States"), Some(Json::Unknown));
        let namespace = match (own, enclosing.map(|enclosing| enclosing.namespace)) {
            (Some(states), _) => {
                let index = self.namespaces.len();
                let place = at.join("States");
                let edges = states.iter().map(|(name, state)| transitions(state, &place.join(name))).collect();
                self.namespaces.push(Namespace { at: place, states, edges });
                index
            }
            (None, Some(namespace)) if !unknown_states => namespace,
            _ => return,
        };
        let start_at = at.join("StartAt");
        let target = holder.get("StartAt").and_then(Json::as_str).map(str::to_owned);
        let open = matches!(holder.get("StartAt"), Some(Json::Unknown));
        let start = Edge { at: start_at, target };
        let mut scope = Scope {
            at,
            namespace,
            parent: enclosing.map(|enclosing| enclosing.scope),
            holder: enclosing.map(|enclosing| enclosing.state.to_owned()),
            owns_states: own.is_some(),
            start,
            reached: IndexMap::new(),
            attached: false,
            open,
        };
        self.follow(&mut scope);
        let index = self.scopes.len();
        self.by_place.insert(scope.at.clone(), index);
        self.scopes.push(scope);
        for (name, state) in own.into_iter().flatten() {
            for (inside, container) in containers(state) {
                let place = self.place(namespace, name).append(&inside);
                self.add_scope(container, place, Some(Enclosing { namespace, scope: index, state: name }));
            }
        }
    }

    fn follow(&self, scope: &mut Scope) {
        let mut queue = VecDeque::from([scope.start.clone()]);
        while let Some(edge) = queue.pop_front() {
            let Some(name) = self.resolve(scope.namespace, &edge) else {
                scope.open |= edge.target.is_none() && edge.at != scope.start.at;
                continue;
            };
            if scope.reached.contains_key(name) {
                continue;
            }
            scope.reached.insert(name.to_owned(), edge);
            queue.extend(self.edges(scope.namespace, name).iter().cloned());
        }
    }

    /// Marks the scopes that the state machine gets to.
    fn attach(&mut self) {
        let mut queue = VecDeque::from([0]);
        let mut seen = HashSet::new();
        while let Some(current) = queue.pop_front() {
            if !seen.insert(current) {
                continue;
            }
            let Some(scope) = self.scopes.get_mut(current) else {
                continue;
            };
            scope.attached = true;
            let (namespace, names) = (scope.namespace, scope.reached.keys().cloned().collect::<Vec<_>>());
            for name in names {
                let Some(state) = self.state(namespace, &name) else {
                    continue;
                };
                let place = self.place(namespace, &name);
                for (inside, _) in containers(state) {
                    if let Some(inner) = self.scope_index(&place.append(&inside)) {
                        if !seen.contains(&inner) {
                            self.set_parent(inner, current);
                        }
                        queue.push_back(inner);
                    }
                }
            }
        }
    }

    fn set_parent(&mut self, scope: usize, parent: usize) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.parent = Some(parent);
        }
    }
}
