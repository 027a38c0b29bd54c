//! Functions that JSONata does not have.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::jsonata::{FUNCTIONS, Kind, function_named};
use crate::subject::{Item, Subject};
use crate::variables::names_defined_in;

rule! {
    /// An expression calls a function that neither JSONata nor Step Functions has and that the expression does not define,
    /// or gives a function too few or too many values. Step Functions has no `$eval`; parse JSON with `$parse`.
    ///
    /// AWS takes it, and the state fails with `States.QueryEvaluationError`.
    "ASL3105" "jsonata-function" Warning Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let Some(tree) = expression.jsonata() else { continue };
        let defined = names_defined_in(tree);
        let mut piped = HashSet::new();
        tree.walk(&mut |node| {
            if let Kind::Apply(_, right) = &node.kind {
                piped.insert(right.span.clone());
            }
        });
        tree.walk(&mut |node| {
            let Kind::Call(procedure, arguments) = &node.kind else { return };
            let Kind::Variable(name) = &procedure.kind else { return };
            if name.is_empty() || subject.variables.is_set(name) || defined.contains(name.as_str()) {
                return;
            }
            // `value ~> $f(…)` gives the function its first value.
            let given = arguments.len() + usize::from(piped.contains(&node.span));
            if let Some((message, help)) = wrong(name, given) {
                findings.push(RULE.inside(expression, &node.span, message).help(help));
            }
        });
    }
}

fn wrong(name: &str, given: usize) -> Option<(String, String)> {
    let Some(function) = function_named(name) else {
        let help = match name {
            "eval" => "write the expression out, or parse JSON with `$parse`".to_owned(),
            name => did_you_mean(name, FUNCTIONS.iter().map(|function| function.name)).map_or_else(
                || "see `docs.jsonata.org` for the functions of JSONata 2.0.6".to_owned(),
                |known| format!("did you mean `${known}`?"),
            ),
        };
        return Some((format!("Step Functions has no function `${name}`"), help));
    };
    let (wrong, help) = function.wrong_number(given)?;
    Some((format!("`${name}` {wrong}"), help.to_owned()))
}
