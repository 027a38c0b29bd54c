//! Functions that Step Functions adds to JSONata, or evaluates otherwise than the engine.
//!
//! Sources: the developer guide, "JSONata functions provided by Step Functions"; docs.jsonata.org for the others.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::engine::{call, to_engine};
use crate::intrinsic;
use crate::{Entropy, Moment, Seeded};

/// The functions of this module.
const FUNCTIONS: &[&str] = &[
    "encodeUrl",
    "encodeUrlComponent",
    "eval",
    "hash",
    "millis",
    "now",
    "parse",
    "partition",
    "random",
    "range",
    "shuffle",
    "uuid",
];

/// The function of this name, if this module has one.
pub(super) fn named(name: &str) -> Option<&'static str> {
    FUNCTIONS
        .iter()
        .find(|function| **function == name)
        .copied()
}

fn error(message: impl Into<String>) -> EvaluatorError {
    EvaluatorError::EvaluationError(message.into())
}

/// Makes a function of this module callable.
pub(super) fn register(
    evaluator: &mut Evaluator,
    name: &str,
    now: Moment,
    entropy: &Rc<RefCell<dyn Entropy>>,
) -> Result<(), EvaluatorError> {
    let entropy = Rc::clone(entropy);
    match name {
        "millis" => evaluator
            .register_fn_override(name, move |_: &[JValue]| Ok(JValue::Number(now.0 as f64))),
        "now" => evaluator
            .register_fn_override(name, move |arguments: &[JValue]| written(now, arguments)),
        "random" => evaluator.register_fn_override(name, move |arguments: &[JValue]| {
            Ok(JValue::Number(match arguments.first() {
                Some(JValue::Number(seed)) => Seeded::new(seed.to_bits()).fraction(),
                _ => entropy.borrow_mut().fraction(),
            }))
        }),
        "uuid" => evaluator.register_fn_override(name, move |_: &[JValue]| {
            Ok(JValue::string(entropy.borrow_mut().uuid()))
        }),
        "shuffle" => evaluator.register_fn_override(name, move |arguments: &[JValue]| {
            Ok(shuffled(arguments, &mut *entropy.borrow_mut()))
        }),
        "eval" => evaluator.register_fn_override(name, |_: &[JValue]| {
            Err(error("T1006: Attempted to invoke a non-function"))
        }),
        "hash" => evaluator.register_fn_override(name, hash),
        "parse" => evaluator.register_fn_override(name, parse),
        "partition" => evaluator.register_fn_override(name, partition),
        "range" => evaluator.register_fn_override(name, range),
        "encodeUrl" => evaluator.register_fn_override(name, |arguments: &[JValue]| {
            Ok(encoded(arguments, ";,/?:@&=+$-_.!~*'()#"))
        }),
        "encodeUrlComponent" => evaluator.register_fn_override(name, |arguments: &[JValue]| {
            Ok(encoded(arguments, "-_.!~*'()"))
        }),
        _ => Ok(()),
    }
}

/// `$now([picture[, timezone]])`.
fn written(now: Moment, arguments: &[JValue]) -> HostFnResult {
    let given: Vec<(&str, JValue)> = ["picture", "zone"]
        .into_iter()
        .zip(arguments.iter().cloned())
        .chain([("millis", JValue::Number(now.0 as f64))])
        .collect();
    let text = match arguments.len() {
        0 => return Ok(JValue::string(now.to_string())),
        1 => "$fromMillis($millis, $picture)",
        _ => "$fromMillis($millis, $picture, $zone)",
    };
    call(text, &given)
}

/// A random order of an array: the shuffle of Fisher and Yates.
fn shuffled(arguments: &[JValue], entropy: &mut dyn Entropy) -> JValue {
    let Some(array) = arguments.first().and_then(JValue::as_array) else {
        return arguments.first().cloned().unwrap_or(JValue::Undefined);
    };
    let mut items = array.clone();
    for last in (1..items.len()).rev() {
        items.swap(last, (entropy.fraction() * (last + 1) as f64) as usize);
    }
    JValue::array(items)
}

/// `$parse(text)`: the JSON value of a string.
fn parse(arguments: &[JValue]) -> HostFnResult {
    match arguments.first() {
        Some(JValue::String(text)) => serde_json::from_str(text)
            .map(|value| to_engine(&value))
            .map_err(|_| error(format!("$parse: the value is not valid JSON: {text}"))),
        Some(JValue::Undefined) | None => Ok(JValue::Undefined),
        Some(_) => Err(error(
            "T0410: Argument 1 of function \"parse\" does not match function signature",
        )),
    }
}

/// `$hash(text, algorithm)`.
fn hash(arguments: &[JValue]) -> HostFnResult {
    match arguments {
        [JValue::String(text), JValue::String(algorithm)] => intrinsic::hash(text, algorithm)
            .map(JValue::string)
            .map_err(error),
        [JValue::Undefined, ..] => Ok(JValue::Undefined),
        _ => Err(error(
            "T0410: Argument 1 of function \"hash\" does not match function signature",
        )),
    }
}

/// `$partition(array, size)`.
fn partition(arguments: &[JValue]) -> HostFnResult {
    match arguments {
        [JValue::Undefined, ..] => Ok(JValue::Undefined),
        [array, JValue::Number(size)] => {
            let items: Vec<JValue> = match array {
                JValue::Array(items) => items.to_vec(),
                single => vec![single.clone()],
            };
            // As `States.ArrayPartition`: a fraction of the size is cut.
            let size = size.trunc();
            if size < 1.0 {
                return Err(error("$partition: the size must be at least 1"));
            }
            let parts = items.chunks(size as usize);
            Ok(JValue::array(
                parts.map(|part| JValue::array(part.to_vec())).collect(),
            ))
        }
        _ => Err(error(
            "T0410: Argument 2 of function \"partition\" does not match function signature",
        )),
    }
}

/// `$range(first, end, step)`.
fn range(arguments: &[JValue]) -> HostFnResult {
    let [
        JValue::Number(first),
        JValue::Number(end),
        JValue::Number(step),
    ] = arguments
    else {
        return Err(error(
            "T0410: Argument 1 of function \"range\" does not match function signature",
        ));
    };
    if *step == 0.0 {
        return Err(error("$range: the step must not be 0"));
    }
    let count = ((end - first) / step).floor();
    let (first, step) = (*first, *step);
    match count {
        count if count < 0.0 => Ok(JValue::array(Vec::new())),
        count if count >= 1_000_000.0 => Err(error("$range: the array would be too long")),
        // One element is the number itself, as AWS returns it.
        0.0 => Ok(JValue::Number(first)),
        count => Ok(JValue::array(
            (0..=count as usize)
                .map(|index| JValue::Number(first + index as f64 * step))
                .collect(),
        )),
    }
}

/// A string with all characters but letters, digits and `kept` as percent codes, as `encodeURI` and
/// `encodeURIComponent` of JavaScript write them.
fn encoded(arguments: &[JValue], kept: &str) -> JValue {
    let Some(text) = arguments.first().and_then(JValue::as_str) else {
        return arguments.first().cloned().unwrap_or(JValue::Undefined);
    };
    let mut written = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || kept.contains(c) {
            written.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                written.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    JValue::string(written)
}
