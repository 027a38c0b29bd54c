//! States from which there is no way out.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::graph::is_terminal;
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
        let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut ends: Vec<&str> = Vec::new();
        for name in scope.reached.keys() {
            let Some(state) = subject.graph.state(scope.namespace, name) else { continue };
            if is_terminal(state) {
                ends.push(name);
            }
            for edge in subject.graph.edges(scope.namespace, name) {
                if let Some(target) = subject.graph.resolve(scope.namespace, edge) {
                    before.entry(target).or_default().push(name);
                }
            }
        }
        // A workflow without any end is another finding.
        if ends.is_empty() && index == 0 {
            continue;
        }
        let mut leads_out: HashSet<&str> = HashSet::new();
        while let Some(name) = ends.pop() {
            if leads_out.insert(name) {
                ends.extend(before.get(name).into_iter().flatten());
            }
        }
        if let Some(name) = scope.reached.keys().find(|name| !leads_out.contains(name.as_str())) {
            let at = subject.graph.place(scope.namespace, name);
            findings.push(
                RULE.finding(at, format!("no way leads from state `{name}` to an end"))
                    .help("let a rule of a Choice state lead out, or end there with `End: true`"),
            );
        }
    }
    for state in &subject.states {
        for edge in subject.graph.edges(state.namespace, state.name) {
            let catches = edge.at.tokens().iter().rev().nth(2).is_some_and(|field| field == "Catch");
            if catches && edge.target.as_deref() == Some(state.name) {
                findings.push(
                    RULE.finding(edge.at.clone(), format!("after an error state `{}` runs again, for ever", state.name))
                        .help("write `Retry` to try again a number of times, and catch the error elsewhere"),
                );
            }
        }
    }
}
