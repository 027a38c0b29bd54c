//! Conditions of filters.

use std::borrow::Cow;
use std::cmp::Ordering;

use asl::jsonpath::{Filter, Operand, Operator};
use regex::RegexBuilder;
use serde_json::Value;

use super::evaluate;
use crate::number;

/// Whether an element matches a filter. A filter that is not understood matches nothing.
pub(super) fn matches(filter: &Filter, element: &Value, root: &Value) -> bool {
    match filter {
        Filter::And(left, right) => matches(left, element, root) && matches(right, element, root),
        Filter::Or(left, right) => matches(left, element, root) || matches(right, element, root),
        Filter::Not(inner) => !matches(inner, element, root),
        Filter::Exists(operand) => value(operand, element, root).is_some(),
        Filter::Compare(left, operator, right) => compare(left, *operator, right, element, root),
        Filter::Unsupported(_) => false,
    }
}

/// The value of a side. `None` if its path leads to nothing.
fn value<'a>(operand: &'a Operand, element: &'a Value, root: &'a Value) -> Option<Cow<'a, Value>> {
    match operand {
        Operand::Element(path) => evaluate(path, element).ok(),
        Operand::Root(path) => evaluate(path, root).ok(),
        Operand::Constant(value) => Some(Cow::Borrowed(value)),
        Operand::Pattern(..) => None,
    }
}

fn compare(
    left: &Operand,
    operator: Operator,
    right: &Operand,
    element: &Value,
    root: &Value,
) -> bool {
    let found = value(left, element, root);
    if operator == Operator::Matches {
        return match (found.as_deref(), right) {
            (Some(Value::String(text)), Operand::Pattern(pattern, flags)) => {
                is_match(pattern, flags, text)
            }
            _ => false,
        };
    }
    let other = value(right, element, root);
    let (Some(left), Some(right)) = (found, other) else {
        return operator == Operator::NotEqual;
    };
    let (left, right) = (&*left, &*right);
    let elements = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let has = |list: &Value, wanted: &Value| {
        list.as_array()
            .is_some_and(|list| list.iter().any(|one| equal(one, wanted)))
    };
    let order = || order(left, right);
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Less => order() == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order() == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
        Operator::In => has(right, left),
        Operator::NotIn => !has(right, left),
        Operator::SubsetOf => left.is_array() && elements(left).iter().all(|one| has(right, one)),
        Operator::AnyOf => elements(left).iter().any(|one| has(right, one)),
        Operator::NoneOf => !elements(left).iter().any(|one| has(right, one)),
        Operator::Size => match right.as_u64() {
            Some(wanted) => length(left) == Some(wanted as usize),
            None => length(left).is_some() && length(left) == length(right),
        },
        Operator::Empty => length(left).map(|length| length == 0) == right.as_bool(),
        Operator::Contains => match (left, right) {
            (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
            _ => has(left, right),
        },
        Operator::Matches => false,
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Array(elements) => Some(elements.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

/// Whether two values are equal. 1 and 1.0 are.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            number::compare(left, right) == Ordering::Equal
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (left, right) => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(number::compare(left, right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Whether a regular expression matches a whole text, as Java's `matches` does.
fn is_match(pattern: &str, flags: &str, text: &str) -> bool {
    let whole = format!("^(?:{pattern})$");
    RegexBuilder::new(&whole)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .build()
        .is_ok_and(|regex| regex.is_match(text))
}
