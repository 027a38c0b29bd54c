//! Deadlines that do not fit together.

use crate::check::MachineType;
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// The longest time of an Express execution, in seconds (service quotas).
pub(super) const EXPRESS_SECONDS: f64 = 300.0;

rule! {
    /// A state may take longer than its execution: the timeouts of all attempts and the waits between them add up to more
    /// than the timeout of the state machine, or than the five minutes of an Express execution.
    "ASL7008" "deadline" Lint Wait | Task => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let whole = number(subject.root.get("TimeoutSeconds")).filter(|seconds| *seconds > 0.0);
    let Some(state) = subject.state_of(item) else { return };
    let (limit, of) = match (whole.filter(|_| state.scope == 0 || !state.express), state.express) {
        (Some(seconds), false) => (seconds, "the timeout of the state machine"),
        (Some(seconds), true) if seconds < EXPRESS_SECONDS => (seconds, "the timeout of the state machine"),
        (_, true) => (EXPRESS_SECONDS, "the longest time of an Express execution"),
        (None, false) => return,
    };
    let (longest, at) = match state.ty {
        "Wait" => (number(item.value.get("Seconds")), item.at.join("Seconds")),
        "Task" => (longest(item.value), item.at.join("TimeoutSeconds")),
        _ => return,
    };
    if let Some(longest) = longest.filter(|longest| *longest > limit) {
        let message = format!("state `{}` may take {longest:.0} s, longer than {of} of {limit:.0} s", state.name);
        let finding = RULE.finding(at, message).help(help(state.ty, subject.machine));
        findings.push(if state.ty == "Wait" { finding.as_warning() } else { finding });
    }
}

fn help(ty: &str, machine: MachineType) -> &'static str {
    match (ty, machine) {
        ("Wait", MachineType::Express) => "use a state machine of type STANDARD for long waits",
        ("Wait", _) => "write a shorter wait, or a longer `TimeoutSeconds` of the state machine",
        _ => "write a shorter timeout or fewer attempts, or a longer `TimeoutSeconds` of the state machine",
    }
}

fn number(value: Option<&Json>) -> Option<f64> {
    match value? {
        Json::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// The longest time of a task in seconds: all attempts time out, with the waits between them. `None` without a timeout.
pub(crate) fn longest(task: &Json) -> Option<f64> {
    let timeout = number(task.get("TimeoutSeconds"))?;
    let retriers = task.get("Retry").and_then(Json::as_array).unwrap_or(&[]);
    let mut total = timeout;
    for retrier in retriers.iter().filter(|retrier| retries_timeouts(retrier)) {
        let attempts = number(retrier.get("MaxAttempts")).unwrap_or(3.0);
        let rate = number(retrier.get("BackoffRate")).unwrap_or(2.0);
        let most = number(retrier.get("MaxDelaySeconds")).unwrap_or(f64::MAX);
        let mut delay = number(retrier.get("IntervalSeconds")).unwrap_or(1.0);
        // More attempts than these take longer than anybody's patience, and need not be counted one by one.
        for _ in 0..attempts.clamp(0.0, 1_000.0) as usize {
            total += delay.min(most) + timeout;
            delay = (delay * rate).min(1e12);
        }
    }
    Some(total)
}

/// Whether a retrier tries again after a timeout.
fn retries_timeouts(retrier: &Json) -> bool {
    let errors = retrier.get("ErrorEquals").and_then(Json::as_array).unwrap_or(&[]);
    errors
        .iter()
        .filter_map(Json::as_str)
        .any(|error| matches!(error, "States.ALL" | "States.Timeout" | "States.HeartbeatTimeout"))
}
