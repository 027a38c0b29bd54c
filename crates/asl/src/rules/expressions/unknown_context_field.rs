//! Unknown fields of the context object.

use std::ops::Range;

use crate::context::{FIELDS, MAP_ITEM};
use crate::diagnostic::Diagnostic;
use crate::jsonata::Kind;
use crate::jsonpath::Root;
use crate::semantic::{Expression, Node, SemanticModel, State};
use crate::suggest::did_you_mean;

rule! {
    /// ## What it does
    ///
    /// Checks for references to fields that the context object does not have.
    ///
    /// The context object has the fields `Execution`, `State`, and `StateMachine`. In a Map state it also has
    /// `Map.Item`, and in a Task state that waits for its task token it has `Task.Token`. Field names are
    /// case-sensitive.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition, but the state fails when it runs.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "executionId.$": "$$.Execution.id"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "executionId.$": "$$.Execution.Id"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Accessing execution data from the Context object in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html)
    "ASL3007" "unknown-context-field" ["context-field"] Warning
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        for (path, span) in expression
            .paths()
            .into_iter()
            .filter(|(path, _)| path.root == Root::Context)
        {
            let names: Vec<&str> = path.members().collect();
            findings.extend(unknown(&names).map(|finding| say(expression, &span, finding)));
        }
        if let Some(tree) = expression.jsonata() {
            tree.walk(&mut |node| {
                if let Some(names) = context_path(node) {
                    findings.extend(
                        unknown(&names).map(|finding| say(expression, &node.span, finding)),
                    );
                }
            });
        }
        let owner = model.state_of(node).filter(|state| !may_have_token(state));
        if let Some(state) = owner {
            token_outside_callback(state, expression, findings);
        }
    }
}

fn say(
    expression: &Expression<'_>,
    span: &Range<usize>,
    (message, help): (String, String),
) -> Diagnostic {
    RULE.inside(expression, span, message).help(help)
}

/// The names after `$states.context`, for the longest path that consists of names.
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
            None => format!("it has {}", crate::rules::list(known)),
        };
        Some((format!("{of} has no field `{name}`"), help))
    };
    let (first, rest) = names.split_first()?;
    let Some((_, fields)) = FIELDS.iter().find(|(name, _)| name == first) else {
        return wrong(
            first,
            "the context object",
            FIELDS.iter().map(|(name, _)| *name).collect(),
        );
    };
    let (second, rest) = rest.split_first()?;
    if !fields.contains(second) {
        return wrong(
            second,
            &format!("`{first}` of the context object"),
            fields.to_vec(),
        );
    }
    match (*first, rest.first()) {
        ("Map", Some(third)) if !MAP_ITEM.contains(third) => {
            wrong(third, "`Map.Item` of the context object", MAP_ITEM.to_vec())
        }
        _ => None,
    }
}

/// Whether a state may have a task token. True if the resource that it calls is not known.
fn may_have_token(state: &State<'_>) -> bool {
    match state.resource {
        Some((_, resource)) => resource.waits(),
        None => state.value.get("Resource").is_some(),
    }
}

/// Reports a task token that is read in a state without one.
fn token_outside_callback(
    state: &State<'_>,
    expression: &Expression<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let is_token = |names: &[&str]| matches!(names, ["Task", "Token", ..]);
    for (path, span) in expression.paths() {
        if path.root == Root::Context && is_token(&path.members().collect::<Vec<_>>()) {
            spans.push(span);
        }
    }
    if let Some(tree) = expression.jsonata() {
        tree.walk(&mut |node| {
            if context_path(node).is_some_and(|names| names.len() == 2 && is_token(&names)) {
                spans.push(node.span.clone());
            }
        });
    }
    for span in spans {
        let message = format!("state `{}` has no task token", state.name);
        let help = "only a Task whose `Resource` ends in `.waitForTaskToken` has one";
        findings.push(RULE.inside(expression, &span, message).help(help));
    }
}
