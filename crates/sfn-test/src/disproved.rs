//! Findings of the checks that runs disprove.

use asl::linter::Linter;
use asl::{Diagnostic, Form, Json, MachineType};

use crate::coverage::{Coverage, ItemKind};

/// The rules whose findings say that a state fails. What the state does in a run is certain.
const RULES: &[&str] = &["missing-input"];

impl Coverage {
    /// The findings about states that ran without an error, although the finding says that they fail.
    pub fn disproved(&self, definition: &Json) -> Vec<(String, Diagnostic)> {
        let findings = Linter::new(MachineType::Unknown).check(definition, Form::Nested);
        let codes: Vec<&str> = RULES
            .iter()
            .filter_map(|name| Some(asl::rules::rule_named(name)?.code))
            .collect();
        let findings = findings
            .into_iter()
            .filter(|finding| codes.contains(&finding.code));
        let about = findings.filter_map(|finding| {
            let tokens = finding.pointer.tokens();
            let states = tokens.iter().rposition(|token| token == "States")?;
            let state = tokens.get(states + 1)?.to_string();
            let rule = match tokens.get(states + 2..) {
                Some([list, index, ..]) if list == "Choices" => index.parse().ok(),
                _ => None,
            };
            let passes = match rule {
                Some(rule) => self.evaluated(&state, rule),
                None => self.passes(&state),
            };
            passes.then_some((state, finding))
        });
        about.collect()
    }

    /// Whether a rule of a Choice state was evaluated: it or a later one was chosen.
    fn evaluated(&self, state: &str, rule: usize) -> bool {
        let items = self.items.iter();
        let mut chosen = items.filter(|(item, count)| item.state == state && **count > 0);
        chosen.any(|(item, _)| match item.kind {
            ItemKind::Rule(index) => index >= rule,
            ItemKind::Default => true,
            _ => false,
        })
    }
}
