//! JSON and JSON Lines.

use serde_json::{Map, Value, json};

use super::failed;
use crate::Failure;

/// The items of a JSON document: the elements of the array that the document is, or that a JSON
/// Pointer leads to.
///
/// An object is refused, as recorded on AWS. The members of an object that a JSON Pointer leads to
/// are items with `Key` and `Value`: pointers were introduced together with objects as datasets.
///
/// Source: the developer guide, "ItemReader (Map)", `ItemsPointer`.
pub(super) fn document(
    text: &[u8],
    pointer: Option<&str>,
    most: usize,
) -> Result<Vec<Value>, Failure> {
    let mut document: Value = serde_json::from_slice(text)
        .map_err(|error| failed(format!("The object is not valid JSON: {error}")))?;
    let pointer = pointer.unwrap_or("");
    let selected = document.pointer_mut(pointer).map(Value::take);
    let Some(selected) = selected else {
        return Err(failed(
            "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
        ));
    };
    match selected {
        Value::Array(mut items) => {
            items.truncate(most);
            Ok(items)
        }
        Value::Object(members) if !pointer.is_empty() => Ok(entries(members, most)),
        _ => Err(failed("Attempting to map over non-iterable node.")),
    }
}

fn entries(members: Map<String, Value>, most: usize) -> Vec<Value> {
    let entry = |(key, value)| json!({ "Key": Value::String(key), "Value": value });
    members.into_iter().take(most).map(entry).collect()
}

/// The documents of JSON Lines. Blank lines are skipped.
pub(super) fn lines(text: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let items = filled.take(most).map(|(index, line)| {
        serde_json::from_slice(line).map_err(|error| {
            failed(format!(
                "Line {} of the object is not valid JSON: {error}",
                index + 1
            ))
        })
    });
    items.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_items() {
        const NOT_ITERABLE: &str = "Attempting to map over non-iterable node.";
        const NO_SUCH_PATH: &str = "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.";
        for (text, pointer, expected) in [
            (
                r#"[1, {"a": 2}, null, 4]"#,
                None,
                Ok(json!([1, {"a": 2}, null])),
            ),
            ("[]", None, Ok(json!([]))),
            ("[[1], 2]", Some(""), Ok(json!([[1], 2]))),
            (r#"{"a": {"b": [1, 2]}}"#, Some("/a/b"), Ok(json!([1, 2]))),
            ("[0, [1, 2]]", Some("/1"), Ok(json!([1, 2]))),
            (r#"{"a/b": {"~": [1]}}"#, Some("/a~1b/~0"), Ok(json!([1]))),
            (
                r#"{"a": {"x": 1, "y": [2]}}"#,
                Some("/a"),
                Ok(json!([
                    {"Key": "x", "Value": 1},
                    {"Key": "y", "Value": [2]},
                ])),
            ),
            (r#"{"a": 1}"#, None, Err(NOT_ITERABLE)),
            ("3", None, Err(NOT_ITERABLE)),
            (r#"{"a": 1}"#, Some("/a"), Err(NOT_ITERABLE)),
            (r#"{"a": 1}"#, Some("/b"), Err(NO_SUCH_PATH)),
            (r#"{"a": 1}"#, Some("a"), Err(NO_SUCH_PATH)),
            (
                "[1",
                None,
                Err("The object is not valid JSON: EOF while parsing a list at line 1 column 2"),
            ),
        ] {
            let found = document(text.as_bytes(), pointer, 3).map(Value::Array);
            assert_eq!(found, expected.map_err(failed), "{text} {pointer:?}");
        }
    }

    #[test]
    fn lines_are_items() {
        for (text, expected) in [
            ("", Ok(json!([]))),
            (
                "1\n{\"a\": 2}\r\n\n \n[3]\n4",
                Ok(json!([1, {"a": 2}, [3]])),
            ),
            (
                "1\n{\n",
                Err(
                    "Line 2 of the object is not valid JSON: EOF while parsing an object at line 1 column 1",
                ),
            ),
            ("1\n2\n3\nnot read", Ok(json!([1, 2, 3]))),
        ] {
            let found = lines(text.as_bytes(), 3).map(Value::Array);
            assert_eq!(found, expected.map_err(failed), "{text:?}");
        }
    }
}
