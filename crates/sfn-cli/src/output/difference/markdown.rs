//! Differences as a Markdown table.

use asl::Json;
use asl::diff::{Change, Difference, Field};
use printable::printable;

use super::{place, scope, shown, sum};

/// The differences as a Markdown table, for pull requests.
pub fn markdown(difference: &Difference, (before, after): (&str, &str)) -> String {
    let mut text = format!(
        "**{}** → **{}**: {}\n",
        plain(before),
        plain(after),
        sum(difference)
    );
    if difference.is_empty() {
        return text;
    }
    text.push_str("\n| State | Field | Before | After |\n| --- | --- | --- | --- |\n");
    rows(&mut text, "*the state machine itself*", &difference.fields);
    for state in &difference.states {
        let scope_text = if state.scope.is_empty() {
            String::new()
        } else {
            format!("<br>in {}", plain(&state.scope))
        };
        let name = format!("{} ({}){scope_text}", code(&state.name), state.kind);
        let whole = |what: &'static str| Field {
            at: asl::JsonPointer::root().join(what),
            before: None,
            after: None,
        };
        match &state.change {
            Change::Added => text.push_str(&format!("| {name} | *added* |  |  |\n")),
            Change::Removed => text.push_str(&format!("| {name} | *removed* |  |  |\n")),
            Change::Renamed(from) => {
                let (from, to) = (
                    Some(Json::from(from.as_str())),
                    Some(Json::from(state.name.as_str())),
                );
                rows(
                    &mut text,
                    &name,
                    &[Field {
                        before: from,
                        after: to,
                        ..whole("name")
                    }],
                );
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

/// Adds rows for fields. The first row has the name of the state.
fn rows(text: &mut String, of: &str, fields: &[Field]) {
    let value = |value: &Option<Json>| {
        value
            .as_ref()
            .map(|value| code(&shown(value)))
            .unwrap_or_default()
    };
    for (position, field) in fields.iter().enumerate() {
        let of = if position == 0 { of } else { "" };
        let (before, after) = (value(&field.before), value(&field.after));
        text.push_str(&format!(
            "| {of} | {} | {before} | {after} |\n",
            code(&place(field))
        ));
    }
}

/// Text for a cell of a Markdown table.
fn plain(text: &str) -> String {
    printable(text).replace('|', "\\|")
}

/// Code for a cell of a Markdown table.
fn code(text: &str) -> String {
    // Code ends at the first run of backticks that is as long as the opening one.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", plain(text))
}
