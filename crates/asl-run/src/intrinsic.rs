//! Intrinsic functions.
//!
//! Sources: the developer guide, "Intrinsics for JSONPath states in Step Functions"; executions
//! recorded on AWS.

mod arrays;
mod java;
mod text;

use asl::intrinsic::{Argument, Call, Value as Written};
use asl::jsonpath::Path;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use serde_json::{Map, Value};

use crate::fault::INTRINSIC;
use crate::{Entropy, Failure, Seeded};

pub(crate) use text::hash;

/// Gives the value of a path.
pub(crate) type Resolve<'a> = &'a dyn Fn(&Path) -> Result<Value, Failure>;

/// The result of a function. The error says what is wrong with the arguments.
type Outcome = Result<Value, String>;

/// Evaluates a call.
pub(crate) fn evaluate(
    call: &Call,
    resolve: Resolve<'_>,
    entropy: &mut dyn Entropy,
) -> Result<Value, Failure> {
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for (index, argument) in call.arguments.iter().enumerate() {
        // The template of `States.Format` keeps its escapes, because it gives braces a meaning.
        let is_template = index == 0 && call.name == "States.Format";
        let value = match &argument.value {
            Written::Text(text) if !is_template => Value::String(text::unescaped(text)),
            _ => value(argument, resolve, entropy)?,
        };
        arguments.push(match &argument.value {
            // AWS formats what it has parsed itself as JSON, and not as it formats the data of a
            // path.
            Written::Call(inner) if call.name == "States.Format" && is_parser(inner) => {
                Value::String(value.to_string())
            }
            _ => value,
        });
    }
    apply(&call.name, &arguments, entropy).map_err(|message| {
        let cause = format!("Invalid arguments in {}: {message}", call.name);
        Failure::new(INTRINSIC, cause)
    })
}

fn is_parser(call: &Call) -> bool {
    call.name == "States.StringToJson"
}

fn value(
    argument: &Argument,
    resolve: Resolve<'_>,
    entropy: &mut dyn Entropy,
) -> Result<Value, Failure> {
    match &argument.value {
        Written::Text(text) => Ok(Value::String(text.clone())),
        Written::Number(text) => serde_json::from_str(text)
            .map_err(|_| Failure::new(INTRINSIC, format!("`{text}` is not a number"))),
        Written::Bool(flag) => Ok(Value::Bool(*flag)),
        Written::Null => Ok(Value::Null),
        Written::Path(path) => resolve(path),
        Written::Call(call) => evaluate(call, resolve, entropy),
    }
}

fn apply(name: &str, arguments: &[Value], entropy: &mut dyn Entropy) -> Outcome {
    match (name, arguments) {
        ("States.Format", arguments) => text::format(arguments),
        ("States.StringToJson", [text]) => text::parse(text),
        ("States.JsonToString", [value]) => Ok(Value::String(value.to_string())),
        ("States.StringSplit", [text, separators]) => text::split(text, separators),
        ("States.Base64Encode", [text]) => text::encode(text),
        ("States.Base64Decode", [text]) => text::decode(text),
        ("States.Hash", [data, algorithm]) => {
            hash(&text::content(data), text::string(algorithm)?).map(Value::String)
        }
        ("States.Array", elements) => Ok(Value::Array(elements.to_vec())),
        ("States.ArrayPartition", [array, size]) => arrays::partition(array, size),
        ("States.ArrayContains", [array, wanted]) => arrays::contains(array, wanted),
        ("States.ArrayRange", [first, end, step]) => arrays::range(first, end, step),
        ("States.ArrayGetItem", [array, index]) => arrays::item(array, index),
        ("States.ArrayLength", [array]) => Ok(arrays::elements(array)?.len().into()),
        ("States.ArrayUnique", [array]) => arrays::unique(array),
        ("States.JsonMerge", [left, right, deep]) => merge(left, right, deep),
        ("States.MathAdd", [left, right]) => add(left, right),
        ("States.MathRandom", [start, end]) => random(start, end, entropy),
        ("States.MathRandom", [start, end, seed]) => {
            random(start, end, &mut Seeded::new(cut(seed)? as u64))
        }
        ("States.UUID", []) => Ok(Value::String(entropy.uuid())),
        _ => Err("the function does not exist, or has other arguments".to_owned()),
    }
}

/// A whole number without its fraction. AWS does not round the arguments of its functions of
/// arrays, nor the bounds of `States.MathRandom`, although the developer guide says so.
pub(super) fn cut(value: &Value) -> Result<i64, String> {
    whole(value, RoundingMode::Down)
}

fn whole(value: &Value, mode: RoundingMode) -> Result<i64, String> {
    let number = value
        .as_number()
        .ok_or_else(|| format!("a number is expected, got {value}"))?;
    if let Some(number) = number.as_i64() {
        return Ok(number);
    }
    let exact = number.to_string().parse::<BigDecimal>().ok();
    // Extreme exponents need memory in proportion to them.
    let exact = exact.filter(|number| number.fractional_digit_count().abs() < 1_000);
    exact
        .and_then(|number| number.with_scale_round(0, mode).to_i64())
        .ok_or_else(|| format!("{value} is too large"))
}

/// The sum of two numbers, which are rounded first. Numbers and sum must fit in 32 bits.
///
/// Source: the developer guide, "Intrinsic functions for math operations".
fn add(left: &Value, right: &Value) -> Outcome {
    let operand = |value: &Value| match i32::try_from(rounded(value)?) {
        Ok(number) => Ok(number),
        Err(_) => Err(format!("{value} is too large")),
    };
    let sum = operand(left)?.checked_add(operand(right)?);
    sum.map(Value::from)
        .ok_or_else(|| "the sum is too large".to_owned())
}

/// The nearest whole number. Of two that are equally near it is the larger one, as with
/// `Math.round` of Java.
fn rounded(value: &Value) -> Result<i64, String> {
    let negative = value.as_f64().is_some_and(|number| number < 0.0);
    whole(
        value,
        if negative {
            RoundingMode::HalfDown
        } else {
            RoundingMode::HalfUp
        },
    )
}

fn random(start: &Value, end: &Value, entropy: &mut dyn Entropy) -> Outcome {
    let (start, end) = (cut(start)?, cut(end)?);
    if start >= end {
        return Err("the start must be less than the end".to_owned());
    }
    let width = (i128::from(end) - i128::from(start)) as f64;
    Ok(start
        .saturating_add((entropy.fraction() * width) as i64)
        .min(end - 1)
        .into())
}

/// The members of both objects. Those of the second one win. AWS only refuses `true` as the third
/// argument.
fn merge(left: &Value, right: &Value, deep: &Value) -> Outcome {
    if deep == &Value::Bool(true) {
        return Err("only shallow merging is supported".to_owned());
    }
    let (Value::Object(left), Value::Object(right)) = (left, right) else {
        return Err("the first two arguments must be objects".to_owned());
    };
    let mut merged: Map<String, Value> = left.clone();
    merged.extend(right.clone());
    Ok(Value::Object(merged))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str) -> String {
        let input = json!({
            "array": [1, 2, 2, 1.0, "a", [1], {"b": 1}], "name": "Ada", "object": {"a": [1, "x"], "b": null},
            "float": 1.5, "text": "a,b;;c", "quote": "it's {x}",
        });
        let resolve = |path: &Path| {
            crate::jsonpath::evaluate(path, &input)
                .map(std::borrow::Cow::into_owned)
                .map_err(|error| Failure::new(INTRINSIC, error.message))
        };
        let call = Call::parse(text).unwrap();
        match evaluate(&call, &resolve, &mut Seeded::new(1)) {
            Ok(value) => value.to_string(),
            Err(failure) => failure.cause.unwrap_or_default(),
        }
    }

    #[test]
    fn functions_return_what_aws_returns() {
        let range: Vec<String> = (1..=1000).map(|number| number.to_string()).collect();
        let range = format!("[{}]", range.join(","));
        for (text, expected) in [
            ("States.Format('Hi {}, {}', $.name, 1)", "\"Hi Ada, 1\""),
            ("States.Format('{}', $.object)", "\"{a=[1, x], b=null}\""),
            (
                "States.Format('\\{{}\\} \\'q\\'', $.float)",
                "\"{1.5} 'q'\"",
            ),
            ("States.Format('{}', $.quote)", "\"it's {x}\""),
            (
                "States.Format('{}{}', 1)",
                "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}",
            ),
            ("States.StringToJson('{\"a\": [1.50]}')", "{\"a\":[1.50]}"),
            ("States.StringToJson(' ')", "null"),
            ("States.StringToJson('[-0, -0.5]')", "[0,-0.5]"),
            (
                "States.StringToJson('{')",
                "Invalid arguments in States.StringToJson: the text is not JSON: {",
            ),
            (
                "States.JsonToString($.object)",
                "\"{\\\"a\\\":[1,\\\"x\\\"],\\\"b\\\":null}\"",
            ),
            ("States.StringSplit($.text, ',;')", "[\"a\",\"b\",\"c\"]"),
            ("States.Array(1, 'a', true, null)", "[1,\"a\",true,null]"),
            (
                "States.ArrayPartition(States.ArrayRange(1, 5, 1), 2)",
                "[[1,2],[3,4],[5]]",
            ),
            (
                "States.ArrayPartition(States.ArrayRange(1, 3, 1), 0)",
                "Invalid arguments in States.ArrayPartition: the size must be positive",
            ),
            ("States.ArrayContains($.array, 2.0)", "true"),
            ("States.ArrayContains($.array, 'b')", "false"),
            ("States.ArrayRange(9, 1, -4)", "[9,5,1]"),
            (
                "States.ArrayRange(1, 9, 0)",
                "Invalid arguments in States.ArrayRange: the step must not be 0",
            ),
            (
                "States.ArrayRange(1, 5000, 1)",
                "Invalid arguments in States.ArrayRange: the array would have more than 1000 elements",
            ),
            ("States.ArrayGetItem($.array, 4)", "\"a\""),
            (
                "States.ArrayGetItem($.array, 9)",
                "Invalid arguments in States.ArrayGetItem: the array has no element 9",
            ),
            ("States.ArrayLength($.array)", "7"),
            (
                "States.ArrayUnique($.array)",
                "[1.0,[1],1,\"a\",2,{\"b\":1}]",
            ),
            ("States.Base64Encode('Data')", "\"RGF0YQ==\""),
            ("States.Base64Decode('RGF0YQ==')", "\"Data\""),
            ("States.Base64Decode(' YWJjZA==YWJj ')", "\"abcd\""),
            ("States.Base64Decode('YW?Jj\\'ZA')", "\"abcd\""),
            ("States.Base64Decode('a')", "\"\""),
            (
                "States.Hash('input', 'SHA-1')",
                "\"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1\"",
            ),
            (
                "States.Hash('input', 'SHA')",
                "Invalid arguments in States.Hash: the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512, got SHA",
            ),
            (
                "States.JsonMerge($.object, States.StringToJson('{\"b\": 2}'), false)",
                "{\"a\":[1,\"x\"],\"b\":2}",
            ),
            (
                "States.JsonMerge($.object, $.object, true)",
                "Invalid arguments in States.JsonMerge: only shallow merging is supported",
            ),
            (
                "States.JsonMerge($.object, $.object, 'false')",
                "{\"a\":[1,\"x\"],\"b\":null}",
            ),
            (
                "States.Format('{}', States.StringToJson('[\"a\", {\"b\": 1}]'))",
                "\"[\\\"a\\\",{\\\"b\\\":1}]\"",
            ),
            (
                "States.Format('{', 1)",
                "Invalid arguments in States.Format: matching '}' not found for '{'",
            ),
            (
                "States.Format('{{}}', 1)",
                "Invalid arguments in States.Format: matching '}' not found for '{'",
            ),
            (
                "States.Format('}')",
                "Invalid arguments in States.Format: matching '{' not found for '}'",
            ),
            (
                "States.Format('{}', 1, 2)",
                "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}",
            ),
            (
                "States.ArrayPartition(States.Array(1, 2, 3), 2.9)",
                "[[1,2],[3]]",
            ),
            ("States.ArrayRange(5.4, -0.6, -2.4)", "[5,3,1]"),
            ("States.ArrayRange(1, 1000, 1)", range.as_str()),
            (
                "States.ArrayContains(States.Array('true', '5'), true)",
                "true",
            ),
            ("States.ArrayContains(States.Array('true', '5'), 5)", "true"),
            (
                "States.ArrayContains(States.Array($.object), States.StringToJson('{\"b\":null,\"a\":[1,\"x\"]}'))",
                "false",
            ),
            ("States.ArrayGetItem($.array, 1.9)", "2"),
            (
                "States.ArrayGetItem($.array, -1)",
                "Invalid arguments in States.ArrayGetItem: the index must not be negative, got -1",
            ),
            ("States.ArrayGetItem(States.Array(), 9)", "null"),
            ("States.MathAdd(1.5, 2)", "4"),
            ("States.MathAdd(-1.5, 2.4)", "1"),
            (
                "States.MathAdd(2147483647, 1)",
                "Invalid arguments in States.MathAdd: the sum is too large",
            ),
            (
                "States.MathAdd(2147483648, -1)",
                "Invalid arguments in States.MathAdd: 2147483648 is too large",
            ),
            (
                "States.MathRandom(1.4, 1.6)",
                "Invalid arguments in States.MathRandom: the start must be less than the end",
            ),
            (
                "States.MathAdd($.name, 2)",
                "Invalid arguments in States.MathAdd: a number is expected, got \"Ada\"",
            ),
            (
                "States.MathRandom(5, 5)",
                "Invalid arguments in States.MathRandom: the start must be less than the end",
            ),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
        assert_eq!(
            check("States.MathRandom(1, 999, 3)"),
            check("States.MathRandom(1, 999, 3)")
        );
        assert_eq!(check("States.UUID()").len(), 38);
    }
}
