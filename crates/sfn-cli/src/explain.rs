//! `sfn explain`, `sfn rules` and `sfn schema`.

use std::fmt::Write as _;

use asl::rules::{rule_named, rules};
use serde_json::json;

use crate::{Exit, Failure, ListFormat, print};

/// Prints the documentation of a rule.
pub fn explain(name: &str) -> Result<Exit, Failure> {
    let Some(rule) = rule_named(name) else {
        let hint = match asl::rules::selector::resolve_selector(name) {
            Err(Some(known)) => format!("did you mean `{known}`?"),
            _ => "`sfn rules` lists all of them".to_owned(),
        };
        return Err(format!("there is no rule `{name}`: {hint}"));
    };
    print(&format!("{} {} ({})\n\n{}\n", rule.code, rule.name, rule.severity.name(), rule.documentation()))?;
    Ok(Exit::Clean)
}

/// Prints all rules.
pub fn list(format: ListFormat) -> Result<Exit, Failure> {
    let listed = match format {
        ListFormat::Text => {
            let width = rules().map(|rule| rule.name.len()).max().unwrap_or(0);
            rules().fold(String::new(), |mut table, rule| {
                let _ = writeln!(
                    table,
                    "{}  {:width$}  {:7}  {}",
                    rule.code,
                    rule.name,
                    rule.severity.name(),
                    rule.summary()
                );
                table
            })
        }
        ListFormat::Json => {
            let rules = rules().map(|rule| {
                json!({
                    "code": rule.code,
                    "name": rule.name,
                    "aliases": rule.aliases,
                    "severity": rule.severity.name(),
                    "summary": rule.summary(),
                    "explanation": rule.documentation(),
                })
            });
            format!("{:#}\n", serde_json::Value::from_iter(rules))
        }
    };
    print(&listed)?;
    Ok(Exit::Clean)
}

/// Prints the JSON Schema of the language.
pub fn schema() -> Result<Exit, Failure> {
    print(&format!("{:#}\n", asl::schema::json_schema()))?;
    Ok(Exit::Clean)
}
