//! Coverage: the states and transitions that the cases of a workflow reach.

use asl_run::{By, Machine, Visit};
use indexmap::IndexMap;

/// A part of a workflow that a case can reach.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    /// Name of the state.
    pub state: String,
    /// Which part of the state.
    pub kind: ItemKind,
}

/// A part of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// The state itself.
    State,
    /// A rule of a Choice state, by its index.
    Rule(usize),
    /// `Default` of a Choice state.
    Default,
    /// A retrier, by its index.
    Retrier(usize),
    /// A catcher, by its index.
    Catcher(usize),
}

impl std::fmt::Display for ItemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::State => f.write_str("state"),
            Self::Rule(index) => write!(f, "Choices[{index}]"),
            Self::Default => f.write_str("Default"),
            Self::Retrier(index) => write!(f, "Retry[{index}]"),
            Self::Catcher(index) => write!(f, "Catch[{index}]"),
        }
    }
}

/// How often each part of a workflow was reached.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The parts, in the order of the definition.
    pub items: IndexMap<Item, usize>,
    /// How often each state ended as `Next` or `End` says, by its name.
    passed: IndexMap<String, usize>,
}

impl Coverage {
    /// The parts of a workflow.
    pub fn of(machine: &Machine) -> Self {
        let mut items = IndexMap::new();
        for (state, by) in machine.transitions() {
            items.insert(
                Item {
                    state: state.to_owned(),
                    kind: kind(by),
                },
                0,
            );
        }
        Self {
            items,
            passed: IndexMap::new(),
        }
    }

    /// Adds what other cases of the same workflow reach.
    pub fn merge(&mut self, other: &Self) {
        for (item, count) in &other.items {
            *self.items.entry(item.clone()).or_default() += count;
        }
        for (state, count) in &other.passed {
            *self.passed.entry(state.clone()).or_default() += count;
        }
    }

    /// Whether a state ended as `Next` or `End` says.
    pub(crate) fn passes(&self, state: &str) -> bool {
        self.passed.get(state).is_some_and(|count| *count > 0)
    }

    /// Counts the states and transitions of an execution.
    pub fn add(&mut self, visits: &[Visit]) {
        for visit in visits {
            let mut count = |kind| {
                let item = Item {
                    state: visit.state.to_string(),
                    kind,
                };
                if let Some(count) = self.items.get_mut(&item) {
                    *count += 1;
                }
            };
            if !visit.is_retry() {
                count(ItemKind::State);
            }
            if visit.by == By::Next {
                *self.passed.entry(visit.state.to_string()).or_default() += 1;
            }
            match kind(visit.by) {
                ItemKind::State => {}
                kind => count(kind),
            }
        }
    }

    /// The number of parts that were reached, and of all parts.
    pub fn reached(&self) -> (usize, usize) {
        (
            self.items.values().filter(|count| **count > 0).count(),
            self.items.len(),
        )
    }

    /// The share that was reached, in percent.
    pub fn percent(&self) -> f64 {
        let (reached, all) = self.reached();
        if all == 0 {
            100.0
        } else {
            reached as f64 * 100.0 / all as f64
        }
    }

    /// The parts that were not reached.
    pub fn missed(&self) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(item, _)| item)
    }
}

fn kind(by: By) -> ItemKind {
    match by {
        By::Next | By::Failure => ItemKind::State,
        By::Rule(index) => ItemKind::Rule(index),
        By::Default => ItemKind::Default,
        By::Catcher(index) => ItemKind::Catcher(index),
        By::Retrier(index) => ItemKind::Retrier(index),
    }
}
