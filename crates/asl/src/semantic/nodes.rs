//! The parts of a definition that rules look at.

use std::ops::Range;

use crate::expression::SyntaxError;
use crate::integration::Resource;
use crate::intrinsic::Call;
use crate::json::Json;
use crate::jsonata;
use crate::jsonpath::Path;
use crate::model::QueryLanguage;
use crate::pointer::JsonPointer;
use crate::schema::{FieldSchema, ObjectSchema};
use crate::semantic::ids::{ExpressionId, IdRange, NamespaceId, ScopeId, StateId};

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
    pub at: JsonPointer,
    /// The namespace that holds it.
    pub namespace: NamespaceId,
    /// The scope it belongs to.
    pub scope: ScopeId,
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
pub struct Node<'a> {
    /// What fields it may have.
    pub shape: &'static ObjectSchema,
    /// The object.
    pub value: &'a Json,
    /// The fields of its members, in their order; `None` for one that the language does not have here.
    pub fields: Vec<Option<&'static FieldSchema>>,
    /// Its place.
    pub at: JsonPointer,
    /// What it calls, as written and taken apart, where it is a Task.
    pub resource: Option<(&'a str, Resource<'a>)>,
    /// The indices of its expressions.
    pub expressions: IdRange<ExpressionId>,
    /// The state that it is or is in, by its index; `None` for the state machine itself.
    pub state: Option<StateId>,
}

/// An expression.
#[derive(Debug)]
pub struct Expression<'a> {
    /// The string that it stands in.
    pub text: &'a str,
    /// The place of the string.
    pub at: JsonPointer,
    /// The field.
    pub field: &'static FieldSchema,
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

impl<'a> Node<'a> {
    /// The fields of the language that it has, with their known values.
    pub fn known_members(&self) -> impl Iterator<Item = (&'static FieldSchema, &'a Json)> {
        self.members().filter(|(_, value)| !matches!(value, Json::Unknown))
    }

    /// What it gives to what it calls, by the name of the field.
    pub fn payloads(&self) -> impl Iterator<Item = (&'static str, &'a Json)> {
        ["Parameters", "Arguments"].into_iter().filter_map(|field| Some((field, self.value.get(field)?)))
    }

    /// The fields of the language that it has, with their values.
    pub fn members(&self) -> impl Iterator<Item = (&'static FieldSchema, &'a Json)> {
        let values = self.value.as_object().into_iter().flat_map(|members| members.values());
        self.fields.iter().zip(values).filter_map(|(field, value)| Some(((*field)?, value)))
    }
}

impl<'a> Expression<'a> {
    /// The paths in it, with the bytes of the string that each takes.
    pub fn paths(&self) -> Vec<(&Path, Range<usize>)> {
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
    pub fn range(&self, part: &Range<usize>) -> Range<usize> {
        part.start + self.offset..part.end + self.offset
    }
}
