//! Long transitions to the same node share a lane beside the nodes, as many catchers with the same next state have.

use std::collections::BTreeMap;

use super::layout::{Line, Placed, PlacedLine, Point, Size};

/// Number of long transitions to a node from which they share a lane.
const SHARED: usize = 3;
/// Number of layers that a long transition crosses.
const LONG: usize = 3;
/// Space between a lane and other parts of the picture, in pixels.
const SPACE: f64 = 24.0;

/// Long transitions to the same node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lane {
    /// Index of the node.
    to: usize,
    /// Indexes of the transitions.
    pub lines: Vec<usize>,
}

/// The lanes of transitions between nodes in these layers. The transitions from the last layer are left out, so that the
/// node is still placed below the nodes that lead to it.
pub(super) fn lanes(depths: &[usize], lines: &[Line]) -> Vec<Lane> {
    let depth = |node: usize| depths.get(node).copied().unwrap_or(0);
    let mut ends: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        if depth(line.from) + LONG <= depth(line.to) {
            ends.entry(line.to).or_default().push(index);
        }
    }
    let last = |to: usize| {
        let before = lines.iter().filter(|line| line.to == to);
        let depths = before.map(|line| depth(line.from));
        depths.filter(|from| *from < depth(to)).max()
    };
    let lane = |(to, mut indexes): (usize, Vec<usize>)| {
        let is_last = |index: usize| {
            let line = lines.get(index);
            line.map(|line| depth(line.from)) == last(to)
        };
        indexes.retain(|index| !is_last(*index));
        (indexes.len() >= SHARED).then_some(Lane { to, lines: indexes })
    };
    ends.into_iter().filter_map(lane).collect()
}

/// Places lanes on the side of their nodes.
pub(super) fn place_lanes(placed: &mut Placed, lanes: &[Lane], nodes: &[Size], lines: &[Line]) {
    let (mut left, mut right) = placed.sides(nodes, lines);
    let middle = f64::midpoint(left, right);
    for lane in lanes {
        let center = |node: usize| placed.nodes.get(node).copied().unwrap_or_default();
        let sources = lane.lines.iter().filter_map(|index| lines.get(*index));
        let sum: f64 = sources.clone().map(|line| center(line.from).0).sum();
        let mean = (sum + center(lane.to).0) / (count(lane.lines.len()) + 1.0);
        let label = sources.map(|line| line.label.width).fold(0.0, f64::max);
        let (x, side) = if mean < middle {
            left -= SPACE;
            (left - label, -1.0)
        } else {
            right += SPACE;
            (right + label, 1.0)
        };
        for index in &lane.lines {
            let Some(line) = lines.get(*index) else {
                continue;
            };
            let edge = |node: usize| -> Point {
                let width = nodes.get(node).map_or(0.0, |size| size.width);
                let (x, y) = center(node);
                (x + side * width / 2.0, y)
            };
            let (from, to) = (edge(line.from), edge(lane.to));
            let way = PlacedLine {
                points: vec![from, (x, from.1), (x, to.1), to],
                label: (from.0 + side * (SPACE + line.label.width) / 2.0, from.1),
            };
            if let Some(slot) = placed.lines.get_mut(*index) {
                *slot = way;
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "no picture has 2^53 lines")]
fn count(lines: usize) -> f64 {
    lines as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line((from, to): (usize, usize)) -> Line {
        Line {
            from,
            to,
            label: Size {
                width: 40.0,
                height: 10.0,
            },
        }
    }

    #[test]
    fn long_transitions_to_a_node_share_a_lane() {
        let ends = [
            (0, 9),
            (1, 9),
            (2, 9),
            (2, 9),
            (6, 9),
            (8, 9),
            (0, 5),
            (9, 0),
        ];
        let lines: Vec<Line> = ends.into_iter().map(line).collect();
        let depths: Vec<usize> = (0..10).collect();
        let lane = |indexes: &[usize]| Lane {
            to: 9,
            lines: indexes.to_vec(),
        };
        assert_eq!(lanes(&depths, &lines), [lane(&[0, 1, 2, 3, 4])]);
        // Node 9 stays below node 2, whose transitions are the last ones.
        assert_eq!(lanes(&depths, &lines[..4]), []);
        assert_eq!(lanes(&depths, &lines[..5]), [lane(&[0, 1, 2, 3])]);
        assert_eq!(lanes(&depths, &lines[..2]), []);
    }

    #[test]
    fn lanes_are_beside_the_nodes() {
        let lines: Vec<Line> = [(0, 3), (1, 3), (2, 3)].into_iter().map(line).collect();
        let nodes = [Size {
            width: 100.0,
            height: 20.0,
        }; 4];
        let centers = [(50.0, 10.0), (50.0, 60.0), (50.0, 110.0), (60.0, 300.0)];
        let mut placed = Placed {
            nodes: centers.to_vec(),
            lines: (0..3).map(|_| PlacedLine::default()).collect(),
            ..Placed::default()
        };
        let lane = Lane {
            to: 3,
            lines: vec![0, 1, 2],
        };
        place_lanes(&mut placed, &[lane], &nodes, &lines);
        // The nodes begin at 0, the label is 40 wide, and the nodes are left of the middle on average.
        for (line, y) in placed.lines.iter().zip([10.0, 60.0, 110.0]) {
            let x = -SPACE - 40.0;
            assert_eq!(line.points, [(0.0, y), (x, y), (x, 300.0), (10.0, 300.0)]);
            assert_eq!(line.label, (-32.0, y));
        }
    }
}
