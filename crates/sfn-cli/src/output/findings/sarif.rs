//! Findings as SARIF 2.1.0 (OASIS), for code scanning in GitHub and GitLab.

use std::ops::Range;

use asl::Severity;
use asl::rules::rules;
use serde_json::{Value, json};

use printable::printable;

use super::{Lines, Report};
use crate::check::Outcome;

pub(super) fn render(report: &Report<'_>) -> String {
    let rules: Vec<Value> = rules()
        .map(|rule| {
            json!({
                "id": rule.code,
                "name": rule.name,
                "shortDescription": {"text": rule.summary()},
                "fullDescription": {"text": rule.summary()},
                "help": {"text": rule.documentation(), "markdown": rule.documentation()},
                "helpUri": rule.help_uri(),
                "defaultConfiguration": {"level": level(rule.severity)},
            })
        })
        .collect();
    let results: Vec<Value> = report.outcomes.iter().flat_map(results).collect();
    let driver = json!({
        "name": "sfn",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Lint => "note",
    }
}

fn results(outcome: &Outcome) -> Vec<Value> {
    let lines = Lines::of(&outcome.text);
    let uri = outcome.path.to_string_lossy().replace('\\', "/");
    let region = |span: &Range<usize>| {
        let (start, end) = (lines.position(span.start), lines.position(span.end));
        json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
    };
    let location = |span: &Option<Range<usize>>| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": uri.trim_start_matches("./")},
            "region": region(span.as_ref().unwrap_or(&(0..0))),
        }})
    };
    let result = |finding: &asl::Diagnostic| {
        let message = match finding.help.as_str() {
            "" => finding.message.clone(),
            help => format!("{}: {help}", finding.message),
        };
        let related = finding.related.iter().map(|related| {
            let mut place = location(&related.span);
            if let Some(members) = place.as_object_mut() {
                members.insert("message".into(), json!({"text": related.message}));
            }
            place
        });
        // A repair without a place in the text cannot be applied.
        let fixes = finding.fix.iter().filter_map(|fix| {
            let (span, quoted) = (fix.span.as_ref()?, fix.written(&outcome.text)?);
            let description = format!("replace with `{}`", printable(&fix.replacement));
            Some(json!({
                "description": {"text": description},
                "artifactChanges": [{
                    "artifactLocation": {"uri": uri.trim_start_matches("./")},
                    "replacements": [{"deletedRegion": region(span), "insertedContent": {"text": quoted}}],
                }],
            }))
        });
        json!({
            "ruleId": finding.code,
            "ruleIndex": rules().position(|rule| rule.code == finding.code),
            "level": level(finding.severity),
            "message": {"text": message},
            "locations": [location(&finding.span)],
            "relatedLocations": related.collect::<Vec<_>>(),
            "fixes": fixes.collect::<Vec<_>>(),
        })
    };
    outcome.findings.iter().map(result).collect()
}
