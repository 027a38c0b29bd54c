//! The states of a file, and the places that name them.

use std::collections::HashMap;
use std::ops::Range;

use asl::semantic::graph::Graph;
use asl::semantic::ids::{Id, NamespaceId, StateId, Table};
use asl::template::{Located, locate};
use asl::{Json, JsonPointer, MachineType};
use sfn_convert::{Content, configuration};
use tfconfig::reader::{Configuration, Literal};

/// What an editor finds in a file.
#[derive(Debug, Default)]
pub struct Index {
    /// The workflows, in their order.
    pub workflows: Vec<Workflow>,
    /// The local values of a `.tf` file, with the strings that each may be.
    pub locals: HashMap<String, Vec<Literal>>,
}

/// A workflow.
#[derive(Debug)]
pub struct Workflow {
    /// Its logical ID or address; `None` for a file that is a definition itself.
    pub name: Option<String>,
    /// The first line of the workflow.
    pub header: Range<usize>,
    /// The definition.
    pub root: Json,
    /// Its states, in their order.
    pub states: Vec<State>,
    /// The places that name states.
    pub mentions: Vec<Mention>,
}

/// A state.
#[derive(Debug)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Its type; empty if that is not known.
    pub ty: String,
    /// The names in this namespace are one state each.
    pub namespace: NamespaceId,
    /// The state that contains it, by its position.
    pub parent: Option<usize>,
    /// The place in the definition.
    pub at: JsonPointer,
    /// The bytes of its name, without quotes; `None` for a state that a `dynamic` block or a template makes.
    pub name_span: Option<Range<usize>>,
    /// The bytes of the whole state.
    pub span: Range<usize>,
}

/// A place that names a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The namespace in which the state is found.
    pub namespace: NamespaceId,
    /// The name, and where it is.
    pub literal: Literal,
}

/// The places of the values of a definition in the text.
trait Places {
    fn name_letters(&self, at: &JsonPointer) -> Option<Range<usize>>;
    fn span(&self, at: &JsonPointer) -> Range<usize>;
    fn literals(&self, at: &JsonPointer) -> Vec<Literal>;
}

struct InText<'l> {
    located: &'l Located,
    text: &'l str,
}

impl Places for InText<'_> {
    fn name_letters(&self, at: &JsonPointer) -> Option<Range<usize>> {
        self.located.name_letters(self.text, at)
    }

    fn span(&self, at: &JsonPointer) -> Range<usize> {
        self.located.span(self.text, at)
    }

    fn literals(&self, at: &JsonPointer) -> Vec<Literal> {
        let text = self.located.root.at(at).and_then(Json::as_str);
        let literal = text.zip(self.located.string_letters(self.text, at));
        literal
            .map(|(text, span)| Literal::Written {
                text: text.to_owned(),
                span,
            })
            .into_iter()
            .collect()
    }
}

impl Places for configuration::Workflow<'_> {
    fn name_letters(&self, at: &JsonPointer) -> Option<Range<usize>> {
        self.name_letters(at)
    }

    fn span(&self, at: &JsonPointer) -> Range<usize> {
        self.state_span(at)
    }

    fn literals(&self, at: &JsonPointer) -> Vec<Literal> {
        self.literals(at)
    }
}

impl Index {
    /// Reads a text; `None` if it cannot be parsed, so that the index of its last readable version stays in use.
    pub fn of(text: &str, content: Content) -> Option<Self> {
        match content {
            Content::Text(format) => {
                let located = locate(text, format, MachineType::Standard);
                let workflow = |located: Located| {
                    let header = located.span(text, &JsonPointer::root());
                    let workflow = workflow(
                        &located.root,
                        &InText {
                            located: &located,
                            text,
                        },
                    );
                    Workflow {
                        name: located.name,
                        header,
                        ..workflow
                    }
                };
                let workflows: Vec<Workflow> = located.into_iter().map(workflow).collect();
                let is_empty = workflows.is_empty();
                (!is_empty).then(|| Self {
                    workflows,
                    ..Self::default()
                })
            }
            Content::Configuration => {
                let configuration = Configuration::parse(text).ok()?;
                let with_address = |found: configuration::Workflow<'_>| {
                    let mut workflow = workflow(&found.root, &found);
                    for (name, span) in found.members_named_after_states() {
                        let literal = Literal::Written {
                            text: name.to_owned(),
                            span,
                        };
                        workflow.mentions.push(Mention {
                            namespace: NamespaceId::ROOT,
                            literal,
                        });
                    }
                    Workflow {
                        name: Some(found.address()),
                        header: found.header_span(),
                        ..workflow
                    }
                };
                let workflows = configuration::workflows(&configuration)
                    .map(with_address)
                    .collect();
                let locals = configuration
                    .local_literals()
                    .map(|(name, found)| (name.to_owned(), found))
                    .collect();
                Some(Self { workflows, locals })
            }
        }
    }

    /// Returns the workflow and the name of the state that the text at a byte is the name of.
    pub fn name_at(&self, offset: usize) -> Option<Named<'_>> {
        self.workflows.iter().find_map(|workflow| {
            let named = |namespace, name: &str, span: &Range<usize>| Named {
                workflow,
                namespace,
                name: name.to_owned(),
                span: span.clone(),
            };
            let holds = |span: &Range<usize>| span.start <= offset && offset <= span.end;
            let state = workflow.states.iter().find_map(|state| {
                let span = state.name_span.as_ref().filter(|span| holds(span))?;
                Some(named(state.namespace, &state.name, span))
            });
            state.or_else(|| {
                workflow
                    .mentions
                    .iter()
                    .find_map(|mention| match &mention.literal {
                        Literal::Written { text, span } if holds(span) => {
                            Some(named(mention.namespace, text, span))
                        }
                        _ => None,
                    })
            })
        })
    }
}

/// A name of a state in the text.
#[derive(Debug)]
pub struct Named<'i> {
    /// The workflow.
    pub workflow: &'i Workflow,
    /// The namespace of the state.
    pub namespace: NamespaceId,
    /// The name.
    pub name: String,
    /// Its bytes.
    pub span: Range<usize>,
}

impl<'i> Named<'i> {
    /// Returns the state of this name, if there is one.
    pub fn state(&self) -> Option<&'i State> {
        self.workflow.state(self.namespace, &self.name)
    }
}

impl Workflow {
    /// Returns the state of a namespace by its name.
    pub fn state(&self, namespace: NamespaceId, name: &str) -> Option<&State> {
        self.states
            .iter()
            .find(|state| state.namespace == namespace && state.name == name)
    }
}

fn workflow(root: &Json, places: &dyn Places) -> Workflow {
    let graph = Graph::of(root);
    let mut parents: Table<NamespaceId, Option<StateId>> = Table::like(&graph.namespaces, None);
    for scope in graph.scopes.iter().filter(|scope| scope.owns_states) {
        if let Some(parent) = parents.get_mut(scope.namespace) {
            *parent = scope.holder;
        }
    }
    let states = graph.states.iter().map(|node| State {
        name: node.name.to_owned(),
        ty: node
            .value
            .get("Type")
            .and_then(Json::as_str)
            .unwrap_or("")
            .to_owned(),
        namespace: node.namespace,
        parent: parents
            .get(node.namespace)
            .copied()
            .flatten()
            .map(Id::position),
        at: node.at.clone(),
        name_span: places.name_letters(&node.at),
        span: places.span(&node.at),
    });
    let starts = graph
        .scopes
        .iter()
        .map(|scope| (scope.namespace, &scope.start.at));
    let edges = graph
        .states
        .iter()
        .flat_map(|node| node.edges.iter().map(|edge| (node.namespace, &edge.at)));
    let mut mentions = Vec::new();
    for (namespace, at) in starts.chain(edges) {
        let found = places
            .literals(at)
            .into_iter()
            .map(|literal| Mention { namespace, literal });
        mentions.extend(found);
    }
    Workflow {
        name: None,
        header: 0..0,
        root: root.clone(),
        states: states.collect(),
        mentions,
    }
}
