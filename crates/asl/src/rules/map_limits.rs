//! Map states over their limits.

use crate::diagnostic::Diagnostic;
use crate::graph::distributed;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// How many items an inline Map state works on at once (service quotas).
const INLINE_CONCURRENCY: f64 = 40.0;

rule! {
    /// An inline Map state asks for more than the 40 items at once that it can have, or a distributed one keeps the results
    /// of all its items, which together may go over the 256 KiB that a state can put out.
    "ASL7009" "map-limits" Lint Map => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(state) = subject.state_of(item) else { return };
    let distributed = distributed(item.value).is_some();
    if let Some(Json::Number(most)) = item.value.get("MaxConcurrency").filter(|_| !distributed)
        && most.as_f64().is_some_and(|most| most > INLINE_CONCURRENCY)
    {
        let at = item.at.join("MaxConcurrency");
        findings.push(
            RULE.finding(at, format!("an inline Map state works on at most {INLINE_CONCURRENCY} items at once"))
                .help("write at most 40, or a distributed Map state"),
        );
    }
    let dropped = matches!(item.value.get("ResultPath"), Some(Json::Null))
        || ["ResultSelector", "Output", "ResultWriter"].iter().any(|field| item.value.get(field).is_some());
    if distributed && !dropped {
        let message = format!("state `{}` puts out the results of all its items", state.name);
        findings.push(
            RULE.finding(item.at.clone(), message)
                .help("write them to S3 with `ResultWriter`, or drop them with `ResultPath: null`: a state puts out at most 256 KiB"),
        );
    }
}
