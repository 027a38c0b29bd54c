//! Differences as human-readable text.

use asl::diff::{Change, Difference, Field, State};
use printable::printable;

use super::{place, scope, shown, sum};

fn name(state: &State) -> String {
    let place = if state.scope.is_empty() {
        String::new()
    } else {
        format!(" in {}", state.scope)
    };
    format!("`{}` ({}){place}", state.name, state.kind)
}

/// The differences as human-readable text.
pub fn text(difference: &Difference, (before, after): (&str, &str)) -> String {
    let mut lines = vec![format!("{before} -> {after}"), String::new()];
    let field = |field: &Field| match (&field.before, &field.after) {
        (Some(before), Some(after)) => {
            format!("~ {}: {} -> {}", place(field), shown(before), shown(after))
        }
        (None, Some(after)) => format!("+ {}: {}", place(field), shown(after)),
        (Some(before), None) => format!("- {}: {}", place(field), shown(before)),
        (None, None) => String::new(),
    };
    lines.extend(difference.fields.iter().map(field));
    for state in &difference.states {
        match &state.change {
            Change::Added => lines.push(format!("+ state {}", name(state))),
            Change::Removed => lines.push(format!("- state {}", name(state))),
            Change::Renamed(from) => {
                lines.push(format!("~ state {}, renamed from `{from}`", name(state)));
            }
            Change::Changed { fields, moved_from } => {
                let moved = moved_from
                    .as_ref()
                    .map_or_else(String::new, |from| format!(", moved from {}", scope(from)));
                lines.push(format!("~ state {}{moved}", name(state)));
                lines.extend(fields.iter().map(|it| format!("    {}", field(it))));
            }
        }
    }
    if !difference.is_empty() {
        lines.push(String::new());
    }
    lines.push(sum(difference));
    lines
        .iter()
        .map(|line| format!("{}\n", printable(line)))
        .collect()
}
