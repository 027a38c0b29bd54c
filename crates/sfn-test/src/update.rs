//! Writes what happened as the expectations of cases.

use asl::{Document, Format, JsonPointer, PathBuilder};
use asl_run::{EventKind, Status};
use serde_json::{Map, Value, json};

use crate::runner::CaseRun;
use crate::yaml;

/// The expectations of a run. Those that were written are renewed if they can be, and others are not added; without
/// any, the end and the path are expected.
pub fn expectations(written: Option<&Value>, run: &CaseRun) -> Value {
    let written = written
        .and_then(Value::as_object)
        .filter(|written| !written.is_empty());
    let has = |name: &str| written.is_some_and(|written| written.contains_key(name));
    let succeeded = run.status == Status::Succeeded;
    let mut expect = Map::new();
    if has("status") || run.status == Status::TimedOut {
        expect.insert("status".to_owned(), run.status.to_string().into());
    }
    if succeeded {
        let output = run.output.clone().unwrap_or(Value::Null);
        let names = ["output", "output!"].into_iter().filter(|name| has(name));
        let mut names: Vec<_> = names.collect();
        if names.is_empty() && (written.is_none() || has("error") || has("cause")) {
            names.push("output!");
        }
        for name in names {
            expect.insert(name.to_owned(), output.clone());
        }
    } else {
        let failure = run.failure.clone().unwrap_or_default();
        for (name, text) in [("error", failure.error), ("cause", failure.cause)] {
            let wanted = has(name) || name == "error" && !has("status");
            if let Some(text) = text.filter(|text| wanted && !text.is_empty()) {
                expect.insert(name.to_owned(), text.into());
            }
        }
        if expect.is_empty() {
            expect.insert("status".to_owned(), run.status.to_string().into());
        }
    }
    if has("path") || written.is_none() && !forks(run) {
        expect.insert("path".to_owned(), json!(run.path));
    }
    for (name, value) in written.into_iter().flatten() {
        match name.as_str() {
            "calls" => {
                expect.insert(name.clone(), calls(value, run));
            }
            "duration" => {
                expect.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
    Value::Object(expect)
}

/// Whether branches or items ran, which end in an order that depends on times.
fn forks(run: &CaseRun) -> bool {
    let is_fork = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::ParallelStateStarted | EventKind::MapStateStarted { .. }
        )
    };
    run.events.iter().any(|event| is_fork(&event.kind))
}

/// The inputs of the calls of the states that were written.
fn calls(written: &Value, run: &CaseRun) -> Value {
    let states = written.as_object().into_iter().flatten();
    let states = states.map(|(state, _)| {
        let inputs = run.calls.iter().filter(|call| call.state == *state);
        let inputs = inputs.map(|call| call.input.clone());
        (state.clone(), Value::Array(inputs.collect()))
    });
    Value::Object(states.collect())
}

/// Replaces the expectations of a case in a test file, or adds them. Comments elsewhere stay. `None` if the file
/// cannot be read, or has no such case.
pub fn with_expectations(text: &str, format: Format, case: &str, expect: &Value) -> Option<String> {
    let (document, _) = match format {
        Format::Json => asl::parse(text),
        Format::Yaml => asl::parse_yaml(text),
    }
    .ok()?;
    let root = JsonPointer::root();
    let start = PathBuilder::Start(&root);
    let cases = PathBuilder::Member(&start, "cases");
    let at_case = PathBuilder::Member(&cases, case);
    let at_expect = PathBuilder::Member(&at_case, "expect");
    let members = document.root.at(&at_case.pointer())?;
    let edit = Edit {
        text,
        document: &document,
    };
    if members.get("expect").is_some() {
        return edit.replaced(&at_expect.pointer(), expect);
    }
    edit.added(&at_case.pointer(), members, expect)
}

struct Edit<'a> {
    text: &'a str,
    document: &'a Document,
}

impl Edit<'_> {
    fn replaced(&self, at: &JsonPointer, expect: &Value) -> Option<String> {
        let span = self.document.span(at);
        let old = self.text.get(span.clone())?;
        let key = self.document.key_span(at)?;
        let new = if old.starts_with('{') || self.is_inline(key.start)? {
            expect.to_string()
        } else {
            yaml::members(expect, self.column(span.start)?)
                .trim()
                .to_owned()
        };
        let end = span.start + old.trim_end().len();
        Some(self.spliced(span.start, end, &new))
    }

    fn added(&self, at: &JsonPointer, members: &asl::Json, expect: &Value) -> Option<String> {
        let span = self.document.span(at);
        let old = self.text.get(span.clone())?;
        let is_empty = members.as_object().is_none_or(asl::Members::is_empty);
        let inline = old.trim_end().strip_suffix('}');
        if let Some(inner) = inline.filter(|inner| inner.starts_with('{')) {
            let comma = if is_empty { "" } else { ", " };
            // Names without quotes are for YAML only.
            let name = if self.text.trim_start().starts_with('{') {
                "\"expect\""
            } else {
                "expect"
            };
            let end = span.start + inner.trim_end().len();
            return Some(self.spliced(end, end, &format!("{comma}{name}: {expect}")));
        }
        let name = self.document.key_span(at)?;
        let indent = match is_empty {
            true => self.column(name.start)? + 2,
            false => self.column(span.start)?,
        };
        let expect = yaml::members(&json!({ "expect": expect }), indent);
        let lines = format!("\n{}", expect.trim_end());
        let end = match is_empty {
            // After the colon.
            true => name.end + 1,
            false => span.start + old.trim_end().len(),
        };
        Some(self.spliced(end, end, &lines))
    }

    /// Whether a member is in an object that is written in braces.
    fn is_inline(&self, key: usize) -> Option<bool> {
        let line = self.text.get(..key)?.rsplit('\n').next()?;
        Some(!line.trim().is_empty())
    }

    /// The number of characters before a place on its line.
    fn column(&self, at: usize) -> Option<usize> {
        let line = self.text.get(..at)?.rsplit('\n').next()?;
        Some(line.chars().count())
    }

    fn spliced(&self, from: usize, to: usize, new: &str) -> String {
        let part = |range: std::ops::Range<usize>| self.text.get(range).unwrap_or("");
        format!("{}{new}{}", part(0..from), part(to..self.text.len()))
    }
}
