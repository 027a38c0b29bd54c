//! Executions whose output is text.

use crate::diagnostic::{Diagnostic, Fix};
use crate::subject::{Item, Subject};

rule! {
    /// `states:startExecution.sync` gives the output of the execution as a text that holds JSON; `.sync:2` gives the JSON
    /// itself.
    "ASL5013" "sync-output" Lint Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, _)) = item.resource else { return };
    if text.ends_with(":states:startExecution.sync") {
        let at = item.at.join("Resource");
        findings.push(
            RULE.finding(at.clone(), "the output of the execution is text that holds JSON")
                .help("write `.sync:2` to get the JSON itself")
                .fix(Fix::value(at, format!("{text}:2")).safe_if(false)),
        );
    }
}
