//! Recorded values against those of a run: texts in the record can stand for any value.

use serde_json::{Map, Number, Value};

/// Length of a value in a difference, in characters.
const SHOWN: usize = 130;

/// Compares with the wildcards of a record.
#[derive(Debug, Clone, Copy)]
pub struct Matcher<'a> {
    wildcards: &'a [String],
}

/// A part of a recorded text.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Any,
}

impl<'a> Matcher<'a> {
    /// A comparison in which these texts stand for any value.
    pub fn new(wildcards: &'a [String]) -> Self {
        Self { wildcards }
    }

    /// Whether the values are the same.
    pub fn same(&self, expected: &Value, actual: &Value) -> bool {
        self.differences("", expected, actual).is_empty()
    }

    /// The differences of two values that can both be absent.
    pub fn optional(
        &self,
        at: &str,
        expected: Option<&Value>,
        actual: Option<&Value>,
    ) -> Vec<String> {
        match (expected, actual) {
            (Some(expected), Some(actual)) => self.differences(at, expected, actual),
            (None, None) => Vec::new(),
            (expected, actual) => vec![difference(at, expected, actual)],
        }
    }

    /// The differences of two values, each with its place.
    pub fn differences(&self, at: &str, expected: &Value, actual: &Value) -> Vec<String> {
        let same = match (expected, actual) {
            (Value::String(expected), _) if self.is_any(expected) => true,
            (Value::String(expected), Value::String(actual)) => self.text(expected, actual),
            (Value::Number(expected), Value::Number(actual)) => number(expected, actual),
            (Value::Array(expected), Value::Array(actual)) => {
                return self.items(at, expected, actual);
            }
            (Value::Object(expected), Value::Object(actual)) => {
                return self.members(at, expected, actual);
            }
            (expected, actual) => expected == actual,
        };
        match same {
            true => Vec::new(),
            false => vec![difference(at, Some(expected), Some(actual))],
        }
    }

    fn items(&self, at: &str, expected: &[Value], actual: &[Value]) -> Vec<String> {
        (0..expected.len().max(actual.len()))
            .flat_map(|index| {
                let at = format!("{at}[{index}]");
                self.optional(&at, expected.get(index), actual.get(index))
            })
            .collect()
    }

    fn members(
        &self,
        at: &str,
        expected: &Map<String, Value>,
        actual: &Map<String, Value>,
    ) -> Vec<String> {
        let unexpected = actual.keys().filter(|name| !expected.contains_key(*name));
        let names = expected.keys().chain(unexpected);
        names
            .flat_map(|name| self.member(at, name, expected.get(name), actual.get(name)))
            .collect()
    }

    /// The record lost spaces and the order of members in texts of causes, so they are compared
    /// as JSON.
    fn member(
        &self,
        at: &str,
        name: &str,
        expected: Option<&Value>,
        actual: Option<&Value>,
    ) -> Vec<String> {
        let at = format!("{at}.{name}");
        if name == "Cause"
            && let (Some(expected), Some(actual)) = (expected, actual)
        {
            return self.differences(&at, &cause(expected), &cause(actual));
        }
        self.optional(&at, expected, actual)
    }

    /// Whether a recorded text as a whole stands for any value.
    fn is_any(&self, expected: &str) -> bool {
        self.parts(expected) == [Part::Any] || self.wildcards.iter().any(|text| text == expected)
    }

    /// Whether a text is the recorded one, with any text in place of the wildcards.
    fn text(&self, expected: &str, actual: &str) -> bool {
        expected == actual
            || is_role(expected) && is_role(actual)
            || fits(&self.parts(expected), actual)
    }

    /// The literal parts of a recorded text, and the places that stand for any text.
    fn parts<'t>(&self, text: &'t str) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        let (mut begin, mut at) = (0, 0);
        while let Some(letter) = text[at..].chars().next() {
            match self.wildcard(&text[at..]) {
                None => at += letter.len_utf8(),
                Some(length) => {
                    push_literal(&mut parts, &text[begin..at]);
                    if parts.last() != Some(&Part::Any) {
                        parts.push(Part::Any);
                    }
                    at += length;
                    begin = at;
                }
            }
        }
        push_literal(&mut parts, &text[begin..]);
        parts
    }

    /// Length of the wildcard at the beginning of a text. Plain words such as `date` are no
    /// wildcards within a text, as they can be parts of other words.
    fn wildcard(&self, text: &str) -> Option<usize> {
        let listed = self
            .wildcards
            .iter()
            .filter(|wildcard| wildcard.contains('<') && text.starts_with(wildcard.as_str()));
        listed.map(String::len).max().or_else(|| generated(text))
    }
}

fn push_literal<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text));
    }
}

/// Length of a placeholder such as `<name:1>` or `<name_0idx>` at the beginning of a text.
fn generated(text: &str) -> Option<usize> {
    let (name, _) = text.strip_prefix('<')?.split_once('>')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = name.rsplit_once(':');
    let indexed = name
        .strip_suffix("idx")
        .and_then(|name| name.rsplit_once('_'));
    let is_generated = |split: Option<(&str, &str)>| {
        split
            .is_some_and(|(name, number)| !name.is_empty() && !name.contains('<') && digits(number))
    };
    (is_generated(numbered) || is_generated(indexed)).then_some(name.len() + 2)
}

/// The recorded ARNs of execution roles are not those of the recorded executions.
fn is_role(text: &str) -> bool {
    text.starts_with("arn:aws:iam:")
}

/// Whether a text consists of the parts. A wildcard is at least one character.
fn fits(parts: &[Part<'_>], text: &str) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Any] => !text.is_empty(),
        [Part::Literal(literal), rest @ ..] => text
            .strip_prefix(literal)
            .is_some_and(|text| fits(rest, text)),
        [Part::Any, Part::Literal(literal)] => {
            text.len() > literal.len() && text.ends_with(literal)
        }
        [Part::Any, rest @ ..] => text
            .char_indices()
            .skip(1)
            .any(|(index, _)| fits(rest, &text[index..])),
    }
}

/// Whether numbers are the same, however they are written.
fn number(expected: &Number, actual: &Number) -> bool {
    if let (Some(expected), Some(actual)) = (expected.as_i128(), actual.as_i128()) {
        return expected == actual;
    }
    expected == actual || expected.as_f64() == actual.as_f64()
}

/// A cause as JSON, if it is the text of an object.
pub fn cause(value: &Value) -> Value {
    match parsed(value) {
        object @ Value::Object(_) => object,
        _ => value.clone(),
    }
}

/// The value of a JSON text, or the value itself.
pub fn parsed(value: &Value) -> Value {
    let text = value.as_str();
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| value.clone())
}

/// A difference as a line of text.
pub fn difference(at: &str, expected: Option<&Value>, actual: Option<&Value>) -> String {
    format!("{at}: expected {} got {}", shown(expected), shown(actual))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "nothing".to_owned(),
        |value| cut(&value.to_string(), SHOWN),
    )
}

/// The beginning of a text.
pub fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some(_) => text.chars().take(length - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(expected: Value, actual: Value) -> bool {
        let wildcards = ["date", "Request ID: <request_id>"].map(str::to_owned);
        Matcher::new(&wildcards).same(&expected, &actual)
    }

    #[test]
    fn wildcards_stand_for_any_value() {
        for (expected, actual, result) in [
            (json!("date"), json!(12), true),
            (json!("<uuid:1>"), json!({ "a": 1 }), true),
            (json!("an update"), json!("an upnow"), false),
            (
                json!("a (Request ID: <request_id>)"),
                json!("a (some)"),
                true,
            ),
            (
                json!("a (Request ID: <request_id>)"),
                json!("a (some"),
                false,
            ),
            (json!("a (Request ID: <request_id>)"), json!("a ()"), false),
            (
                json!("id <uuid:1>, id <uuid:2>."),
                json!("id 1, id 22."),
                true,
            ),
            (
                json!("id <uuid:1>, id <uuid:2>."),
                json!("id 1, 22."),
                false,
            ),
            (
                json!("mapRun:<a_0idx>/Label:<b_1idx>"),
                json!("mapRun:m/Label:x"),
                true,
            ),
            (
                json!("mapRun:<a_0idx>/Label:<b_1idx>"),
                json!("mapRun:m/Other:x"),
                false,
            ),
            (json!("<function_name>"), json!("other"), false),
            (json!("ä<json-input:1>'"), json!("ä{\"ö\": 1}'"), true),
        ] {
            let text = format!("{expected} {actual}");
            assert_eq!(same(expected, actual), result, "{text}");
        }
    }

    #[test]
    fn numbers_and_members_are_compared_by_value() {
        for (expected, actual, result) in [
            (json!(1), json!(1.0), true),
            (json!(1), json!("1"), false),
            (
                json!(9_007_199_254_740_993_u64),
                json!(9_007_199_254_740_992_u64),
                false,
            ),
            (json!({ "a": 1, "b": 2 }), json!({ "b": 2, "a": 1 }), true),
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), false),
            (json!({ "a": null }), json!({}), false),
            (json!([1, 2]), json!([2, 1]), false),
            (
                json!("arn:aws:iam::1:a"),
                json!("arn:aws:iam::2:role/b"),
                true,
            ),
            (
                json!({ "Cause": "{\"a\": 1}" }),
                json!({ "Cause": "{\"a\":1}" }),
                true,
            ),
            (
                json!({ "Text": "{\"a\": 1}" }),
                json!({ "Text": "{\"a\":1}" }),
                false,
            ),
        ] {
            let text = format!("{expected} {actual}");
            assert_eq!(same(expected, actual), result, "{text}");
        }
    }

    #[test]
    fn differences_name_their_place() {
        let found = Matcher::new(&[]).differences(
            "output",
            &json!({ "a": [1, { "b": true }], "c": 1 }),
            &json!({ "a": [1, { "b": false }], "d": 1 }),
        );
        assert_eq!(
            found,
            [
                "output.a[1].b: expected true got false",
                "output.c: expected 1 got nothing",
                "output.d: expected nothing got 1",
            ]
        );
    }
}
