//! Heartbeats that come too late.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// The heartbeat of a task is not shorter than its timeout, so that the timeout always comes first.
    ///
    /// Specification, "Task State": the heartbeat must be smaller than the timeout.
    "ASL1021" "heartbeat" Error Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let seconds = |field: &str| match item.value.get(field) {
        Some(Json::Number(number)) => number.as_f64(),
        _ => None,
    };
    if let (Some(heartbeat), Some(timeout)) = (seconds("HeartbeatSeconds"), seconds("TimeoutSeconds"))
        && heartbeat >= timeout
    {
        let at = item.at.join("HeartbeatSeconds");
        findings.push(
            RULE.finding(
                at.clone(),
                format!("the heartbeat of {heartbeat} s is not shorter than the timeout of {timeout} s"),
            )
            .schema(&at)
            .help("write a smaller `HeartbeatSeconds`, or a larger `TimeoutSeconds`")
            .related(item.at.join("TimeoutSeconds"), "the timeout"),
        );
    }
}
