//! State machines in which no state ends the workflow.

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::ids::ScopeId;

rule! {
    /// ## What it does
    ///
    /// Checks for state machines in which no state ends the workflow.
    ///
    /// A state ends the workflow if it has `"End": true` or if its type is Succeed or Fail. A state that ends the
    /// workflow counts even if no transition leads to it. AWS makes this check only at the top level of the state
    /// machine, not in the branches of Parallel states or the item processors of Map states. There, the rule ASL2007
    /// reports a workflow without an end.
    ///
    /// ## Why is this bad?
    ///
    /// No execution can ever end. AWS rejects the definition with `MISSING_END_STATE` when the state machine is
    /// created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "WaitForStock",
    ///   "States": {
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "RecordOrder"
    ///     },
    ///     "RecordOrder": {
    ///       "Type": "Pass",
    ///       "Next": "WaitForStock"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "WaitForStock",
    ///   "States": {
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "RecordOrder"
    ///     },
    ///     "RecordOrder": {
    ///       "Type": "Pass",
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: States](https://states-language.net/#states-fields)
    "ASL2004" "no-terminal-state" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(scope) = model.graph.scopes.get(ScopeId::ROOT) else {
        return;
    };
    // ASL2001 reports a start or a transition whose target does not exist.
    if scope.open || scope.reached.is_empty() {
        return;
    }
    let mut edges = model.graph.reached(scope).flat_map(|node| &node.edges);
    if edges.any(|edge| edge.target.is_some() && edge.to.is_none()) {
        return;
    }
    // A terminal state counts even if it is unreachable.
    let mut all = model
        .graph
        .states
        .iter()
        .filter(|node| node.namespace == scope.namespace);
    if !all.any(|node| node.ends) {
        findings.push(
            RULE.finding(scope.at.join("StartAt"), "no state ends the workflow")
                .aws("MISSING_END_STATE", None)
                .help("give the last state `End: true`, or continue to a Succeed or Fail state"),
        );
    }
}
