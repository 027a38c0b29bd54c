//! Waiting without a sign of life.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// A timeout up to which a heartbeat gains little, in seconds.
const SHORT: f64 = 300.0;

rule! {
    /// A task waits long for a token or an activity without asking for signs of life, so that it notices only at its timeout
    /// that nobody works on it.
    "ASL7002" "missing-heartbeat" Lint Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = item.resource.map(|(_, resource)| resource);
    let waits = resource.is_some_and(|resource| resource.waits_for_somebody());
    let beats = ["HeartbeatSeconds", "HeartbeatSecondsPath"].iter().any(|field| item.value.get(field).is_some());
    let long = match item.value.get("TimeoutSeconds") {
        Some(Json::Number(seconds)) => seconds.as_f64().is_some_and(|seconds| seconds > SHORT),
        _ => false,
    };
    if waits && !beats && long {
        let name = Subject::state_name(&item.at).unwrap_or("");
        findings.push(
            RULE.finding(item.at.join("TimeoutSeconds"), format!("state `{name}` waits without signs of life"))
                .help("write `HeartbeatSeconds`, and let the worker send heartbeats"),
        );
    }
}
