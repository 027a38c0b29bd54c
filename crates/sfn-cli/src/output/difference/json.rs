//! Differences as a JSON document.

use asl::Json;
use asl::diff::{Change, Difference, Field, State};
use serde_json::{Value, json};

/// The differences as a JSON document.
pub fn json(difference: &Difference, (before, after): (&str, &str)) -> String {
    let value = |value: &Option<Json>| value.as_ref().and_then(Json::to_value);
    let field = |field: &Field| {
        let mut entry =
            serde_json::Map::from_iter([("at".to_owned(), Value::String(field.at.to_string()))]);
        for (name, value) in [
            ("before", value(&field.before)),
            ("after", value(&field.after)),
        ] {
            if let Some(value) = value {
                entry.insert(name.to_owned(), value);
            }
        }
        Value::Object(entry)
    };
    let state = |state: &State| {
        let mut entry = json!({ "name": state.name, "type": state.kind });
        let mut set = |name: &str, value: Value| {
            if let Some(entry) = entry.as_object_mut() {
                entry.insert(name.to_owned(), value);
            }
        };
        if !state.scope.is_empty() {
            set("scope", state.scope.as_str().into());
        }
        match &state.change {
            Change::Added => set("change", "added".into()),
            Change::Removed => set("change", "removed".into()),
            Change::Renamed(from) => {
                set("change", "renamed".into());
                set("from", from.as_str().into());
            }
            Change::Changed { fields, moved_from } => {
                set("change", "changed".into());
                set("fields", fields.iter().map(field).collect());
                if let Some(from) = moved_from {
                    set("moved_from", from.as_str().into());
                }
            }
        }
        entry
    };
    let document = json!({
        "before": before,
        "after": after,
        "same": difference.is_empty(),
        "fields": difference.fields.iter().map(field).collect::<Vec<_>>(),
        "states": difference.states.iter().map(state).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
