//! What a state gets as its input, as far as the states before it say.
//!
//! A forward analysis over the transitions of each scope. It knows what a Pass state or a payload template writes, and
//! that a result without `ResultPath` takes the place of the input; what a task returns and what an execution is started
//! with is anything. Where ways meet, a member is missing only if it is on all of them.
//!
//! Source: the specification, "Input and Output Processing"; the developer guide, "Transforming data with JSONata".

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use crate::json::Json;
use crate::jsonata::{Delimited, delimited};
use crate::jsonpath::{Path, Root, Step};
use crate::model::QueryLanguage;
use crate::pointer::Pointer;
use crate::subject::{State, Subject};

/// How many members of an object, and how many levels, are followed; beyond that anything may be there.
const MAX_MEMBERS: usize = 40;
const MAX_DEPTH: usize = 8;
/// How often a state is looked at again when more ways lead to it.
const MAX_VISITS: usize = 4;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Any,
    /// An object with these members and, if it is open, any others.
    Object(BTreeMap<String, Rc<Shape>>, bool),
    /// An array with these elements first or, without any, of unknown length.
    Array(Vec<Rc<Shape>>),
    /// A string, a number, a boolean or null.
    Scalar,
}

impl Shape {
    /// What a literal is; `member` says what a member of a template holds.
    fn of(value: &Json, template: bool, depth: usize) -> Self {
        match value {
            _ if depth > MAX_DEPTH => Self::Any,
            Json::Unknown => Self::Any,
            Json::Object(members) => {
                let open = members.len() > MAX_MEMBERS;
                let of = |(key, value): (&String, &Json)| match key.strip_suffix(".$") {
                    Some(name) if template => (name.to_owned(), Rc::new(Self::Any)),
                    _ => (key.clone(), Rc::new(Self::of(value, template, depth + 1))),
                };
                Self::Object(members.iter().take(MAX_MEMBERS).map(of).collect(), open)
            }
            Json::Array(elements) if elements.is_empty() => Self::Array(Vec::new()),
            Json::Array(elements) => {
                let known =
                    elements.iter().take(MAX_MEMBERS).map(|value| Rc::new(Self::of(value, template, depth + 1)));
                Self::Array(known.collect())
            }
            Json::String(text) if !matches!(delimited(text), Delimited::Text) => Self::Any,
            _ => Self::Scalar,
        }
    }

    /// What an error that was caught looks like.
    fn error() -> Self {
        let scalar = Rc::new(Self::Scalar);
        Self::Object(BTreeMap::from([("Error".to_owned(), scalar.clone()), ("Cause".to_owned(), scalar)]), false)
    }

    fn joined(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Object(a, a_open), Self::Object(b, b_open)) => {
                let mut members = a.clone();
                for (name, shape) in b {
                    let joined = a.get(name).map_or_else(
                        // It may be missing, and whatever is in it may be as well.
                        || shape.clone(),
                        |before| Rc::new(before.joined(shape)),
                    );
                    members.insert(name.clone(), joined);
                }
                let open = *a_open || *b_open || members.len() > MAX_MEMBERS;
                Self::Object(members.into_iter().take(MAX_MEMBERS).collect(), open)
            }
            (a, b) if a == b => a.clone(),
            _ => Self::Any,
        }
    }

    /// The name of the first member on a path that cannot be there, and how many steps lead to it.
    pub fn missing<'p>(&self, path: impl IntoIterator<Item = &'p Step>) -> Option<(usize, String)> {
        let mut current = Rc::new(self.clone());
        for (index, step) in path.into_iter().enumerate() {
            let next = match (&*current, step) {
                (Self::Object(members, open), Step::Member(name)) => match members.get(name) {
                    Some(shape) => shape.clone(),
                    None if *open => return None,
                    None => return Some((index, format!("it is an object without `{name}`"))),
                },
                (Self::Array(_), Step::Member(name)) => {
                    return Some((index, format!("it is an array, which has no `{name}`")));
                }
                (Self::Array(elements), Step::Element(at)) if !elements.is_empty() => {
                    let Ok(at) = usize::try_from(*at) else { return None };
                    match elements.get(at) {
                        Some(shape) => shape.clone(),
                        None => {
                            return Some((
                                index,
                                format!(
                                    "it is an array of {} element{}",
                                    elements.len(),
                                    if elements.len() == 1 { "" } else { "s" }
                                ),
                            ));
                        }
                    }
                }
                (Self::Scalar, Step::Member(name)) => {
                    return Some((index, format!("it is no object, and has no `{name}`")));
                }
                _ => return None,
            };
            current = next;
        }
        None
    }

    fn at(&self, path: &Path) -> Self {
        let mut current = Rc::new(self.clone());
        for segment in &path.segments {
            let next = match (&*current, &segment.step) {
                (Self::Object(members, _), Step::Member(name)) => members.get(name).cloned(),
                (Self::Array(elements), Step::Element(at)) => {
                    usize::try_from(*at).ok().and_then(|at| elements.get(at).cloned())
                }
                _ => None,
            };
            match next {
                Some(next) => current = next,
                None => return Self::Any,
            }
        }
        (*current).clone()
    }

    /// The value with another put in at a path.
    fn with(&self, names: &[&str], value: Self) -> Self {
        let Some((first, rest)) = names.split_first() else { return value };
        let (mut members, open) = match self {
            Self::Object(members, open) => (members.clone(), *open),
            // Whatever it is, AWS makes an object of it or fails.
            Self::Any => (BTreeMap::new(), true),
            _ => (BTreeMap::new(), false),
        };
        let before = members
            .get(*first)
            .cloned()
            .unwrap_or_else(|| Rc::new(if open { Self::Any } else { Self::Object(BTreeMap::new(), false) }));
        if members.len() >= MAX_MEMBERS && !members.contains_key(*first) {
            return Self::Object(members, true);
        }
        members.insert((*first).to_owned(), Rc::new(before.with(rest, value)));
        Self::Object(members, open)
    }
}

/// What each state gets as its input, by the state's index; absent for one that nothing leads to.
pub fn inputs(subject: &Subject<'_>) -> HashMap<usize, Shape> {
    let mut flow = Flow { subject, inputs: HashMap::new(), outputs: HashMap::new(), visits: HashMap::new() };
    if !subject.graph.scopes.is_empty() {
        flow.scope(0, Shape::Any, 0);
    }
    flow.inputs
}

struct Flow<'s, 'a> {
    subject: &'s Subject<'a>,
    inputs: HashMap<usize, Shape>,
    outputs: HashMap<usize, Shape>,
    visits: HashMap<usize, usize>,
}

impl Flow<'_, '_> {
    /// Follows a scope from its start, and gives what comes out of its end.
    fn scope(&mut self, scope: usize, input: Shape, depth: usize) -> Shape {
        let Some(scope) = self.subject.graph.scopes.get(scope) else { return Shape::Any };
        let start = self.subject.graph.resolve(scope.namespace, &scope.start);
        let Some(start) = start.and_then(|name| self.subject.state_index(scope.namespace, name)) else {
            return Shape::Any;
        };
        let namespace = scope.namespace;
        let mut queue = VecDeque::from([(start, input)]);
        while let Some((index, arriving)) = queue.pop_front() {
            let Some(state) = self.subject.states.get(index) else { continue };
            let visits = self.visits.entry(index).or_default();
            *visits += 1;
            let joined = match self.inputs.get(&index) {
                Some(_) if *visits > MAX_VISITS => Shape::Any,
                Some(before) => before.joined(&arriving),
                None => arriving,
            };
            if self.inputs.get(&index) == Some(&joined) {
                continue;
            }
            self.inputs.insert(index, joined.clone());
            let after = self.output(state, &joined, depth);
            for edge in self.subject.graph.edges(namespace, state.name) {
                let target = self.subject.graph.resolve(namespace, edge);
                let target = target.and_then(|name| self.subject.state_index(namespace, name));
                if let Some(target) = target {
                    queue.push_back((target, leaving(state, &edge.at, &joined, &after)));
                }
            }
            self.outputs.insert(index, after);
        }
        let ends = scope.reached.keys().filter_map(|name| {
            let index = self.subject.state_index(namespace, name)?;
            let state = self.subject.states.get(index)?;
            (crate::graph::is_terminal(state.value) && state.ty != "Fail").then(|| self.outputs.get(&index))?
        });
        ends.cloned().reduce(|before, after| before.joined(&after)).unwrap_or(Shape::Any)
    }

    /// What comes out of a state that has done its work.
    fn output(&mut self, state: &State<'_>, input: &Shape, depth: usize) -> Shape {
        if depth > MAX_DEPTH {
            return Shape::Any;
        }
        match state.language {
            Some(QueryLanguage::JSONPath) => {
                let seen = select(input, state.value.get("InputPath"));
                let given = match state.value.get("Parameters").filter(|_| state.ty != "Map") {
                    Some(parameters) => Shape::of(parameters, true, 0),
                    None => seen.clone(),
                };
                let raw = self.result(state, &given, depth);
                let result = match state.value.get("ResultSelector") {
                    Some(selector) => Shape::of(selector, true, 0),
                    None => raw,
                };
                let merged = if matches!(state.ty, "Choice" | "Wait" | "Succeed") {
                    seen
                } else {
                    put(input, state.value.get("ResultPath"), result)
                };
                select(&merged, state.value.get("OutputPath"))
            }
            Some(QueryLanguage::JSONata) => {
                let given = match state.value.get("Arguments") {
                    Some(arguments) => Shape::of(arguments, false, 0),
                    None => input.clone(),
                };
                let result = self.result(state, &given, depth);
                match state.value.get("Output") {
                    Some(output) => Shape::of(output, false, 0),
                    None if matches!(state.ty, "Task" | "Parallel" | "Map") => result,
                    None => input.clone(),
                }
            }
            None => {
                self.result(state, &Shape::Any, depth);
                Shape::Any
            }
        }
    }

    fn result(&mut self, state: &State<'_>, given: &Shape, depth: usize) -> Shape {
        let scope_at = |field: Pointer| self.subject.graph.scope_index(&state.at.append(&field));
        match state.ty {
            "Pass" => state.value.get("Result").map_or_else(|| given.clone(), |result| Shape::of(result, false, 0)),
            "Parallel" => {
                let branches = state.value.get("Branches").and_then(Json::as_array).unwrap_or_default();
                let scopes: Vec<_> =
                    (0..branches.len()).map(|index| scope_at(Pointer::root().join("Branches").join(index))).collect();
                let outputs = scopes
                    .into_iter()
                    .map(|scope| scope.map_or(Shape::Any, |scope| self.scope(scope, given.clone(), depth + 1)));
                Shape::Array(outputs.map(Rc::new).collect())
            }
            "Map" => {
                let scope =
                    ["ItemProcessor", "Iterator"].iter().find_map(|field| scope_at(Pointer::root().join(field)));
                let selector = state.value.get("ItemSelector").or_else(|| state.value.get("Parameters"));
                let batched = state.value.get("ItemBatcher").is_some();
                let template = state.language == Some(QueryLanguage::JSONPath);
                let item = match selector {
                    Some(selector) if !batched && state.language.is_some() => Shape::of(selector, template, 0),
                    _ => Shape::Any,
                };
                if let Some(scope) = scope {
                    self.scope(scope, item, depth + 1);
                }
                if state.value.get("ResultWriter").is_some() { Shape::Any } else { Shape::Array(Vec::new()) }
            }
            _ => Shape::Any,
        }
    }
}

/// What goes along a transition: after an error that was caught it is not the state's output.
fn leaving(state: &State<'_>, edge: &Pointer, input: &Shape, output: &Shape) -> Shape {
    let inside = edge.tokens().get(state.at.tokens().len()..).unwrap_or_default();
    let [list, index, _] = inside else { return output.clone() };
    let entry = index.parse().ok().and_then(|index: usize| state.value.get(list)?.as_array()?.get(index));
    let Some(entry) = entry else { return Shape::Any };
    match (&**list, state.language) {
        ("Catch", Some(QueryLanguage::JSONPath)) => put(input, entry.get("ResultPath"), Shape::error()),
        ("Catch", Some(QueryLanguage::JSONata)) => {
            entry.get("Output").map_or_else(Shape::error, |output| Shape::of(output, false, 0))
        }
        ("Choices", Some(QueryLanguage::JSONata)) => {
            entry.get("Output").map_or_else(|| output.clone(), |output| Shape::of(output, false, 0))
        }
        (_, None) => Shape::Any,
        _ => output.clone(),
    }
}

/// The part of a value that `InputPath` or `OutputPath` leaves.
fn select(value: &Shape, path: Option<&Json>) -> Shape {
    match path {
        None => value.clone(),
        Some(Json::Null) => Shape::Object(BTreeMap::new(), false),
        Some(Json::String(text)) => match Path::parse(text) {
            Ok(path) if path.root == Root::Input => value.at(&path),
            _ => Shape::Any,
        },
        Some(_) => Shape::Any,
    }
}

/// A result put into the input by `ResultPath`.
fn put(input: &Shape, path: Option<&Json>, result: Shape) -> Shape {
    match path {
        None => result,
        Some(Json::Null) => input.clone(),
        Some(Json::String(text)) => match Path::parse(text) {
            Ok(path) if path.root == Root::Input => {
                let names: Vec<&str> = path.members().collect();
                if names.len() == path.segments.len() { input.with(&names, result) } else { Shape::Any }
            }
            _ => Shape::Any,
        },
        Some(_) => Shape::Any,
    }
}
