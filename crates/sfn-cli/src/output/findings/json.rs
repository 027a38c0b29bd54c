//! One JSON document, whose schema `sfn schema --of findings` prints.

use std::ops::Range;

use asl::Diagnostic;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::{Lines, Report};
use crate::check::Outcome;

/// The output of `sfn validate --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Findings of sfn validate")]
struct Document {
    /// The files that have definitions, in the order in which they were checked.
    files: Vec<File>,
}

/// A file with definitions.
#[derive(Serialize, JsonSchema)]
struct File {
    /// Path of the file.
    file: String,
    /// Number of definitions in the file.
    definitions: usize,
    /// Number of findings that were repaired with `--fix`.
    fixed: usize,
    /// What was found, in the order of its place.
    findings: Vec<Finding>,
}

/// A finding.
#[derive(Serialize, JsonSchema)]
struct Finding {
    /// Code of the rule, such as `ASL2001`.
    code: &'static str,
    /// `error`, `warning` or `lint`.
    severity: &'static str,
    /// What is wrong.
    message: String,
    /// What to do; empty if the message says it all.
    help: String,
    /// Place in the definition or template as a JSON Pointer (RFC 6901).
    pointer: String,
    /// Place in the file; null if there is none.
    place: Option<Place>,
    /// Code and place that AWS reports for the same mistake; null if not known.
    aws: Option<Aws>,
    /// Other places that have to do with the finding.
    related: Vec<Related>,
    /// The repair; null if none is certain.
    fix: Option<Fix>,
}

/// A place in a file. Lines and columns count from one, columns in characters; the end is exclusive.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// Code and place that AWS reports for a mistake.
#[derive(Serialize, JsonSchema)]
struct Aws {
    /// Code, such as `SCHEMA_VALIDATION_FAILED`.
    code: &'static str,
    /// Place as AWS writes it; null if AWS gives none.
    location: Option<String>,
}

/// Another place that has to do with a finding.
#[derive(Serialize, JsonSchema)]
struct Related {
    /// What that place has to do with it.
    message: String,
    /// Place in the definition or template as a JSON Pointer.
    pointer: String,
    /// Place in the file; null if there is none.
    place: Option<Place>,
}

/// A repair.
#[derive(Serialize, JsonSchema)]
struct Fix {
    /// The text to replace; null if it is not one string of the file.
    place: Option<Place>,
    /// The new text, without quotes.
    replacement: String,
    /// Whether the repair keeps the behavior of a valid definition. `--fix` makes only safe repairs.
    safe: bool,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let files = report.outcomes.iter().filter(|outcome| outcome.definitions > 0 || !outcome.findings.is_empty());
    let document = Document { files: files.map(file).collect() };
    format!("{:#}\n", serde_json::json!(document))
}

/// The JSON Schema of the document.
pub fn json_schema() -> Schema {
    schema_for!(Document)
}

fn file(outcome: &Outcome) -> File {
    let lines = Lines::of(&outcome.text);
    File {
        file: outcome.path.to_string_lossy().into_owned(),
        definitions: outcome.definitions,
        fixed: outcome.fixed,
        findings: outcome.findings.iter().map(|it| finding(it, &lines)).collect(),
    }
}

fn finding(finding: &Diagnostic, lines: &Lines<'_>) -> Finding {
    Finding {
        code: finding.code,
        severity: finding.severity.name(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        pointer: finding.pointer.to_string(),
        place: place(finding.span.as_ref(), lines),
        aws: finding.aws.as_ref().map(|aws| Aws { code: aws.code, location: aws.location() }),
        related: finding
            .related
            .iter()
            .map(|related| Related {
                message: related.message.clone(),
                pointer: related.pointer.to_string(),
                place: place(related.span.as_ref(), lines),
            })
            .collect(),
        fix: finding.fix.as_ref().map(|fix| Fix {
            place: place(fix.span.as_ref(), lines),
            replacement: fix.replacement.clone(),
            safe: fix.is_safe,
        }),
    }
}

fn place(span: Option<&Range<usize>>, lines: &Lines<'_>) -> Option<Place> {
    let (start, end) = span.map(|span| (lines.position(span.start), lines.position(span.end)))?;
    Some(Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column })
}
