//! Findings as a JSON document. `sfn schema --of findings` prints its schema.

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
    /// Files with definitions, in the order in which they were checked.
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
    /// Findings, in the order of their places.
    findings: Vec<Finding>,
}

/// A finding.
#[derive(Serialize, JsonSchema)]
struct Finding {
    /// Code of the rule, such as `ASL2001`.
    code: &'static str,
    /// Severity. One of `error`, `warning` and `lint`.
    severity: &'static str,
    /// Description of the problem.
    message: String,
    /// How to resolve the finding. Can be empty.
    help: String,
    /// Place in the definition or template as a JSON Pointer (RFC 6901).
    pointer: String,
    /// Place in the file. Null if there is none.
    place: Option<Place>,
    /// Code and place that AWS reports for the same problem. Null if not known.
    aws: Option<Aws>,
    /// Other places that are related to the finding.
    related: Vec<Related>,
    /// Repair of the finding. Null if there is none.
    fix: Option<Fix>,
}

/// A place in a file. Lines and columns start at 1. Columns are counted in characters. The end is exclusive.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// Code and place that AWS reports for a problem.
#[derive(Serialize, JsonSchema)]
struct Aws {
    /// Code, such as `SCHEMA_VALIDATION_FAILED`.
    code: &'static str,
    /// Place in the notation of AWS. Null if AWS reports none.
    location: Option<String>,
}

/// Another place that is related to a finding.
#[derive(Serialize, JsonSchema)]
struct Related {
    /// Relation of the place to the finding.
    message: String,
    /// Place in the definition or template as a JSON Pointer (RFC 6901).
    pointer: String,
    /// Place in the file. Null if there is none.
    place: Option<Place>,
}

/// A repair.
#[derive(Serialize, JsonSchema)]
struct Fix {
    /// Place of the string to replace. Null if it is not a single string of the file.
    place: Option<Place>,
    /// New text, without quotes.
    replacement: String,
    /// Whether the workflow keeps its behavior. `--fix` applies only safe repairs.
    safe: bool,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let files = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.definitions > 0 || !outcome.findings.is_empty());
    let document = Document {
        files: files.map(file).collect(),
    };
    format!("{:#}\n", serde_json::json!(document))
}

/// JSON Schema of the document.
pub fn json_schema() -> Schema {
    schema_for!(Document)
}

fn file(outcome: &Outcome) -> File {
    let lines = Lines::of(&outcome.text);
    File {
        file: outcome.path.to_string_lossy().into_owned(),
        definitions: outcome.definitions,
        fixed: outcome.fixed,
        findings: outcome
            .findings
            .iter()
            .map(|it| finding(it, &lines))
            .collect(),
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
        aws: finding.aws.as_ref().map(|aws| Aws {
            code: aws.code,
            location: aws.location(),
        }),
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
    Some(Place {
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    })
}
