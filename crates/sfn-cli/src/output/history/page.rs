//! The course of an execution as a page that needs no other file.

use crate::duration::shown;
use crate::history::{Attempt, History, Outcome, Visit};
use crate::output::page::{self, Markup};

/// The execution that a page is about.
pub struct Subject {
    /// Name of the execution.
    pub name: String,
    /// ARN of the execution.
    pub arn: Option<String>,
    /// Name of the workflow.
    pub workflow: Option<String>,
}

/// A page with the failure, a summary, the graph, and the visits of states. `picture` is the graph in SVG, if the
/// definition is known.
pub fn page(subject: &Subject, history: &History, picture: Option<&str>) -> String {
    let mut body = failure(history);
    body += &page::data_table(&["", ""], &summary(subject, history));
    if let Some(picture) = picture {
        body += &page::figure(picture);
    }
    let columns = [
        "State", "Type", "Start", "Duration", "Outcome", "Attempts", "Input", "Output",
    ];
    let visits = history.visits.iter();
    let rows: Vec<Vec<Markup>> = visits.map(|visit| row(history, visit)).collect();
    body += "<h2>States</h2>\n";
    body += &page::data_table(&columns, &rows);
    page::page(&subject.name, &body)
}

fn failure(history: &History) -> String {
    let Some(failure) = history.failure() else {
        return String::new();
    };
    let mut title = history.status();
    if let Some(visit) = history.culprit() {
        title += &format!(" in {}", visit.label());
    }
    if let Some(error) = &failure.error {
        title += &format!(": {error}");
    }
    page::failure(&title, failure.cause.as_deref())
}

fn summary(subject: &Subject, history: &History) -> Vec<Vec<Markup>> {
    let mut rows = Vec::new();
    let mut add = |name: &str, value: Markup| rows.push(vec![Markup::text(name), value]);
    add("Status", Markup::text(&history.status()));
    add("Duration", Markup::text(&shown(history.duration())));
    if let Some(started) = history.started {
        add("Start", Markup::text(&started.to_string()));
    }
    if let Some(workflow) = &subject.workflow {
        add("Workflow", Markup::text(workflow));
    }
    if let Some(arn) = &subject.arn {
        add("Execution", Markup::text(arn));
    }
    let retries: usize = history.visits.iter().map(Visit::retries).sum();
    let visits = history.visits.len();
    add("States", Markup::text(&visits.to_string()));
    add("Retries", Markup::text(&retries.to_string()));
    if history.redrives > 0 {
        add("Redrives", Markup::text(&history.redrives.to_string()));
    }
    if let Some(input) = &history.input {
        add("Input", Markup::data(input));
    }
    if let Some(output) = history.end.as_ref().and_then(|end| end.output.as_ref()) {
        add("Output", Markup::data(output));
    }
    rows
}

fn row(history: &History, visit: &Visit) -> Vec<Markup> {
    // Spaces at the start of a cell are not shown.
    let indentation = "\u{a0}\u{a0}".repeat(visit.depth);
    let outcome = visit.outcome.to_string();
    let data =
        |data: Option<&String>| data.map_or_else(|| Markup::text(""), |data| Markup::data(data));
    vec![
        Markup::text(&format!("{indentation}{}", visit.label())),
        Markup::text(&visit.ty),
        Markup::text(&shown(history.offset(visit.entered))),
        Markup::text(&visit.duration().map(shown).unwrap_or_default()),
        match visit.outcome {
            Outcome::Failed => Markup::bad(&outcome),
            _ => Markup::text(&outcome),
        },
        attempts(visit),
        data(visit.input.as_ref()),
        data(visit.output.as_ref()),
    ]
}

/// The attempts of a task, or the error of a state without attempts.
fn attempts(visit: &Visit) -> Markup {
    if visit.attempts.is_empty() {
        let failure = visit.failure.as_ref().map(ToString::to_string);
        return Markup::bad(&failure.unwrap_or_default());
    }
    let attempts: Vec<String> = visit.attempts.iter().map(attempt).collect();
    Markup::list(&attempts)
}

fn attempt(attempt: &Attempt) -> String {
    let resource = attempt.resource.clone();
    let time = attempt.duration().map(shown);
    let failure = attempt.failure.as_ref().map(ToString::to_string);
    let parts: Vec<String> = [resource, time, failure].into_iter().flatten().collect();
    parts.join(", ")
}
