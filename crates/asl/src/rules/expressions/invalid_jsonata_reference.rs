//! References to a context value that does not exist.

use std::collections::HashSet;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::jsonata::{self, Kind};
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for JSONata expressions that start with the name of a field, with `$`, or with `$$`.
    ///
    /// In Step Functions, an expression has no context value of its own. Start from `$states.input`,
    /// `$states.result`, `$states.context`, or a variable. Field names and `$` are allowed where an earlier part of
    /// the expression supplies the context value, such as in a predicate or in a later step of a path. The body of a
    /// function has the same context as the expression that contains it. Put text in quotes.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `UNSUPPORTED_JSONATA_EXPRESSION` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "total": "{% order.total %}"
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
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "total": "{% $states.input.order.total %}"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL3103" "invalid-jsonata-reference" ["jsonata-reference"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let Some(tree) = expression.jsonata() else {
            continue;
        };
        let mut references = Vec::new();
        collect(tree, &mut references);
        let mut seen = HashSet::new();
        for (name, span) in references
            .into_iter()
            .filter(|(name, _)| seen.insert(name.to_owned()))
        {
            let (message, help) = match name {
                "" => (
                    "`$` has no value outside of a predicate or a function over an array"
                        .to_owned(),
                    "write `$states.input` for the input of the state".to_owned(),
                ),
                "%" => (
                    "`%` has no parent here".to_owned(),
                    "write `$states.input`".to_owned(),
                ),
                "$" => (
                    "`$$` does not exist in Step Functions".to_owned(),
                    "write `$states.input`".to_owned(),
                ),
                name => (
                    format!("`{name}` has no value here"),
                    format!(
                        "write `$states.input.{name}` for a field of the input, `${name}` for a variable, or quotes for text"
                    ),
                ),
            };
            findings.push(
                RULE.inside(expression, &span, message)
                    .aws(
                        "UNSUPPORTED_JSONATA_EXPRESSION",
                        Some(expression.at.clone()),
                    )
                    .help(help),
            );
        }
    }
}

/// Collects the names that are evaluated in the initial context of an expression: the first step of a path, but not
/// later steps, predicates, orders and groups. The body of a function has the context of the enclosing expression.
fn collect<'a>(node: &'a jsonata::Node, found: &mut Vec<(&'a str, Range<usize>)>) {
    match &node.kind {
        Kind::Parent => found.push(("%", node.span.clone())),
        Kind::Name(name) => found.push((name, node.span.clone())),
        Kind::Variable(name) if name.is_empty() || name == "$" => {
            found.push((name, node.span.clone()));
        }
        Kind::Path(left, _) => match &left.kind {
            // A string as a step is the name of a field.
            Kind::Text(name) => found.push((name, left.span.clone())),
            _ => collect(left, found),
        },
        Kind::Predicate(left, _)
        | Kind::Sort(left, _)
        | Kind::Group(left, _)
        | Kind::Bind(left, _) => {
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
