//! Functions of arrays.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Outcome, cut, java, text};
use crate::number;

/// Maximum number of elements that `States.ArrayRange` returns.
const MAX_RANGE: usize = 1000;

pub(super) fn elements(value: &Value) -> Result<&Vec<Value>, String> {
    value
        .as_array()
        .ok_or_else(|| format!("an array is expected, got {value}"))
}

pub(super) fn partition(array: &Value, size: &Value) -> Outcome {
    let size = cut(size)?;
    if size <= 0 {
        return Err("the size must be positive".to_owned());
    }
    let parts = elements(array)?.chunks(size as usize);
    Ok(parts.map(|part| Value::Array(part.to_vec())).collect())
}

/// Whether an element is the wanted one. AWS compares what `States.Format` would write: `true` is
/// found in `["true"]`, and objects with another order of members are different.
pub(super) fn contains(array: &Value, wanted: &Value) -> Outcome {
    let written = text::written(wanted);
    let is_wanted = |element: &Value| match (element, wanted) {
        (Value::Number(element), Value::Number(wanted)) => {
            number::compare(element, wanted) == Ordering::Equal
        }
        (element, _) => text::written(element) == written,
    };
    Ok(elements(array)?.iter().any(is_wanted).into())
}

pub(super) fn range(first: &Value, end: &Value, step: &Value) -> Outcome {
    let (first, end, step) = (cut(first)?, cut(end)?, cut(step)?);
    if step == 0 {
        return Err("the step must not be 0".to_owned());
    }
    let (wide, steps) = (i128::from(end) - i128::from(first), i128::from(step));
    if wide.signum() * steps.signum() < 0 {
        return Ok(Value::Array(Vec::new()));
    }
    if wide / steps >= MAX_RANGE as i128 {
        return Err(format!(
            "the array would have more than {MAX_RANGE} elements"
        ));
    }
    Ok((0..=(wide / steps) as i64)
        .map(|index| Value::from(first + index * step))
        .collect())
}

/// An element. AWS returns `null` for any place in an empty array, but fails after the end of other
/// arrays.
pub(super) fn item(array: &Value, index: &Value) -> Outcome {
    let (elements, index) = (elements(array)?, cut(index)?);
    let Ok(place) = usize::try_from(index) else {
        return Err(format!("the index must not be negative, got {index}"));
    };
    match elements.get(place) {
        Some(element) => Ok(element.clone()),
        None if elements.is_empty() => Ok(Value::Null),
        None => Err(format!("the array has no element {index}")),
    }
}

/// The different elements, in the order in which AWS returns them. The developer guide promises
/// none.
pub(super) fn unique(array: &Value) -> Outcome {
    Ok(java::distinct(elements(array)?)
        .into_iter()
        .cloned()
        .collect())
}
