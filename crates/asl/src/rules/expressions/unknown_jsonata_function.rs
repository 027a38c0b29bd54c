//! Unknown JSONata functions, and wrong numbers of arguments.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::jsonata::{FUNCTIONS, Kind, function_named};
use crate::semantic::variables::names_defined_in;
use crate::semantic::{Node, SemanticModel};
use crate::suggest::did_you_mean;

rule! {
    /// ## What it does
    ///
    /// Checks for JSONata functions that do not exist or that have too few or too many arguments.
    ///
    /// An expression can call the functions of JSONata 2.0.6, the functions that Step Functions adds, and the
    /// functions that the expression defines itself. Names that an `Assign` sets are not reported. Step Functions
    /// does not support `$eval`. To parse JSON, use `$parse`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition. The state fails with `States.QueryEvaluationError` when it evaluates the
    /// expression.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Output": "{% $eval($states.input.order) %}",
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
    ///   "Output": "{% $parse($states.input.order) %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    /// - [JSONata Documentation](https://docs.jsonata.org/overview.html)
    "ASL3105" "unknown-jsonata-function" ["jsonata-function"] Warning
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let Some(tree) = expression.jsonata() else {
            continue;
        };
        let defined = names_defined_in(tree);
        let mut piped = HashSet::new();
        tree.walk(&mut |node| {
            if let Kind::Apply(_, right) = &node.kind {
                piped.insert(right.span.clone());
            }
        });
        tree.walk(&mut |node| {
            let Kind::Call(procedure, arguments) = &node.kind else {
                return;
            };
            let Kind::Variable(name) = &procedure.kind else {
                return;
            };
            if name.is_empty() || model.variables.is_set(name) || defined.contains(name.as_str()) {
                return;
            }
            // `value ~> $f(…)` passes the value as the first argument.
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
