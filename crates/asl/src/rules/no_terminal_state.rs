//! Workflows without an end.

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// No state of the state machine ends it: none has `End: true`, none is a Succeed or Fail state.
    ///
    /// AWS refuses it with `MISSING_END_STATE`; in branches and item processors it does not look.
    "ASL2004" "no-terminal-state" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(scope) = subject.graph.scopes.first() else {
        return;
    };
    // A start or a transition that leads nowhere is reported by itself.
    if scope.open || scope.reached.is_empty() {
        return;
    }
    let mut edges = subject.graph.reached(scope).flat_map(|node| &node.edges);
    if edges.any(|edge| edge.target.is_some() && edge.to.is_none()) {
        return;
    }
    // One that no way leads to counts as well.
    let mut all = subject.graph.states.iter().filter(|node| node.namespace == scope.namespace);
    if !all.any(|node| node.ends) {
        findings.push(
            RULE.finding(scope.at.join("StartAt"), "no state ends the workflow")
                .aws("MISSING_END_STATE", None)
                .help("give the last state `End: true`, or go on to a Succeed or Fail state"),
        );
    }
}
