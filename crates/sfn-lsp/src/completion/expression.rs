//! Completion in expressions: JSONata between `{%` and `%}`, and JSONPath.

use asl::context;
use asl::integration::Resource;
use asl::jsonata::FUNCTIONS;
use asl::jsonpath::Step;
use asl::semantic::response::{Reached, Response};

use super::{Completion, CompletionKind};

/// What expressions can read at a place.
pub struct Scope<'t> {
    /// The names of the variables of the workflow.
    pub variables: Vec<&'t str>,
    /// What the state calls.
    pub resource: Option<Resource<'t>>,
}

/// The members of `$states` (developer guide, "Transforming data with JSONata in Step Functions").
const STATES: &[&str] = &["input", "result", "errorOutput", "context"];
/// The members of the error output.
const ERROR_OUTPUT: &[&str] = &["Error", "Cause"];

/// Returns the words that can follow the string before a byte of the text; `None` if that is not an expression.
pub fn complete(written: &str, at: usize, scope: &Scope<'_>) -> Option<Vec<Completion>> {
    if let Some(begun) = written.rfind("{%") {
        let expression = written.get(begun + 2..)?;
        return (!expression.contains("%}")).then(|| jsonata(expression, at, scope));
    }
    written
        .starts_with('$')
        .then(|| jsonpath(written, at, scope))
}

/// The path of names that ends a text, such as `$states.result.It`.
fn path_of(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '$' | '_' | '.');
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last()
        .map_or(text.len(), |(at, _)| at);
    text.get(start..).unwrap_or("")
}

fn jsonata(expression: &str, at: usize, scope: &Scope<'_>) -> Vec<Completion> {
    let path = path_of(expression);
    let names: Vec<&str> = path.split('.').collect();
    let Some((last, before)) = names.split_last() else {
        return Vec::new();
    };
    let member = |names: Vec<&str>| words(names.into_iter(), CompletionKind::Field, last, at);
    match before {
        [] if last.starts_with('$') || last.is_empty() => {
            let variables = std::iter::once("states").chain(scope.variables.iter().copied());
            let variables: Vec<String> = variables.map(|name| format!("${name}")).collect();
            let functions: Vec<String> = FUNCTIONS
                .iter()
                .map(|function| format!("${}", function.name))
                .collect();
            let mut found = words(
                variables.iter().map(String::as_str),
                CompletionKind::Variable,
                last,
                at,
            );
            found.extend(words(
                functions.iter().map(String::as_str),
                CompletionKind::Function,
                last,
                at,
            ));
            found
        }
        ["$states"] => member(STATES.to_vec()),
        ["$states", "errorOutput"] => member(ERROR_OUTPUT.to_vec()),
        ["$states", "context", rest @ ..] => member(context_members(rest)),
        ["$states", "result", rest @ ..] => member(result_members(scope.resource, rest)),
        _ => Vec::new(),
    }
}

fn jsonpath(written: &str, at: usize, scope: &Scope<'_>) -> Vec<Completion> {
    let path = path_of(written);
    let names: Vec<&str> = path.split('.').collect();
    let Some((last, before)) = names.split_last() else {
        return Vec::new();
    };
    match before {
        [] => {
            let variables: Vec<String> = scope
                .variables
                .iter()
                .map(|name| format!("${name}"))
                .collect();
            words(
                variables.iter().map(String::as_str),
                CompletionKind::Variable,
                last,
                at,
            )
        }
        ["$$", rest @ ..] => words(
            context_members(rest).into_iter(),
            CompletionKind::Field,
            last,
            at,
        ),
        _ => Vec::new(),
    }
}

fn words<'w>(
    names: impl Iterator<Item = &'w str>,
    kind: CompletionKind,
    last: &str,
    at: usize,
) -> Vec<Completion> {
    let word = |name: &str| Completion {
        label: name.to_owned(),
        kind,
        detail: String::new(),
        documentation: String::new(),
        span: at - last.len()..at,
        text: name.to_owned(),
    };
    names.map(word).collect()
}

/// The members of the context object behind these names.
fn context_members(names: &[&str]) -> Vec<&'static str> {
    match names {
        [] => context::FIELDS.iter().map(|(name, _)| *name).collect(),
        [first] => {
            let known = context::FIELDS.iter().find(|(name, _)| name == first);
            known.map_or_else(Vec::new, |(_, fields)| fields.to_vec())
        }
        ["Map", "Item"] => context::MAP_ITEM.to_vec(),
        _ => Vec::new(),
    }
}

/// The members that an API returns behind these names.
fn result_members(resource: Option<Resource<'_>>, names: &[&str]) -> Vec<&'static str> {
    let response = resource.and_then(Response::of);
    let inner = names.iter().try_fold(response, |response, name| {
        match response?.step(&Step::Member((*name).into())) {
            Reached::Response(response) => Some(Some(response)),
            Reached::Anything | Reached::Nothing => None,
        }
    });
    inner
        .flatten()
        .map(|response| response.names().collect())
        .unwrap_or_default()
}
