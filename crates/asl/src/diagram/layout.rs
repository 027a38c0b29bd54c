//! Places the states of a scope: the layers of Sugiyama's method, as Mermaid has them.

use std::collections::HashSet;

use dagre::graph::{Graph as Layers, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Ranker};

use super::lanes::{lanes, place_lanes};

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
    let depths = depths(nodes.len(), lines);
    let lanes = lanes(&depths, lines);
    let in_lanes: HashSet<usize> = lanes.iter().flat_map(|lane| lane.lines.clone()).collect();
    for (index, line) in short_lines(&depths, lines, &in_lanes) {
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
    place_lanes(&mut placed, &lanes, nodes, lines);
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

/// The shortest transitions outside of lanes, with their indexes, as many as cross at most [`MAX_LAYERS`] layers
/// together.
fn short_lines<'a>(
    depths: &[usize],
    lines: &'a [Line],
    in_lanes: &HashSet<usize>,
) -> Vec<(usize, &'a Line)> {
    let depth = |node: usize| depths.get(node).copied().unwrap_or(0);
    let mut sorted: Vec<_> = lines
        .iter()
        .map(|line| depth(line.from).abs_diff(depth(line.to)))
        .zip(lines.iter().enumerate())
        .filter(|(_, (index, _))| !in_lanes.contains(index))
        .collect();
    sorted.sort_by_key(|(length, _)| *length);
    let mut sum = 0;
    let mut short: Vec<_> = sorted
        .into_iter()
        .take_while(|(length, _)| {
            sum += length.max(&1);
            sum <= MAX_LAYERS
        })
        .map(|(_, line)| line)
        .collect();
    short.sort_by_key(|(index, _)| *index);
    short
}

/// The greatest numbers of transitions to the nodes, without those that lead back. They are the layers.
fn depths(nodes: usize, lines: &[Line]) -> Vec<usize> {
    let mut following = vec![Vec::new(); nodes];
    let mut led_to = vec![false; nodes];
    for line in lines {
        if let Some(following) = following.get_mut(line.from) {
            following.push(line.to);
        }
        if let Some(led_to) = led_to.get_mut(line.to) {
            *led_to = true;
        }
    }
    let starts = (0..nodes).filter(|node| led_to.get(*node) == Some(&false));
    let order = reverse_postorder(&following, starts.chain(0..nodes));
    let mut places = vec![0; nodes];
    for (place, node) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*node) {
            *slot = place;
        }
    }
    let mut depths = vec![0; nodes];
    for node in &order {
        let depth = depths.get(*node).map_or(0, |depth| depth + 1);
        for next in following.get(*node).into_iter().flatten() {
            let is_forward = places.get(*next) > places.get(*node);
            if let Some(known) = depths.get_mut(*next).filter(|_| is_forward) {
                *known = depth.max(*known);
            }
        }
    }
    depths
}

/// The nodes in an order in which a node comes before those that it leads to, except for transitions that lead back.
fn reverse_postorder(following: &[Vec<usize>], starts: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen = vec![false; following.len()];
    let mut order = Vec::new();
    for start in starts {
        // Each entry has a node, and how many of its followers were visited.
        let mut way = vec![(start, 0)];
        while let Some((node, visited)) = way.last_mut() {
            if *visited == 0 && seen.get(*node) != Some(&false) {
                way.pop();
                continue;
            }
            if let Some(seen) = seen.get_mut(*node) {
                *seen = true;
            }
            let next = following.get(*node).and_then(|next| next.get(*visited));
            *visited += 1;
            match next {
                Some(next) if seen.get(*next) == Some(&false) => way.push((*next, 0)),
                Some(_) => {}
                None => {
                    order.push(*node);
                    way.pop();
                }
            }
        }
    }
    order.reverse();
    order
}

impl Placed {
    /// The coordinates of the left and the right side of the picture without lanes.
    pub(super) fn sides(&self, nodes: &[Size], lines: &[Line]) -> (f64, f64) {
        let around = |(x, _): &Point, width: f64| [x - width / 2.0, x + width / 2.0];
        let centers = self.nodes.iter().zip(nodes);
        let centers = centers.flat_map(|(center, size)| around(center, size.width));
        let placed = self.lines.iter().zip(lines);
        let placed = placed.filter(|(placed, _)| placed.points.len() > 2);
        let placed = placed.flat_map(|(placed, line)| {
            let label = around(&placed.label, line.label.width);
            let points = placed.points.iter().map(|(x, _)| *x);
            points.chain(label).collect::<Vec<f64>>()
        });
        centers
            .chain(placed)
            .fold((0.0, 0.0), |(left, right): (f64, f64), x| {
                (left.min(x), right.max(x))
            })
    }

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
