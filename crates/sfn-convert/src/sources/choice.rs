//! Settings that depend on conditions of a template, with nested `Fn::If`.

use std::collections::BTreeSet;

use asl::Json;
use tfconfig::{Body, Writer, quoted};
use tfplugin::Value;

use super::Converted;
use super::intrinsic::{Template, function, is_no_value};
use crate::machine::{Beside, Machine};

/// A value, or several values that conditions select.
#[derive(Debug)]
pub(super) enum Choice<T> {
    /// The value; `None` for `AWS::NoValue`.
    Is(Option<T>),
    /// The condition as an expression, the choice if it is true, and the choice if it is false.
    If(String, Box<Choice<T>>, Box<Choice<T>>),
}

/// The condition and the two values of `Fn::If`.
pub(super) fn if_else(value: &Json) -> Option<(&str, &Json, &Json)> {
    match function(value)? {
        ("Fn::If", Json::Array(arguments)) => match arguments.as_slice() {
            [Json::String(condition), yes, no] => Some((condition, yes, no)),
            _ => None,
        },
        _ => None,
    }
}

/// All values that conditions select, without `AWS::NoValue`.
pub(super) fn alternatives(value: &Json) -> Vec<&Json> {
    match if_else(value) {
        Some((_, yes, no)) => [yes, no].into_iter().flat_map(alternatives).collect(),
        None if is_no_value(value) => Vec::new(),
        None => vec![value],
    }
}

impl<T> Choice<T> {
    /// Reads a value. `read` converts each of the values that conditions select.
    pub fn read(
        template: &Template<'_>,
        value: &Json,
        out: &mut Converted,
        read: &mut dyn FnMut(&Json, &mut Converted) -> Option<T>,
    ) -> Self {
        match if_else(value) {
            Some((condition, yes, no)) => {
                let condition = template.condition(condition, out);
                let [yes, no] =
                    [yes, no].map(|value| Box::new(Self::read(template, value, out, read)));
                Self::If(condition, yes, no)
            }
            None if is_no_value(value) => Self::Is(None),
            None => Self::Is(read(value, out)),
        }
    }

    /// All values.
    pub fn values(&self) -> Vec<&T> {
        match self {
            Self::Is(value) => value.iter().collect(),
            Self::If(_, yes, no) => [yes, no]
                .into_iter()
                .flat_map(|choice| choice.values())
                .collect(),
        }
    }

    /// The choice as an expression. `write` converts a value to an expression, or returns `None` if none is needed.
    pub fn expression(&self, write: &dyn Fn(Option<&T>) -> Option<String>) -> Option<String> {
        match self {
            Self::Is(value) => write(value.as_ref()),
            Self::If(condition, yes, no) => match [yes, no].map(|choice| choice.part(write)) {
                [Some(yes), Some(no)] if yes != no => Some(format!("{condition} ? {yes} : {no}")),
                [yes, no] => yes.or(no),
            },
        }
    }

    /// The choice as a part of another expression.
    fn part(&self, write: &dyn Fn(Option<&T>) -> Option<String>) -> Option<String> {
        let expression = self.expression(write)?;
        let is_choice = matches!(self, Self::If(..)) && expression.contains(" ? ");
        Some(if is_choice {
            format!("({expression})")
        } else {
            expression
        })
    }
}

impl Choice<Value> {
    /// The choice as one value, which is an expression if conditions select it.
    pub fn settled(self, out: &mut Converted) -> Value {
        match self {
            Self::Is(value) => value.unwrap_or_default(),
            Self::If(..) => {
                let references = out.placeholders.references();
                let write = |value: Option<&Value>| {
                    Some(Writer::new(references).in_line(value.unwrap_or(&Value::Null)))
                };
                self.expression(&write).map_or(Value::Null, |expression| {
                    out.placeholders.text(&expression).into()
                })
            }
        }
    }
}

/// A resource to which a block is added.
pub(super) struct Target<'a> {
    /// Type of the resource.
    pub ty: &'a str,
    pub settings: &'a mut Value,
    pub beside: &'a mut Beside,
}

impl<'a> Target<'a> {
    /// A state machine.
    pub fn of(machine: &'a mut Machine) -> Self {
        Self {
            ty: crate::machine::TYPE,
            settings: &mut machine.settings,
            beside: &mut machine.beside,
        }
    }
}

/// Sets a block of a resource, or adds a `dynamic` block if the block depends on a condition.
pub(super) fn set_block(
    name: &str,
    choice: &Choice<Value>,
    target: Target<'_>,
    out: &mut Converted,
) {
    let exists =
        |value: Option<&Value>| Some(if value.is_some() { "[1]" } else { "[]" }.to_owned());
    match (choice, choice.expression(&exists).as_deref()) {
        (_, None | Some("[]")) => {}
        (Choice::Is(Some(value)), _) => target.settings.set(name, value.clone()),
        (_, Some("[1]")) => target.settings.set(name, block(choice, out)),
        (_, Some(for_each)) => {
            let schema = crate::schemas::resource(target.ty);
            let Some(nested) = schema.nested(name) else {
                return;
            };
            let value = block(choice, out);
            let references = out.placeholders.references();
            let mut dynamic = Body::default();
            dynamic.attribute("for_each", for_each);
            dynamic.spaced_block(
                "content",
                Writer::new(references).body(&nested.block, &value, 3),
            );
            target
                .beside
                .last
                .spaced_block(format!("dynamic {}", quoted(name)), dynamic);
        }
    }
}

/// A block in which attributes with different values depend on the conditions.
fn block(choice: &Choice<Value>, out: &mut Converted) -> Value {
    let values = choice.values();
    let names: BTreeSet<&String> = values
        .iter()
        .filter_map(|value| value.as_map())
        .flat_map(|map| map.keys())
        .collect();
    let mut block = Value::object::<String>([]);
    for name in names {
        let mut members = values.iter().map(|value| value.get(name));
        let first = members.next().cloned().unwrap_or_default();
        if members.all(|value| *value == first) {
            block.set(name, first);
            continue;
        }
        let references = out.placeholders.references();
        // The attributes of an absent block do not matter.
        let write = |value: Option<&Value>| Some(Writer::new(references).in_line(value?.get(name)));
        if let Some(expression) = choice.expression(&write) {
            block.set(name, out.placeholders.text(&expression));
        }
    }
    block
}
