//! Marks the states and transitions that an execution reached, for pictures of its workflow.

use std::collections::HashMap;

use asl::Json;
use asl::diagram::{Mark, Marks, Transition};
use asl::semantic::graph::Graph;
use asl_run::Failure;

use super::{History, Outcome, Visit};

/// Names of errors that a catcher can have in place of the error.
const WILDCARDS: [&str; 2] = ["States.ALL", "States.TaskFailed"];

/// The states and transitions of a definition that an execution reached, and the states because of which it did not
/// succeed.
pub fn marks(history: &History, definition: &Json) -> Marks {
    let graph = Graph::of(definition);
    let states: HashMap<&str, &Json> = graph
        .states
        .iter()
        .map(|node| (node.name, node.value))
        .collect();
    let mut marks = Marks::default();
    for name in states.keys() {
        marks.states.insert((*name).to_owned(), Mark::Missed);
    }
    for visit in &history.visits {
        marks.states.insert(visit.state.clone(), Mark::Reached);
        let taken = states
            .get(visit.state.as_str())
            .map(|state| transitions(visit, state));
        let known = marks.transitions.entry(visit.state.clone()).or_default();
        known.extend(taken.into_iter().flatten());
    }
    // After all visits, because another visit of the same state can have succeeded.
    for visit in history.culprits() {
        marks.states.insert(visit.state.clone(), Mark::Failed);
    }
    marks
}

/// The transitions with which a visit can have ended. A history names the next state, but not the rule that led to it.
fn transitions(visit: &Visit, state: &Json) -> Vec<Transition> {
    let next = visit.next.as_deref();
    match (visit.outcome, next) {
        (Outcome::Caught, Some(next)) => {
            let error = visit.failure.as_ref().map_or("", Failure::name);
            catcher(state, next, error)
                .map(Transition::Catcher)
                .into_iter()
                .collect()
        }
        (Outcome::Succeeded, Some(next)) if visit.ty == "Choice" => {
            let rules = entries(state, "Choices").enumerate();
            let rules = rules.filter(|(_, rule)| leads_to(rule, "Next", next));
            let default = leads_to(state, "Default", next).then_some(Transition::Default);
            rules
                .map(|(index, _)| Transition::Rule(index))
                .chain(default)
                .collect()
        }
        (Outcome::Succeeded, _) => vec![Transition::Next],
        _ => Vec::new(),
    }
}

/// The first catcher with this error that leads to the next state, or else the first one that leads to it.
fn catcher(state: &Json, next: &str, error: &str) -> Option<usize> {
    let leading = || {
        entries(state, "Catch")
            .enumerate()
            .filter(move |(_, catcher)| leads_to(catcher, "Next", next))
    };
    let found = leading().find(|(_, catcher)| catches(catcher, error));
    found.or_else(|| leading().next()).map(|(index, _)| index)
}

fn catches(catcher: &Json, error: &str) -> bool {
    let errors = catcher.get("ErrorEquals").and_then(Json::as_array);
    let mut errors = errors.unwrap_or(&[]).iter().filter_map(Json::as_str);
    errors.any(|name| name == error || WILDCARDS.contains(&name))
}

fn entries<'a>(state: &'a Json, field: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
    let list = state.get(field).and_then(Json::as_array);
    list.unwrap_or(&[]).iter()
}

fn leads_to(entry: &Json, field: &str, next: &str) -> bool {
    entry.get(field).and_then(Json::as_str) == Some(next)
}

#[cfg(test)]
mod tests {
    use asl_run::Moment;

    use super::*;

    const DEFINITION: &str = r#"{
  "StartAt": "Choose",
  "States": {
    "Choose": { "Type": "Choice", "Default": "Ask", "Choices": [
      { "Variable": "$.a", "IsPresent": true, "Next": "Done" },
      { "Variable": "$.b", "IsPresent": true, "Next": "Ask" }
    ] },
    "Ask": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Done", "Catch": [
      { "ErrorEquals": ["Other"], "Next": "Late" },
      { "ErrorEquals": ["Busy"], "Next": "Late" }
    ] },
    "Late": { "Type": "Pass", "Next": "Done" },
    "Done": { "Type": "Succeed" }
  }
}"#;

    fn visit(state: &str, ty: &str, outcome: Outcome, next: Option<&str>) -> Visit {
        Visit {
            state: state.to_owned(),
            ty: ty.to_owned(),
            entered: Moment::default(),
            ended: Some(Moment::default()),
            outcome,
            attempts: Vec::new(),
            input: None,
            output: None,
            variables: Vec::new(),
            failure: (outcome != Outcome::Succeeded).then(|| Failure::new("Busy", "c")),
            items: Vec::new(),
            depth: 0,
            next: next.map(str::to_owned),
            is_superseded: false,
            is_resumed: false,
            parent: None,
            item: None,
        }
    }

    #[test]
    fn the_path_is_marked() {
        let definition = asl::parse(DEFINITION).unwrap().0.root;
        let history = History {
            visits: vec![
                visit("Choose", "Choice", Outcome::Succeeded, Some("Ask")),
                visit("Ask", "Task", Outcome::Caught, Some("Late")),
                visit("Late", "Pass", Outcome::Failed, None),
            ],
            end: Some(super::super::End {
                status: asl_run::Status::Failed,
                output: None,
                failure: None,
            }),
            ..History::default()
        };
        let marks = marks(&history, &definition);
        for (state, expected) in [
            ("Choose", Mark::Reached),
            ("Ask", Mark::Reached),
            ("Late", Mark::Failed),
            ("Done", Mark::Missed),
        ] {
            assert_eq!(marks.states[state], expected, "{state}");
        }
        // The second rule and `Default` lead to the same state.
        assert_eq!(
            marks.transitions["Choose"],
            [Transition::Rule(1), Transition::Default]
        );
        assert_eq!(marks.transitions["Ask"], [Transition::Catcher(1)]);
        assert!(marks.transitions["Late"].is_empty());
    }
}
