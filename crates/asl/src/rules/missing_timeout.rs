//! Tasks without an end.

use crate::diagnostic::Diagnostic;
use crate::subject::{Item, Subject};

rule! {
    /// A Task has no timeout, so that it may take 99,999,999 seconds, more than three years. A task that waits for a token
    /// or an activity does so when nobody answers.
    ///
    /// Source: developer guide, "Use timeouts to avoid stuck executions".
    "ASL7001" "missing-timeout" Lint Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let has = |field: &str| item.value.get(field).is_some();
    if has("TimeoutSeconds") || has("TimeoutSecondsPath") {
        return;
    }
    let name = Subject::state_name(&item.at).unwrap_or("");
    let finding = RULE
        .finding(item.at.clone(), format!("state `{name}` has no timeout"))
        .help("write `TimeoutSeconds`, somewhat longer than the task should ever take");
    let beats = has("HeartbeatSeconds") || has("HeartbeatSecondsPath");
    let resource = item.resource.map(|(_, resource)| resource);
    let waits = resource.is_some_and(|resource| resource.waits_for_somebody());
    findings.push(if waits && !beats { finding.as_warning() } else { finding });
}
