//! States that nothing leads to.

use std::collections::HashSet;

use crate::check::Form;
use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// No way leads from the start to this state, so it would never run.
    ///
    /// AWS refuses it with `MISSING_TRANSITION_TARGET`. A transition whose target does not exist is taken to lead to the
    /// state whose name is closest, so that one misspelt name is reported once.
    "ASL2002" "unreachable-state" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &subject.graph;
    for (index, namespace) in graph.namespaces.iter().enumerate() {
        let counts = |scope: &&crate::graph::Scope| scope.attached || subject.form == Form::Nested;
        let scopes: Vec<_> = graph.scopes_in(index).filter(counts).collect();
        // Without a start, or with a way that is not known yet, any state may be meant.
        if scopes.iter().any(|scope| scope.open) || scopes.iter().all(|scope| scope.reached.is_empty()) {
            continue;
        }
        // Where no state of the workflow ends it, that is what is wrong, as AWS sees it as well.
        let ends = graph.states.iter().any(|node| node.namespace == index && node.ends);
        if index == 0 && !ends && subject.form == Form::Nested {
            continue;
        }
        let states = namespace.states.keys().enumerate();
        let reached: HashSet<&usize> = scopes.iter().flat_map(|scope| &scope.reached).collect();
        for (_, name) in states.filter(|(index, _)| !reached.contains(&(namespace.first + index))) {
            let at = namespace.at.join(name);
            findings.push(
                RULE.finding(at.clone(), format!("no way leads to state `{name}`"))
                    .aws("MISSING_TRANSITION_TARGET", Some(at))
                    .help("name it in a transition, in the start of a branch or item processor, or remove it"),
            );
        }
    }
}
