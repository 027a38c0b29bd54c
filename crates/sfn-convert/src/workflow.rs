//! A definition as the attributes and blocks of a state machine, in the order in which people read it.

use std::collections::BTreeMap;

use asl::graph::{Graph, Scope};
use asl::shape::Language;
use asl::{Json, Pointer, Way};
use terraform_provider_sfn::blocks;
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
    let value = blocks::from_asl(definition, &Value::Null)?;
    let graph = Graph::of(definition);
    let mut states = Vec::new();
    if let Some(root) = graph.scopes.first() {
        add_scope(&graph, root, "", comments, &mut states);
    }
    Ok(Blocks { value, states })
}

fn add_scope(
    graph: &Graph<'_>,
    scope: &Scope<'_>,
    title: &str,
    comments: &BTreeMap<String, String>,
    states: &mut Vec<Labelled>,
) {
    let nodes: Vec<_> = graph.reached(scope).collect();
    for (position, node) in nodes.iter().enumerate() {
        let own = comments.get(node.name).map(String::as_str).unwrap_or_default();
        let said = [if position == 0 { title } else { "" }, own];
        states.push(Labelled {
            block: node.value.get("Type").and_then(Json::as_str).unwrap_or_default().to_lowercase(),
            label: node.name.to_owned(),
            comment: said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        });
    }
    for node in nodes {
        for (inside, number) in &node.inside {
            if let Some(scope) = graph.scopes.get(*number) {
                add_scope(graph, scope, &title_of(inside, node.name), comments, states);
            }
        }
    }
}

/// What is said above the first state of a scope.
fn title_of(inside: &Pointer, holder: &str) -> String {
    match inside.tokens() {
        [_, index] => {
            let number = index.parse::<usize>().map_or_else(|_| index.to_string(), |index| (index + 1).to_string());
            format!("Branch {number} of `{holder}`.")
        }
        _ => format!("Each item of `{holder}`."),
    }
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
