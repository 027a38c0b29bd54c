//! Places the states of a scope: the layers of Sugiyama's method, as Mermaid has them.

use std::collections::VecDeque;

use dagre::graph::{Graph as Layers, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Ranker};

/// From this number of nodes on, ranks are found with a method that takes linear time.
const MANY: usize = 150;

/// Maximum number of layers that all placed transitions together cross. The time grows with its square.
const MAX_LAYERS: usize = 1_000;

/// The size of a node or a picture, in pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

/// A transition between nodes, and the size of its label.
pub(super) struct Line {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

/// A point, in pixels from the left and the top.
pub(super) type Point = (f64, f64);

/// Where nodes and transitions are.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub size: Size,
    /// The centers of the nodes.
    pub nodes: Vec<Point>,
    /// The transitions.
    pub lines: Vec<PlacedLine>,
}

/// Where a transition is.
#[derive(Debug, Default)]
pub(super) struct PlacedLine {
    pub points: Vec<Point>,
    /// The center of its label.
    pub label: Point,
}

/// Places nodes of these sizes and the transitions between them.
pub(super) fn place(nodes: &[Size], lines: &[Line]) -> Placed {
    let mut graph: Layers<NodeLabel, EdgeLabel> = Layers::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    for (index, size) in nodes.iter().enumerate() {
        let label = NodeLabel {
            width: size.width,
            height: size.height,
            ..NodeLabel::default()
        };
        graph.set_node(index.to_string(), Some(label));
    }
    for (index, line) in short_lines(nodes.len(), lines) {
        let label = EdgeLabel {
            width: line.label.width,
            height: line.label.height,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        let (from, to) = (line.from.to_string(), line.to.to_string());
        graph.set_edge(from, to, Some(label), Some(&index.to_string()));
    }
    let options = LayoutOptions {
        nodesep: 28.0,
        edgesep: 16.0,
        ranksep: 26.0,
        ranker: if nodes.len() < MANY {
            Ranker::NetworkSimplex
        } else {
            Ranker::LongestPath
        },
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    let mut placed = Placed {
        nodes: (0..nodes.len())
            .map(|index| {
                let node = graph.node(&index.to_string());
                node.and_then(|node| Some((node.x?, node.y?)))
                    .unwrap_or_default()
            })
            .collect(),
        ..Placed::default()
    };
    for (index, line) in lines.iter().enumerate() {
        let (from, to) = (line.from.to_string(), line.to.to_string());
        let edge = graph.edge(&from, &to, Some(&index.to_string()));
        placed.lines.push(edge.map_or_else(
            || straight(&placed.nodes, nodes, line),
            |edge| {
                let points = edge.points.iter().map(|point| (point.x, point.y));
                PlacedLine {
                    points: points.collect(),
                    label: (edge.x.unwrap_or_default(), edge.y.unwrap_or_default()),
                }
            },
        ));
    }
    placed.move_to_origin(nodes, lines);
    placed
}

/// A transition that is not placed: from the bottom of a node to the top of another one.
fn straight(centers: &[Point], nodes: &[Size], line: &Line) -> PlacedLine {
    let end = |node: usize, side: f64| {
        let (x, y) = centers.get(node).copied().unwrap_or_default();
        let height = nodes.get(node).map_or(0.0, |size| size.height);
        (x, y + side * height / 2.0)
    };
    let (from, to) = (end(line.from, 1.0), end(line.to, -1.0));
    PlacedLine {
        points: vec![from, to],
        label: (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1)),
    }
}

/// The shortest transitions, with their indexes, as many as cross at most [`MAX_LAYERS`] layers together.
fn short_lines(nodes: usize, lines: &[Line]) -> Vec<(usize, &Line)> {
    let depths = depths(nodes, lines);
    let depth = |node: usize| depths.get(node).copied().unwrap_or(0);
    let mut sorted: Vec<_> = lines
        .iter()
        .map(|line| depth(line.from).abs_diff(depth(line.to)))
        .zip(lines.iter().enumerate())
        .collect();
    sorted.sort_by_key(|(length, _)| *length);
    let mut sum = 0;
    let mut short: Vec<_> = sorted
        .into_iter()
        .take_while(|(length, _)| {
            sum += length.saturating_sub(1);
            sum <= MAX_LAYERS
        })
        .map(|(_, line)| line)
        .collect();
    short.sort_by_key(|(index, _)| *index);
    short
}

/// The least numbers of transitions to the nodes, from those without one.
fn depths(nodes: usize, lines: &[Line]) -> Vec<usize> {
    let mut following = vec![Vec::new(); nodes];
    let mut depths = vec![0; nodes];
    for line in lines {
        if let (Some(following), Some(depth)) =
            (following.get_mut(line.from), depths.get_mut(line.to))
        {
            following.push(line.to);
            *depth = usize::MAX;
        }
    }
    let starts = depths.iter().enumerate().filter(|(_, depth)| **depth == 0);
    let mut waiting: VecDeque<usize> = starts.map(|(node, _)| node).collect();
    while let Some(node) = waiting.pop_front() {
        let depth = depths.get(node).copied().unwrap_or(0) + 1;
        for next in following.get(node).into_iter().flatten() {
            if let Some(known) = depths.get_mut(*next).filter(|known| **known > depth) {
                *known = depth;
                waiting.push_back(*next);
            }
        }
    }
    // Nodes of a circle that nothing leads to.
    depths
        .iter_mut()
        .filter(|depth| **depth == usize::MAX)
        .for_each(|depth| *depth = 0);
    depths
}

impl Placed {
    /// Moves everything so that no coordinate is negative, and sets the size.
    fn move_to_origin(&mut self, nodes: &[Size], lines: &[Line]) {
        let (mut least, mut most) = ((f64::MAX, f64::MAX), (0.0_f64, 0.0_f64));
        let mut around = |(x, y): Point, size: Size| {
            least = (
                least.0.min(x - size.width / 2.0),
                least.1.min(y - size.height / 2.0),
            );
            most = (
                most.0.max(x + size.width / 2.0),
                most.1.max(y + size.height / 2.0),
            );
        };
        for (center, size) in self.nodes.iter().zip(nodes) {
            around(*center, *size);
        }
        for (placed, line) in self.lines.iter().zip(lines) {
            let points = placed.points.iter();
            points.for_each(|point| around(*point, Size::default()));
            around(placed.label, line.label);
        }
        if nodes.is_empty() {
            return;
        }
        let shift = |point: &mut Point| *point = (point.0 - least.0, point.1 - least.1);
        self.nodes.iter_mut().for_each(shift);
        for line in &mut self.lines {
            line.points.iter_mut().for_each(shift);
            shift(&mut line.label);
        }
        self.size = Size {
            width: most.0 - least.0,
            height: most.1 - least.1,
        };
    }
}
