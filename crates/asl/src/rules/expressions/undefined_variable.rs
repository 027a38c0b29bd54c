//! Variables that are read before they have a value.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::variables::{Defined, Read};
use crate::suggest::did_you_mean;

rule! {
    /// ## What it does
    ///
    /// Checks for variables that are read before they have a value.
    ///
    /// A variable is reported in each of these cases:
    ///
    /// - No state sets it.
    /// - Only states on other paths set it, or only some of the paths to the state that reads it.
    /// - Only the state that reads it sets it. The values of `Assign` are available from the next state on.
    /// - It is set outside of a distributed Map state and read inside. The child workflow executions have no access
    ///   to the variables of the enclosing workflow. Pass the value with `ItemSelector`.
    ///
    /// A variable that is set on some of the paths is not reported if the expression checks it with `$exists` first.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition. The state that reads the variable fails when it runs.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Assign": {
    ///     "total": "{% $sum($states.input.items.price) %}"
    ///   },
    ///   "Output": "{% $total %}",
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
    ///   "Output": "{% $sum($states.input.items.price) %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Variables](https://states-language.net/#variables)
    /// - [AWS Step Functions: Passing data between states with variables](https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html)
    "ASL3203" "undefined-variable" [] Warning
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let names: HashSet<&str> = model
        .variables
        .assignments
        .iter()
        .map(|set| set.name.as_str())
        .collect();
    for read in &model.variables.reads {
        let Some(expression) = model.expressions.get(read.expression) else {
            continue;
        };
        let name = &read.name;
        let (message, help) = match model.variables.defined(read.state, name) {
            None | Some(Defined::Always) => continue,
            Some(Defined::Sometimes) if read.guarded => continue,
            Some(Defined::Sometimes) => (
                format!("`${name}` is not set on every path to this state"),
                "set it with `Assign` on the other paths as well".to_owned(),
            ),
            Some(Defined::Never) if names.contains(name.as_str()) => elsewhere(model, read),
            Some(Defined::Never) => (
                format!("the variable `${name}` is never set"),
                did_you_mean(name, names.iter().copied()).map_or_else(
                    || "set it with `Assign` in an earlier state".to_owned(),
                    |known| format!("did you mean `${known}`?"),
                ),
            ),
        };
        findings.push(RULE.inside(expression, &read.span, message).help(help));
    }
}

fn elsewhere(model: &SemanticModel<'_>, read: &Read) -> (String, String) {
    let name = &read.name;
    let here = model
        .variables
        .assignments
        .iter()
        .any(|set| set.name == *name && set.state == read.state);
    if here {
        return (
            format!("`${name}` is set only in this state, and can be read from the next one on"),
            "set it in an earlier state, or write its value here".to_owned(),
        );
    }
    (
        format!("`${name}` is not set on any path to this state"),
        "set it with `Assign` in an earlier state; the iterations of a distributed Map state cannot read outer variables, so pass it with `ItemSelector`"
            .to_owned(),
    )
}
