//! Results that take the place of the input.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::subject::{Item, Subject};

rule! {
    /// The array of the results of a Parallel state takes the place of the input, so that the states after it no longer see
    /// what the workflow was started with, and read the results by number.
    "ASL6003" "replaced-input" Lint Parallel => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let has = |field: &str| item.value.get(field).is_some();
    let keeps = ["ResultPath", "ResultSelector", "OutputPath", "Output", "Assign"].iter().any(|field| has(field));
    if has("Next") && !keeps && subject.language_of(item).is_some() {
        let help = match subject.language_of(item) {
            Some(QueryLanguage::JSONata) => "write `Output` with `$states.input` and `$states.result` to keep both",
            _ => "write `ResultPath`, such as `$.results`, to keep the input",
        };
        let name = Subject::state_name(&item.at).unwrap_or("");
        let message = format!("the results of state `{name}` take the place of the input");
        findings.push(RULE.finding(item.at.clone(), message).help(help));
    }
}
