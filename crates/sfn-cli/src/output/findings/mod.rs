//! Output formats of findings.

mod github;
mod json;
mod sarif;
mod text;

use std::ops::Range;

use asl::Severity;

pub use json::json_schema;

use crate::check::Outcome;
use crate::commands::validate::Format;

/// The findings of a run.
pub struct Report<'a> {
    /// Outcomes of the files, in the order of the arguments.
    pub outcomes: &'a [Outcome],
}

impl Report<'_> {
    /// Number of definitions.
    pub fn definitions(&self) -> usize {
        self.outcomes
            .iter()
            .map(|outcome| outcome.definitions)
            .sum()
    }

    /// Number of findings with this severity.
    fn count(&self, severity: Severity) -> usize {
        let findings = self.outcomes.iter().flat_map(|outcome| &outcome.findings);
        findings
            .filter(|finding| finding.severity == severity)
            .count()
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

/// Index of the lines of a text.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// Numbers of characters before each stretch of bytes, so that long lines are counted once.
    counts: Vec<usize>,
}

/// Length of a stretch, in bytes.
const STRETCH: usize = 1_024;

/// A place as line and column, which start at 1. Columns are counted in characters.
#[derive(Clone, Copy)]
struct Position {
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut counts = Vec::with_capacity(text.len() / STRETCH + 1);
        for (count, (at, _)) in text.char_indices().enumerate() {
            while counts.len() * STRETCH <= at {
                counts.push(count);
            }
        }
        Self {
            text,
            starts: std::iter::once(0).chain(breaks).collect(),
            counts,
        }
    }

    /// Number of characters that begin before this byte.
    fn characters(&self, at: usize) -> usize {
        let stretch = (at / STRETCH).min(self.counts.len().saturating_sub(1));
        let before = self.counts.get(stretch).copied().unwrap_or_default();
        let bytes = self
            .text
            .as_bytes()
            .get(stretch * STRETCH..at)
            .unwrap_or_default();
        // All bytes except continuation bytes begin a character.
        before + bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }

    fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        Position {
            line,
            column: self.characters(at) - self.characters(start) + 1,
        }
    }

    /// The bytes of these lines, which start at 1.
    fn range(&self, first: usize, last: usize) -> Range<usize> {
        let start = self
            .starts
            .get(first.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let end = self.starts.get(last).copied().unwrap_or(self.text.len());
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_people_do() {
        let text = format!("a\n{}x\nü", "é".repeat(5_000));
        let lines = Lines::of(&text);
        let at = |at: usize| {
            let position = lines.position(at);
            (position.line, position.column)
        };
        assert_eq!(
            [at(0), at(2), at(text.find('x').unwrap()), at(text.len())],
            [(1, 1), (2, 1), (2, 5_001), (3, 2)]
        );
    }
}
