//! Loops that do not wait.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{State, Subject};

rule! {
    /// States form a loop in which nothing waits, so that it goes round as fast as it can. Each round costs transitions, and
    /// in a Standard execution counts towards the quota of 25,000 events.
    "ASL7007" "hot-loop" Lint Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for scope in &subject.graph.scopes {
        let start = loop_start(subject, scope.reached.iter().copied());
        if let Some(state) = start.and_then(|state| subject.states.get(state)) {
            findings.push(
                RULE.finding(state.at.clone(), format!("a loop goes through state `{}` without waiting", state.name))
                    .help(
                        "put a Wait state into the loop, or use `Retry` or an integration that waits, such as `.sync`",
                    ),
            );
        }
    }
}

/// Whether a state takes its time.
fn waits(state: &State<'_>) -> bool {
    matches!(state.ty, "Wait" | "Parallel" | "Map")
        || matches!(state.value, Json::Unknown)
        || state.resource.is_some_and(|(_, resource)| resource.waits())
}

/// A state that a way without waiting leads back to; searched in depth, without recursion.
fn loop_start(subject: &Subject<'_>, states: impl Iterator<Item = usize>) -> Option<usize> {
    let goes_on = |state: usize| subject.states.get(state).is_some_and(|state| !waits(state));
    let mut seen: HashSet<usize> = HashSet::new();
    let mut on_path: HashSet<usize> = HashSet::new();
    for start in states.filter(|state| goes_on(*state)) {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if seen.insert(start) {
            on_path.insert(start);
            path.push((start, 0));
        }
        while let Some((state, next)) = path.last_mut() {
            let target = subject.graph.edges(*state).get(*next).map(|edge| edge.to);
            *next += 1;
            match target {
                None => {
                    on_path.remove(state);
                    path.pop();
                }
                Some(Some(target)) if on_path.contains(&target) => return Some(target),
                Some(Some(target)) if goes_on(target) && seen.insert(target) => {
                    on_path.insert(target);
                    path.push((target, 0));
                }
                Some(_) => {}
            }
        }
    }
    None
}
