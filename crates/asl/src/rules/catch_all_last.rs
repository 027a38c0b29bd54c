//! `States.ALL` among other errors.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// `States.ALL` stands beside other errors, or in a retrier or catcher that is not the last one. It stands for every
    /// error, so that nothing beside or after it would count.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1014" "catch-all-last" Error State => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for list in ["Retry", "Catch"] {
        let entries = item.value.get(list).and_then(Json::as_array).unwrap_or(&[]);
        for (index, entry) in entries.iter().enumerate() {
            let errors = entry.get("ErrorEquals").and_then(Json::as_array).unwrap_or(&[]);
            let Some(position) = errors.iter().position(|error| error.as_str() == Some("States.ALL")) else {
                continue;
            };
            let message = match (errors.len(), index + 1 == entries.len()) {
                (1, true) => continue,
                (1, false) => format!("`States.ALL` stands before the last entry of `{list}`"),
                _ => "`States.ALL` stands beside other errors".to_owned(),
            };
            let at = item.at.join(list).join(index).join("ErrorEquals").join(position);
            findings.push(
                RULE.finding(at.clone(), message)
                    .schema(&at)
                    .help(format!("write it alone, in the last entry of `{list}`: it stands for every error")),
            );
        }
    }
}
