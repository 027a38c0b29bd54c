//! The input of each state, as inferred from upstream states.
//!
//! A forward analysis over the transitions of each scope. Known are the values that Pass states and payload
//! templates write, the members that a called API returns, and that a result without `ResultPath` replaces
//! the input. The results of functions and the input of the execution can be any value. Where paths of the
//! workflow meet, a member is missing only if it is missing on all of them.
//!
//! Source: the specification, "Input and Output Processing"; the developer guide, "Transforming data with JSONata".

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::json::Json;
use crate::jsonata::{Delimited, delimited};
use crate::jsonpath::{Path, Root, Step};
use crate::model::QueryLanguage;
use crate::pointer::JsonPointer;
use crate::semantic::ids::{ScopeId, StateId, Table};
use crate::semantic::response::{Reached, Response};
use crate::semantic::{SemanticModel, State};
use crate::suggest::did_you_mean;

/// Maximum number of members of an object, and maximum depth. Beyond these limits, a value can be anything.
const MAX_MEMBERS: usize = 40;
const MAX_DEPTH: usize = 8;
/// Maximum number of times that a state is visited when several paths lead to it.
const MAX_VISITS: usize = 4;

/// What is known about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbstractValue {
    /// Nothing is known.
    Any,
    /// An object with these members. If it is open, it can have other members.
    Object(BTreeMap<Rc<str>, Rc<AbstractValue>>, bool),
    /// An array that begins with these elements. Without elements, its length is unknown.
    Array(Vec<Rc<AbstractValue>>),
    /// A part of the result of an API.
    Response(Response),
    /// A string, a number, a boolean or null.
    Scalar,
}

/// A missing value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Why it is missing, as a part of a message.
    pub why: String,
    /// The most similar name of a known member.
    pub suggestion: Option<String>,
}

impl Missing {
    fn new(why: String) -> Self {
        Self {
            why,
            suggestion: None,
        }
    }

    /// A member that is not among the known members.
    fn named<'k>(why: String, name: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        Self {
            why,
            suggestion: did_you_mean(name, known).map(str::to_owned),
        }
    }
}

impl AbstractValue {
    /// The abstract value of a literal or a payload template.
    fn of(value: &Json, template: bool, depth: usize) -> Self {
        match value {
            _ if depth > MAX_DEPTH => Self::Any,
            Json::Unknown => Self::Any,
            Json::Object(members) => {
                let open = members.len() > MAX_MEMBERS;
                let of = |(key, value): (&String, &Json)| match key.strip_suffix(".$") {
                    Some(name) if template => (name.into(), Rc::new(Self::Any)),
                    _ => (
                        key.as_str().into(),
                        Rc::new(Self::of(value, template, depth + 1)),
                    ),
                };
                Self::Object(members.iter().take(MAX_MEMBERS).map(of).collect(), open)
            }
            Json::Array(elements) if elements.is_empty() => Self::Array(Vec::new()),
            Json::Array(elements) => {
                let known = elements
                    .iter()
                    .take(MAX_MEMBERS)
                    .map(|value| Rc::new(Self::of(value, template, depth + 1)));
                Self::Array(known.collect())
            }
            Json::String(text) if !matches!(delimited(text), Delimited::Text) => Self::Any,
            _ => Self::Scalar,
        }
    }

    /// The error output of a caught error.
    fn error() -> Self {
        let scalar = Rc::new(Self::Scalar);
        Self::Object(
            BTreeMap::from([("Error".into(), scalar.clone()), ("Cause".into(), scalar)]),
            false,
        )
    }

    /// What is known where two paths meet.
    fn joined(a: &Rc<Self>, b: &Rc<Self>) -> Rc<Self> {
        if a == b {
            return a.clone();
        }
        let (Self::Object(members, open), Self::Object(others, others_open)) = (&**a, &**b) else {
            return Rc::new(Self::Any);
        };
        let mut members = members.clone();
        for (name, other) in others {
            // The member may be missing on one path, and so may its content.
            let joined = members
                .get(name)
                .map_or_else(|| other.clone(), |before| Self::joined(before, other));
            members.insert(name.clone(), joined);
        }
        let open = *open || *others_open || members.len() > MAX_MEMBERS;
        Rc::new(Self::Object(
            members.into_iter().take(MAX_MEMBERS).collect(),
            open,
        ))
    }

    /// Returns why a path leads to a missing value, if it does.
    pub fn missing<'p>(&self, path: impl IntoIterator<Item = &'p Step>) -> Option<Missing> {
        let mut current = self;
        let mut path = path.into_iter();
        while let Some(step) = path.next() {
            let next = match (current, step) {
                (Self::Object(members, open), Step::Member(name)) => {
                    match members.get(name.as_str()) {
                        Some(shape) => shape,
                        None if *open => return None,
                        None => {
                            let why = format!("it is an object without `{name}`");
                            return Some(Missing::named(
                                why,
                                name,
                                members.keys().map(|known| &**known),
                            ));
                        }
                    }
                }
                (Self::Array(_), Step::Member(name)) => {
                    return Some(Missing::new(format!(
                        "it is an array, which has no `{name}`"
                    )));
                }
                (Self::Array(elements), Step::Element(at)) if !elements.is_empty() => {
                    let Ok(at) = usize::try_from(*at) else {
                        return None;
                    };
                    let plural = if elements.len() == 1 { "" } else { "s" };
                    match elements.get(at) {
                        Some(shape) => shape,
                        None => {
                            let why =
                                format!("it is an array of {} element{plural}", elements.len());
                            return Some(Missing::new(why));
                        }
                    }
                }
                (Self::Scalar, Step::Member(name)) => {
                    return Some(Missing::new(format!(
                        "it is not an object, and has no `{name}`"
                    )));
                }
                (Self::Response(response), _) => {
                    return not_returned(*response, std::iter::once(step).chain(path));
                }
                _ => return None,
            };
            current = next;
        }
        None
    }

    /// The value at a path.
    fn at(self: &Rc<Self>, path: &Path) -> Rc<Self> {
        let mut current = self.clone();
        for segment in &path.segments {
            let next = match (&*current, &segment.step) {
                (Self::Object(members, _), Step::Member(name)) => {
                    members.get(name.as_str()).cloned()
                }
                (Self::Array(elements), Step::Element(at)) => usize::try_from(*at)
                    .ok()
                    .and_then(|at| elements.get(at))
                    .cloned(),
                (Self::Response(response), step) => match response.step(step) {
                    Reached::Response(next) => Some(Rc::new(Self::Response(next))),
                    Reached::Anything | Reached::Nothing => None,
                },
                _ => None,
            };
            match next {
                Some(next) => current = next,
                None => return Rc::new(Self::Any),
            }
        }
        current
    }

    /// The value with another value inserted at a path.
    fn with(self: &Rc<Self>, names: &[&str], value: Rc<Self>) -> Rc<Self> {
        let Some((first, rest)) = names.split_first() else {
            return value;
        };
        let (members, open) = match &**self {
            Self::Object(members, open) => (Some(members), *open),
            // AWS creates an object or fails.
            Self::Any | Self::Response(_) => (None, true),
            _ => (None, false),
        };
        let before = members.and_then(|members| members.get(*first));
        let inner = match before {
            Some(before) => before.with(rest, value),
            None if members.is_some_and(|members| members.len() >= MAX_MEMBERS) => {
                return Rc::new(Self::Object(members.cloned().unwrap_or_default(), true));
            }
            None => Rc::new(if open {
                Self::Any
            } else {
                Self::Object(BTreeMap::new(), false)
            })
            .with(rest, value),
        };
        if before == Some(&inner) {
            return self.clone();
        }
        let mut members = members.cloned().unwrap_or_default();
        members.insert((*first).into(), inner);
        Rc::new(Self::Object(members, open))
    }
}

/// Returns the input of each state. `None` for an unreachable state.
pub fn inputs(model: &SemanticModel<'_>) -> Table<StateId, Option<Rc<AbstractValue>>> {
    let states = &model.states;
    let (inputs, outputs) = (Table::like(states, None), Table::like(states, None));
    let mut flow = Flow {
        model,
        inputs,
        outputs,
        visits: Table::like(states, 0),
    };
    if !model.graph.scopes.is_empty() {
        flow.scope(ScopeId::ROOT, Rc::new(AbstractValue::Any), 0);
    }
    flow.inputs
}

struct Flow<'s, 'a> {
    model: &'s SemanticModel<'a>,
    inputs: Table<StateId, Option<Rc<AbstractValue>>>,
    outputs: Table<StateId, Option<Rc<AbstractValue>>>,
    visits: Table<StateId, usize>,
}

impl Flow<'_, '_> {
    /// Follows a scope from its start, and returns its output.
    fn scope(
        &mut self,
        scope: ScopeId,
        input: Rc<AbstractValue>,
        depth: usize,
    ) -> Rc<AbstractValue> {
        let anything = Rc::new(AbstractValue::Any);
        let Some(scope) = self.model.graph.scopes.get(scope) else {
            return anything;
        };
        let Some(start) = scope.start.to else {
            return anything;
        };
        let mut queue = VecDeque::from([(start, input)]);
        while let Some((index, arriving)) = queue.pop_front() {
            let Some(state) = self.model.states.get(index) else {
                continue;
            };
            let Some(joined) = self.arrive(index, arriving) else {
                continue;
            };
            let after = self.output(index, state, &joined, depth);
            for edge in self.model.graph.edges(index) {
                if let Some(target) = edge.to.filter(|target| !self.may_be_anything(*target)) {
                    queue.push_back((target, leaving(state, &edge.at, &joined, &after)));
                }
            }
            if let Some(slot) = self.outputs.get_mut(index) {
                *slot = Some(after);
            }
        }
        let ends = scope.reached.iter().filter_map(|index| {
            let (state, node) = (
                self.model.states.get(*index)?,
                self.model.graph.states.get(*index)?,
            );
            self.outputs
                .get(*index)?
                .clone()
                .filter(|_| node.ends && state.ty != "Fail")
        });
        ends.reduce(|before, after| AbstractValue::joined(&before, &after))
            .unwrap_or(anything)
    }

    /// Whether the input of a state is already unknown, so that other paths to it add nothing.
    fn may_be_anything(&self, state: StateId) -> bool {
        self.inputs.get(state).and_then(Option::as_deref) == Some(&AbstractValue::Any)
    }

    /// Joins a value into the input of a state. Returns `None` if the input does not change.
    fn arrive(&mut self, state: StateId, arriving: Rc<AbstractValue>) -> Option<Rc<AbstractValue>> {
        let (visits, slot) = (self.visits.get_mut(state)?, self.inputs.get_mut(state)?);
        *visits += 1;
        let joined = match slot {
            Some(_) if *visits > MAX_VISITS => Rc::new(AbstractValue::Any),
            Some(before) => AbstractValue::joined(before, &arriving),
            None => arriving,
        };
        if slot.as_ref() == Some(&joined) {
            return None;
        }
        *slot = Some(joined.clone());
        Some(joined)
    }

    /// The output of a state.
    fn output(
        &mut self,
        index: StateId,
        state: &State<'_>,
        input: &Rc<AbstractValue>,
        depth: usize,
    ) -> Rc<AbstractValue> {
        if depth > MAX_DEPTH {
            return Rc::new(AbstractValue::Any);
        }
        let of = |field: &str, template: bool| {
            state
                .value
                .get(field)
                .map(|value| Rc::new(AbstractValue::of(value, template, 0)))
        };
        match state.language {
            Some(QueryLanguage::JSONPath) => {
                let seen = select(input, state.value.get("InputPath"));
                if matches!(state.ty, "Choice" | "Wait" | "Succeed") {
                    return select(&seen, state.value.get("OutputPath"));
                }
                let raw = match state.ty {
                    "Task" | "Map" => self.result(index, state, &seen, depth),
                    _ => self.result(index, state, &of("Parameters", true).unwrap_or(seen), depth),
                };
                let merged = put(
                    input,
                    state.value.get("ResultPath"),
                    of("ResultSelector", true).unwrap_or(raw),
                );
                select(&merged, state.value.get("OutputPath"))
            }
            Some(QueryLanguage::JSONata) => {
                let given = of("Arguments", false).unwrap_or_else(|| input.clone());
                let result = self.result(index, state, &given, depth);
                match of("Output", false) {
                    Some(output) => output,
                    None if matches!(state.ty, "Task" | "Parallel" | "Map") => result,
                    None => input.clone(),
                }
            }
            None => {
                let anything = Rc::new(AbstractValue::Any);
                self.result(index, state, &anything, depth);
                anything
            }
        }
    }

    fn result(
        &mut self,
        index: StateId,
        state: &State<'_>,
        given: &Rc<AbstractValue>,
        depth: usize,
    ) -> Rc<AbstractValue> {
        let inside = self
            .model
            .graph
            .states
            .get(index)
            .map(|node| node.inside.as_slice())
            .unwrap_or(&[]);
        let shape = match state.ty {
            "Pass" => match state.value.get("Result") {
                Some(result) => AbstractValue::of(result, false, 0),
                None => return given.clone(),
            },
            "Parallel" => {
                let branches = state
                    .value
                    .get("Branches")
                    .and_then(Json::as_array)
                    .unwrap_or(&[]);
                let outputs = (0..branches.len()).map(|branch| {
                    let place = JsonPointer::root().join("Branches").join(branch);
                    match inside.iter().find(|(at, _)| *at == place) {
                        Some((_, scope)) => self.scope(*scope, given.clone(), depth + 1),
                        None => Rc::new(AbstractValue::Any),
                    }
                });
                AbstractValue::Array(outputs.collect())
            }
            "Map" => {
                let selector = state
                    .value
                    .get("ItemSelector")
                    .or_else(|| state.value.get("Parameters"));
                let batched = state.value.get("ItemBatcher").is_some();
                let template = state.language == Some(QueryLanguage::JSONPath);
                let node = match selector {
                    Some(selector) if !batched && state.language.is_some() => {
                        AbstractValue::of(selector, template, 0)
                    }
                    _ => AbstractValue::Any,
                };
                if let Some((_, scope)) = inside.first() {
                    self.scope(*scope, Rc::new(node), depth + 1);
                }
                if state.value.get("ResultWriter").is_some() {
                    AbstractValue::Any
                } else {
                    AbstractValue::Array(Vec::new())
                }
            }
            // A function can return any value.
            "Task" => state
                .resource
                .and_then(|(_, resource)| Response::of(resource))
                .map_or(AbstractValue::Any, AbstractValue::Response),
            _ => AbstractValue::Any,
        };
        Rc::new(shape)
    }
}

/// Returns why a path leads to a missing value in the result of an API, if it does.
fn not_returned<'p>(
    mut response: Response,
    path: impl Iterator<Item = &'p Step>,
) -> Option<Missing> {
    for step in path {
        match (response.step(step), step) {
            (Reached::Response(next), _) => response = next,
            (Reached::Nothing, Step::Member(name)) => {
                let why = format!("it is the result of an API that returns no `{name}` here");
                return Some(Missing::named(why, name, response.names()));
            }
            _ => return None,
        }
    }
    None
}

/// The value that a transition passes on: the output of the state, or the output of its catcher or rule.
fn leaving(
    state: &State<'_>,
    edge: &JsonPointer,
    input: &Rc<AbstractValue>,
    output: &Rc<AbstractValue>,
) -> Rc<AbstractValue> {
    let inside = edge.tokens().get(state.at.tokens().len()..).unwrap_or(&[]);
    let [list, index, _] = inside else {
        return output.clone();
    };
    let entry = index
        .parse()
        .ok()
        .and_then(|index: usize| state.value.get(list)?.as_array()?.get(index));
    let Some(entry) = entry else {
        return Rc::new(AbstractValue::Any);
    };
    let own = || {
        entry
            .get("Output")
            .map(|output| Rc::new(AbstractValue::of(output, false, 0)))
    };
    match (&**list, state.language) {
        ("Catch", Some(QueryLanguage::JSONPath)) => put(
            input,
            entry.get("ResultPath"),
            Rc::new(AbstractValue::error()),
        ),
        ("Catch", Some(QueryLanguage::JSONata)) => {
            own().unwrap_or_else(|| Rc::new(AbstractValue::error()))
        }
        ("Choices", Some(QueryLanguage::JSONata)) => own().unwrap_or_else(|| output.clone()),
        (_, None) => Rc::new(AbstractValue::Any),
        _ => output.clone(),
    }
}

/// The part of a value that `InputPath` or `OutputPath` selects.
fn select(value: &Rc<AbstractValue>, path: Option<&Json>) -> Rc<AbstractValue> {
    let Some(path) = path else {
        return value.clone();
    };
    match input_path(path) {
        _ if *path == Json::Null => Rc::new(AbstractValue::Object(BTreeMap::new(), false)),
        Some(path) => value.at(&path),
        None => Rc::new(AbstractValue::Any),
    }
}

/// The input with a result inserted by `ResultPath`.
fn put(
    input: &Rc<AbstractValue>,
    path: Option<&Json>,
    result: Rc<AbstractValue>,
) -> Rc<AbstractValue> {
    let Some(path) = path else { return result };
    if *path == Json::Null {
        return input.clone();
    }
    let Some(path) = input_path(path) else {
        return Rc::new(AbstractValue::Any);
    };
    let names: Vec<&str> = path.members().collect();
    if names.len() == path.segments.len() {
        input.with(&names, result)
    } else {
        Rc::new(AbstractValue::Any)
    }
}

/// A path into the input. `None` if it is not known what the path selects.
fn input_path(path: &Json) -> Option<Path> {
    Path::parse(path.as_str()?)
        .ok()
        .filter(|path| path.root == Root::Input)
}
