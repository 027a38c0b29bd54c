//! States with JSONPath in a state machine with JSONata.

use crate::diagnostic::{Diagnostic, Fix};
use crate::semantic::SemanticModel;

rule! {
    /// ## What it does
    ///
    /// Checks for states with the query language JSONPath in a state machine with the query language JSONata.
    ///
    /// The opposite is permitted: in a state machine with JSONPath, a state can set `QueryLanguage` to `JSONata`. To
    /// use both languages, remove `QueryLanguage` from the state machine and set it to `JSONata` in each state that
    /// needs it.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "QueryLanguage": "JSONata",
    ///   "StartAt": "SelectOrder",
    ///   "States": {
    ///     "SelectOrder": {
    ///       "Type": "Pass",
    ///       "QueryLanguage": "JSONPath",
    ///       "OutputPath": "$.order",
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "QueryLanguage": "JSONata",
    ///   "StartAt": "SelectOrder",
    ///   "States": {
    ///     "SelectOrder": {
    ///       "Type": "Pass",
    ///       "Output": "{% $states.input.order %}",
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL1010" "query-language-downgrade" ["language-downgrade"] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for state in model.states.iter().filter(|state| state.downgraded) {
        let at = state.at.join("QueryLanguage");
        let message = format!(
            "state `{}` uses JSONPath in a state machine with JSONata",
            state.name
        );
        findings.push(
            RULE.finding(at.clone(), message)
                .schema(&state.at)
                .help("remove `QueryLanguage` from the state, or move it from the state machine to each state that uses JSONata")
                .fix(Fix::value(at, "JSONata".to_owned()).safe_if(false)),
        );
    }
}
