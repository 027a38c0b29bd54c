//! The variables of a definition: where they are set and read, and whether they have a value.
//!
//! Source: the developer guide, "Passing data between states with variables".

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use crate::json::Json;
use crate::jsonata::{self, Kind, function_named};
use crate::jsonpath::Root;
use crate::pointer::JsonPointer;
use crate::semantic::graph::{Graph, distributed};
use crate::semantic::ids::{ExpressionId, ScopeId, StateId, Table};
use crate::semantic::{Expression, Node, State};

/// Maximum number of variables of a state machine that are followed.
const MAX_FOLLOWED: usize = 512;
const WORDS: usize = MAX_FOLLOWED / 64;

/// The variables of a state machine.
#[derive(Debug, Default)]
pub struct Variables {
    /// Every place where a variable is set.
    pub assignments: Vec<Assignment>,
    /// Every place where a variable is read.
    pub reads: Vec<Read>,
    index: HashMap<String, usize>,
    /// The variables that are set when a state begins.
    entry: HashMap<StateId, Flow>,
    /// The variables that have a value if a rule of a Choice state applies, by the place of the rule.
    guards: HashMap<JsonPointer, Vec<String>>,
}

/// A place where a variable is set.
#[derive(Debug)]
pub struct Assignment {
    /// The name of the variable.
    pub name: String,
    /// The member of `Assign`.
    pub at: JsonPointer,
    /// The state.
    pub state: StateId,
}

/// A place where a variable is read.
#[derive(Debug)]
pub struct Read {
    /// The name of the variable.
    pub name: String,
    /// The expression.
    pub expression: ExpressionId,
    /// Byte range of the name in the expression.
    pub span: Range<usize>,
    /// The state.
    pub state: StateId,
    /// Whether the expression checks the variable with `$exists`.
    pub guarded: bool,
}

/// Whether a variable has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defined {
    /// On every path to the state.
    Always,
    /// On some paths.
    Sometimes,
    /// On no path.
    Never,
}

/// Sets of variables: those that are set on every path, and those that are set on some path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flow {
    certain: [u64; WORDS],
    possible: [u64; WORDS],
}

const NOTHING: Flow = Flow {
    certain: [0; WORDS],
    possible: [0; WORDS],
};

impl Flow {
    fn set(&mut self, index: usize) {
        for words in [&mut self.certain, &mut self.possible] {
            if let Some(word) = words.get_mut(index / 64) {
                *word |= 1 << (index % 64);
            }
        }
    }

    fn joined(self, other: Self) -> Self {
        let mut joined = self;
        for (word, other) in joined.certain.iter_mut().zip(other.certain) {
            *word &= other;
        }
        for (word, other) in joined.possible.iter_mut().zip(other.possible) {
            *word |= other;
        }
        joined
    }
}

impl Variables {
    /// Follows the variables of a state machine through its scopes.
    pub(crate) fn of(
        graph: &Graph<'_>,
        states: &Table<StateId, State<'_>>,
        objects: &[Node<'_>],
        expressions: &Table<ExpressionId, Expression<'_>>,
    ) -> Self {
        let mut variables = Self {
            assignments: assignments(objects),
            reads: reads(objects, expressions),
            ..Self::default()
        };
        variables.guards = guards(expressions);
        for assignment in &variables.assignments {
            let next = variables.index.len();
            variables
                .index
                .entry(assignment.name.clone())
                .or_insert(next);
        }
        if variables.index.len() <= MAX_FOLLOWED && !variables.index.is_empty() {
            variables.follow(graph, states);
        }
        variables
    }

    /// Whether any state sets a variable.
    pub fn is_set(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Whether a variable has a value when a state begins. `None` if it is not known.
    pub fn defined(&self, state: StateId, name: &str) -> Option<Defined> {
        let Some(index) = self.index.get(name) else {
            return Some(Defined::Never);
        };
        let flow = self.entry.get(&state)?;
        let has = |words: &[u64; WORDS]| {
            words
                .get(index / 64)
                .is_some_and(|word| word & (1 << (index % 64)) != 0)
        };
        Some(match (has(&flow.certain), has(&flow.possible)) {
            (true, _) => Defined::Always,
            (false, true) => Defined::Sometimes,
            (false, false) => Defined::Never,
        })
    }

    fn follow(&mut self, graph: &Graph<'_>, states: &Table<StateId, State<'_>>) {
        let mut waiting = VecDeque::from([ScopeId::ROOT]);
        let mut seen = HashSet::new();
        let mut inside: HashMap<ScopeId, Vec<ScopeId>> = HashMap::new();
        for (index, scope) in graph.scopes.enumerate() {
            if let Some(parent) = scope.parent {
                inside.entry(parent).or_default().push(index);
            }
        }
        while let Some(scope_index) = waiting.pop_front() {
            if !seen.insert(scope_index) {
                continue;
            }
            let Some(scope) = graph.scopes.get(scope_index) else {
                continue;
            };
            // The child workflow executions of a distributed Map state cannot read the outer variables.
            let distributed = scope
                .holder
                .and_then(|holder| distributed(states.get(holder)?.value))
                .is_some();
            let outer = scope
                .holder
                .filter(|_| !distributed)
                .and_then(|holder| self.entry.get(&holder).copied());
            if let Some(start) = scope.start.to {
                self.follow_scope(graph, start, outer.unwrap_or(NOTHING), states);
            }
            waiting.extend(inside.get(&scope_index).into_iter().flatten());
        }
    }

    fn follow_scope(
        &mut self,
        graph: &Graph<'_>,
        start: StateId,
        outer: Flow,
        states: &Table<StateId, State<'_>>,
    ) {
        let mut queue = VecDeque::from([(start, outer)]);
        while let Some((index, arriving)) = queue.pop_front() {
            let joined = self
                .entry
                .get(&index)
                .map_or(arriving, |before| before.joined(arriving));
            if self.entry.get(&index) == Some(&joined) {
                continue;
            }
            self.entry.insert(index, joined);
            let Some(state) = states.get(index) else {
                continue;
            };
            for edge in graph.edges(index) {
                let Some(target) = edge.to else { continue };
                let mut leaving = joined;
                let guarded = edge
                    .at
                    .parent()
                    .and_then(|rule| self.guards.get(&rule))
                    .into_iter()
                    .flatten();
                for name in assigned_on(state, &edge.at).chain(guarded.map(String::as_str)) {
                    if let Some(variable) = self.index.get(name) {
                        leaving.set(*variable);
                    }
                }
                queue.push_back((target, leaving));
            }
        }
    }
}

/// The name that a member of `Assign` sets.
fn variable_name(key: &str) -> &str {
    key.strip_suffix(".$").unwrap_or(key)
}

/// The variables that are set when a state is left by this transition.
fn assigned_on<'a>(state: &'a State<'_>, edge: &JsonPointer) -> impl Iterator<Item = &'a str> {
    let inside = edge.tokens().get(state.at.tokens().len()..).unwrap_or(&[]);
    // A rule or catcher sets its own variables instead of those of the state.
    let holder = match inside {
        [list, index, _] => index
            .parse()
            .ok()
            .and_then(|index: usize| state.value.get(list)?.as_array()?.get(index)),
        _ => Some(state.value),
    };
    let assign = holder
        .and_then(|holder| holder.get("Assign"))
        .and_then(Json::as_object);
    assign
        .into_iter()
        .flat_map(|members| members.keys())
        .map(|key| variable_name(key))
}

fn assignments(objects: &[Node<'_>]) -> Vec<Assignment> {
    let mut found = Vec::new();
    for node in objects {
        let (Some(state), Some(members)) = (
            node.state,
            node.value.get("Assign").and_then(Json::as_object),
        ) else {
            continue;
        };
        if node.shape.field("Assign").is_none() {
            continue;
        }
        for key in members.keys() {
            let at = node.at.join("Assign").join(key);
            found.push(Assignment {
                name: variable_name(key).to_owned(),
                at,
                state,
            });
        }
    }
    found
}

fn reads(objects: &[Node<'_>], expressions: &Table<ExpressionId, Expression<'_>>) -> Vec<Read> {
    let mut found = Vec::new();
    let of_states = objects
        .iter()
        .filter_map(|node| Some((node.expressions, node.state?)));
    let expressions_of_states =
        of_states.flat_map(|(indices, state)| indices.iter().map(move |index| (index, state)));
    for (index, state) in expressions_of_states {
        let Some(expression) = expressions.get(index) else {
            continue;
        };
        for (path, span) in expression.paths() {
            if let Root::Variable(name) = &path.root {
                let span = span.start..span.start + name.len() + 1;
                found.push(Read {
                    name: name.clone(),
                    expression: index,
                    span,
                    state,
                    guarded: false,
                });
            }
        }
        if let Some(tree) = expression.jsonata() {
            let (own, called, asked) = (names_defined_in(tree), called(tree), asked_for(tree));
            tree.walk(&mut |node| {
                if let Kind::Variable(name) = &node.kind {
                    let known =
                        matches!(name.as_str(), "" | "$" | "states") || own.contains(name.as_str());
                    if !known
                        && function_named(name).is_none()
                        && !called.contains(&node.span.start)
                    {
                        let guarded = asked.contains(name.as_str());
                        let (name, span) = (name.clone(), node.span.clone());
                        found.push(Read {
                            name,
                            expression: index,
                            span,
                            state,
                            guarded,
                        });
                    }
                }
            });
        }
    }
    found
}

/// The variables that an expression checks with `$exists`.
fn asked_for(tree: &jsonata::Node) -> HashSet<&str> {
    let mut asked = HashSet::new();
    tree.walk(&mut |node| asked.extend(asked_by(node)));
    asked
}

/// The variables that a call of `$exists` checks.
fn asked_by(node: &jsonata::Node) -> HashSet<&str> {
    let mut asked = HashSet::new();
    if let Kind::Call(procedure, arguments) = &node.kind
        && matches!(&procedure.kind, Kind::Variable(name) if name == "exists")
    {
        for argument in arguments {
            argument.walk(&mut |part| {
                if let Kind::Variable(name) = &part.kind {
                    asked.insert(name.as_str());
                }
            });
        }
    }
    asked
}

/// The variables that have a value if a condition is true.
fn guaranteed(condition: &jsonata::Node) -> HashSet<&str> {
    match &condition.kind {
        Kind::Binary("and", left, right) => guaranteed(left)
            .into_iter()
            .chain(guaranteed(right))
            .collect(),
        Kind::Block(nodes) => nodes.last().map_or_else(HashSet::new, guaranteed),
        _ => asked_by(condition),
    }
}

/// The variables that have a value if a rule applies, by the place of the rule.
fn guards(expressions: &Table<ExpressionId, Expression<'_>>) -> HashMap<JsonPointer, Vec<String>> {
    let guard = |expression: &Expression<'_>| {
        let (last, _) = expression.at.tokens().split_last()?;
        let names = guaranteed(expression.jsonata().filter(|_| *last == *"Condition")?);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        Some((expression.at.parent()?, names)).filter(|(_, names)| !names.is_empty())
    };
    expressions.iter().filter_map(guard).collect()
}

/// The places of the variables that are called as functions, which the rule `unknown-jsonata-function` checks.
fn called(tree: &jsonata::Node) -> HashSet<usize> {
    let mut called = HashSet::new();
    tree.walk(&mut |node| {
        if let Kind::Call(procedure, _) = &node.kind {
            called.insert(procedure.span.start);
        }
    });
    called
}

/// The names that an expression defines.
pub(crate) fn names_defined_in(tree: &jsonata::Node) -> HashSet<&str> {
    let mut names = HashSet::new();
    tree.walk(&mut |node| match &node.kind {
        Kind::Assign(name, _) | Kind::Bind(_, name) => {
            names.insert(name.as_str());
        }
        Kind::Lambda(parameters, _) => names.extend(parameters.iter().map(String::as_str)),
        _ => {}
    });
    names
}
