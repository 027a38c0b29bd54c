//! Estimates the number of state transitions of an execution, by which Standard executions are billed.
//!
//! Source: AWS Step Functions pricing. Each state that is entered is a transition, also in Parallel and
//! inline Map states, and each retry is an additional one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::json::Json;
use crate::semantic::SemanticModel;
use crate::semantic::ids::ScopeId;
use crate::semantic::kind::{Form, MachineType};

/// Price of 1,000 transitions of Standard executions in most regions, in US dollars.
pub const PRICE_OF_A_THOUSAND: f64 = 0.025;
/// Price of 1 million Express executions in most regions, in US dollars.
pub const PRICE_OF_A_MILLION_REQUESTS: f64 = 1.0;
/// Price of a GB-second of Express executions in most regions, in US dollars, below 1,000 GB-hours a month.
pub const PRICE_OF_A_GB_SECOND: f64 = 0.000_016_67;
/// Minimum memory that is billed for an Express execution, in GB: memory is billed in chunks of 64 MB.
pub const LEAST_MEMORY: f64 = 0.0625;
/// Month of the prices.
pub const PRICES_AS_OF: &str = "November 2026";

/// Maximum number of routes, and maximum number of steps to search for them.
const MAX_ROUTES: usize = 100;
const MAX_STEPS: usize = 100_000;

/// Number of transitions of an execution without failures and retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transitions {
    /// On the shortest route, with one item in each Map state.
    pub least: u64,
    /// On the longest route. `None` if it depends on the input because of a loop or a Map state.
    pub most: Option<u64>,
}

/// A path from the start of the state machine to an end, without failures and without repeated states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The names of the states, in their order, without those in Parallel and Map states.
    pub states: Vec<String>,
    /// Its transitions, including those in Parallel and Map states.
    pub transitions: Transitions,
}

/// Estimate of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Transitions on any route.
    pub transitions: Transitions,
    /// The routes.
    pub routes: Vec<Route>,
    /// Whether the routes are complete.
    pub complete: bool,
}

/// Estimates an execution of a definition without failures and retries.
pub fn estimate(definition: &Json) -> Estimate {
    let subject = SemanticModel::of(
        definition,
        definition.is_known(),
        Form::Nested,
        MachineType::Standard,
    );
    let mut known = HashMap::new();
    let costs = Costs::of(&subject, ScopeId::ROOT, &mut known);
    let (routes, complete) = costs.routes();
    let reported = |route: &Vec<usize>| Route {
        states: route
            .iter()
            .filter_map(|position| costs.names.get(*position).cloned())
            .collect(),
        transitions: costs.along(route),
    };
    Estimate {
        transitions: costs.total(),
        routes: routes.iter().map(reported).collect(),
        complete,
    }
}

/// The transitions of an execution.
pub fn of_execution(subject: &SemanticModel<'_>) -> Transitions {
    of_scope(subject, ScopeId::ROOT, &mut HashMap::new())
}

fn of_scope(
    subject: &SemanticModel<'_>,
    scope: ScopeId,
    known: &mut HashMap<ScopeId, Transitions>,
) -> Transitions {
    if let Some(before) = known.get(&scope) {
        return *before;
    }
    // A scope that leads back into itself is counted once. The rules report it.
    known.insert(
        scope,
        Transitions {
            least: 0,
            most: None,
        },
    );
    let result = Costs::of(subject, scope, known).total();
    known.insert(scope, result);
    result
}

/// The transitions of the states of a scope and the edges between them, by position.
struct Costs {
    names: Vec<String>,
    states: Vec<Transitions>,
    ends: Vec<bool>,
    edges: Vec<Vec<usize>>,
}

impl Costs {
    fn of(
        subject: &SemanticModel<'_>,
        index: ScopeId,
        known: &mut HashMap<ScopeId, Transitions>,
    ) -> Self {
        let mut costs = Self {
            names: Vec::new(),
            states: Vec::new(),
            ends: Vec::new(),
            edges: Vec::new(),
        };
        let Some(scope) = subject.graph.scopes.get(index) else {
            return costs;
        };
        for node in subject.graph.reached(scope) {
            let is_map = node
                .value
                .get("ItemProcessor")
                .or_else(|| node.value.get("Iterator"))
                .is_some();
            let mut cost = Transitions {
                least: 1,
                most: if is_map { None } else { Some(1) },
            };
            for (_, inner) in &node.inside {
                let inner = of_scope(subject, *inner, known);
                cost.least = cost.least.saturating_add(inner.least);
                cost.most = cost.most.zip(inner.most).map(|(a, b)| a.saturating_add(b));
            }
            costs.names.push(node.name.to_owned());
            costs.states.push(cost);
            costs.ends.push(node.ends);
            let targets = node
                .edges
                .iter()
                .filter(|edge| !edge.catches())
                .filter_map(|edge| edge.to);
            costs.edges.push(
                targets
                    .filter_map(|state| scope.reached.get_index_of(&state))
                    .collect(),
            );
        }
        costs
    }

    /// The transitions of a route, by the positions of its states.
    fn along(&self, route: &[usize]) -> Transitions {
        let states = route
            .iter()
            .filter_map(|position| self.states.get(*position));
        states.fold(
            Transitions {
                least: 0,
                most: Some(0),
            },
            |sum, state| Transitions {
                least: sum.least.saturating_add(state.least),
                most: sum.most.zip(state.most).map(|(a, b)| a.saturating_add(b)),
            },
        )
    }

    /// The routes in the order of the transitions, and whether they are complete.
    fn routes(&self) -> (Vec<Vec<usize>>, bool) {
        let mut routes = Vec::new();
        let mut path: Vec<(usize, usize)> = if self.states.is_empty() {
            Vec::new()
        } else {
            vec![(0, 0)]
        };
        for _ in 0..MAX_STEPS {
            let Some((position, next)) = path.last_mut() else {
                return (routes, true);
            };
            let targets = self.edges.get(*position).map(Vec::as_slice).unwrap_or(&[]);
            if *next == 0 && self.ends.get(*position) == Some(&true) {
                if routes.len() == MAX_ROUTES {
                    return (routes, false);
                }
                routes.push(path.iter().map(|(position, _)| *position).collect());
                path.pop();
                continue;
            }
            let target = targets.get(*next).copied();
            let seen = targets.get(..*next).unwrap_or(&[]);
            let again = target.is_some_and(|target| seen.contains(&target));
            *next += 1;
            match target {
                None => {
                    path.pop();
                }
                Some(target) if !again && path.iter().all(|(position, _)| *position != target) => {
                    path.push((target, 0));
                }
                Some(_) => {}
            }
        }
        (routes, false)
    }

    fn total(&self) -> Transitions {
        Transitions {
            least: self.least(),
            most: self.most(),
        }
    }

    /// The shortest path from the first state to an end (Dijkstra's algorithm).
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

    /// The longest path, in topological order. `None` if there is a loop.
    fn most(&self) -> Option<u64> {
        let mut incoming = vec![0_usize; self.states.len()];
        for target in self.edges.iter().flatten() {
            *incoming.get_mut(*target)? += 1;
        }
        let mut arriving = vec![0_u64; self.states.len()];
        let mut queue: VecDeque<usize> = (0..self.states.len())
            .filter(|index| incoming.get(*index) == Some(&0))
            .collect();
        let (mut seen, mut most) = (0, 0);
        while let Some(index) = queue.pop_front() {
            seen += 1;
            let total = arriving
                .get(index)?
                .saturating_add(self.states.get(index)?.most?);
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
