//! Names of more than one state.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;

rule! {
    /// ## What it does
    ///
    /// Checks for states that have the same name as another state of the state machine.
    ///
    /// State names must be unique in the whole state machine. This includes the states in the branches of Parallel
    /// states and in the item processors of Map states.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `DUPLICATE_STATE_NAME` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "PrepareOrder",
    ///   "States": {
    ///     "PrepareOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "Done",
    ///           "States": {
    ///             "Done": {
    ///               "Type": "Succeed"
    ///             }
    ///           }
    ///         }
    ///       ],
    ///       "Next": "Done"
    ///     },
    ///     "Done": {
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
    ///   "StartAt": "PrepareOrder",
    ///   "States": {
    ///     "PrepareOrder": {
    ///       "Type": "Parallel",
    ///       "Branches": [
    ///         {
    ///           "StartAt": "StockReserved",
    ///           "States": {
    ///             "StockReserved": {
    ///               "Type": "Succeed"
    ///             }
    ///           }
    ///         }
    ///       ],
    ///       "Next": "Done"
    ///     },
    ///     "Done": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: States](https://states-language.net/#states-fields)
    "ASL2006" "duplicate-state-name" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for (state, node) in model.state_items() {
        if let Some(first) = seen.insert(state.name, node.at.clone()) {
            let message = format!("another state is called `{}`", state.name);
            let help =
                "state names must be unique in the whole state machine: rename one of the two";
            let finding = RULE
                .finding(node.at.clone(), message)
                .aws("DUPLICATE_STATE_NAME", Some(node.at.clone()));
            findings.push(finding.help(help).related(first, "the other one"));
        }
    }
}
