//! States that belong to two scopes.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::graph::{Edge, Scope};
use crate::subject::Subject;

rule! {
    /// In HCL all states are written side by side, and a branch or item processor gets those that its `start_at` leads
    /// to. This state is reached from two of them, or from one and from outside, and ASL has no state in two scopes.
    ///
    /// End the branch before this state and go on after the `parallel` or `map` block; or write a second state.
    "ASL2003" "two-scopes" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let graph = &subject.graph;
    for (index, namespace) in graph.namespaces.iter().enumerate() {
        let mut holders: HashMap<usize, Vec<&Scope<'_>>> = HashMap::new();
        for scope in graph.scopes_in(index).filter(|scope| scope.attached) {
            for state in &scope.reached {
                holders.entry(*state).or_default().push(scope);
            }
        }
        for (position, name) in namespace.states.keys().enumerate() {
            let state = namespace.first + position;
            let Some([first, second, ..]) = holders.get(&state).map(Vec::as_slice) else { continue };
            let (Some(first_way), Some(second_way)) = (graph.way(first, state), graph.way(second, state)) else {
                continue;
            };
            // What follows a shared state is shared as well: only the first of them is worth a word.
            let follows_shared = |edge: &Edge<'_>| {
                Subject::state_name(&edge.at)
                    .filter(|from| edge.at.tokens().last().is_some_and(|field| field != "StartAt") && from != name)
                    .and_then(|from| graph.state_named(index, from))
                    .is_some_and(|from| holders.get(&from).is_some_and(|scopes| scopes.len() > 1))
            };
            if follows_shared(first_way) && follows_shared(second_way) {
                continue;
            }
            findings.push(
                RULE.finding(
                    namespace.at.join(name),
                    format!("state `{name}` is reached from {} and from {}", describe(first), describe(second)),
                )
                .help("end the branch before this state and go on after the state around it, or write a second state")
                .related(first_way.at.clone(), "reached from here")
                .related(second_way.at.clone(), "and from here"),
            );
        }
    }
}

fn describe(scope: &Scope<'_>) -> String {
    let tokens = scope.at.tokens();
    match (Subject::state_name(&scope.at), tokens.last().map(|token| &**token)) {
        (None, _) => "the state machine itself".to_owned(),
        (Some(name), Some("ItemProcessor")) => format!("the item processor of `{name}`"),
        (Some(name), Some("Iterator")) => format!("the iterator of `{name}`"),
        (Some(name), index) => {
            let number = index.and_then(|index| index.parse::<usize>().ok()).unwrap_or(0) + 1;
            format!("branch {number} of `{name}`")
        }
    }
}
