//! What the rules look at: a definition, taken apart once.

use std::collections::HashMap;
use std::ops::Range;

use crate::check::{Form, MachineType};
use crate::expression::SyntaxError;
use crate::graph::{Graph, is_distributed};
use crate::integration::Resource;
use crate::intrinsic::Call;
use crate::json::Json;
use crate::jsonata::{self, Delimited};
use crate::jsonpath::Path;
use crate::model::QueryLanguage;
use crate::pointer::{Pointer, Way};
use crate::shape::{Field, Language, Object, Reads, Shape};
use crate::variables::Variables;

/// A definition, taken apart for the rules.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The definition.
    pub root: &'a Json,
    /// Whether every value in it is known.
    pub known: bool,
    /// Its layout.
    pub form: Form,
    /// The type of the state machine.
    pub machine: MachineType,
    /// Its scopes.
    pub graph: Graph<'a>,
    /// Its query language; `None` while that is unknown.
    pub language: Option<QueryLanguage>,
    /// All its states, by their numbers in the graph.
    pub states: Vec<State<'a>>,
    /// All its objects; the state machine comes first, and a state before what is inside it.
    pub objects: Vec<Item<'a>>,
    /// All its paths, intrinsic functions and JSONata expressions.
    pub expressions: Vec<Expression<'a>>,
    /// Its variables.
    pub variables: Variables,
}

/// A state.
#[derive(Debug)]
pub struct State<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its `Type`; empty while that is unknown or wrong.
    pub ty: &'a str,
    /// The state itself.
    pub value: &'a Json,
    /// Its place.
    pub at: Pointer,
    /// The namespace that holds it.
    pub namespace: usize,
    /// The scope it belongs to.
    pub scope: usize,
    /// What it calls, as written and taken apart, where it is a Task.
    pub resource: Option<(&'a str, Resource<'a>)>,
    /// Its query language; `None` while that is unknown, or wrong.
    pub language: Option<QueryLanguage>,
    /// Whether it goes back to JSONPath in a state machine of JSONata.
    pub downgraded: bool,
    /// Whether it runs in an Express execution.
    pub express: bool,
}

/// An object of the language.
#[derive(Debug)]
pub struct Item<'a> {
    /// What fields it may have.
    pub shape: &'static Object,
    /// The object.
    pub value: &'a Json,
    /// The fields of its members, in their order; `None` for one that the language does not have here.
    pub fields: Vec<Option<&'static Field>>,
    /// Its place.
    pub at: Pointer,
    /// What it calls, as written and taken apart, where it is a Task.
    pub resource: Option<(&'a str, Resource<'a>)>,
    /// The indices of its expressions.
    pub expressions: Range<usize>,
    /// The state that it is or is in, by its index; `None` for the state machine itself.
    pub state: Option<usize>,
}

/// An expression.
#[derive(Debug)]
pub struct Expression<'a> {
    /// The string that it stands in.
    pub text: &'a str,
    /// The place of the string.
    pub at: Pointer,
    /// The field.
    pub field: &'static Field,
    /// What was read.
    pub content: Content,
    /// The byte of the string at which the expression begins.
    pub offset: usize,
}

/// An expression as it was read.
#[derive(Debug)]
pub enum Content {
    /// A path.
    Path(Result<Path, SyntaxError>),
    /// An intrinsic function.
    Intrinsic(Result<Call, SyntaxError>),
    /// JSONata.
    Jsonata(Result<jsonata::Node, SyntaxError>),
    /// JSONata of which the closing delimiter is missing.
    Unclosed,
    /// JSONata that does not begin the string.
    Embedded,
}

impl<'a> Subject<'a> {
    /// Takes a definition apart, of which every value is known or not.
    pub(crate) fn of(root: &'a Json, known: bool, form: Form, machine: MachineType) -> Self {
        let graph = Graph::of(root);
        let language = match root.get("QueryLanguage") {
            None => Some(QueryLanguage::JSONPath),
            Some(Json::Unknown) => None,
            // Anything else is reported, and AWS goes on as if it were JSONata.
            Some(word) if word.as_str() == Some("JSONPath") => Some(QueryLanguage::JSONPath),
            Some(_) => Some(QueryLanguage::JSONata),
        };
        let mut subject = Self {
            root,
            known,
            form,
            machine,
            graph,
            language,
            states: Vec::new(),
            objects: Vec::new(),
            expressions: Vec::new(),
            variables: Variables::default(),
        };
        subject.collect_states();
        let namespaces = subject.graph.namespaces.iter().enumerate();
        let namespaces: HashMap<Pointer, usize> =
            namespaces.map(|(index, namespace)| (namespace.at.clone(), index)).collect();
        subject.collect_objects(&Language::get().definition, root, Pointer::root(), None, &namespaces);
        subject.collect_expressions();
        subject.variables = Variables::of(&subject.graph, &subject.states, &subject.objects, &subject.expressions);
        subject
    }

    /// The expressions in the fields of an object.
    pub fn expressions_of(&self, item: &Item<'a>) -> impl Iterator<Item = &Expression<'a>> {
        self.expressions.get(item.expressions.clone()).into_iter().flatten()
    }

    /// The state that an object is or is in.
    pub fn state_of(&self, item: &Item<'a>) -> Option<&State<'a>> {
        self.states.get(item.state?)
    }

    /// The states by their objects: each state with the item that it is.
    pub fn state_items(&self) -> impl Iterator<Item = (&State<'a>, &Item<'a>)> {
        let is_state = |item: &&Item<'a>| Language::get().state(&item.shape.name).is_some();
        self.objects.iter().filter(is_state).filter_map(|item| Some((self.state_of(item)?, item)))
    }

    /// The query language that counts for an object.
    pub fn language_of(&self, item: &Item<'a>) -> Option<QueryLanguage> {
        item.state.map_or(self.language, |state| self.states.get(state).and_then(|state| state.language))
    }

    /// The name of the state that a pointer leads into, for messages.
    pub fn state_name(pointer: &Pointer) -> Option<&str> {
        let tokens = pointer.tokens();
        let position = tokens.iter().rposition(|token| token == "States")?;
        tokens.get(position + 1).map(|token| &**token)
    }

    fn collect_states(&mut self) {
        let express = self.express_scopes();
        let mut owner: Vec<Option<usize>> = vec![None; self.graph.states.len()];
        for (index, scope) in
            self.graph.scopes.iter().enumerate().filter(|(_, scope)| scope.attached || scope.owns_states)
        {
            for state in &scope.reached {
                if let Some(slot) = owner.get_mut(*state) {
                    slot.get_or_insert(index);
                }
            }
        }
        let scopes = self.graph.scopes.iter().enumerate();
        let own: HashMap<usize, usize> =
            scopes.filter(|(_, scope)| scope.owns_states).map(|(index, scope)| (scope.namespace, index)).collect();
        for (index, node) in self.graph.states.iter().enumerate() {
            let value = node.value;
            let scope = owner.get(index).copied().flatten().or_else(|| own.get(&node.namespace).copied());
            let scope = scope.unwrap_or(0);
            let (language, downgraded) = match value.get("QueryLanguage") {
                None => (self.language, false),
                Some(Json::Unknown) => (None, false),
                Some(word) if word.as_str() != Some("JSONPath") => (Some(QueryLanguage::JSONata), false),
                Some(_) => match self.language {
                    Some(QueryLanguage::JSONata) => (None, true),
                    language => (language, false),
                },
            };
            let ty = value.get("Type").and_then(Json::as_str).unwrap_or("");
            let resource = value.get("Resource").and_then(Json::as_str).filter(|_| ty == "Task");
            self.states.push(State {
                name: node.name,
                ty,
                value,
                resource: resource.map(|text| (text, Resource::parse(text))),
                at: node.at.clone(),
                namespace: node.namespace,
                scope,
                language,
                downgraded,
                express: express.get(scope).copied().unwrap_or(false),
            });
        }
    }

    /// Which scopes run in Express executions.
    fn express_scopes(&self) -> Vec<bool> {
        let of = |index: usize| {
            let child = self.graph.around(index).find_map(|scope| {
                let processor = self.root.at(&self.graph.scopes.get(scope)?.at).filter(|it| is_distributed(it))?;
                Some(processor.get("ProcessorConfig")?.get("ExecutionType").and_then(Json::as_str) == Some("EXPRESS"))
            });
            child.unwrap_or(self.machine == MachineType::Express)
        };
        (0..self.graph.scopes.len()).map(of).collect()
    }

    fn collect_objects(
        &mut self,
        shape: &'static Object,
        value: &'a Json,
        at: Pointer,
        state: Option<usize>,
        namespaces: &HashMap<Pointer, usize>,
    ) {
        let Json::Object(members) = value else {
            return;
        };
        let index = self.objects.len();
        let fields: Vec<_> = members.keys().map(|name| shape.field(name)).collect();
        let owner = state.and_then(|state| self.states.get(state)).filter(|_| shape.name == "Task");
        let resource = owner.and_then(|state| state.resource);
        self.objects.push(Item { shape, value, fields, at, resource, expressions: 0..0, state });
        for (position, inner) in members.values().enumerate() {
            let field = self.objects.get(index).and_then(|item| *item.fields.get(position)?);
            let Some(field) = field else { continue };
            let place = || self.objects.get(index).map(|item| item.at.join(field.name.as_str())).unwrap_or_default();
            match (&field.shape, inner) {
                (Shape::Object(name), inner) => {
                    if let Some(object) = Language::get().object(name) {
                        let place = place();
                        self.collect_objects(object, inner, place, state, namespaces);
                    }
                }
                (Shape::Objects(name), Json::Array(elements)) => {
                    let Some(object) = Language::get().object(name) else { continue };
                    let place = place();
                    for (index, element) in elements.iter().enumerate() {
                        self.collect_objects(object, element, place.join(index), state, namespaces);
                    }
                }
                (Shape::States, Json::Object(states)) => {
                    let namespace = namespaces.get(&place()).and_then(|index| self.graph.namespaces.get(*index));
                    let Some(first) = namespace.map(|namespace| namespace.first) else { continue };
                    for number in first..first + states.len() {
                        let Some(state) = self.states.get(number) else { continue };
                        let Some(object) = Language::get().state(state.ty) else { continue };
                        self.collect_objects(object, state.value, state.at.clone(), Some(number), namespaces);
                    }
                }
                _ => {}
            }
        }
    }

    fn collect_expressions(&mut self) {
        let mut expressions = Vec::new();
        let mut objects = std::mem::take(&mut self.objects);
        for item in &mut objects {
            let first = expressions.len();
            self.expressions_in(item, &mut expressions);
            item.expressions = first..expressions.len();
        }
        self.objects = objects;
        self.expressions = expressions;
    }

    fn expressions_in(&self, item: &Item<'a>, to: &mut Vec<Expression<'a>>) {
        let Some(language) = item.state.and(self.language_of(item)) else { return };
        for (field, value) in item.members() {
            let other = field.language.is_some_and(|only| only != language);
            if field.reads == Reads::Nothing || other {
                continue;
            }
            let place = Place { field, at: &item.at };
            match language {
                QueryLanguage::JSONPath => place.jsonpath(value, to),
                QueryLanguage::JSONata => {
                    place.jsonata(value, &Way::Field(&item.at, &field.name), to);
                }
            }
        }
    }
}

impl<'a> Item<'a> {
    /// The fields of the language that it has, with their known values.
    pub fn known_members(&self) -> impl Iterator<Item = (&'static Field, &'a Json)> {
        self.members().filter(|(_, value)| !matches!(value, Json::Unknown))
    }

    /// What it gives to what it calls, by the name of the field.
    pub fn payloads(&self) -> impl Iterator<Item = (&'static str, &'a Json)> {
        ["Parameters", "Arguments"].into_iter().filter_map(|field| Some((field, self.value.get(field)?)))
    }

    /// The fields of the language that it has, with their values.
    pub fn members(&self) -> impl Iterator<Item = (&'static Field, &'a Json)> {
        let values = self.value.as_object().into_iter().flat_map(|members| members.values());
        self.fields.iter().zip(values).filter_map(|(field, value)| Some(((*field)?, value)))
    }
}

impl<'a> Expression<'a> {
    /// The paths in it, with the bytes of the string that each takes.
    pub fn paths(&self) -> Vec<(&Path, std::ops::Range<usize>)> {
        match &self.content {
            Content::Path(Ok(path)) => vec![(path, 0..self.text.len())],
            Content::Intrinsic(Ok(call)) => call.paths(),
            _ => Vec::new(),
        }
    }

    /// The JSONata in it.
    pub fn jsonata(&self) -> Option<&jsonata::Node> {
        match &self.content {
            Content::Jsonata(Ok(node)) => Some(node),
            _ => None,
        }
    }

    /// The bytes of the string that a part of the expression takes.
    pub fn range(&self, part: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        part.start + self.offset..part.end + self.offset
    }
}

/// A field whose expressions are read.
struct Place<'p> {
    field: &'static Field,
    at: &'p Pointer,
}

impl Place<'_> {
    fn add<'a>(&self, text: &'a str, at: Pointer, content: Content, offset: usize, to: &mut Vec<Expression<'a>>) {
        to.push(Expression { text, at, field: self.field, content, offset });
    }

    fn jsonpath<'a>(&self, value: &'a Json, to: &mut Vec<Expression<'a>>) {
        let at = || self.at.join(self.field.name.as_str());
        match (self.field.reads, value) {
            (Reads::Path | Reads::ReferencePath | Reads::ResultPath, Json::String(text)) => {
                self.add(text, at(), Content::Path(Path::parse(text)), 0, to);
            }
            (Reads::PathOrIntrinsic, Json::String(text)) => self.add(text, at(), path_or_intrinsic(text), 0, to),
            (Reads::Template, value) => {
                self.template(value, &Way::Field(self.at, &self.field.name), to);
            }
            _ => {}
        }
    }

    fn template<'a>(&self, value: &'a Json, way: &Way<'_>, to: &mut Vec<Expression<'a>>) {
        value.walk(way, &mut |way, inner| {
            if let (Some(name), Some(text)) = (way.name(), inner.as_str())
                && name.ends_with(".$")
            {
                self.add(text, way.pointer(), path_or_intrinsic(text), 0, to);
            }
            true
        });
    }

    fn jsonata<'a>(&self, value: &'a Json, way: &Way<'_>, to: &mut Vec<Expression<'a>>) {
        value.walk(way, &mut |way, inner| {
            let Some(text) = inner.as_str() else { return true };
            match jsonata::delimited(text) {
                Delimited::Text => {}
                Delimited::Embedded => self.add(text, way.pointer(), Content::Embedded, 0, to),
                Delimited::Unclosed => self.add(text, way.pointer(), Content::Unclosed, 0, to),
                Delimited::Expression(expression, offset) => {
                    let parsed = jsonata::parse(expression);
                    self.add(text, way.pointer(), Content::Jsonata(parsed), offset, to);
                }
            }
            true
        });
    }
}

fn path_or_intrinsic(text: &str) -> Content {
    if Call::looks_like_one(text) { Content::Intrinsic(Call::parse(text)) } else { Content::Path(Path::parse(text)) }
}

/// Whether a text has a placeholder, such as `${Table}`, that something else is going to fill.
pub(crate) fn has_placeholder(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'$')
        && text.match_indices("${").any(|(at, _)| {
            let name = text.get(at + 2..).and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
            name.is_some_and(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-:[]".contains(c))
            })
        })
}

/// Whether every value is known and no string has a placeholder.
pub(crate) fn is_complete(root: &Json) -> bool {
    match root {
        Json::Unknown => false,
        Json::String(text) => !has_placeholder(text),
        Json::Array(elements) => elements.iter().all(is_complete),
        Json::Object(members) => members.values().all(is_complete),
        _ => true,
    }
}

/// The definition with every string that has a placeholder unknown, but for `Resource`, of which the rest can be read.
pub(crate) fn strip(value: &Json) -> Json {
    match value {
        Json::String(text) if has_placeholder(text) => Json::Unknown,
        Json::Array(elements) => Json::Array(elements.iter().map(strip).collect()),
        Json::Object(members) => {
            let strip_member = |(key, value): (&String, &Json)| {
                let keeps = key == "Resource" && matches!(value, Json::String(_));
                (key.clone(), if keeps { value.clone() } else { strip(value) })
            };
            Json::Object(members.iter().map(strip_member).collect())
        }
        other => other.clone(),
    }
}
