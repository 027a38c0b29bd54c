//! Selection of the checks of a workflow: the block `checks` of the provider, and
//! `ignore_diagnostics` of a resource.

use std::sync::atomic::{AtomicBool, Ordering};

use asl::{RuleFilter, Severity};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

/// The checks selected in the provider block.
#[derive(Debug)]
pub struct Checks {
    filter: RuleFilter,
    /// Whether AWS also validates definitions.
    pub remote: bool,
    /// Whether a validation by AWS has failed, so that it is not tried again.
    unavailable: AtomicBool,
    /// When to verify the resources that workflows call.
    pub wiring: Wiring,
    /// Whether a failed verification was reported.
    unverified: AtomicBool,
}

/// When to verify in AWS the resources that a workflow calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wiring {
    /// When the workflow is new or changes. Failed lookups are reported as one warning.
    #[default]
    Auto,
    /// Never.
    Off,
    /// In every plan. Missing resources and failed lookups are errors.
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
    /// Rules to ignore: codes, prefixes of codes, or names.
    #[tf(optional)]
    ignore: Attr<Vec<String>>,
    /// Whether AWS also validates each definition that changes
    /// (`states:ValidateStateMachineDefinition`). If the call fails, one warning is shown.
    #[tf(optional, absent = true)]
    remote: Attr<bool>,
    /// When to verify in AWS the functions, state machines, activities, queues, topics and tables
    /// that a workflow calls. `auto` verifies new and changed workflows, with one warning if a
    /// permission is missing. `required` verifies them in every plan, with errors. `off` disables
    /// the check.
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
    /// The checks of the provider block. Defaults apply without a block, and while it is unknown.
    pub fn of(block: Option<&ChecksBlock>) -> Self {
        let usual = Self::default();
        let Some(block) = block else { return usual };
        let level = block
            .level
            .text()
            .and_then(Severity::named)
            .unwrap_or(usual.filter.level);
        let filter = RuleFilter {
            level,
            ignore: words(&block.ignore),
            ..usual.filter
        };
        let wiring = block
            .wiring
            .text()
            .and_then(Wiring::named)
            .unwrap_or(usual.wiring);
        Self {
            filter,
            remote: block.remote.known().copied().unwrap_or(usual.remote),
            wiring,
            ..usual
        }
    }

    /// The filter for the findings about a resource.
    pub fn filter(&self, ignored: &Attr<Vec<String>>) -> RuleFilter {
        let mut filter = self.filter.clone();
        filter.ignore.extend(words(ignored));
        filter
    }

    /// Records that AWS cannot validate definitions. Returns true the first time, when it must be
    /// reported.
    pub fn record_unavailable(&self) -> bool {
        !self.unavailable.swap(true, Ordering::Relaxed)
    }

    /// Records that a resource cannot be verified. Returns true the first time, when it must be
    /// reported.
    pub fn record_unverified(&self) -> bool {
        !self.unverified.swap(true, Ordering::Relaxed)
    }

    /// Whether AWS validates definitions.
    pub fn asks_aws(&self) -> bool {
        self.remote && !self.unavailable.load(Ordering::Relaxed)
    }
}

fn words(list: &Attr<Vec<String>>) -> Vec<String> {
    list.known().into_iter().flatten().cloned().collect()
}

/// Checks the `ignore_diagnostics` of a resource.
pub fn validate_ignored(ignored: &Attr<Vec<String>>) -> Diagnostics {
    unknown_rules(ignored, &AttributePath::root("ignore_diagnostics"))
}

fn unknown_rules(list: &Attr<Vec<String>>, at: &AttributePath) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for word in words(list) {
        let Err(meant) = asl::rules::selector::resolve_selector(&word) else {
            continue;
        };
        let guess = meant.map_or_else(String::new, |name| format!("Did you mean `{name}`? "));
        let detail = format!("{guess}The guide \"Checks\" lists all rules.");
        diagnostics
            .push(Diagnostic::error(format!("there is no rule `{word}`"), detail).at(at.clone()));
    }
    diagnostics
}
