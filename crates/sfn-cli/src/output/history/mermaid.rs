//! The graph of a workflow with the path of an execution, as a Mermaid flowchart.

use asl::Json;
use asl::diagram::{Format, Mark, Marks, Transition, draw};
use asl::semantic::graph::{Edge, Graph, StateNode};
use asl::semantic::ids::ScopeId;

/// The classes of states, with their colors.
const CLASSES: [(Mark, &str, &str); 3] = [
    (
        Mark::Reached,
        "reached",
        "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    ),
    (
        Mark::Failed,
        "failed",
        "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    ),
    (Mark::Missed, "missed", "stroke-dasharray:4 3"),
];

/// Draws a definition with the states and transitions that an execution reached.
pub fn mermaid(definition: &Json, marks: &Marks) -> String {
    let graph = Graph::of(definition);
    let mut text = draw(definition, Format::Mermaid);
    for (mark, class, style) in CLASSES {
        let states = graph.states.enumerate();
        let states = states.filter(|(_, node)| marks.states.get(node.name) == Some(&mark));
        let names: Vec<String> = states.map(|(number, _)| format!("s{number}")).collect();
        if !names.is_empty() {
            text += &format!("  classDef {class} {style}\n");
            text += &format!("  class {} {class}\n", names.join(","));
        }
    }
    let taken = ways(&graph, marks).into_iter().enumerate();
    let taken = taken.filter(|(_, is_taken)| *is_taken);
    let taken: Vec<String> = taken.map(|(number, _)| number.to_string()).collect();
    if !taken.is_empty() {
        let numbers = taken.join(",");
        text += &format!("  linkStyle {numbers} stroke:#1a7f37,stroke-width:2px\n");
    }
    text
}

/// Whether each line of the drawing was taken, in the order in which [`draw`] writes them: Mermaid numbers them.
fn ways(graph: &Graph<'_>, marks: &Marks) -> Vec<bool> {
    let is_entered = |scope: ScopeId| {
        let start = graph.scopes.get(scope)?.start.to?;
        let name = graph.states.get(start)?.name;
        Some(matches!(
            marks.states.get(name),
            Some(Mark::Reached | Mark::Failed)
        ))
    };
    let mut found: Vec<bool> = is_entered(ScopeId::ROOT).into_iter().collect();
    for (_, node) in graph.states.enumerate() {
        let inner = node
            .inside
            .iter()
            .filter_map(|(_, scope)| is_entered(*scope));
        found.extend(inner);
        let taken = marks.transitions.get(node.name);
        let edges = node.edges.iter().filter(|edge| edge.to.is_some());
        found.extend(
            edges.map(|edge| taken.is_some_and(|taken| taken.contains(&transition(node, edge)))),
        );
    }
    found
}

/// The transition of an edge, by its place in the state.
fn transition(node: &StateNode<'_>, edge: &Edge<'_>) -> Transition {
    let tokens = edge.at.tokens().get(node.at.tokens().len()..);
    match tokens.unwrap_or(&[]) {
        [list, index, _] => match (&**list, index.parse()) {
            ("Choices", Ok(index)) => Transition::Rule(index),
            ("Catch", Ok(index)) => Transition::Catcher(index),
            _ => Transition::Next,
        },
        [field] if field == "Default" => Transition::Default,
        _ => Transition::Next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_as_they_are_drawn() {
        let definition = r#"{
  "StartAt": "Each",
  "States": {
    "Each": { "Type": "Map", "Next": "Done", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Late" }],
      "ItemProcessor": { "StartAt": "Send", "States": { "Send": { "Type": "Pass", "End": true } } } },
    "Late": { "Type": "Pass", "Next": "Done" },
    "Done": { "Type": "Succeed" }
  }
}"#;
        let definition = asl::parse(definition).unwrap().0.root;
        let mut marks = Marks::default();
        for state in ["Each", "Send", "Late"] {
            marks.states.insert(state.to_owned(), Mark::Reached);
        }
        marks.states.insert("Done".to_owned(), Mark::Missed);
        marks
            .transitions
            .insert("Each".to_owned(), vec![Transition::Catcher(0)]);
        let text = mermaid(&definition, &marks);
        let drawn: Vec<&str> = text.lines().filter(|line| line.contains("->")).collect();
        let style = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("linkStyle "));
        let style = style.unwrap();
        let numbers = style.split_whitespace().next().unwrap();
        let taken: Vec<&str> = numbers
            .split(',')
            .map(|number| drawn[number.parse::<usize>().unwrap()].trim())
            .collect();
        // The start, the way into the Map state, and the catcher.
        assert_eq!(taken.len(), 3, "{text}");
        assert!(taken[0].starts_with("start -->"), "{text}");
        assert!(!taken[1].contains('|'), "{text}");
        assert!(taken[2].contains("States.ALL"), "{text}");
        for part in ["classDef reached", "classDef missed", "class s"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("classDef failed"));
    }
}
