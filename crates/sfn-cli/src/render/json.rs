//! One JSON document.

use serde_json::{Value, json};

use super::{Lines, Report};
use crate::validate::Outcome;

pub(super) fn render(report: &Report<'_>) -> String {
    let files: Vec<Value> = report.outcomes.iter().filter(|outcome| outcome.definitions > 0).map(file).collect();
    format!("{:#}\n", json!({ "files": files }))
}

fn file(outcome: &Outcome) -> Value {
    let lines = Lines::of(&outcome.text);
    let place = |span: &Option<std::ops::Range<usize>>| {
        span.as_ref().map(|span| {
            let (start, end) = (lines.position(span.start), lines.position(span.end));
            json!({"line": start.line, "column": start.column, "endLine": end.line, "endColumn": end.column})
        })
    };
    let findings = outcome.findings.iter().map(|finding| {
        let related = finding.related.iter().map(|related| {
            json!({"message": related.message, "pointer": related.pointer.to_string(), "place": place(&related.span)})
        });
        json!({
            "code": finding.code,
            "severity": finding.severity.name(),
            "message": finding.message,
            "help": finding.help,
            "pointer": finding.pointer.to_string(),
            "place": place(&finding.span),
            "aws": finding.aws.as_ref().map(|aws| json!({"code": aws.code, "location": aws.location()})),
            "related": related.collect::<Vec<_>>(),
            "fix": finding.fix.as_ref().map(|fix| json!({
                "place": place(&fix.span), "replacement": fix.replacement, "safe": fix.is_safe,
            })),
        })
    });
    json!({
        "file": outcome.path.to_string_lossy(),
        "definitions": outcome.definitions,
        "fixed": outcome.fixed,
        "findings": findings.collect::<Vec<_>>(),
    })
}
