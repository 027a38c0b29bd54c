//! Diagrams of a definition, for documentation and reviews.

mod lanes;
mod layout;
mod svg;

use std::fmt::Write as _;

use crate::json::Json;
use crate::semantic::graph::{Edge, Graph, Scope, StateNode};
use crate::semantic::ids::{ScopeId, StateId};

pub use svg::{Mark, Marks, Transition, svg};

/// Maximum length of a label of a transition, in characters.
const MAX_LABEL: usize = 48;

/// Format of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Mermaid flowchart, which GitHub and GitLab render in Markdown.
    Mermaid,
    /// The DOT language of Graphviz.
    Dot,
}

impl Format {
    /// The format with this name: `mermaid` or `dot`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "mermaid" => Some(Self::Mermaid),
            "dot" => Some(Self::Dot),
            _ => None,
        }
    }

    /// Escapes text for use in quotes.
    fn quoted(self, text: &str) -> String {
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        match self {
            Self::Mermaid => text
                .replace('#', "#35;")
                .replace('"', "#quot;")
                .replace('<', "#lt;")
                .replace('>', "#gt;"),
            Self::Dot => text.replace('\\', "\\\\").replace('"', "\\\""),
        }
    }
}

/// Draws a definition: each state with its type, each branch and item processor as a box, and the transitions
/// with their conditions. Transitions of catchers are dashed.
pub fn draw(definition: &Json, format: Format) -> String {
    let graph = Graph::of(definition);
    let mut drawing = Drawing {
        graph: &graph,
        format,
        text: String::new(),
        depth: 1,
    };
    let (open, close) = match format {
        Format::Mermaid => ("flowchart TD", ""),
        Format::Dot => (
            "digraph {\n  node [shape=box, fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\"];",
            "}\n",
        ),
    };
    drawing.text.push_str(open);
    drawing.text.push('\n');
    if let Some(scope) = graph.scopes.get(ScopeId::ROOT) {
        drawing.start(scope);
        drawing.scope(scope);
    }
    drawing.ways();
    drawing.text.push_str(close);
    drawing.text
}

struct Drawing<'g, 'a> {
    graph: &'g Graph<'a>,
    format: Format,
    text: String,
    depth: usize,
}

impl<'a> Drawing<'_, 'a> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:width$}{line}", "", width = self.depth * 2);
    }

    /// The point where an execution begins.
    fn start(&mut self, scope: &Scope<'a>) {
        let Some(to) = scope.start.to else { return };
        self.line(match self.format {
            Format::Mermaid => "start((start))",
            Format::Dot => "start [shape=circle];",
        });
        self.way("start", to, "", false);
    }

    /// The states of a scope, and the boxes in them.
    fn scope(&mut self, scope: &Scope<'a>) {
        let Some(namespace) = self
            .graph
            .namespaces
            .get(scope.namespace)
            .filter(|_| scope.owns_states)
        else {
            return;
        };
        for number in namespace.ids() {
            let Some(node) = self.graph.states.get(number) else {
                continue;
            };
            self.state(number, node);
            for (at, inner) in &node.inside {
                let Some(scope) = self.graph.scopes.get(*inner) else {
                    continue;
                };
                let title = match at.tokens() {
                    [.., index] if index.parse::<usize>().is_ok() => {
                        format!(
                            "branch {} of {}",
                            index.parse::<usize>().unwrap_or(0) + 1,
                            node.name
                        )
                    }
                    _ => format!("for each item of {}", node.name),
                };
                self.boxed(*inner, &title, scope);
            }
        }
    }

    fn boxed(&mut self, number: ScopeId, title: &str, scope: &Scope<'a>) {
        let title = self.format.quoted(title);
        let (open, close) = match self.format {
            Format::Mermaid => (format!("subgraph c{number} [\"{title}\"]"), "end"),
            Format::Dot => (
                format!("subgraph cluster_{number} {{ label=\"{title}\";"),
                "}",
            ),
        };
        self.line(&open);
        self.depth += 1;
        self.scope(scope);
        self.depth -= 1;
        self.line(close);
    }

    fn state(&mut self, number: StateId, node: &StateNode<'a>) {
        let ty = node.value.get("Type").and_then(Json::as_str).unwrap_or("?");
        let (name, ty_text) = (self.format.quoted(node.name), self.format.quoted(ty));
        let line = match self.format {
            Format::Mermaid => {
                let (open, close) = match ty {
                    "Choice" => ("{", "}"),
                    "Wait" | "Succeed" | "Fail" => ("([", "])"),
                    "Parallel" | "Map" => ("[[", "]]"),
                    _ => ("[", "]"),
                };
                format!("s{number}{open}\"{name}<br/>{ty_text}\"{close}")
            }
            Format::Dot => {
                let shape = match ty {
                    "Choice" => ", shape=diamond",
                    "Wait" | "Succeed" | "Fail" => ", style=rounded",
                    "Parallel" | "Map" => ", peripheries=2",
                    _ => "",
                };
                format!("s{number} [label=\"{name}\\n{ty_text}\"{shape}];")
            }
        };
        self.line(&line);
    }

    /// The transitions between states, and from a state into its boxes.
    fn ways(&mut self) {
        for (number, node) in self.graph.states.enumerate() {
            let from = format!("s{number}");
            for (_, inner) in &node.inside {
                let start = self
                    .graph
                    .scopes
                    .get(*inner)
                    .and_then(|scope| scope.start.to);
                if let Some(to) = start {
                    self.way(&from, to, "", false);
                }
            }
            for edge in &node.edges {
                if let Some(to) = edge.to {
                    self.way(&from, to, &label(node, edge), edge.catches());
                }
            }
        }
    }

    fn way(&mut self, from: &str, to: StateId, label: &str, dashed: bool) {
        let label = self.format.quoted(&shortened(label, MAX_LABEL));
        let line = match (self.format, label.is_empty()) {
            (Format::Mermaid, true) => {
                format!("{from} {} s{to}", if dashed { "-.->" } else { "-->" })
            }
            (Format::Mermaid, false) => format!(
                "{from} {}|\"{label}\"| s{to}",
                if dashed { "-.->" } else { "-->" }
            ),
            (Format::Dot, plain) => {
                let label = if plain {
                    String::new()
                } else {
                    format!("label=\"{label}\"")
                };
                let attributes = [
                    label,
                    if dashed {
                        "style=dashed".to_owned()
                    } else {
                        String::new()
                    },
                ];
                let attributes: Vec<String> = attributes
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect();
                let attributes = if attributes.is_empty() {
                    String::new()
                } else {
                    format!(" [{}]", attributes.join(", "))
                };
                format!("{from} -> s{to}{attributes};")
            }
        };
        self.line(&line);
    }
}

/// A text of at most this number of characters, and an ellipsis if there are more.
fn shortened(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

/// The label of a transition: the condition of a rule or the errors of a catcher. Empty for other transitions.
fn label(node: &StateNode<'_>, edge: &Edge<'_>) -> String {
    match edge
        .at
        .tokens()
        .get(node.at.tokens().len()..)
        .unwrap_or(&[])
    {
        [list, index, _] => {
            let entries = node.value.get(list).and_then(Json::as_array).unwrap_or(&[]);
            let Some(entry) = index
                .parse::<usize>()
                .ok()
                .and_then(|index| entries.get(index))
            else {
                return String::new();
            };
            match entry.get("ErrorEquals").and_then(Json::as_array) {
                Some(errors) => errors
                    .iter()
                    .filter_map(Json::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
                None => condition(entry),
            }
        }
        [field] if field == "Default" => "otherwise".to_owned(),
        _ => String::new(),
    }
}

/// A condition in a short notation.
fn condition(rule: &Json) -> String {
    if let Some(text) = rule.get("Condition") {
        let text = text.as_str().map_or_else(|| shown(text), str::to_owned);
        return text
            .trim_start_matches("{%")
            .trim_end_matches("%}")
            .trim()
            .to_owned();
    }
    for (name, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = rule.get(name).and_then(Json::as_array) {
            return rules.iter().map(condition).collect::<Vec<_>>().join(word);
        }
    }
    if let Some(inner) = rule.get("Not") {
        return format!("not {}", condition(inner));
    }
    let members = rule.as_object().into_iter().flatten();
    let variable = rule.get("Variable").and_then(Json::as_str).unwrap_or("");
    let mut comparisons = members.filter(|(name, _)| {
        !matches!(
            name.as_str(),
            "Variable" | "Next" | "Comment" | "Assign" | "Output"
        )
    });
    comparisons
        .next()
        .map(|(name, value)| format!("{variable} {name} {}", shown(value)))
        .unwrap_or_default()
}

fn shown(value: &Json) -> String {
    value
        .to_value()
        .map(|value| value.to_string())
        .unwrap_or_default()
}
