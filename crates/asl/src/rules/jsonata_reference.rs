//! Names that stand for nothing.

use std::collections::HashSet;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::jsonata::{Kind, Node};
use crate::subject::{Item, Subject};

rule! {
    /// An expression begins with the name of a field, with `$` or with `$$`. In Step Functions an expression has no
    /// context of its own: it starts from `$states.input`, `$states.result`, `$states.context` or a variable.
    ///
    /// AWS refuses it with `UNSUPPORTED_JSONATA_EXPRESSION`.
    "ASL3103" "jsonata-reference" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let Some(tree) = expression.jsonata() else { continue };
        let mut references = Vec::new();
        collect(tree, &mut references);
        let mut seen = HashSet::new();
        for (name, span) in references.into_iter().filter(|(name, _)| seen.insert(name.to_owned())) {
            let (message, help) = match name {
                "" => (
                    "`$` stands for nothing outside a predicate or a function over an array".to_owned(),
                    "write `$states.input` for the input of the state".to_owned(),
                ),
                "%" => ("nothing is around the context here".to_owned(), "write `$states.input`".to_owned()),
                "$" => ("`$$` does not exist in Step Functions".to_owned(), "write `$states.input`".to_owned()),
                name => (
                    format!("`{name}` stands for nothing here"),
                    format!(
                        "write `$states.input.{name}` for a field of the input, `${name}` for a variable, or quotes for text"
                    ),
                ),
            };
            findings.push(
                RULE.inside(expression, &span, message)
                    .aws("UNSUPPORTED_JSONATA_EXPRESSION", Some(expression.at.clone()))
                    .help(help),
            );
        }
    }
}

/// The names that are looked up in the context that an expression starts from: the first step of a path is, later
/// steps, predicates, orders and groups are not, and the body of a function has the context of what is around it.
fn collect<'a>(node: &'a Node, found: &mut Vec<(&'a str, Range<usize>)>) {
    match &node.kind {
        Kind::Parent => found.push(("%", node.span.clone())),
        Kind::Name(name) => found.push((name, node.span.clone())),
        Kind::Variable(name) if name.is_empty() || name == "$" => found.push((name, node.span.clone())),
        Kind::Path(left, _) => match &left.kind {
            // A string as a step is the name of a field.
            Kind::Text(name) => found.push((name, left.span.clone())),
            _ => collect(left, found),
        },
        Kind::Predicate(left, _) | Kind::Sort(left, _) | Kind::Group(left, _) | Kind::Bind(left, _) => {
            collect(left, found);
        }
        Kind::Transform(..) => {}
        _ => {
            for part in node.parts() {
                collect(part, found);
            }
        }
    }
}
