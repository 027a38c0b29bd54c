//! Writes what happened as the expectations of cases.

use asl::{Document, Format, JsonPointer, PathBuilder};
use asl_run::{EventKind, Status};
use serde_json::{Map, Value, json};

use crate::expect::Difference;
use crate::runner::CaseRun;
use crate::yaml;

/// The expectations of a run. Those that were written and are right stay as they are, the others are renewed, and none
/// are added. Without any, the end and the path are expected. Limits of the duration stay.
pub fn expectations(written: Option<&Value>, wrong: &[Difference], run: &CaseRun) -> Value {
    let members = written
        .and_then(Value::as_object)
        .filter(|written| !written.is_empty());
    let Some(members) = members else {
        return end(run);
    };
    let is_wrong = |what: &str| wrong.iter().any(|difference| difference.what == what);
    let other_end = is_wrong("status");
    let mut expect = Map::new();
    for (name, value) in members {
        let renewed = match name.as_str() {
            "status" | "output" | "output!" | "error" | "cause" if other_end => continue,
            "output" | "output!" if is_wrong("output") => run.output.clone(),
            "error" if is_wrong("error") => error(run),
            "cause" if is_wrong("cause") => cause(run),
            "path" if is_wrong("path") => Some(json!(run.path)),
            "calls" => Some(calls(value, wrong, run)),
            _ => Some(value.clone()),
        };
        expect.extend(renewed.map(|value| (name.clone(), value)));
    }
    if other_end && let Value::Object(end) = end(run) {
        expect.extend(end.into_iter().filter(|(name, _)| name != "path"));
    }
    Value::Object(expect)
}

fn error(run: &CaseRun) -> Option<Value> {
    run.failure.as_ref()?.error.clone().map(Value::from)
}

fn cause(run: &CaseRun) -> Option<Value> {
    run.failure.as_ref()?.cause.clone().map(Value::from)
}

/// The end of a run, and its path if it has only one.
fn end(run: &CaseRun) -> Value {
    let mut end = Map::new();
    let mut add = |name: &str, value: Value| {
        end.insert(name.to_owned(), value);
    };
    let error = error(run).filter(|error| error != "");
    match run.status {
        Status::Succeeded => add("output!", run.output.clone().unwrap_or(Value::Null)),
        Status::Failed if error.is_some() => {}
        status => add("status", status.to_string().into()),
    }
    if let Some(error) = error {
        add("error", error);
    }
    if !forks(run) {
        add("path", json!(run.path));
    }
    Value::Object(end)
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

/// The inputs of the calls of the states that were written. Those that are right stay as they are.
fn calls(written: &Value, wrong: &[Difference], run: &CaseRun) -> Value {
    let states = written.as_object().into_iter().flatten();
    let states = states.map(|(state, written)| {
        let what = format!("calls of {state}");
        if !wrong.iter().any(|difference| difference.what == what) {
            return (state.clone(), written.clone());
        }
        let inputs = run.calls.iter().filter(|call| call.state == *state);
        let inputs = inputs.map(|call| call.input.clone());
        (state.clone(), Value::Array(inputs.collect()))
    });
    Value::Object(states.collect())
}

/// Replaces the expectations of a case in a test file, or adds them. Everything else stays as it is. `None` if that is
/// not possible, because of the way in which the case is written.
pub fn with_expectations(text: &str, format: Format, case: &str, expect: &Value) -> Option<String> {
    let document = read(text, format)?;
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
    let changed = match members.get("expect") {
        Some(_) => edit.replaced(&at_expect.pointer(), expect),
        None => edit.added(&at_case.pointer(), members, expect),
    }?;
    // Comments, anchors and other things that only YAML has can be in the way.
    let mut wanted = document.root.to_value()?;
    let case = wanted.get_mut("cases")?.get_mut(case)?.as_object_mut()?;
    case.insert("expect".to_owned(), expect.clone());
    let found = read(&changed, format)?.root;
    found
        .same_meaning(&asl::Json::from(wanted))
        .then_some(changed)
}

fn read(text: &str, format: Format) -> Option<Document> {
    let parsed = match format {
        Format::Json => asl::parse(text),
        Format::Yaml => asl::parse_yaml(text),
    };
    parsed.ok().map(|(document, _)| document)
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
        let expect = yaml::members(&json!({ "expect": expect }), self.column(span.start)?);
        let end = span.start + old.trim_end().len();
        Some(self.spliced(end, end, &format!("\n{}", expect.trim_end())))
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
