//! Loops that do not wait.

use std::collections::{HashMap, HashSet};

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
        let mut edges: HashMap<&str, Vec<&str>> = HashMap::new();
        for name in scope.reached.keys() {
            let state = subject.state_index(scope.namespace, name).and_then(|index| subject.states.get(index));
            if state.is_none_or(waits) {
                continue;
            }
            let targets = subject.graph.edges(scope.namespace, name);
            let targets = targets.iter().filter_map(|edge| subject.graph.resolve(scope.namespace, edge)).collect();
            edges.insert(name, targets);
        }
        if let Some(name) = loop_start(&edges, scope.reached.keys().map(String::as_str)) {
            let at = subject.graph.place(scope.namespace, name);
            findings.push(
                RULE.finding(at, format!("a loop goes through state `{name}` without waiting"))
                    .help("put a Wait state into the loop, or use `Retry` or an integration that waits, such as `.sync`"),
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

/// A state that a way leads back to; searched in depth, without recursion.
fn loop_start<'a>(edges: &HashMap<&'a str, Vec<&'a str>>, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut done: HashSet<&str> = HashSet::new();
    for start in names {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        let mut on_path: HashSet<&str> = HashSet::from([start]);
        while let Some((name, next)) = path.last_mut() {
            let target = edges.get(*name).and_then(|targets| targets.get(*next)).copied();
            *next += 1;
            match target {
                None => {
                    on_path.remove(*name);
                    done.insert(*name);
                    path.pop();
                }
                Some(target) if on_path.contains(target) => return Some(target),
                Some(target) if !done.contains(target) && edges.contains_key(target) => {
                    on_path.insert(target);
                    path.push((target, 0));
                }
                Some(_) => {}
            }
        }
    }
    None
}
