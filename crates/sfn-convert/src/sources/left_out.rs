//! Finds properties of a source that are not converted.

use std::collections::BTreeMap;

use asl::{Json, JsonPointer};

use super::intrinsic::function;
use super::note::Note;

/// Returns a note for each property of `id` in `value` that is not in `kept`. Properties are named by their paths, such
/// as `Logging.Destinations`. A kept path includes everything inside of it. The elements of a list, and both values of
/// `Fn::If`, have the path of the list or of the function.
pub(super) fn left_out(id: &str, value: &Json, at: &JsonPointer, kept: &[&str]) -> Vec<Note> {
    let mut found = BTreeMap::new();
    collect(value, ("", at), kept, &mut found);
    found
        .into_iter()
        .map(|(path, at)| Note::at(at, format!("`{id}`: `{path}` is left out")))
        .collect()
}

fn collect(
    value: &Json,
    (path, at): (&str, &JsonPointer),
    kept: &[&str],
    found: &mut BTreeMap<String, JsonPointer>,
) {
    match (function(value), value) {
        (Some(("Fn::If", Json::Array(arguments))), _) => {
            arguments
                .iter()
                .skip(1)
                .for_each(|argument| collect(argument, (path, at), kept, found));
        }
        (Some(_), _) => {}
        (None, Json::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, (path, &at.join(index)), kept, found);
            }
        }
        (None, Json::Object(members)) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let is_inside = |kept: &str| {
                    kept.strip_prefix(&path)
                        .is_some_and(|rest| rest.starts_with('.'))
                };
                if kept.contains(&path.as_str()) {
                    continue;
                }
                if kept.iter().any(|kept| is_inside(kept)) {
                    collect(value, (&path, &at.join(name)), kept, found);
                } else {
                    found.entry(path).or_insert_with(|| at.join(name));
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_values_of_a_condition_are_looked_at() {
        let text = r#"{"A": {"Fn::If": ["c", {"Kept": 1, "Lost": 2}, {"Kept": {"Fn::If": 3}, "Other": [{"x": 1}]}]},
            "B": [{"Kept": 1}, {"Lost": 2}], "C": {"Ref": "p"}, "D": {"Fn::If": ["c", {"x": 1}, 2]}, "E": 1}"#;
        let (document, _) = asl::parse(text).unwrap();
        let kept = ["A.Kept", "A.Other.x", "B.Kept", "C.Kept", "D"];
        let notes = left_out("id", &document.root, &JsonPointer::root(), &kept);
        let said: Vec<String> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "`id`: `A.Lost` is left out",
                "`id`: `B.Lost` is left out",
                "`id`: `E` is left out"
            ]
        );
    }
}
