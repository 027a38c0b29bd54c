//! How many state transitions an execution takes, which is what Standard executions are billed by.
//!
//! Source: AWS Step Functions pricing: each state that is entered is a transition, also inside Parallel and inline Map
//! states, and each retry is one more.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::subject::Subject;

/// The price of a thousand transitions in most regions, in US dollars.
pub const PRICE_OF_A_THOUSAND: f64 = 0.025;

/// How many transitions an execution takes when nothing fails and nothing is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transitions {
    /// On the shortest way, with one item in each Map state.
    pub least: u64,
    /// On the longest way; `None` when a loop or a Map state makes it depend on the input.
    pub most: Option<u64>,
}

/// The transitions of a whole execution.
pub fn of_execution(subject: &Subject<'_>) -> Transitions {
    of_scope(subject, 0, &mut HashMap::new())
}

fn of_scope(subject: &Subject<'_>, scope: usize, known: &mut HashMap<usize, Transitions>) -> Transitions {
    if let Some(before) = known.get(&scope) {
        return *before;
    }
    // A scope that leads back into itself, which is reported elsewhere, counts once.
    known.insert(scope, Transitions { least: 0, most: None });
    let result = Costs::of(subject, scope, known).total();
    known.insert(scope, result);
    result
}

/// The costs of the states of a scope and the ways between them, by position.
struct Costs {
    states: Vec<Transitions>,
    ends: Vec<bool>,
    edges: Vec<Vec<usize>>,
}

impl Costs {
    fn of(subject: &Subject<'_>, index: usize, known: &mut HashMap<usize, Transitions>) -> Self {
        let mut costs = Self { states: Vec::new(), ends: Vec::new(), edges: Vec::new() };
        let Some(scope) = subject.graph.scopes.get(index) else { return costs };
        for node in subject.graph.reached(scope) {
            let is_map = node.value.get("ItemProcessor").or_else(|| node.value.get("Iterator")).is_some();
            let mut cost = Transitions { least: 1, most: if is_map { None } else { Some(1) } };
            for (_, inner) in &node.inside {
                let inner = of_scope(subject, *inner, known);
                cost.least = cost.least.saturating_add(inner.least);
                cost.most = cost.most.zip(inner.most).map(|(a, b)| a.saturating_add(b));
            }
            costs.states.push(cost);
            costs.ends.push(node.ends);
            let targets = node.edges.iter().filter(|edge| !edge.catches()).filter_map(|edge| edge.to);
            costs.edges.push(targets.filter_map(|state| scope.reached.get_index_of(&state)).collect());
        }
        costs
    }

    fn total(&self) -> Transitions {
        Transitions { least: self.least(), most: self.most() }
    }

    /// The cheapest way from the first state to an end (Dijkstra's algorithm).
    fn least(&self) -> u64 {
        let cost = |index: usize| self.states.get(index).map_or(0, |state| state.least);
        let mut best = vec![u64::MAX; self.states.len()];
        let mut queue = BinaryHeap::from([Reverse((cost(0), 0_usize))]);
        while let Some(Reverse((total, index))) = queue.pop() {
            match best.get_mut(index) {
                Some(before) if total < *before => *before = total,
                _ => continue,
            }
            if self.ends.get(index) == Some(&true) {
                return total;
            }
            for next in self.edges.get(index).into_iter().flatten() {
                queue.push(Reverse((total.saturating_add(cost(*next)), *next)));
            }
        }
        0
    }

    /// The dearest way, in the order in which no state comes before one that leads to it; `None` when there is a loop.
    fn most(&self) -> Option<u64> {
        let mut incoming = vec![0_usize; self.states.len()];
        for target in self.edges.iter().flatten() {
            *incoming.get_mut(*target)? += 1;
        }
        let mut arriving = vec![0_u64; self.states.len()];
        let mut queue: VecDeque<usize> =
            (0..self.states.len()).filter(|index| incoming.get(*index) == Some(&0)).collect();
        let (mut seen, mut most) = (0, 0);
        while let Some(index) = queue.pop_front() {
            seen += 1;
            let total = arriving.get(index)?.saturating_add(self.states.get(index)?.most?);
            most = most.max(total);
            for target in self.edges.get(index)? {
                let slot = arriving.get_mut(*target)?;
                *slot = (*slot).max(total);
                let left = incoming.get_mut(*target)?;
                *left -= 1;
                if *left == 0 {
                    queue.push_back(*target);
                }
            }
        }
        (seen == self.states.len()).then_some(most)
    }
}
