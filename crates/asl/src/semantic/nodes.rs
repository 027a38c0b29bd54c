//! The parts of a definition that rules check.

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
    /// Its `Type`. Empty if it is unknown or not a string.
    pub ty: &'a str,
    /// The state.
    pub value: &'a Json,
    /// Its place.
    pub at: JsonPointer,
    /// The namespace that contains it.
    pub namespace: NamespaceId,
    /// The scope it belongs to.
    pub scope: ScopeId,
    /// The `Resource` of a Task state, as text and parsed.
    pub resource: Option<(&'a str, Resource<'a>)>,
    /// Its query language. `None` if it is unknown or invalid.
    pub language: Option<QueryLanguage>,
    /// Whether it uses JSONPath in a state machine with JSONata.
    pub downgraded: bool,
    /// Whether it runs in an Express execution.
    pub express: bool,
}

/// An object of the language.
#[derive(Debug)]
pub struct Node<'a> {
    /// Schema of the object.
    pub shape: &'static ObjectSchema,
    /// The object.
    pub value: &'a Json,
    /// The fields of its members, in their order. `None` for an unknown field.
    pub fields: Vec<Option<&'static FieldSchema>>,
    /// Its place.
    pub at: JsonPointer,
    /// The `Resource` of a Task state, as text and parsed.
    pub resource: Option<(&'a str, Resource<'a>)>,
    /// The IDs of its expressions.
    pub expressions: IdRange<ExpressionId>,
    /// The state that it is, or that contains it. `None` for the state machine itself.
    pub state: Option<StateId>,
}

/// An expression.
#[derive(Debug)]
pub struct Expression<'a> {
    /// The string that contains it.
    pub text: &'a str,
    /// The place of the string.
    pub at: JsonPointer,
    /// The field.
    pub field: &'static FieldSchema,
    /// The parsed expression.
    pub content: Content,
    /// The byte of the string at which the expression begins.
    pub offset: usize,
}

/// A parsed expression.
#[derive(Debug)]
pub enum Content {
    /// A path.
    Path(Result<Path, SyntaxError>),
    /// An intrinsic function.
    Intrinsic(Result<Call, SyntaxError>),
    /// JSONata.
    Jsonata(Result<jsonata::Node, SyntaxError>),
    /// JSONata without the closing delimiter.
    Unclosed,
    /// JSONata that does not begin the string.
    Embedded,
}

impl<'a> Node<'a> {
    /// The known fields of the object, with their known values.
    pub fn known_members(&self) -> impl Iterator<Item = (&'static FieldSchema, &'a Json)> {
        self.members()
            .filter(|(_, value)| !matches!(value, Json::Unknown))
    }

    /// Its `Parameters` and `Arguments`, with the name of the field.
    pub fn payloads(&self) -> impl Iterator<Item = (&'static str, &'a Json)> {
        ["Parameters", "Arguments"]
            .into_iter()
            .filter_map(|field| Some((field, self.value.get(field)?)))
    }

    /// The known fields of the object, with their values.
    pub fn members(&self) -> impl Iterator<Item = (&'static FieldSchema, &'a Json)> {
        let values = self
            .value
            .as_object()
            .into_iter()
            .flat_map(|members| members.values());
        self.fields
            .iter()
            .zip(values)
            .filter_map(|(field, value)| Some(((*field)?, value)))
    }
}

impl Expression<'_> {
    /// The paths in it, with their byte ranges in the string.
    pub fn paths(&self) -> Vec<(&Path, Range<usize>)> {
        match &self.content {
            Content::Path(Ok(path)) => vec![(path, 0..self.text.len())],
            Content::Intrinsic(Ok(call)) => call.paths(),
            _ => Vec::new(),
        }
    }

    /// The tree of a JSONata expression.
    pub fn jsonata(&self) -> Option<&jsonata::Node> {
        match &self.content {
            Content::Jsonata(Ok(node)) => Some(node),
            _ => None,
        }
    }

    /// The byte range of a part of the expression in the string.
    pub fn range(&self, part: &Range<usize>) -> Range<usize> {
        part.start + self.offset..part.end + self.offset
    }
}
