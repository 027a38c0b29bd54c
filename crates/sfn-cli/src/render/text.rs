//! For people, with the lines.

use std::io::IsTerminal as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use asl::{Diagnostic, Severity};

use super::{Lines, Report};
use crate::validate::Outcome;

/// How many lines are shown around the one that a finding is about.
const AROUND: usize = 1;

pub(super) fn render(report: &Report<'_>) -> String {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for outcome in report.outcomes {
        let lines = Lines::of(&outcome.text);
        for finding in &outcome.findings {
            text.push_str(&renderer.render(&groups(outcome, finding, &lines)));
            text.push_str("\n\n");
        }
    }
    text.push_str(&summary(report));
    text
}

fn groups<'a>(outcome: &'a Outcome, finding: &'a Diagnostic, lines: &Lines<'a>) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Lint => Level::NOTE.with_name("lint"),
    };
    let path = outcome.path.to_string_lossy();
    let mut main = level
        .primary_title(finding.message.as_str())
        .id(finding.code)
        .elements(Vec::<annotate_snippets::Element<'a>>::new());
    let span = finding.span.clone().unwrap_or(0..0);
    if finding.private {
        let position = lines.position(span.start);
        main = main.element(annotate_snippets::Origin::path(path).line(position.line).char_column(position.column));
    } else {
        let related: Vec<(Range<usize>, &str)> = finding
            .related
            .iter()
            .filter_map(|related| Some((related.span.clone()?, related.message.as_str())))
            .collect();
        main = main.element(snippet(&path, lines, first_line(lines, &span), &related));
    }
    if let Some(aws) = &finding.aws {
        let place = aws.location().map(|location| format!(" at {location}")).unwrap_or_default();
        main = main.element(Level::NOTE.message(format!("AWS: {}{place}", aws.code)));
    }
    if !finding.help.is_empty() {
        main = main.element(Level::HELP.message(finding.help.as_str()));
    }
    vec![main]
}

/// The lines around a finding and around the places that have to do with it.
fn snippet<'a>(
    path: &str,
    lines: &Lines<'a>,
    span: Range<usize>,
    related: &[(Range<usize>, &'a str)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let related: Vec<(Range<usize>, &str)> =
        related.iter().map(|(place, message)| (first_line(lines, place), *message)).collect();
    let places = || related.iter().map(|(place, _)| place).chain([&span]);
    let start = places().map(|place| place.start).min().unwrap_or_default();
    let end = places().map(|place| place.end).max().unwrap_or_default();
    let first = lines.position(start).line.saturating_sub(AROUND).max(1);
    let window = lines.range(first, lines.position(end).line + AROUND);
    let source = lines.text.get(window.clone()).unwrap_or_default();
    let within = |place: &Range<usize>| place.start - window.start..(place.end - window.start).min(source.len());
    let context = related.iter().map(|(place, message)| AnnotationKind::Context.span(within(place)).label(*message));
    Snippet::source(source)
        .path(path.to_owned())
        .line_start(first)
        .annotation(AnnotationKind::Primary.span(within(&span)))
        .annotations(context.collect::<Vec<_>>())
}

/// A place up to the end of its first line: a whole state need not be shown.
fn first_line(lines: &Lines<'_>, span: &Range<usize>) -> Range<usize> {
    let text = lines.text.get(span.clone()).unwrap_or_default();
    span.start..span.start + text.lines().next().unwrap_or_default().len()
}

fn summary(report: &Report<'_>) -> String {
    if report.definitions() == 0 {
        return String::new();
    }
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let definitions = plural(report.definitions(), "definition");
    let fixed: usize = report.outcomes.iter().map(|outcome| outcome.fixed).sum();
    let fixed = if fixed > 0 { format!(", {fixed} fixed") } else { String::new() };
    let counts = Severity::ALL.map(|severity| (report.count(severity), severity.name()));
    let counts: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(count, word)).collect();
    match counts.as_slice() {
        [] => format!("{definitions} checked: nothing to complain of{fixed}\n"),
        counts => format!("{definitions} checked: {}{fixed}; `sfn explain CODE` tells more\n", counts.join(", ")),
    }
}
