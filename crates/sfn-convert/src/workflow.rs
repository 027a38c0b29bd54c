//! Sorts the states of a workflow in reading order.

use std::collections::BTreeMap;

use asl::Json;
use asl::semantic::graph::Graph;

/// A state and its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Type of the block.
    pub block: String,
    /// Name of the state, which is the label of the block.
    pub label: String,
    /// Comment above the block; can be empty.
    pub comment: String,
}

/// The states of a definition: first those of the state machine, then those of each branch and item processor. The
/// first state of a branch or item processor has its title as a comment. `comments` are the comments of the source,
/// by state.
pub fn in_reading_order(definition: &Json, comments: &BTreeMap<String, String>) -> Vec<State> {
    let graph = Graph::of(definition);
    let mut states = Vec::new();
    for scope in graph.in_reading_order() {
        for (position, node) in graph.reached(scope).enumerate() {
            let title = graph
                .title(scope)
                .filter(|_| position == 0)
                .map(|title| sentence(&title));
            let own = comments
                .get(node.name)
                .filter(|comment| !comment.is_empty());
            states.push(State {
                block: node
                    .value
                    .get("Type")
                    .and_then(Json::as_str)
                    .unwrap_or("")
                    .to_lowercase(),
                label: node.name.to_owned(),
                comment: title
                    .iter()
                    .chain(own)
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join("\n"),
            });
        }
    }
    states
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut characters = phrase.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
