//! Expressions that only name members, such as `$states.input.order.id`. Most expressions of workflows do.
//!
//! They are evaluated without the engine, with the same result: converting values for the engine takes most of its time.

use std::borrow::Cow;

use asl::jsonata::{Kind, Node};
use serde_json::{Map, Value};

use super::QueryScope;
use super::engine::from_number;
use crate::data::Found;

/// An expression that only names members.
#[derive(Debug)]
pub(super) struct Direct {
    root: Root,
    names: Vec<String>,
}

/// The value at the start of an expression.
#[derive(Debug)]
enum Root {
    Input,
    Result,
    ErrorOutput,
    Context,
    Variable(String),
}

impl Direct {
    /// The expression, if it only names members.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let mut names = Vec::new();
        let mut node = node;
        while let Kind::Path(left, right) = &node.kind {
            let Kind::Name(name) = &right.kind else {
                return None;
            };
            names.push(name.clone());
            node = left;
        }
        let Kind::Variable(variable) = &node.kind else {
            return None;
        };
        let root = match variable.as_str() {
            "" | "$" => return None,
            "states" => match names.pop()?.as_str() {
                "input" => Root::Input,
                "result" => Root::Result,
                "errorOutput" => Root::ErrorOutput,
                "context" => Root::Context,
                _ => return None,
            },
            variable => Root::Variable(variable.to_owned()),
        };
        names.reverse();
        Some(Self { root, names })
    }

    /// The value. The engine has to evaluate the expression if there are several.
    pub(super) fn evaluate(&self, scope: &QueryScope<'_>) -> Found<'static> {
        let of = |value: Option<&crate::Data>| match value {
            Some(data) => normal_of(Found::of(data.value(), &self.names)),
            None => Found::Nothing,
        };
        match &self.root {
            Root::Input => of(Some(scope.input)),
            Root::Result => of(scope.result),
            Root::ErrorOutput => of(scope.error_output),
            Root::Context => normal_of((scope.member_of_context)(&self.names)),
            Root::Variable(name) => of((scope.variable)(name).as_ref()),
        }
    }
}

/// The same with the numbers of JavaScript.
fn normal_of(found: Found<'_>) -> Found<'static> {
    match found {
        Found::Value(value) => Found::Value(Cow::Owned(normal(&value))),
        Found::Nothing => Found::Nothing,
        Found::Several => Found::Several,
    }
}

fn normal(value: &Value) -> Value {
    match value {
        // An integer with few digits is the same number in JavaScript.
        Value::Number(number) if is_short_integer(number.as_str()) => value.clone(),
        Value::Number(number) => from_number(number.as_f64().unwrap_or(f64::MAX)),
        Value::Array(elements) => elements.iter().map(normal).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), normal(value)))
                .collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}

fn is_short_integer(text: &str) -> bool {
    text.len() < 16 && !text.starts_with('-') && text.bytes().all(|byte| byte.is_ascii_digit())
}
