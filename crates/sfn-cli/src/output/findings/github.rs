//! Annotations for GitHub Actions (GitHub documentation, "Workflow commands").

use std::fmt::Write as _;

use asl::Severity;
use printable::printable;

use super::{Lines, Report};

pub(super) fn render(report: &Report<'_>) -> String {
    let mut text = String::new();
    for outcome in report.outcomes {
        let lines = Lines::of(&outcome.text);
        for finding in &outcome.findings {
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Lint => "notice",
            };
            let span = finding.span.clone().unwrap_or(0..0);
            let (start, end) = (lines.position(span.start), lines.position(span.end));
            // GitHub accepts columns only if the place is on one line.
            let columns = if start.line == end.line {
                format!(",col={},endColumn={}", start.column, end.column)
            } else {
                String::new()
            };
            let message = match finding.help.as_str() {
                "" => finding.message.clone(),
                help => format!("{}\n{help}", finding.message),
            };
            let _ = writeln!(
                text,
                "::{command} file={},line={},endLine={}{columns},title={}::{}",
                property(&printable(&outcome.path.to_string_lossy())),
                start.line,
                end.line,
                finding.code,
                escape(&message),
            );
        }
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
