//! Workflows that could be Express.

use super::deadline::{EXPRESS_SECONDS, longest};
use crate::check::MachineType;
use crate::cost::{PRICE_OF_A_THOUSAND, of_execution};
use crate::diagnostic::Diagnostic;
use crate::graph::distributed;
use crate::json::Json;
use crate::subject::Subject;

rule! {
    /// Nothing in the state machine needs a Standard execution: no state waits for a job, a token or an activity, and all
    /// timeouts together stay under the five minutes of an Express execution, which is billed by time and not by
    /// transition. Express executions run each step at least once, so every task must bear being repeated.
    ///
    /// Source: developer guide, "Choosing workflow type in Step Functions".
    "ASL8001" "fits-express" Lint Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if subject.machine != MachineType::Standard || subject.states.is_empty() || !subject.known {
        return;
    }
    let mut total = 0.0;
    for state in &subject.states {
        let seconds = match (state.ty, state.resource) {
            ("Task", Some((_, resource))) if !resource.waits() => longest(state.value),
            ("Task", _) => None,
            ("Wait", _) => match state.value.get("Seconds") {
                Some(Json::Number(seconds)) => seconds.as_f64(),
                _ => None,
            },
            ("Map", _) if distributed(state.value).is_some() => None,
            _ => Some(0.0),
        };
        let Some(seconds) = seconds else { return };
        total += seconds;
        if total >= EXPRESS_SECONDS {
            return;
        }
    }
    let transitions = of_execution(subject);
    // With a loop or a Map state the time depends on the input.
    let Some(most) = transitions.most.filter(|_| total > 0.0) else { return };
    let dollars = |transitions: u64| transitions as f64 * PRICE_OF_A_THOUSAND;
    let message = format!(
        "an execution takes at most {total:.0} s and {} to {most} transitions: a thousand cost {:.2} to {:.2} USD",
        transitions.least,
        dollars(transitions.least),
        dollars(most),
    );
    let at = crate::Pointer::root().join("StartAt");
    findings.push(RULE.finding(at, message).help("consider the type EXPRESS, which is billed by time"));
}
