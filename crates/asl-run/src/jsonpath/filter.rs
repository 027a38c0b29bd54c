//! Conditions of filters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use asl::jsonpath::{Filter, Operand, Operator, Segment, Step};
use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value};

use super::{PathError, follow};
use crate::number;

/// The data that the filters of a path need.
pub(super) struct Scope<'p, 'a> {
    /// The value of `$` in filters.
    root: &'a Value,
    /// The regular expressions with their flags, compiled once for all elements.
    patterns: HashMap<(&'p str, &'p str), Regex>,
}

impl<'p, 'a> Scope<'p, 'a> {
    /// Prepares the filters of a path.
    ///
    /// # Errors
    /// A filter is not supported. Only an error does not change the result silently.
    pub(super) fn new(steps: &'p [Segment], root: &'a Value) -> Result<Self, PathError> {
        let mut scope = Self {
            root,
            patterns: HashMap::new(),
        };
        scope.prepare(steps)?;
        Ok(scope)
    }

    fn prepare(&mut self, steps: &'p [Segment]) -> Result<(), PathError> {
        steps.iter().try_for_each(|segment| match &segment.step {
            Step::Filter(filter) => self.prepare_filter(filter),
            _ => Ok(()),
        })
    }

    fn prepare_filter(&mut self, filter: &'p Filter) -> Result<(), PathError> {
        match filter {
            Filter::And(all) | Filter::Or(all) => all
                .iter()
                .try_for_each(|filter| self.prepare_filter(filter)),
            Filter::Not(inner) => self.prepare_filter(inner),
            Filter::Exists(operand) => self.prepare_operand(operand),
            Filter::Compare(left, _, right) => {
                self.prepare_operand(left)?;
                self.prepare_operand(right)
            }
            Filter::Unsupported(text) => Err(PathError::new(format!(
                "The filter `{text}` is not supported"
            ))),
        }
    }

    fn prepare_operand(&mut self, operand: &'p Operand) -> Result<(), PathError> {
        match operand {
            Operand::Element(path) | Operand::Root(path) => self.prepare(&path.segments),
            Operand::Pattern(pattern, flags) => match compile(pattern, flags) {
                Some(regex) => {
                    self.patterns.insert((pattern, flags), regex);
                    Ok(())
                }
                None => Err(PathError::new(format!(
                    "The pattern `{pattern}` of a filter is not supported"
                ))),
            },
            Operand::Constant(_) => Ok(()),
        }
    }

    /// Whether an element matches a filter.
    pub(super) fn matches(&self, filter: &Filter, element: &'a Value) -> bool {
        match filter {
            Filter::And(all) => all.iter().all(|filter| self.matches(filter, element)),
            Filter::Or(any) => any.iter().any(|filter| self.matches(filter, element)),
            Filter::Not(inner) => !self.matches(inner, element),
            Filter::Exists(operand) => self.value(operand, element).is_some(),
            Filter::Compare(left, Operator::Matches, right) => {
                self.is_match(left, right, element) || self.is_match(right, left, element)
            }
            Filter::Compare(left, operator, right) => compare(
                self.value(left, element),
                *operator,
                self.value(right, element),
            ),
            Filter::Unsupported(_) => false,
        }
    }

    /// The value of a side. `None` if its path leads to nothing.
    fn value<'b>(&self, operand: &'b Operand, element: &'a Value) -> Option<Cow<'b, Value>>
    where
        'a: 'b,
    {
        match operand {
            Operand::Element(path) => follow(&path.segments, element, self).ok(),
            Operand::Root(path) => follow(&path.segments, self.root, self).ok(),
            Operand::Constant(value) => Some(Cow::Borrowed(value)),
            Operand::Pattern(..) => None,
        }
    }

    /// Whether a text, or a text of an array, matches a pattern.
    fn is_match(&self, text: &Operand, pattern: &Operand, element: &'a Value) -> bool {
        let Operand::Pattern(pattern, flags) = pattern else {
            return false;
        };
        let Some(regex) = self.patterns.get(&(pattern.as_str(), flags.as_str())) else {
            return false;
        };
        let is_match = |value: &Value| match value {
            Value::String(text) => regex.is_match(text),
            Value::Number(number) => regex.is_match(&number.to_string()),
            _ => false,
        };
        match self.value(text, element).as_deref() {
            Some(Value::Array(elements)) => elements.iter().any(is_match),
            Some(value) => is_match(value),
            None => false,
        }
    }
}

/// A regular expression that matches a whole text, as Java's `matches` does.
fn compile(pattern: &str, flags: &str) -> Option<Regex> {
    // With the flag `x`, a comment may reach to the end of the line.
    let end = if flags.contains('x') { "\n" } else { "" };
    RegexBuilder::new(&format!("\\A(?:{pattern}{end})\\z"))
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .ignore_whitespace(flags.contains('x'))
        .build()
        .ok()
}

fn compare(
    left: Option<Cow<'_, Value>>,
    operator: Operator,
    right: Option<Cow<'_, Value>>,
) -> bool {
    let (Some(left), Some(right)) = (left.as_deref(), right.as_deref()) else {
        // Those that are the opposite of another operator hold for a missing value.
        return matches!(operator, Operator::NotEqual | Operator::NotIn);
    };
    let order = |wanted: fn(Ordering) -> bool| order(left, right).is_some_and(wanted);
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Less => order(Ordering::is_lt),
        Operator::LessOrEqual => order(Ordering::is_le),
        Operator::Greater => order(Ordering::is_gt),
        Operator::GreaterOrEqual => order(Ordering::is_ge),
        Operator::In => has(right, left),
        Operator::NotIn => !has(right, left),
        Operator::SubsetOf => {
            elements(left).is_some_and(|all| all.iter().all(|one| has(right, one)))
        }
        Operator::AnyOf => elements(left).is_some_and(|all| all.iter().any(|one| has(right, one))),
        Operator::NoneOf => {
            elements(left).is_some_and(|all| !all.iter().any(|one| has(right, one)))
        }
        Operator::Size => match right.as_u64() {
            Some(wanted) => length(left).is_some_and(|length| length as u64 == wanted),
            None => length(left).is_some() && length(left) == length(right),
        },
        Operator::Empty => match (length(left), right) {
            (Some(length), Value::Bool(wanted)) => (length == 0) == *wanted,
            _ => false,
        },
        Operator::Contains => match (left, right) {
            (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
            _ => has(left, right),
        },
        // Needs the pattern, not a value.
        Operator::Matches => false,
    }
}

fn elements(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

fn has(list: &Value, wanted: &Value) -> bool {
    elements(list).is_some_and(|list| list.iter().any(|one| equal(one, wanted)))
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Array(elements) => Some(elements.len()),
        // As Java counts.
        Value::String(text) => Some(text.encode_utf16().count()),
        _ => None,
    }
}

/// Whether two values are equal. 1 is equal to 1.0, and also to the text "1", in spite of Jayway's README.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(left, right)| equal(left, right))
        }
        (Value::String(_) | Value::Number(_), Value::String(_) | Value::Number(_)) => {
            order(left, right) == Some(Ordering::Equal)
        }
        (left, right) => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let parsed = |text: &str| text.parse::<Number>().ok();
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(number::compare(left, right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::String(right)) => Some(number::compare(left, &parsed(right)?)),
        (Value::String(left), Value::Number(right)) => Some(number::compare(&parsed(left)?, right)),
        _ => None,
    }
}
