//! The states of a workflow in the order in which people read it.

use std::collections::BTreeMap;

use asl::Json;
use asl::semantic::graph::Graph;

/// A state, by the block that it is written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The name of the block.
    pub block: String,
    /// The name of the state, which is the label of the block.
    pub label: String,
    /// The comment above the block; nothing if empty.
    pub comment: String,
}

/// The states of a definition: first those of the state machine, then those of each branch and item processor, of which
/// the first has the title of its branch or item processor as a comment. `comments` are those of the source, by state.
pub fn in_reading_order(definition: &Json, comments: &BTreeMap<String, String>) -> Vec<State> {
    let graph = Graph::of(definition);
    let mut states = Vec::new();
    for scope in graph.in_reading_order() {
        for (position, node) in graph.reached(scope).enumerate() {
            let title = graph.title(scope).filter(|_| position == 0).map(|title| sentence(&title));
            let own = comments.get(node.name).filter(|comment| !comment.is_empty());
            states.push(State {
                block: node.value.get("Type").and_then(Json::as_str).unwrap_or("").to_lowercase(),
                label: node.name.to_owned(),
                comment: title.iter().chain(own).map(String::as_str).collect::<Vec<_>>().join("\n"),
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
