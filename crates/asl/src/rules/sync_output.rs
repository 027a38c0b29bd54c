//! Executions whose output is text.

use crate::diagnostic::{Diagnostic, Fix};
use crate::subject::Subject;

rule! {
    /// `states:startExecution.sync` gives the output of the execution as a text that holds JSON; `.sync:2` gives the JSON
    /// itself.
    "ASL5013" "sync-output" Lint check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for item in super::objects(subject, "Task") {
        let Some((text, _)) = item.resource else { continue };
        if text.ends_with(":states:startExecution.sync") {
            let at = item.at.join("Resource");
            findings.push(
                RULE.finding(at.clone(), "the output of the execution is text that holds JSON")
                    .help("write `.sync:2` to get the JSON itself")
                    .fix(Fix::value(at, format!("{text}:2"))),
            );
        }
    }
}
