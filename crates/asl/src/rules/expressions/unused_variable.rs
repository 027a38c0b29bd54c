//! Variables that are never read.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;

rule! {
    /// ## What it does
    ///
    /// Checks for variables that are set and never read.
    ///
    /// A definition with parts that are not known yet is not checked, because these parts may read the variable.
    ///
    /// ## Why is this bad?
    ///
    /// The variable has no effect. It counts toward the quota of 10 MiB for the variables of an execution. Remove it,
    /// or read it in a later state.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Assign": {
    ///     "orderId": "{% $states.input.orderId %}"
    ///   },
    ///   "Output": "{% $states.input.items %}",
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
    ///   "Output": "{% $states.input.items %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Passing data between states with variables](https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html)
    /// - [AWS Step Functions: Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL3204" "unused-variable" [] Lint
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    // A value that is not known yet may read it.
    if !model.known {
        return;
    }
    let read: HashSet<&str> = model
        .variables
        .reads
        .iter()
        .map(|read| read.name.as_str())
        .collect();
    let mut said = HashSet::new();
    for set in &model.variables.assignments {
        if !read.contains(set.name.as_str()) && said.insert(set.name.as_str()) {
            findings.push(
                RULE.finding(
                    set.at.clone(),
                    format!("the variable `${}` is never read", set.name),
                )
                .help("remove it, or read it in a later state"),
            );
        }
    }
}
