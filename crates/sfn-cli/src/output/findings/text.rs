//! Findings as human-readable text with the affected lines.

use std::io::IsTerminal as _;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};
use asl::{Diagnostic, Severity};
use printable::printable;

use super::{Lines, Report};
use crate::check::Outcome;

/// Number of lines shown before and after the place of a finding.
const AROUND: usize = 1;
/// Maximum distance of places that are shown in one excerpt, in lines.
const APART: usize = 20;
/// Maximum length of an excerpt with whole lines, in bytes.
const LONGEST: usize = 2_000;
/// Length of the text shown before and after a place in a long line, in bytes.
const MARGIN: usize = 60;

pub(super) fn render(report: &Report<'_>) -> String {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let renderer = if colours {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
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
    let path = printable(&outcome.path.to_string_lossy()).into_owned();
    let title = level
        .primary_title(finding.message.as_str())
        .id(finding.code);
    let mut main = title.elements(Vec::<Element<'a>>::new());
    let span = finding.span.clone().unwrap_or(0..0);
    if finding.private {
        main = main.element(origin(&path, lines, span.start));
    } else {
        let primary = Place {
            span: first_line(lines, &span),
            label: None,
        };
        let related = finding.related.iter().filter_map(|related| {
            let span = first_line(lines, related.span.as_ref()?);
            Some(Place {
                span,
                label: Some(related.message.as_str()),
            })
        });
        let mut places: Vec<Place<'a>> = related.collect();
        places.push(primary);
        for together in near(places, lines) {
            main = snippet(main, &path, lines, &together);
        }
    }
    if let Some(aws) = &finding.aws {
        let place = aws
            .location()
            .map(|location| format!(" at {location}"))
            .unwrap_or_default();
        main = main.element(Level::NOTE.message(format!("AWS: {}{}", aws.code, printable(&place))));
    }
    if !finding.help.is_empty() {
        main = main.element(Level::HELP.message(finding.help.as_str()));
    }
    vec![main]
}

/// A place in an excerpt.
struct Place<'a> {
    span: Range<usize>,
    /// Relation to the finding; `None` for the place of the finding itself.
    label: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The annotation in an excerpt that begins at byte `start` of the text and is preceded by `before` bytes.
    fn annotation(&self, start: usize, before: usize) -> Annotation<'a> {
        let within = self.span.start - start + before..self.span.end - start + before;
        match self.label {
            Some(label) => AnnotationKind::Context.span(within).label(label),
            None => AnnotationKind::Primary.span(within),
        }
    }
}

fn origin(path: &str, lines: &Lines<'_>, at: usize) -> Origin<'static> {
    let position = lines.position(at);
    Origin::path(path.to_owned())
        .line(position.line)
        .char_column(position.column)
}

/// Groups places into excerpts. The excerpt with the place of the finding comes first.
fn near<'a>(mut places: Vec<Place<'a>>, lines: &Lines<'_>) -> Vec<Vec<Place<'a>>> {
    places.sort_by_key(|place| place.span.start);
    let mut pieces: Vec<Vec<Place<'a>>> = Vec::new();
    for place in places {
        let is_near = |before: &Place<'_>| {
            lines.position(place.span.start).line - lines.position(before.span.start).line <= APART
                && place.span.start - before.span.start <= LONGEST
        };
        match pieces.last_mut() {
            Some(piece) if piece.last().is_some_and(is_near) => piece.push(place),
            _ => pieces.push(vec![place]),
        }
    }
    pieces.sort_by_key(|piece| piece.iter().all(|place| place.label.is_some()));
    pieces
}

/// Adds an excerpt with places that are near each other. Of long lines, only the text around the places is shown.
fn snippet<'a>(main: Group<'a>, path: &str, lines: &Lines<'a>, places: &[Place<'a>]) -> Group<'a> {
    let start = places
        .iter()
        .map(|place| place.span.start)
        .min()
        .unwrap_or(0);
    let end = places.iter().map(|place| place.span.end).max().unwrap_or(0);
    let first = lines.position(start).line;
    let around = first.saturating_sub(AROUND).max(1);
    let window = lines.range(around, lines.position(end).line + AROUND);
    if window.len() <= LONGEST {
        let source = lines.text.get(window.clone()).unwrap_or("");
        let annotations = places.iter().map(|place| place.annotation(window.start, 0));
        return main.element(
            Snippet::source(source)
                .path(path.to_owned())
                .line_start(around)
                .annotations(annotations.collect::<Vec<_>>()),
        );
    }
    let line = lines.range(first, lines.position(end).line);
    let margin = |at: usize, to: usize| {
        (at..=to)
            .find(|at| lines.text.is_char_boundary(*at))
            .unwrap_or(to)
    };
    let from = margin(start.saturating_sub(MARGIN).max(line.start), start);
    let to = margin((end + MARGIN).min(line.end), line.end);
    let (before, after) = (
        if from > line.start { "…" } else { "" },
        if to < line.end { "…" } else { "" },
    );
    let source = format!(
        "{before}{}{after}",
        lines
            .text
            .get(from..to)
            .unwrap_or("")
            .trim_end_matches('\n')
    );
    let annotations = places
        .iter()
        .map(|place| place.annotation(from, before.len()));
    main.element(
        Snippet::source(source)
            .line_start(first)
            .annotations(annotations.collect::<Vec<_>>()),
    )
    .element(origin(path, lines, start))
}

/// A place up to the end of its first line, so that an excerpt does not contain a whole state.
fn first_line(lines: &Lines<'_>, span: &Range<usize>) -> Range<usize> {
    let text = lines.text.get(span.clone()).unwrap_or("");
    let shown = text.lines().next().unwrap_or("");
    let end = shown
        .char_indices()
        .nth(LONGEST / 10)
        .map_or(shown.len(), |(end, _)| end);
    span.start..span.start + end
}

fn summary(report: &Report<'_>) -> String {
    if report.definitions() == 0 {
        return String::new();
    }
    let plural =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let definitions = plural(report.definitions(), "definition");
    let fixed: usize = report.outcomes.iter().map(|outcome| outcome.fixed).sum();
    let fixed = if fixed > 0 {
        format!(", {fixed} fixed")
    } else {
        String::new()
    };
    let counts = Severity::ALL.map(|severity| (report.count(severity), severity.name()));
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
    match counts.as_slice() {
        [] => format!("{definitions} checked: no issues found{fixed}\n"),
        counts => format!(
            "{definitions} checked: {}{fixed}; run `sfn explain CODE` for details\n",
            counts.join(", ")
        ),
    }
}
