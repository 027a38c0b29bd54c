//! Fields of `$states` that are not available.

use crate::diagnostic::Diagnostic;
use crate::jsonata::Kind;
use crate::semantic::{Expression, Node, SemanticModel};
use crate::suggest::did_you_mean;

rule! {
    /// ## What it does
    ///
    /// Checks for fields of `$states` that are not available where they are read.
    ///
    /// `$states.input` and `$states.context` are available in every expression. `$states.result` is available only in
    /// `Assign` and `Output` of Task, Map and Parallel states. `$states.errorOutput` is available only in `Assign`
    /// and `Output` of a catcher. `$states` has no other fields.
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
    ///   "Output": "{% $states.result.orderId %}",
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
    ///   "Output": "{% $states.input.orderId %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL3104" "unavailable-states-field" ["states-field"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let Some(tree) = expression.jsonata() else {
            continue;
        };
        tree.walk(&mut |part| {
            let Kind::Path(left, right) = &part.kind else {
                return;
            };
            let (Kind::Variable(variable), Kind::Name(name)) = (&left.kind, &right.kind) else {
                return;
            };
            if variable != "states" {
                return;
            }
            let Some((message, help)) = wrong(node, expression, name) else {
                return;
            };
            findings.push(
                RULE.inside(expression, &part.span, message)
                    .aws(
                        "UNSUPPORTED_JSONATA_EXPRESSION",
                        Some(expression.at.clone()),
                    )
                    .help(help),
            );
        });
    }
}

fn wrong(node: &Node<'_>, expression: &Expression<'_>, name: &str) -> Option<(String, String)> {
    let owner = node.shape.name.as_str();
    let after = matches!(expression.field.name.as_str(), "Assign" | "Output");
    match name {
        "input" | "context" => None,
        "result" if after && matches!(owner, "Task" | "Map" | "Parallel") => None,
        "result" => Some((
            "`$states.result` is not available here".to_owned(),
            "it is available in `Assign` and `Output` of Task, Map and Parallel states".to_owned(),
        )),
        "errorOutput" if after && owner == "Catcher" => None,
        "errorOutput" => Some((
            "`$states.errorOutput` is not available here".to_owned(),
            "it is available in `Assign` and `Output` of a catcher".to_owned(),
        )),
        name => {
            let known = ["input", "context", "result", "errorOutput"];
            let help = did_you_mean(name, known).map_or_else(
                || "it has `input`, `context`, `result` and `errorOutput`".to_owned(),
                |known| format!("did you mean `$states.{known}`?"),
            );
            Some((format!("`$states` has no field `{name}`"), help))
        }
    }
}
