//! The course of an execution as human-readable text.

use printable::{printable, printable_lines};

use crate::duration::shown;
use crate::history::{Attempt, History, Outcome, Visit};
use crate::output::course::{self, pretty, short};

/// A block for each visit of a state, and the end. Long data is cut unless `is_full`.
pub fn text(history: &History, is_full: bool) -> String {
    let blocks = history.visits.iter();
    let mut text: String = blocks
        .map(|visit| block(history, visit, is_full) + "\n")
        .collect();
    match history.redrives {
        0 => {}
        1 => text += "redriven once\n",
        count => text += &format!("redriven {count} times\n"),
    }
    let Some(end) = &history.end else {
        let time = shown(history.duration());
        return text + &format!("RUNNING, last event after {time}\n");
    };
    let status = history.status();
    text += &course::end(&status, history.duration(), history.failure());
    if let Some(output) = &end.output {
        text += &lines(&[data("output", output, is_full)], "");
    }
    text
}

/// The lines about a visit. Those of states in other states are indented.
fn block(history: &History, visit: &Visit, is_full: bool) -> String {
    let mut found = vec![headline(history, visit)];
    if visit
        .attempts
        .iter()
        .any(|attempt| attempt.failure.is_some())
    {
        let attempts = visit.attempts.iter().enumerate();
        found.extend(attempts.map(|(index, one)| attempt(index + 1, one, is_full)));
    } else if let Some(failure) = &visit.failure {
        found.push(data("error", &failure.to_string(), is_full));
    }
    let input = visit.input.iter();
    found.extend(input.map(|input| data("input", input, is_full)));
    let variables = visit.variables.iter();
    found.extend(
        variables.map(|(name, value)| data("assign", &format!("{name} = {value}"), is_full)),
    );
    let output = visit.output.iter();
    found.extend(output.map(|output| data("output", output, is_full)));
    lines(&found, &"  ".repeat(visit.depth))
}

fn headline(history: &History, visit: &Visit) -> String {
    let start = shown(history.offset(visit.entered));
    let mut text = format!("{} ({}): at {start}", visit.label(), visit.ty);
    if let Some(duration) = visit.duration() {
        text += &format!(", {}", shown(duration));
    }
    if visit.outcome != Outcome::Succeeded {
        text += &format!(", {}", visit.outcome);
    }
    match visit.retries() {
        0 => {}
        1 => text += ", 1 retry",
        count => text += &format!(", {count} retries"),
    }
    printable(&text).into_owned()
}

fn attempt(number: usize, attempt: &Attempt, is_full: bool) -> String {
    let mut text = format!("  attempt {number}");
    if let Some(resource) = &attempt.resource {
        text += &format!("  {resource}");
    }
    text += &match attempt.duration() {
        Some(duration) => format!("  {}", shown(duration)),
        None => "  running".to_owned(),
    };
    if let Some(failure) = &attempt.failure {
        let failure = failure.to_string();
        let failure = if is_full { failure } else { short(&failure) };
        text += &format!("  {failure}");
    }
    printable(&text).into_owned()
}

/// A line with data, or several lines if the data is not cut.
fn data(name: &str, data: &str, is_full: bool) -> String {
    if !is_full {
        return format!("  {name:<7} {}", printable(&short(data)));
    }
    let pretty = pretty(data);
    if !pretty.starts_with(['{', '[']) || !pretty.contains('\n') {
        return format!("  {name:<7} {}", printable(&pretty));
    }
    let inner = pretty.replace('\n', "\n    ");
    format!("  {name}\n    {}", printable_lines(&inner))
}

/// The texts with line breaks, each line with this indentation.
fn lines(texts: &[String], indentation: &str) -> String {
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| format!("{indentation}{line}\n")).collect()
}
