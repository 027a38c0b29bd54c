//! `sfn explain`, `sfn rules` and `sfn schema`.

use std::fmt::Write as _;

use asl::rules::{rule_named, rules};
use clap::ValueEnum;
use serde_json::json;

use crate::output::findings;
use crate::{Exit, Failure, print};

/// Arguments of `sfn explain`.
#[derive(clap::Args)]
pub struct Args {
    /// Code or name of the rule, such as `ASL2001` or `missing-transition-target`.
    rule: String,
}

/// Arguments of `sfn rules`.
#[derive(clap::Args)]
pub struct ListArgs {
    /// Output format.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum ListFormat {
    /// Human-readable table.
    Text,
    /// JSON document.
    Json,
}

/// Arguments of `sfn schema`.
#[derive(clap::Args)]
pub struct SchemaArgs {
    /// Format that the schema describes.
    #[arg(long, value_enum, default_value_t = Described::Definition)]
    of: Described,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Described {
    /// Definitions in the Amazon States Language.
    Definition,
    /// Output of `sfn validate --format json`.
    Findings,
    /// Test files of `sfn test`.
    Tests,
}

/// Prints the documentation of a rule.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let name = &arguments.rule;
    let Some(rule) = rule_named(name) else {
        let hint = match asl::rules::selector::resolve_selector(name) {
            Err(Some(known)) => format!("did you mean `{known}`?"),
            _ => "run `sfn rules` to list all rules".to_owned(),
        };
        return Err(format!("there is no rule `{name}`: {hint}"));
    };
    print(&format!(
        "{} {} ({})\n\n{}\n",
        rule.code,
        rule.name,
        rule.severity.name(),
        rule.documentation()
    ))?;
    Ok(Exit::Clean)
}

/// Prints all rules.
pub fn list(arguments: &ListArgs) -> Result<Exit, Failure> {
    let listed = match arguments.format {
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
            format!("{:#}\n", rules.collect::<serde_json::Value>())
        }
    };
    print(&listed)?;
    Ok(Exit::Clean)
}

/// Prints a JSON Schema.
pub fn schema(arguments: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match arguments.of {
        Described::Definition => asl::schema::json_schema(),
        Described::Findings => findings::json_schema().to_value(),
        Described::Tests => crate::commands::run::schema(),
    };
    print(&format!("{schema:#}\n"))?;
    Ok(Exit::Clean)
}
