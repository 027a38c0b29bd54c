//! States from which there is no way out.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// From this state no way leads to an end, so that the workflow goes round until its timeout or the quota of 25,000
    /// events ends it; or a catcher leads back to the state whose error it catches, for ever.
    "ASL2007" "endless" Warning Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (index, scope) in subject.graph.scopes.iter().enumerate() {
        if scope.open || (!scope.attached && !scope.owns_states) {
            continue;
        }
        let mut before: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut ends: Vec<usize> = Vec::new();
        for state in scope.reached.iter().copied() {
            if subject.graph.states.get(state).is_some_and(|node| node.ends) {
                ends.push(state);
            }
            for target in subject.graph.targets(state) {
                before.entry(target).or_default().push(state);
            }
        }
        // A workflow without any end is another finding.
        if ends.is_empty() && index == 0 {
            continue;
        }
        let mut leads_out: HashSet<usize> = HashSet::new();
        while let Some(state) = ends.pop() {
            if leads_out.insert(state) {
                ends.extend(before.get(&state).into_iter().flatten());
            }
        }
        let stuck = scope.reached.iter().find(|state| !leads_out.contains(state));
        if let Some(state) = stuck.and_then(|state| subject.states.get(*state)) {
            findings.push(
                RULE.finding(state.at.clone(), format!("no way leads from state `{}` to an end", state.name))
                    .help("let a rule of a Choice state lead out, or end there with `End: true`"),
            );
        }
    }
    for (index, node) in subject.graph.states.iter().enumerate() {
        for edge in node.edges.iter().filter(|edge| edge.catches() && edge.to == Some(index)) {
            findings.push(
                RULE.finding(edge.at.clone(), format!("after an error state `{}` runs again, for ever", node.name))
                    .help("write `Retry` to try again a number of times, and catch the error elsewhere"),
            );
        }
    }
}
