//! Functions at the end of a path.
//!
//! Source: Jayway JsonPath's README, "Functions".

use asl::jsonpath::Path;
use serde_json::{Number, Value};

use super::{PathError, evaluate};

/// The value of a function of what the path before it found.
pub(super) fn apply(
    name: &str,
    arguments: &str,
    value: &Value,
    root: &Value,
) -> Result<Value, PathError> {
    match (name, value) {
        ("length" | "size", Value::Array(elements)) => Ok(elements.len().into()),
        ("length" | "size", Value::Object(members)) => Ok(members.len().into()),
        ("length" | "size", Value::String(text)) => Ok(text.chars().count().into()),
        ("keys", Value::Object(members)) => Ok(members.keys().cloned().collect()),
        ("first", Value::Array(elements)) => Ok(elements.first().cloned().unwrap_or(Value::Null)),
        ("last", Value::Array(elements)) => Ok(elements.last().cloned().unwrap_or(Value::Null)),
        ("index", Value::Array(elements)) => Ok(at(elements, arguments)),
        ("concat", _) => Ok(concat(arguments, root).into()),
        ("append", Value::Array(elements)) => {
            let mut elements = elements.clone();
            elements.extend(given(arguments, root));
            Ok(Value::Array(elements))
        }
        ("min" | "max" | "avg" | "sum" | "stddev", Value::Array(elements)) => {
            aggregate(name, elements)
        }
        _ => Err(PathError {
            message: format!("Could not compute the function `{name}()`"),
        }),
    }
}

fn at(elements: &[Value], arguments: &str) -> Value {
    let index = arguments.trim().parse::<i64>().ok();
    let place = index.and_then(|index| super::place(index, elements.len()));
    place
        .and_then(|place| elements.get(place))
        .cloned()
        .unwrap_or(Value::Null)
}

fn aggregate(name: &str, elements: &[Value]) -> Result<Value, PathError> {
    let numbers: Vec<f64> = elements.iter().filter_map(Value::as_f64).collect();
    if numbers.is_empty() {
        return Err(PathError {
            message: "Aggregation function attempted to calculate value using empty array"
                .to_owned(),
        });
    }
    let sum: f64 = numbers.iter().sum();
    let count = numbers.len() as f64;
    let result = match name {
        "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "avg" => sum / count,
        "stddev" => {
            let mean = sum / count;
            let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
            (squares / count).sqrt()
        }
        _ => sum,
    };
    Ok(Number::from_f64(result).map_or(Value::Null, Value::Number))
}

/// The values of the arguments: constants, or paths in the whole value.
fn given(arguments: &str, root: &Value) -> Vec<Value> {
    arguments
        .split(',')
        .map(str::trim)
        .filter(|argument| !argument.is_empty())
        .map(|argument| {
            let path = Path::parse(argument).ok();
            let found =
                path.and_then(|path| evaluate(&path, root).ok().map(|found| found.into_owned()));
            found
                .or_else(|| serde_json::from_str(argument).ok())
                .unwrap_or_else(|| Value::String(argument.trim_matches(['\'', '"']).to_owned()))
        })
        .collect()
}

fn concat(arguments: &str, root: &Value) -> String {
    let texts = given(arguments, root).into_iter().map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    });
    texts.collect()
}
