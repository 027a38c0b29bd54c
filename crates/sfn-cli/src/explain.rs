//! `sfn explain`, `sfn rules` and `sfn schema`.

use std::fmt::Write as _;

use asl::rules::{RULES, Rule, rule_named};
use serde_json::json;

use crate::{Exit, Failure, ListFormat, print};

/// Prints the documentation of a rule.
pub fn explain(name: &str) -> Result<Exit, Failure> {
    let Some(rule) = rule_named(name) else {
        let hint = match asl::rules::selects(name) {
            Err(Some(known)) => format!("did you mean `{known}`?"),
            _ => "`sfn rules` lists all of them".to_owned(),
        };
        return Err(format!("there is no rule `{name}`: {hint}"));
    };
    print(&format!("{} {} ({})\n\n{}\n", rule.code, rule.name, rule.severity.name(), text(rule)))?;
    Ok(Exit::Clean)
}

/// The documentation of a rule without the blank that begins each line of a comment.
fn text(rule: &Rule) -> String {
    rule.explanation.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first sentence of the documentation.
fn summary(rule: &Rule) -> String {
    let text = text(rule).replace('\n', " ");
    text.split(". ").next().unwrap_or("").trim_end_matches('.').to_owned()
}

/// Prints all rules.
pub fn list(format: ListFormat) -> Result<Exit, Failure> {
    let listed = match format {
        ListFormat::Text => {
            let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
            RULES.iter().fold(String::new(), |mut table, rule| {
                let _ = writeln!(
                    table,
                    "{}  {:width$}  {:7}  {}",
                    rule.code,
                    rule.name,
                    rule.severity.name(),
                    summary(rule)
                );
                table
            })
        }
        ListFormat::Json => {
            let rules = RULES.iter().map(|rule| {
                json!({"code": rule.code, "name": rule.name, "severity": rule.severity.name(), "explanation": text(rule)})
            });
            format!("{:#}\n", serde_json::Value::from_iter(rules))
        }
    };
    print(&listed)?;
    Ok(Exit::Clean)
}

/// Prints the JSON Schema of the language.
pub fn schema() -> Result<Exit, Failure> {
    print(&format!("{:#}\n", asl::shape::json_schema()))?;
    Ok(Exit::Clean)
}
