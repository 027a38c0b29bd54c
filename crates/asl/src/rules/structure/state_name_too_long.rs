//! State names that are empty or too long.

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;

/// The longest name of a state, in characters (Amazon States Language specification, "States").
const MAX_CHARACTERS: usize = 80;

rule! {
    /// ## What it does
    ///
    /// Checks for state names that are empty or have more than 80 characters.
    ///
    /// The rule counts characters, not bytes. Put a long description into the `Comment` of the state.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `INVALID_STATE_NAME` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "The order is complete: all items are reserved, charged and shipped, and the customer is notified",
    ///   "States": {
    ///     "The order is complete: all items are reserved, charged and shipped, and the customer is notified": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "OrderComplete",
    ///   "States": {
    ///     "OrderComplete": {
    ///       "Type": "Succeed",
    ///       "Comment": "The order is complete: all items are reserved, charged and shipped, and the customer is notified"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    "ASL1008" "state-name-too-long" ["state-name-length"] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for namespace in &model.graph.namespaces {
        for name in namespace.states.keys() {
            let characters = name.chars().count();
            if characters == 0 || characters > MAX_CHARACTERS {
                let message = format!("the name of a state has {characters} characters");
                let help = format!("use from 1 to {MAX_CHARACTERS} characters");
                findings.push(
                    RULE.finding(namespace.at.join(name), message)
                        .aws("INVALID_STATE_NAME", Some(namespace.at.join(name)))
                        .help(help),
                );
            }
        }
    }
}
