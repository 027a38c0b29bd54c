//! Differences between two definitions in the formats that people and programs read.

use asl::Json;
use asl::diff::{Change, Difference, Field, State};
use printable::printable;
use serde_json::{Value, json};

/// The longest value that is shown whole to people, in characters.
const LONGEST: usize = 160;

/// How many states were added, removed, renamed and changed.
fn counts(difference: &Difference) -> [(usize, &'static str); 4] {
    let count = |is: fn(&Change) -> bool| difference.states.iter().filter(|state| is(&state.change)).count();
    [
        (count(|change| matches!(change, Change::Added)), "added"),
        (count(|change| matches!(change, Change::Removed)), "removed"),
        (count(|change| matches!(change, Change::Renamed(_))), "renamed"),
        (count(|change| matches!(change, Change::Changed { .. })), "changed"),
    ]
}

/// The sum of it, in one line.
fn sum(difference: &Difference) -> String {
    if difference.is_empty() {
        return "The two definitions mean the same.".to_owned();
    }
    let states = counts(difference).into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = states
        .enumerate()
        .map(|(position, (count, verb))| match (position, count) {
            (0, 1) => format!("1 state {verb}"),
            (0, count) => format!("{count} states {verb}"),
            (_, count) => format!("{count} {verb}"),
        })
        .collect();
    if !difference.fields.is_empty() {
        let many = if difference.fields.len() == 1 { "" } else { "s" };
        parts.push(format!("{} field{many} of the state machine itself", difference.fields.len()));
    }
    format!("{}.", parts.join(", "))
}

/// A value in one line.
fn shown(value: &Json) -> String {
    let text = value.to_value().map(|value| value.to_string()).unwrap_or_default();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// The place of a field, as people write it.
fn place(field: &Field) -> String {
    let mut place = String::new();
    for token in field.at.tokens() {
        match (token.parse::<usize>(), place.is_empty()) {
            (Ok(index), _) => place.push_str(&format!("[{index}]")),
            (Err(_), true) => place.push_str(token),
            (Err(_), false) => place.push_str(&format!(".{token}")),
        }
    }
    place
}

fn name(state: &State) -> String {
    let place = if state.scope.is_empty() { String::new() } else { format!(" in {}", state.scope) };
    format!("`{}` ({}){place}", state.name, state.kind)
}

/// For people.
pub fn text(difference: &Difference, (before, after): (&str, &str)) -> String {
    let mut lines = vec![format!("{before} -> {after}"), String::new()];
    let field = |field: &Field| match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("~ {}: {} -> {}", place(field), shown(before), shown(after)),
        (None, Some(after)) => format!("+ {}: {}", place(field), shown(after)),
        (Some(before), None) => format!("- {}: {}", place(field), shown(before)),
        (None, None) => String::new(),
    };
    lines.extend(difference.fields.iter().map(field));
    for state in &difference.states {
        match &state.change {
            Change::Added => lines.push(format!("+ state {}", name(state))),
            Change::Removed => lines.push(format!("- state {}", name(state))),
            Change::Renamed(from) => lines.push(format!("~ state {}, renamed from `{from}`", name(state))),
            Change::Changed { fields, moved_from } => {
                let moved =
                    moved_from.as_ref().map_or_else(String::new, |from| format!(", moved from {}", scope(from)));
                lines.push(format!("~ state {}{moved}", name(state)));
                lines.extend(fields.iter().map(|it| format!("    {}", field(it))));
            }
        }
    }
    if !difference.is_empty() {
        lines.push(String::new());
    }
    lines.push(sum(difference));
    lines.iter().map(|line| format!("{}\n", printable(line))).collect()
}

fn scope(scope: &str) -> &str {
    if scope.is_empty() { "the state machine itself" } else { scope }
}

/// One JSON document.
pub fn json(difference: &Difference, (before, after): (&str, &str)) -> String {
    let value = |value: &Option<Json>| value.as_ref().and_then(Json::to_value);
    let field = |field: &Field| {
        let mut entry = serde_json::Map::from_iter([("at".to_owned(), Value::String(field.at.to_string()))]);
        for (name, value) in [("before", value(&field.before)), ("after", value(&field.after))] {
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

/// A table for a pull request.
pub fn markdown(difference: &Difference, (before, after): (&str, &str)) -> String {
    let mut text = format!("**{}** → **{}**: {}\n", plain(before), plain(after), sum(difference));
    if difference.is_empty() {
        return text;
    }
    text.push_str("\n| State | Field | Before | After |\n| --- | --- | --- | --- |\n");
    rows(&mut text, "*the state machine itself*", &difference.fields);
    for state in &difference.states {
        let scope_text = if state.scope.is_empty() { String::new() } else { format!("<br>in {}", plain(&state.scope)) };
        let name = format!("{} ({}){scope_text}", code(&state.name), state.kind);
        let whole = |what: &'static str| Field { at: asl::JsonPointer::root().join(what), before: None, after: None };
        match &state.change {
            Change::Added => text.push_str(&format!("| {name} | *added* |  |  |\n")),
            Change::Removed => text.push_str(&format!("| {name} | *removed* |  |  |\n")),
            Change::Renamed(from) => {
                let (from, to) = (Some(Json::from(from.as_str())), Some(Json::from(state.name.as_str())));
                rows(&mut text, &name, &[Field { before: from, after: to, ..whole("name") }]);
            }
            Change::Changed { fields, moved_from } => {
                let moved = moved_from.as_ref().map(|from| Field {
                    before: Some(scope(from).into()),
                    after: Some(scope(&state.scope).into()),
                    ..whole("scope")
                });
                let fields: Vec<Field> = moved.into_iter().chain(fields.iter().cloned()).collect();
                rows(&mut text, &name, &fields);
            }
        }
    }
    text
}

/// The rows of fields, the first of which names what they are of.
fn rows(text: &mut String, of: &str, fields: &[Field]) {
    let value = |value: &Option<Json>| value.as_ref().map(|value| code(&shown(value))).unwrap_or_default();
    for (position, field) in fields.iter().enumerate() {
        let of = if position == 0 { of } else { "" };
        let (before, after) = (value(&field.before), value(&field.after));
        text.push_str(&format!("| {of} | {} | {before} | {after} |\n", code(&place(field))));
    }
}

/// Text that Markdown leaves as it is in a cell of a table.
fn plain(text: &str) -> String {
    printable(text).replace('|', "\\|")
}

/// Code in a cell of a table.
fn code(text: &str) -> String {
    // Code ends at the first run of as many backticks as it began with.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", plain(text))
}
