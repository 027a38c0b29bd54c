//! A definition as the attributes and blocks of a state machine, in the order in which people read it.

use std::collections::BTreeMap;

use asl::graph::Graph;
use asl::shape::Language;
use asl::{Json, Pointer, Way};
use tfconfig::{KeyOrder, Labelled};
use tfplugin::Value;

/// A definition in blocks.
#[derive(Debug)]
pub struct Blocks {
    /// The attributes and blocks.
    pub value: Value,
    /// The states in their order: first those of the state machine, then those of each branch and item processor.
    pub states: Vec<Labelled>,
}

/// The blocks of a definition; `comments` are what its source says above a state.
///
/// # Errors
/// Why blocks cannot hold it.
pub fn blocks(definition: &Json, comments: &BTreeMap<String, String>) -> Result<Blocks, String> {
    let value = asl_hcl::from_asl(definition, &Value::Null)?;
    let graph = Graph::of(definition);
    let mut states = Vec::new();
    for scope in graph.in_reading_order() {
        for (position, node) in graph.reached(scope).enumerate() {
            let title = graph.title(scope).filter(|_| position == 0).map(|title| sentence(&title));
            let own = comments.get(node.name).filter(|comment| !comment.is_empty());
            states.push(Labelled {
                block: node.value.get("Type").and_then(Json::as_str).unwrap_or_default().to_lowercase(),
                label: node.name.to_owned(),
                comment: title.iter().chain(own).map(String::as_str).collect::<Vec<_>>().join("\n"),
            });
        }
    }
    Ok(Blocks { value, states })
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut characters = phrase.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}

/// The order in which the objects of a definition were written.
pub fn key_order(definition: &Json) -> KeyOrder {
    let mut order = KeyOrder::default();
    let Some(condition) = Language::get().object("Comparison") else { return order };
    definition.walk(&Way::Start(&Pointer::root()), &mut |_, value| {
        if let Some(members) = value.as_object() {
            order.insert(members.keys().cloned().collect());
            // Conditions inside conditions are attributes, with the names of HCL.
            let fields: Option<Vec<_>> = members.keys().map(|name| condition.field(name)).collect();
            order.insert(fields.into_iter().flatten().map(|field| field.hcl.clone()).collect());
        }
        true
    });
    order
}
