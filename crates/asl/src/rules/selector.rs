//! Selection of findings by severity and by rule.

use crate::diagnostic::{Diagnostic, Severity};
use crate::suggest::did_you_mean;

use super::{Rule, rule_named, rules};

/// Selects findings by severity and by rule.
///
/// A selector is a code, the beginning of a code with at least four characters such as `ASL7`, or the name of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFilter {
    /// Lowest severity to report.
    pub level: Severity,
    /// Selectors of the rules to report. Empty selects all rules.
    pub select: Vec<String>,
    /// Selectors of the rules to ignore.
    pub ignore: Vec<String>,
}

impl Default for RuleFilter {
    fn default() -> Self {
        Self {
            level: Severity::Warning,
            select: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

impl RuleFilter {
    /// The filter that includes all findings.
    pub const ALL: Self = Self {
        level: Severity::Lint,
        select: Vec::new(),
        ignore: Vec::new(),
    };

    /// Returns whether a finding is reported.
    pub fn includes(&self, finding: &Diagnostic) -> bool {
        let selected = self.select.is_empty()
            || self
                .select
                .iter()
                .any(|word| matches_selector(word, finding.code));
        finding.severity <= self.level && selected && !self.ignores(finding.code)
    }

    /// Returns whether findings with this code are ignored.
    pub fn ignores(&self, code: &str) -> bool {
        self.ignore.iter().any(|word| matches_selector(word, code))
    }
}

/// Returns whether a selector selects the rule with this code.
fn matches_selector(word: &str, code: &str) -> bool {
    let begins = code
        .get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word));
    (begins && word.len() >= 4) || rule_named(code).is_some_and(|rule| rule.is_named(word))
}

/// Checks that a selector selects at least one rule.
///
/// # Errors
/// The most similar code or name, if any.
pub fn resolve_selector(word: &str) -> Result<(), Option<&'static str>> {
    if rules().any(|rule| matches_selector(word, rule.code)) {
        return Ok(());
    }
    let names = |rule: &'static Rule| {
        [rule.code, rule.name]
            .into_iter()
            .chain(rule.aliases.iter().copied())
    };
    Err(did_you_mean(word, rules().flat_map(names)))
}
