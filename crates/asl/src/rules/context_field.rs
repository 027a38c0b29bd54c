//! Fields that the context object does not have.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::integration::Resource;
use crate::json::Json;
use crate::jsonata::Kind;
use crate::jsonpath::Root;
use crate::subject::{Expression, Subject};

/// The members of the context object (developer guide, "Accessing execution data from the Context object").
const FIELDS: &[(&str, &[&str])] = &[
    ("Execution", &["Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime"]),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("StateMachine", &["Id", "Name"]),
    ("Task", &["Token"]),
    ("Map", &["Item"]),
];
const MAP_ITEM: &[&str] = &["Index", "Value", "Key", "Source"];

rule! {
    /// The context object has no such field. It has `Execution`, `State`, `StateMachine`, in a Map `Map.Item`, and in a
    /// task that waits for its token `Task.Token`. Names are case-sensitive.
    ///
    /// AWS takes it, and the state fails when it runs.
    "ASL3007" "context-field" Warning check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in &subject.expressions {
        for (path, span) in expression.paths().into_iter().filter(|(path, _)| path.root == Root::Context) {
            let names: Vec<&str> = path.members().collect();
            findings.extend(unknown(&names).map(|finding| say(expression, &span, finding)));
        }
        if let Some(tree) = expression.jsonata() {
            tree.walk(&mut |node| {
                if let Some(names) = context_path(node) {
                    findings.extend(unknown(&names).map(|finding| say(expression, &node.span, finding)));
                }
            });
        }
    }
    token_outside_callback(subject, findings);
}

fn say(expression: &Expression<'_>, span: &std::ops::Range<usize>, (message, help): (String, String)) -> Diagnostic {
    RULE.inside(expression, span, message).help(help)
}

/// The names after `$states.context`, for the longest path that goes through names alone.
pub(super) fn context_path(node: &crate::jsonata::Node) -> Option<Vec<&str>> {
    fn names(node: &crate::jsonata::Node) -> Option<Vec<&str>> {
        match &node.kind {
            Kind::Variable(name) if name == "states" => Some(Vec::new()),
            Kind::Path(left, right) => match (&right.kind, names(left)) {
                (Kind::Name(name), Some(mut names)) => {
                    names.push(name);
                    Some(names)
                }
                _ => None,
            },
            _ => None,
        }
    }
    let mut found = names(node)?;
    (found.first() == Some(&"context")).then(|| found.split_off(1))
}

fn unknown(names: &[&str]) -> Option<(String, String)> {
    let wrong = |name: &str, of: &str, known: Vec<&'static str>| {
        let help = match did_you_mean(name, known.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("it has {}", super::list(known)),
        };
        Some((format!("{of} has no field `{name}`"), help))
    };
    let (first, rest) = names.split_first()?;
    let Some((_, fields)) = FIELDS.iter().find(|(name, _)| name == first) else {
        return wrong(first, "the context object", FIELDS.iter().map(|(name, _)| *name).collect());
    };
    let (second, rest) = rest.split_first()?;
    if !fields.contains(second) {
        return wrong(second, &format!("`{first}` of the context object"), fields.to_vec());
    }
    match (*first, rest.first()) {
        ("Map", Some(third)) if !MAP_ITEM.contains(third) => {
            wrong(third, "`Map.Item` of the context object", MAP_ITEM.to_vec())
        }
        _ => None,
    }
}

/// Only a task that waits for its token has one.
fn token_outside_callback(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in &subject.expressions {
        let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
        let token = |names: &[&str]| matches!(names, ["Task", "Token", ..]);
        for (path, span) in expression.paths() {
            if path.root == Root::Context && token(&path.members().collect::<Vec<_>>()) {
                spans.push(span);
            }
        }
        if let Some(tree) = expression.jsonata() {
            tree.walk(&mut |node| {
                if context_path(node).is_some_and(|names| names.len() == 2 && token(&names)) {
                    spans.push(node.span.clone());
                }
            });
        }
        let Some(state) = subject.objects.get(expression.object).and_then(|item| subject.state_of(item)) else { continue };
        let resource = state.value.get("Resource");
        let waits = resource.is_some_and(|resource| match resource {
            Json::String(resource) => !Resource::parse(resource).pattern().is_empty() || resource.contains(":activity:"),
            _ => true,
        });
        if !waits {
            for span in spans {
                let message = format!("state `{}` has no task token", state.name);
                let help = "only a Task whose `Resource` ends in `.waitForTaskToken` has one";
                findings.push(RULE.inside(expression, &span, message).help(help));
            }
        }
    }
}
