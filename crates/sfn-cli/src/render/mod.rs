//! Findings in the formats that people and programs read.

mod github;
mod json;
mod sarif;
mod text;

use std::ops::Range;

use asl::Severity;

use crate::Format;
use crate::validate::Outcome;

/// All that was found.
pub struct Report<'a> {
    /// The files, in the order in which they were asked for.
    pub outcomes: &'a [Outcome],
}

impl Report<'_> {
    /// How many definitions there were.
    pub fn definitions(&self) -> usize {
        self.outcomes.iter().map(|outcome| outcome.definitions).sum()
    }

    /// How many findings have this severity.
    fn count(&self, severity: Severity) -> usize {
        let findings = self.outcomes.iter().flat_map(|outcome| &outcome.findings);
        findings.filter(|finding| finding.severity == severity).count()
    }
}

/// The report in a format.
pub fn render(format: Format, report: &Report<'_>) -> String {
    match format {
        Format::Text => text::render(report),
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
    }
}

/// A severity in a word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Lint => "lint",
    }
}

/// Where the lines of a text begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

/// A place as people count: lines and columns from one, columns in characters.
#[derive(Clone, Copy)]
struct Position {
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start..at).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    /// The bytes of these lines, counted from one.
    fn range(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.starts.get(first.saturating_sub(1)).copied().unwrap_or_default();
        let end = self.starts.get(last).copied().unwrap_or(self.text.len());
        start..end
    }
}
