//! Output formats of the differences between two definitions.

mod json;
mod markdown;
mod text;

use asl::Json;
use asl::diff::{Change, Difference, Field};

pub use json::json;
pub use markdown::markdown;
pub use text::text;

/// Maximum length of a value in text and Markdown, in characters.
const LONGEST: usize = 160;

/// Numbers of states that were added, removed, renamed and changed.
fn counts(difference: &Difference) -> [(usize, &'static str); 4] {
    let count = |is: fn(&Change) -> bool| {
        difference
            .states
            .iter()
            .filter(|state| is(&state.change))
            .count()
    };
    [
        (count(|change| matches!(change, Change::Added)), "added"),
        (count(|change| matches!(change, Change::Removed)), "removed"),
        (
            count(|change| matches!(change, Change::Renamed(_))),
            "renamed",
        ),
        (
            count(|change| matches!(change, Change::Changed { .. })),
            "changed",
        ),
    ]
}

/// Summary in one line.
fn sum(difference: &Difference) -> String {
    if difference.is_empty() {
        return "The two definitions mean the same.".to_owned();
    }
    let states = counts(difference)
        .into_iter()
        .filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = states
        .enumerate()
        .map(|(position, (count, verb))| match (position, count) {
            (0, 1) => format!("1 state {verb}"),
            (0, count) => format!("{count} states {verb}"),
            (_, count) => format!("{count} {verb}"),
        })
        .collect();
    if !difference.fields.is_empty() {
        let many = if difference.fields.len() == 1 {
            ""
        } else {
            "s"
        };
        parts.push(format!(
            "{} field{many} of the state machine itself",
            difference.fields.len()
        ));
    }
    format!("{}.", parts.join(", "))
}

/// A value in one line.
fn shown(value: &Json) -> String {
    let text = value
        .to_value()
        .map(|value| value.to_string())
        .unwrap_or_default();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// Place of a field, such as `Retry[0].MaxAttempts`.
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

fn scope(scope: &str) -> &str {
    if scope.is_empty() {
        "the state machine itself"
    } else {
        scope
    }
}
