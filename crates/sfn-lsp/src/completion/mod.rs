//! Completion: names of states, fields, integrations and their parameters, variables, `$states`.
//!
//! In `.tf` files terraform-ls completes arguments and blocks; here come only the names of states and what is in expressions.

mod expression;
mod hcl;
mod tree;

use std::ops::Range;

use asl::Format;
use asl::integration::{
    INTEGRATIONS, Nesting, Resource, Structure, integration, operation, operations, services,
};
use asl::schema::{FieldSchema, FieldType, Language, ObjectSchema};
use asl::semantic::graph::TARGET_FIELDS;

use sfn_convert::Content;

use crate::documents::Document;
use tree::{Cursor, Node, Step};

/// What can be typed at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The word.
    pub label: String,
    /// What the word is.
    pub kind: CompletionKind,
    /// A few words about it.
    pub detail: String,
    /// Markdown.
    pub documentation: String,
    /// The bytes to replace.
    pub span: Range<usize>,
    /// What replaces them.
    pub text: String,
}

/// What a word of a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// The name of a state.
    State,
    /// A field of the language, or a parameter of an API.
    Field,
    /// A value of a field.
    Value,
    /// An integration, or a part of its ARN.
    Integration,
    /// A variable.
    Variable,
    /// A function of JSONata.
    Function,
}

/// Returns what can be typed at a byte of a file.
pub fn complete(document: &Document, at: usize) -> Vec<Completion> {
    let text = &document.text.text;
    match document.content {
        Content::Configuration => hcl::complete(document, at),
        Content::Text(format) => complete_definition(text, format, at, document.says_asl()),
    }
}

/// Returns the field of the language whose name is at a byte of a definition, with the bytes of the name.
pub fn field_at(
    text: &str,
    format: Format,
    at: usize,
) -> Option<(&'static FieldSchema, Range<usize>)> {
    let tree = tree::parse(text, format, at);
    let cursor = tree.cursor(at);
    let target = Some(&cursor.target).filter(|target| target.is_name)?;
    let place = Place::of(&cursor, false)?;
    let Expected::Object(object, None) = place.expected else {
        return None;
    };
    Some((
        object.field(text.get(target.span.clone())?)?,
        target.span.clone(),
    ))
}

fn complete_definition(text: &str, format: Format, at: usize, says_asl: bool) -> Vec<Completion> {
    let tree = tree::parse(text, format, at);
    let cursor = tree.cursor(at);
    let Some(place) = Place::of(&cursor, says_asl) else {
        return Vec::new();
    };
    let writer = Writer {
        format,
        cursor: &cursor,
    };
    if cursor.target.is_name {
        names(&place, &writer)
    } else {
        values(text, at, &place, &writer)
    }
}

/// A place in a definition.
struct Place<'t> {
    /// The definition.
    root: &'t Node,
    /// The objects around, from the definition inwards.
    around: Vec<&'t Node>,
    /// What the language has here.
    expected: Expected<'t>,
}

/// What the language has at a place.
enum Expected<'t> {
    /// An object of the language, or a member of it.
    Object(ObjectType, Option<&'t str>),
    /// The value of a field with any JSON, such as the parameters of a task, and the steps into it.
    Open(&'static FieldSchema, Vec<Step<'t>>),
    /// The names of states.
    States,
}

/// The type of an object.
#[derive(Clone, Copy)]
enum ObjectType {
    /// A state of a type, if that is known.
    State(Option<&'static ObjectSchema>),
    /// Another object.
    Other(&'static ObjectSchema),
}

impl ObjectType {
    fn field(self, name: &str) -> Option<&'static FieldSchema> {
        match self {
            Self::State(Some(object)) | Self::Other(object) => object.field(name),
            Self::State(None) => Language::get()
                .states
                .iter()
                .find_map(|state| state.field(name)),
        }
    }
}

impl<'t> Place<'t> {
    /// The place in the outermost definition around; with `says_asl` a file without states may become one.
    fn of(cursor: &Cursor<'t>, says_asl: bool) -> Option<Self> {
        let is_definition = |(node, _): &(&Node, Step<'_>)| {
            node.members()
                .iter()
                .any(|member| matches!(member.name.as_str(), "StartAt" | "States"))
        };
        let steps = &cursor.around;
        let first = steps
            .iter()
            .position(is_definition)
            .or_else(|| says_asl.then_some(0))?;
        let mut expected = Expected::Object(ObjectType::Other(&Language::get().definition), None);
        let (root, _) = steps.get(first)?;
        for (node, step) in steps.get(first..)? {
            expected = next(expected, node, *step);
        }
        let around = steps.get(first..)?.iter().map(|(node, _)| *node).collect();
        Some(Self {
            root,
            around,
            expected,
        })
    }

    /// The object in which the place is.
    fn object(&self) -> Option<&'t Node> {
        self.around.last().copied()
    }

    /// The nearest state around.
    fn task(&self) -> Option<&'t Node> {
        self.around
            .iter()
            .rev()
            .copied()
            .find(|node| node.get("Resource").is_some())
    }

    /// What the nearest task around calls.
    fn resource(&self) -> Option<Resource<'t>> {
        Some(Resource::parse(self.task()?.get("Resource")?.text()?))
    }

    /// The names of the states to which a transition from here can lead: those of the `States` around, for `StartAt` those beside it.
    fn state_names(&self, field: &str) -> Vec<&'t str> {
        let mut around = self.around.iter().rev();
        let states = match field {
            "StartAt" => self.object().and_then(|object| object.get("States")),
            _ => around.find_map(|node| node.get("States")),
        };
        let members = states.map(Node::members).unwrap_or(&[]).iter();
        members
            .map(|member| member.name.as_str())
            .filter(|name| !name.is_empty())
            .collect()
    }
}

/// What a step leads to.
fn next<'t>(expected: Expected<'t>, node: &'t Node, step: Step<'t>) -> Expected<'t> {
    match (expected, step) {
        (expected, Step::End) => expected,
        (Expected::States, Step::Member(name)) => {
            let ty = node
                .get(name)
                .and_then(|state| state.get("Type"))
                .and_then(Node::text);
            Expected::Object(
                ObjectType::State(ty.and_then(|ty| Language::get().state(ty))),
                None,
            )
        }
        (Expected::Object(object, None), Step::Member(name)) => match object.field(name) {
            Some(field) => into_field(field, object, name),
            None => Expected::Object(object, Some(name)),
        },
        // The elements of a list of objects.
        (Expected::Object(object, Some(_)), Step::Element(_)) => Expected::Object(object, None),
        (Expected::Open(field, mut steps), step) => {
            steps.push(step);
            Expected::Open(field, steps)
        }
        (expected, _) => expected,
    }
}

fn into_field<'t>(field: &'static FieldSchema, object: ObjectType, name: &'t str) -> Expected<'t> {
    match &field.shape {
        FieldType::States => Expected::States,
        FieldType::Object(inner) => match Language::get().object(inner) {
            Some(inner) => Expected::Object(ObjectType::Other(inner), None),
            None => Expected::Open(field, Vec::new()),
        },
        FieldType::Objects(inner) => match Language::get().object(inner) {
            // The list itself: the next step leads to an element.
            Some(inner) => Expected::Object(ObjectType::Other(inner), Some(name)),
            None => Expected::Open(field, Vec::new()),
        },
        FieldType::Json | FieldType::Strings => Expected::Open(field, Vec::new()),
        _ => Expected::Object(object, Some(name)),
    }
}

/// Writes words as the format wants them.
struct Writer<'c, 't> {
    format: Format,
    cursor: &'c Cursor<'t>,
}

impl Writer<'_, '_> {
    fn name(&self, label: &str, detail: String, documentation: String) -> Completion {
        let target = &self.cursor.target;
        let quoted = if target.quoted || self.format == Format::Yaml {
            label.to_owned()
        } else {
            format!("\"{label}\"")
        };
        let text = if target.has_colon || target.quoted {
            quoted
        } else {
            format!("{quoted}: ")
        };
        let span = target.span.clone();
        Completion {
            label: label.to_owned(),
            kind: CompletionKind::Field,
            detail,
            documentation,
            span,
            text,
        }
    }

    fn value(&self, label: &str, kind: CompletionKind, detail: &str) -> Completion {
        let target = &self.cursor.target;
        let is_plain = label == "true" || label == "false" || self.format == Format::Yaml;
        let text = if target.quoted || is_plain {
            label.to_owned()
        } else {
            format!("\"{label}\"")
        };
        let (detail, span) = (detail.to_owned(), target.span.clone());
        Completion {
            label: label.to_owned(),
            kind,
            detail,
            documentation: String::new(),
            span,
            text,
        }
    }
}

/// The names of members that are not there yet.
fn names(place: &Place<'_>, writer: &Writer<'_, '_>) -> Vec<Completion> {
    let here = writer.cursor.target.span.clone();
    let present = |name: &str| {
        let members = place.object().map(Node::members).unwrap_or(&[]);
        members
            .iter()
            .any(|member| member.name == name && member.span != here)
    };
    let field =
        |field: &FieldSchema| writer.name(&field.name, detail_of(field), field.description.clone());
    let found: Vec<Completion> = match &place.expected {
        Expected::States => Vec::new(),
        Expected::Object(ObjectType::Other(object), None) => {
            object.fields.iter().map(field).collect()
        }
        Expected::Object(ObjectType::State(state), None) => {
            let ty = writer.name(
                "Type",
                "required".to_owned(),
                "Type of the state.".to_owned(),
            );
            let fields = match state {
                Some(state) => state.fields.iter().collect(),
                None => common_fields(),
            };
            std::iter::once(ty)
                .chain(fields.into_iter().map(field))
                .collect()
        }
        Expected::Object(..) => Vec::new(),
        Expected::Open(field, steps) => parameters(place, field, steps, writer),
    };
    found
        .into_iter()
        .filter(|completion| !present(&completion.label))
        .collect()
}

fn detail_of(field: &FieldSchema) -> String {
    let language = field.language.map(|language| format!("{language:?}"));
    let required = field.required.then(|| "required".to_owned());
    required
        .into_iter()
        .chain(language)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The fields that states of all types have.
fn common_fields() -> Vec<&'static FieldSchema> {
    let states = &Language::get().states;
    let fields = states
        .first()
        .map(|state| state.fields.as_slice())
        .unwrap_or(&[])
        .iter();
    fields
        .filter(|field| {
            states
                .iter()
                .all(|state| state.field(&field.name).is_some())
        })
        .collect()
}

/// The parameters of the API that the task calls.
fn parameters(
    place: &Place<'_>,
    field: &'static FieldSchema,
    steps: &[Step<'_>],
    writer: &Writer<'_, '_>,
) -> Vec<Completion> {
    let Some(resource) = place
        .resource()
        .filter(|_| matches!(field.name.as_str(), "Parameters" | "Arguments"))
    else {
        return Vec::new();
    };
    let called = match resource {
        Resource::Sdk(called) => operation(called.service, called.operation).cloned(),
        Resource::Optimized(called) => integration(called.service, called.operation)
            .and_then(asl::integration::Integration::operation)
            .map(std::borrow::Cow::into_owned),
        _ => None,
    };
    let Some(called) = called else {
        return Vec::new();
    };
    let word = |name: &str, detail: &str| writer.name(name, detail.to_owned(), String::new());
    if matches!(steps, [] | [Step::End]) {
        let required = called.required.iter().map(|name| word(name, "required"));
        return required
            .chain(called.optional.iter().map(|name| word(name, "")))
            .collect();
    }
    let Some((_, structure)) = called.request.and_then(|request| inside(request, steps)) else {
        return Vec::new();
    };
    structure.names().map(|name| word(name, "")).collect()
}

/// The structure that steps lead to.
fn inside(request: Structure, steps: &[Step<'_>]) -> Option<(Nesting, Structure)> {
    steps.iter().try_fold(
        (Nesting::Single, request),
        |(nesting, structure), step| match (nesting, step) {
            (nesting, Step::End) => Some((nesting, structure)),
            (Nesting::Single, Step::Member(name)) => structure.inner(name.trim_end_matches(".$")),
            (Nesting::List, Step::Element(_)) | (Nesting::Map, Step::Member(_)) => {
                Some((Nesting::Single, structure))
            }
            _ => None,
        },
    )
}

/// The values of a field.
fn values(text: &str, at: usize, place: &Place<'_>, writer: &Writer<'_, '_>) -> Vec<Completion> {
    let target = &writer.cursor.target;
    let written = text.get(target.span.start..at).unwrap_or("");
    if let Some(found) = expression::complete(written, at, &scope(place)) {
        return found;
    }
    let Expected::Object(object, Some(name)) = &place.expected else {
        return Vec::new();
    };
    if TARGET_FIELDS.contains(name) {
        let states = place.state_names(name);
        return states
            .iter()
            .map(|state| writer.value(state, CompletionKind::State, ""))
            .collect();
    }
    if *name == "Type" && matches!(object, ObjectType::State(_)) {
        let types = Language::get().states.iter();
        return types
            .map(|state| writer.value(&state.name, CompletionKind::Value, ""))
            .collect();
    }
    if *name == "Resource" {
        return resources(written, writer);
    }
    match object.field(name).map(|field| &field.shape) {
        Some(FieldType::Enum(words)) => words
            .iter()
            .map(|word| writer.value(word, CompletionKind::Value, ""))
            .collect(),
        Some(FieldType::Boolean | FieldType::BooleanOrExpression) => ["true", "false"]
            .iter()
            .map(|word| writer.value(word, CompletionKind::Value, ""))
            .collect(),
        _ => Vec::new(),
    }
}

/// The beginning of the ARNs of integrations.
const STATES: &str = "arn:aws:states:::";
/// The beginning of the ARNs of integrations with the AWS SDK.
const SDK: &str = "arn:aws:states:::aws-sdk:";

/// The resources of a task: integrations, services of the SDK, and the operations of a service that is written already.
fn resources(written: &str, writer: &Writer<'_, '_>) -> Vec<Completion> {
    let word = |arn: String, detail: &str| writer.value(&arn, CompletionKind::Integration, detail);
    if let Some((service, _)) = written
        .strip_prefix(SDK)
        .and_then(|rest| rest.split_once(':'))
    {
        let names = operations(service).into_iter().flatten();
        return names
            .map(|name| word(format!("{SDK}{service}:{name}"), "AWS SDK"))
            .collect();
    }
    let optimized = INTEGRATIONS.iter().flat_map(|known| {
        let arn = format!("{STATES}{}:{}", known.service, known.operation);
        let patterns = known
            .patterns
            .iter()
            .map(|pattern| format!("{arn}.{pattern}"))
            .collect::<Vec<_>>();
        std::iter::once(arn).chain(patterns)
    });
    let optimized = optimized.map(|arn| word(arn, "optimized integration"));
    optimized
        .chain(services().map(|service| word(format!("{SDK}{service}:"), "AWS SDK")))
        .collect()
}

/// What expressions can read at a place.
fn scope<'t>(place: &Place<'t>) -> expression::Scope<'t> {
    let mut variables = Vec::new();
    place.root.walk(&mut |node| {
        if let Some(tree::Content::Object(members)) =
            node.get("Assign").map(|assign| &assign.content)
        {
            variables.extend(
                members
                    .iter()
                    .map(|member| member.name.trim_end_matches(".$")),
            );
        }
    });
    variables.retain(|name| !name.is_empty());
    variables.sort_unstable();
    variables.dedup();
    expression::Scope {
        variables,
        resource: place.resource(),
    }
}
