//! The semantic model of a definition, which the rules check.

pub mod data_flow;
mod expressions;
pub mod graph;
pub mod ids;
pub mod kind;
mod nodes;
pub mod response;
pub(crate) mod timing;
pub mod variables;

use std::collections::{HashMap, HashSet};

use crate::integration::Resource;
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::{JsonPointer, PathBuilder};
use crate::schema::{ExpressionKind, FieldType, Language, ObjectSchema};

use expressions::ExpressionCollector;
use graph::{Graph, is_distributed};
use ids::{ExpressionId, IdRange, NamespaceId, ScopeId, StateId, Table};
use kind::{Form, MachineType};
use variables::Variables;

pub use nodes::{Content, Expression, Node, State};

/// The semantic model of a definition.
#[derive(Debug)]
pub struct SemanticModel<'a> {
    /// The definition.
    pub root: &'a Json,
    /// Whether every value in it is known.
    pub known: bool,
    /// Its layout.
    pub form: Form,
    /// The type of the state machine.
    pub machine: MachineType,
    /// Its states, scopes and transitions.
    pub graph: Graph<'a>,
    /// Its query language. `None` if it is not known yet.
    pub language: Option<QueryLanguage>,
    /// All its states, with the same IDs as in the graph.
    pub states: Table<StateId, State<'a>>,
    /// All its objects. The state machine is first, and a state precedes the objects in it.
    pub objects: Vec<Node<'a>>,
    /// All its paths, intrinsic functions and JSONata expressions.
    pub expressions: Table<ExpressionId, Expression<'a>>,
    /// Its variables.
    pub variables: Variables,
}

impl<'a> SemanticModel<'a> {
    /// Creates the model of a definition. `known` is whether every value in it is known.
    pub(crate) fn of(root: &'a Json, known: bool, form: Form, machine: MachineType) -> Self {
        let graph = Graph::of(root);
        let language = match root.get("QueryLanguage") {
            None => Some(QueryLanguage::JSONPath),
            Some(Json::Unknown) => None,
            // Any other value is reported, and AWS treats it as JSONata.
            Some(word) if word.as_str() == Some("JSONPath") => Some(QueryLanguage::JSONPath),
            Some(_) => Some(QueryLanguage::JSONata),
        };
        let mut model = Self {
            root,
            known,
            form,
            machine,
            graph,
            language,
            states: Table::default(),
            objects: Vec::new(),
            expressions: Table::default(),
            variables: Variables::default(),
        };
        model.collect_states();
        let namespaces = model.graph.namespaces.enumerate();
        let namespaces: HashMap<JsonPointer, NamespaceId> = namespaces
            .map(|(index, namespace)| (namespace.at.clone(), index))
            .collect();
        model.collect_objects(
            &Language::get().definition,
            root,
            JsonPointer::root(),
            None,
            &namespaces,
        );
        model.collect_expressions();
        model.variables = Variables::of(
            &model.graph,
            &model.states,
            &model.objects,
            &model.expressions,
        );
        model
    }

    /// The expressions in the fields of an object.
    pub fn expressions_of(&self, node: &Node<'a>) -> impl Iterator<Item = &Expression<'a>> {
        node.expressions
            .iter()
            .filter_map(|id| self.expressions.get(id))
    }

    /// The state that an object is, or that contains it.
    pub fn state_of(&self, node: &Node<'a>) -> Option<&State<'a>> {
        self.states.get(node.state?)
    }

    /// All states with their objects.
    pub fn state_items(&self) -> impl Iterator<Item = (&State<'a>, &Node<'a>)> {
        let is_state = |node: &&Node<'a>| Language::get().state(&node.shape.name).is_some();
        self.objects
            .iter()
            .filter(is_state)
            .filter_map(|node| Some((self.state_of(node)?, node)))
    }

    /// The query language of an object.
    pub fn language_of(&self, node: &Node<'a>) -> Option<QueryLanguage> {
        node.state.map_or(self.language, |state| {
            self.states.get(state).and_then(|state| state.language)
        })
    }

    fn collect_states(&mut self) {
        let express = self.express_scopes();
        let mut owner: Table<StateId, Option<ScopeId>> = Table::like(&self.graph.states, None);
        for (index, scope) in self
            .graph
            .scopes
            .enumerate()
            .filter(|(_, scope)| scope.attached || scope.owns_states)
        {
            for state in &scope.reached {
                if let Some(slot) = owner.get_mut(*state) {
                    slot.get_or_insert(index);
                }
            }
        }
        let scopes = self.graph.scopes.enumerate();
        let own: HashMap<NamespaceId, ScopeId> = scopes
            .filter(|(_, scope)| scope.owns_states)
            .map(|(index, scope)| (scope.namespace, index))
            .collect();
        for (index, node) in self.graph.states.enumerate() {
            let value = node.value;
            let scope = owner
                .get(index)
                .copied()
                .flatten()
                .or_else(|| own.get(&node.namespace).copied());
            let scope = scope.unwrap_or(ScopeId::ROOT);
            let (language, downgraded) = match value.get("QueryLanguage") {
                None => (self.language, false),
                Some(Json::Unknown) => (None, false),
                Some(word) if word.as_str() != Some("JSONPath") => {
                    (Some(QueryLanguage::JSONata), false)
                }
                Some(_) => match self.language {
                    Some(QueryLanguage::JSONata) => (None, true),
                    language => (language, false),
                },
            };
            let ty = value.get("Type").and_then(Json::as_str).unwrap_or("");
            let resource = value
                .get("Resource")
                .and_then(Json::as_str)
                .filter(|_| ty == "Task");
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
                express: express.contains(&scope),
            });
        }
    }

    /// The scopes that run in Express executions.
    fn express_scopes(&self) -> HashSet<ScopeId> {
        let is_express = |index: &ScopeId| {
            let child = self.graph.around(*index).find_map(|scope| {
                let processor = self
                    .root
                    .at(&self.graph.scopes.get(scope)?.at)
                    .filter(|it| is_distributed(it))?;
                Some(
                    processor
                        .get("ProcessorConfig")?
                        .get("ExecutionType")
                        .and_then(Json::as_str)
                        == Some("EXPRESS"),
                )
            });
            child.unwrap_or(self.machine == MachineType::Express)
        };
        self.graph.scopes.ids().filter(is_express).collect()
    }

    fn collect_objects(
        &mut self,
        shape: &'static ObjectSchema,
        value: &'a Json,
        at: JsonPointer,
        state: Option<StateId>,
        namespaces: &HashMap<JsonPointer, NamespaceId>,
    ) {
        let Json::Object(members) = value else {
            return;
        };
        let index = self.objects.len();
        let fields: Vec<_> = members.keys().map(|name| shape.field(name)).collect();
        let owner = state
            .and_then(|state| self.states.get(state))
            .filter(|_| shape.name == "Task");
        let resource = owner.and_then(|state| state.resource);
        self.objects.push(Node {
            shape,
            value,
            fields,
            at,
            resource,
            expressions: IdRange::default(),
            state,
        });
        for (position, inner) in members.values().enumerate() {
            let field = self
                .objects
                .get(index)
                .and_then(|node| *node.fields.get(position)?);
            let Some(field) = field else { continue };
            let place = || {
                self.objects
                    .get(index)
                    .map(|node| node.at.join(field.name.as_str()))
                    .unwrap_or_default()
            };
            match (&field.shape, inner) {
                (FieldType::Object(name), inner) => {
                    if let Some(object) = Language::get().object(name) {
                        let place = place();
                        self.collect_objects(object, inner, place, state, namespaces);
                    }
                }
                (FieldType::Objects(name), Json::Array(elements)) => {
                    let Some(object) = Language::get().object(name) else {
                        continue;
                    };
                    let place = place();
                    for (index, element) in elements.iter().enumerate() {
                        self.collect_objects(object, element, place.join(index), state, namespaces);
                    }
                }
                (FieldType::States, Json::Object(_)) => {
                    let namespace = namespaces
                        .get(&place())
                        .and_then(|index| self.graph.namespaces.get(*index));
                    let Some(namespace) = namespace else { continue };
                    let numbers: Vec<StateId> = namespace.ids().collect();
                    for number in numbers {
                        let Some(state) = self.states.get(number) else {
                            continue;
                        };
                        let Some(object) = Language::get().state(state.ty) else {
                            continue;
                        };
                        self.collect_objects(
                            object,
                            state.value,
                            state.at.clone(),
                            Some(number),
                            namespaces,
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn collect_expressions(&mut self) {
        let mut expressions = Table::default();
        let mut objects = std::mem::take(&mut self.objects);
        for node in &mut objects {
            let first = expressions.len();
            self.expressions_in(node, &mut expressions);
            node.expressions = IdRange::added(first, &expressions);
        }
        self.objects = objects;
        self.expressions = expressions;
    }

    fn expressions_in(&self, node: &Node<'a>, to: &mut Table<ExpressionId, Expression<'a>>) {
        let Some(language) = node.state.and(self.language_of(node)) else {
            return;
        };
        for (field, value) in node.members() {
            let other = field.language.is_some_and(|only| only != language);
            if field.reads == ExpressionKind::Nothing || other {
                continue;
            }
            let collector = ExpressionCollector {
                field,
                at: &node.at,
            };
            match language {
                QueryLanguage::JSONPath => collector.jsonpath(value, to),
                QueryLanguage::JSONata => {
                    collector.jsonata(value, &PathBuilder::Field(&node.at, &field.name), to);
                }
            }
        }
    }
}
