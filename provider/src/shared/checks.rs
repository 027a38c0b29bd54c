//! Which checks are made of a workflow: the block `checks` of the provider and `ignore_diagnostics` of a resource.

use std::sync::atomic::{AtomicBool, Ordering};

use asl::{RuleFilter, Severity};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

/// The checks that the provider block chooses.
#[derive(Debug)]
pub struct Checks {
    filter: RuleFilter,
    /// Whether AWS is asked as well.
    pub remote: bool,
    /// Whether AWS could not be asked once, and need not be asked again.
    unavailable: AtomicBool,
    /// When what workflows call is looked at.
    pub wiring: Wiring,
    /// Whether it was reported that something could not be verified.
    unverified: AtomicBool,
}

/// When what a workflow calls is looked at in AWS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wiring {
    /// When the workflow is new or changes; what cannot be looked at is one warning.
    #[default]
    Auto,
    /// Never.
    Off,
    /// In every plan; what is not there or cannot be looked at is an error.
    Required,
}

impl Wiring {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "auto" => Self::Auto,
            "off" => Self::Off,
            "required" => Self::Required,
            _ => return None,
        })
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            filter: RuleFilter::default(),
            remote: true,
            unavailable: AtomicBool::new(false),
            wiring: Wiring::default(),
            unverified: AtomicBool::new(false),
        }
    }
}

/// Checks of workflows.
#[derive(Debug, Clone, Model)]
pub struct ChecksBlock {
    /// Lowest severity to report. `lint` includes recommendations of good practice.
    #[tf(optional, absent = "warning", one_of = ["error", "warning", "lint"])]
    level: Attr<String>,
    /// Rules to leave out: codes, prefixes of codes, or names.
    #[tf(optional)]
    ignore: Attr<Vec<String>>,
    /// Whether AWS also validates each definition that changes (`states:ValidateStateMachineDefinition`). When AWS cannot be
    /// asked there is one warning.
    #[tf(optional, absent = true)]
    remote: Attr<bool>,
    /// When to verify in AWS the functions, state machines, activities, queues, topics and tables that a workflow calls:
    /// `auto` where the workflow is new or changes, with one warning where that is not allowed; `required` in every plan, with
    /// errors; `off` never.
    #[tf(optional, absent = "auto", one_of = ["auto", "off", "required"])]
    wiring: Attr<String>,
}

impl ChecksBlock {
    /// Checks the names of the rules.
    pub fn validate(&self, at: &AttributePath) -> Diagnostics {
        unknown_rules(&self.ignore, &at.clone().attribute("ignore"))
    }
}

impl Checks {
    /// The checks that the provider block chooses; the usual ones where it does not, or is not known.
    pub fn of(block: Option<&ChecksBlock>) -> Self {
        let usual = Self::default();
        let Some(block) = block else { return usual };
        let level = block.level.text().and_then(Severity::named).unwrap_or(usual.filter.level);
        let filter = RuleFilter { level, ignore: words(&block.ignore), ..usual.filter };
        let wiring = block.wiring.text().and_then(Wiring::named).unwrap_or(usual.wiring);
        Self { filter, remote: block.remote.known().copied().unwrap_or(usual.remote), wiring, ..usual }
    }

    /// Which findings about a resource are wanted.
    pub fn filter(&self, ignored: &Attr<Vec<String>>) -> RuleFilter {
        let mut filter = self.filter.clone();
        filter.ignore.extend(words(ignored));
        filter
    }

    /// Records that AWS cannot validate definitions; true the first time, when it is to be reported.
    pub fn record_unavailable(&self) -> bool {
        !self.unavailable.swap(true, Ordering::Relaxed)
    }

    /// Records that something cannot be verified; true the first time, when it is to be reported.
    pub fn record_unverified(&self) -> bool {
        !self.unverified.swap(true, Ordering::Relaxed)
    }

    /// Whether AWS is to be asked.
    pub fn asks_aws(&self) -> bool {
        self.remote && !self.unavailable.load(Ordering::Relaxed)
    }
}

fn words(list: &Attr<Vec<String>>) -> Vec<String> {
    list.known().into_iter().flatten().cloned().collect()
}

/// Checks the attribute of a resource.
pub fn validate_ignored(ignored: &Attr<Vec<String>>) -> Diagnostics {
    unknown_rules(ignored, &AttributePath::root("ignore_diagnostics"))
}

fn unknown_rules(list: &Attr<Vec<String>>, at: &AttributePath) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for word in words(list) {
        let Err(meant) = asl::rules::selector::resolve_selector(&word) else { continue };
        let guess = meant.map_or_else(String::new, |name| format!("Did you mean `{name}`? "));
        let detail = format!("{guess}The guide \"Checks\" lists all rules.");
        diagnostics.push(Diagnostic::error(format!("there is no rule `{word}`"), detail).at(at.clone()));
    }
    diagnostics
}
