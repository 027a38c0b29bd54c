//! The rules, one file each in the folder of its family.
//!
//! The doc comment of a `RULE` is its documentation for users. The examples in it are test cases.

#[macro_use]
mod rule;

mod cost;
mod data_flow;
mod expressions;
mod graph;
pub(crate) mod permissions;
pub(crate) mod references;
mod reliability;
pub mod selector;
mod structure;
mod tasks;
mod text;

use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::{JsonPointer, PathBuilder};
use crate::schema::{ExpressionKind, FieldSchema, FieldType};
use crate::semantic::kind::Form;
use crate::semantic::{Node, SemanticModel};

pub use rule::Rule;
pub(crate) use rule::{Check, CheckObject};
pub use text::definition_too_large::MAX_CHARACTERS;

/// The rules by family, in the order of their codes.
const FAMILIES: [&[Rule]; 10] = [
    text::RULES,
    structure::RULES,
    graph::RULES,
    expressions::RULES,
    permissions::RULES,
    references::RULES,
    tasks::RULES,
    data_flow::RULES,
    reliability::RULES,
    cost::RULES,
];

/// Returns all rules, by code.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// Returns the rule with this code, name or earlier name.
pub fn rule_named(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.is_named(name))
}

/// The payload templates of an object in JSONPath, with their places.
fn templates<'s, 'a>(
    model: &'s SemanticModel<'a>,
    node: &'s Node<'a>,
) -> impl Iterator<Item = (PathBuilder<'s>, &'a Json)> {
    let reads = node.state.is_some() && model.language_of(node) == Some(QueryLanguage::JSONPath);
    let templates = node
        .members()
        .filter(move |(field, _)| reads && field.reads == ExpressionKind::Template);
    templates.map(|(field, value)| (PathBuilder::Field(&node.at, &field.name), value))
}

/// Words as a list for messages: `` `a`, `b` ``.
fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words
        .into_iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The range of a number as a part of a message. Empty without limits.
fn bounds<N: std::fmt::Display>(least: Option<N>, most: Option<N>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("must be between {least} and {most}"),
        (Some(least), None) => format!("must be at least {least}"),
        (None, Some(most)) => format!("must be at most {most}"),
        (None, None) => String::new(),
    }
}

/// Whether a scope may omit its states, as in the flat form.
fn states_are_elsewhere(model: &SemanticModel<'_>, field: &FieldSchema, at: &JsonPointer) -> bool {
    model.form == Form::Flat && field.shape == FieldType::States && !at.tokens().is_empty()
}
