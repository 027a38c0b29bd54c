//! Pictures in SVG.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::layout::{Line, Placed, Point, Size, place};
use super::{label, shortened};
use crate::json::Json;
use crate::semantic::graph::{Edge, Graph, StateNode};
use crate::semantic::ids::{ScopeId, StateId};

/// Width of a character of the font, in pixels.
const CHARACTER: f64 = 7.4;
/// Height of a state without inner states.
const HEIGHT: f64 = 44.0;
/// Space around the inner states of a state.
const PADDING: f64 = 16.0;
/// Maximum length of a name or a label, in characters.
const MAX_NAME: usize = 34;

/// The colors, in a light and a dark environment.
const STYLE: &str = "\
.asl{--back:#fff;--box:#f6f8fa;--line:#8c959f;--text:#1f2328;--weak:#59636e;--good:#1a7f37;--good-back:#dafbe1;--bad:#cf222e;--bad-back:#ffebe9}\
@media(prefers-color-scheme:dark){.asl{--back:#0d1117;--box:#161b22;--line:#6e7681;--text:#e6edf3;--weak:#9198a1;--good:#3fb950;--good-back:#12261e;--bad:#f85149;--bad-back:#2d1216}}\
.asl text{font:13px system-ui,sans-serif;fill:var(--text);text-anchor:middle}\
.asl .type,.asl .label{font-size:11px;fill:var(--weak)}\
.asl .label{paint-order:stroke;stroke:var(--back);stroke-width:4px}\
.asl rect,.asl circle{fill:var(--box);stroke:var(--line);stroke-width:1.5}\
.asl .inner{fill:none;stroke-dasharray:2 3}\
.asl path{fill:none;stroke:var(--line);stroke-width:1.5}\
.asl .catch{stroke-dasharray:5 4}\
.asl .arrow{fill:var(--line);stroke:none}\
.asl .reached>rect{fill:var(--good-back);stroke:var(--good)}\
.asl .failed>rect{fill:var(--bad-back);stroke:var(--bad)}\
.asl .missed>rect{fill:var(--back);stroke-dasharray:4 3}\
.asl .missed>text{fill:var(--weak)}\
.asl path.reached{stroke:var(--good);stroke-width:2}\
.asl .arrow.reached{fill:var(--good)}";

/// How a state takes part in executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It was reached.
    Reached,
    /// It failed.
    Failed,
    /// It was not reached.
    Missed,
}

/// A transition of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// `Next`.
    Next,
    /// A rule of a Choice state, by its index.
    Rule(usize),
    /// `Default` of a Choice state.
    Default,
    /// A catcher, by its index.
    Catcher(usize),
}

/// The states and transitions of a workflow that executions reached. Empty for a picture without marks.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// The states by name.
    pub states: HashMap<String, Mark>,
    /// The transitions that were taken, by the name of the state.
    pub transitions: HashMap<String, Vec<Transition>>,
}

/// Draws a definition. States with branches or an item processor contain them.
pub fn svg(definition: &Json, marks: &Marks) -> String {
    const MARGIN: f64 = 12.0;
    let graph = Graph::of(definition);
    let drawing = Drawing {
        graph: &graph,
        marks,
    };
    let picture = drawing.scope(ScopeId::ROOT);
    let (width, height) = (
        picture.size.width + 2.0 * MARGIN,
        picture.size.height + 2.0 * MARGIN,
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"asl\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"-{MARGIN} -{MARGIN} {width:.1} {height:.1}\" role=\"img\"><style>{STYLE}</style>{}</svg>\n",
        picture.content
    )
}

/// A drawn part, with its corner at the origin.
#[derive(Default)]
struct Picture {
    size: Size,
    content: String,
}

/// A node of a scope.
struct Node {
    size: Size,
    content: String,
}

struct Drawing<'g, 'a> {
    graph: &'g Graph<'a>,
    marks: &'g Marks,
}

impl<'a> Drawing<'_, 'a> {
    fn scope(&self, id: ScopeId) -> Picture {
        let Some(scope) = self.graph.scopes.get(id) else {
            return Picture::default();
        };
        // Other scopes name states of the scope around them.
        let namespace = self.graph.namespaces.get(scope.namespace);
        let Some(namespace) = namespace.filter(|_| scope.owns_states) else {
            return Picture::default();
        };
        let states: Vec<StateId> = namespace.ids().collect();
        let places: HashMap<StateId, usize> = states
            .iter()
            .enumerate()
            .map(|(place, state)| (*state, place))
            .collect();
        let found = states.iter().map(|state| self.graph.states.get(*state));
        let found: Vec<&StateNode<'a>> = found.flatten().collect();
        let mut nodes: Vec<Node> = found.iter().map(|node| self.state(node)).collect();
        let (mut lines, mut drawn) = (Vec::new(), Vec::new());
        for (from, node) in found.iter().enumerate() {
            for edge in &node.edges {
                let Some(to) = edge.to.and_then(|to| places.get(&to)).copied() else {
                    continue;
                };
                let text = shortened(&label(node, edge), MAX_NAME);
                let label = label_size(&text);
                lines.push(Line { from, to, label });
                drawn.push((text, self.classes(node, edge)));
            }
        }
        if let (ScopeId::ROOT, Some(first)) = (id, scope.start.to.and_then(|to| places.get(&to))) {
            self.ends(&found, *first, &mut nodes, &mut lines, &mut drawn);
        }
        let sizes: Vec<Size> = nodes.iter().map(|node| node.size).collect();
        let placed = place(&sizes, &lines);
        picture(&placed, &nodes, &drawn)
    }

    /// Adds the start and the end of the workflow.
    fn ends(
        &self,
        found: &[&StateNode<'a>],
        first: usize,
        nodes: &mut Vec<Node>,
        lines: &mut Vec<Line>,
        drawn: &mut Vec<(String, Classes)>,
    ) {
        let plain = |from, to| Line {
            from,
            to,
            label: Size::default(),
        };
        let classes = |is_reached| Classes {
            is_catcher: false,
            is_reached,
        };
        let mark = |node: &StateNode<'_>| self.marks.states.get(node.name).copied();
        let is_entered =
            |node: &&StateNode<'_>| matches!(mark(node), Some(Mark::Reached | Mark::Failed));
        let has_ended = |node: &StateNode<'_>| {
            let taken = self.marks.transitions.get(node.name);
            let is_fail = node.value.get("Type").and_then(Json::as_str) == Some("Fail");
            taken.is_some_and(|taken| taken.contains(&Transition::Next))
                || is_fail && is_entered(&node)
        };
        nodes.push(circle("Start"));
        lines.push(plain(nodes.len() - 1, first));
        let is_started = found.get(first).is_some_and(is_entered);
        drawn.push((String::new(), classes(is_started)));
        nodes.push(circle("End"));
        let end = nodes.len() - 1;
        for (from, node) in found.iter().enumerate().filter(|(_, node)| node.ends) {
            lines.push(plain(from, end));
            drawn.push((String::new(), classes(has_ended(node))));
        }
    }

    fn classes(&self, node: &StateNode<'_>, edge: &Edge<'_>) -> Classes {
        let transition = transition(node, edge);
        let taken = self.marks.transitions.get(node.name);
        Classes {
            is_catcher: edge.catches(),
            is_reached: taken.is_some_and(|taken| taken.contains(&transition)),
        }
    }

    fn state(&self, node: &StateNode<'a>) -> Node {
        let ty = node.value.get("Type").and_then(Json::as_str).unwrap_or("?");
        let name = shortened(node.name, MAX_NAME);
        let class = match self.marks.states.get(node.name) {
            Some(Mark::Reached) => "reached",
            Some(Mark::Failed) => "failed",
            Some(Mark::Missed) => "missed",
            None => "state",
        };
        let inner: Vec<Picture> = node
            .inside
            .iter()
            .map(|(_, scope)| self.scope(*scope))
            .collect();
        let width = text_width(&name).max(text_width(ty)).max(84.0) + 24.0;
        let mut size = Size {
            width,
            height: HEIGHT,
        };
        let mut content = String::new();
        if !inner.is_empty() {
            let row: f64 = inner
                .iter()
                .map(|part| part.size.width + 2.0 * PADDING)
                .sum();
            let space = PADDING * (inner.len() + 1) as f64;
            let height = inner
                .iter()
                .map(|part| part.size.height)
                .fold(0.0, f64::max);
            size.width = size.width.max(row + space);
            size.height += height + 3.0 * PADDING;
            let mut x = (size.width - row - space) / 2.0 + PADDING;
            for part in &inner {
                let (width, height) = (part.size.width + 2.0 * PADDING, height + 2.0 * PADDING);
                let _ = write!(
                    content,
                    "<rect class=\"inner\" x=\"{x:.1}\" y=\"{HEIGHT}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/><g transform=\"translate({:.1},{:.1})\">{}</g>",
                    x + PADDING,
                    HEIGHT + PADDING,
                    part.content
                );
                x += width + PADDING;
            }
        }
        let Size { width, height } = size;
        let radius = match ty {
            "Choice" => 22.0,
            "Succeed" | "Fail" => 14.0,
            _ => 6.0,
        };
        let middle = width / 2.0;
        let (name, title, ty) = (escaped(&name), escaped(node.name), escaped(ty));
        let content = format!(
            "<g class=\"{class}\"><title>{title}</title><rect width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/><text x=\"{middle:.1}\" y=\"19\">{name}</text><text class=\"type\" x=\"{middle:.1}\" y=\"35\">{ty}</text>{content}</g>"
        );
        Node { size, content }
    }
}

/// How a transition is drawn.
#[derive(Clone, Copy)]
struct Classes {
    is_catcher: bool,
    is_reached: bool,
}

fn circle(text: &str) -> Node {
    Node {
        size: Size {
            width: 52.0,
            height: 32.0,
        },
        content: format!(
            "<g class=\"end\"><rect width=\"52\" height=\"32\" rx=\"16\"/><text x=\"26\" y=\"20\">{text}</text></g>"
        ),
    }
}

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

fn picture(placed: &Placed, nodes: &[Node], drawn: &[(String, Classes)]) -> Picture {
    let mut content = String::new();
    for (placed, (_, classes)) in placed.lines.iter().zip(drawn) {
        content.push_str(&line(&placed.points, *classes));
    }
    for ((x, y), node) in placed.nodes.iter().zip(nodes) {
        let (x, y) = (x - node.size.width / 2.0, y - node.size.height / 2.0);
        let _ = write!(
            content,
            "<g transform=\"translate({x:.1},{y:.1})\">{}</g>",
            node.content
        );
    }
    // Above the lines and the states.
    for (placed, (text, _)) in placed.lines.iter().zip(drawn) {
        if !text.is_empty() {
            let (x, y) = placed.label;
            let (y, text) = (y + 4.0, escaped(text));
            let _ = write!(
                content,
                "<text class=\"label\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
            );
        }
    }
    Picture {
        size: placed.size,
        content,
    }
}

/// A smooth line through points, with an arrow at its end.
fn line(points: &[Point], classes: Classes) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let mut way = format!("M{:.1} {:.1}", first.0, first.1);
    for pair in points.windows(2) {
        let [(x, y), (to_x, to_y)] = pair else {
            continue;
        };
        let middle = (y + to_y) / 2.0;
        let _ = write!(
            way,
            "C{x:.1} {middle:.1} {to_x:.1} {middle:.1} {to_x:.1} {to_y:.1}"
        );
    }
    let reached = if classes.is_reached { " reached" } else { "" };
    let catch = if classes.is_catcher { " catch" } else { "" };
    let before = points
        .len()
        .checked_sub(2)
        .and_then(|index| points.get(index));
    let base = arrow_base(before.unwrap_or(first), last);
    let (x, y) = *last;
    format!(
        "<path class=\"way{reached}{catch}\" d=\"{way}\"/><path class=\"arrow{reached}\" d=\"M{x:.1} {y:.1}{base}z\"/>"
    )
}

/// The base of an arrow whose tip is at `to`. Lines enter a node vertically: from above, or from below if they lead back.
/// Those of lanes come from a side.
fn arrow_base(from: &Point, to: &Point) -> &'static str {
    let is_level = (from.1 - to.1).abs() < 0.5;
    match (is_level, from.0 < to.0, from.1 > to.1) {
        (true, true, _) => "l-8 -4.5v9",
        (true, false, _) => "l8 -4.5v9",
        (false, _, true) => "l-4.5 8h9",
        (false, _, false) => "l-4.5 -8h9",
    }
}

fn label_size(text: &str) -> Size {
    match text {
        "" => Size::default(),
        text => Size {
            width: text_width(text) * 0.85 + 8.0,
            height: 16.0,
        },
    }
}

fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

/// Text in XML.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
