//! How long states and executions may take.

use crate::json::Json;

/// The longest time of an Express execution, in seconds (service quotas).
pub(crate) const EXPRESS_SECONDS: f64 = 300.0;

/// Returns a value as a number, or `None` if it is unknown or anything else.
pub(crate) fn number(value: Option<&Json>) -> Option<f64> {
    match value? {
        Json::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// Returns the longest time of a task in seconds: all attempts time out, with the waits between them. `None` without a timeout.
pub(crate) fn longest_time(task: &Json) -> Option<f64> {
    let timeout = number(task.get("TimeoutSeconds"))?;
    let retriers = task.get("Retry").and_then(Json::as_array).unwrap_or(&[]);
    let mut total = timeout;
    for retrier in retriers.iter().filter(|retrier| retries_timeouts(retrier)) {
        let attempts = number(retrier.get("MaxAttempts")).unwrap_or(3.0);
        let rate = number(retrier.get("BackoffRate")).unwrap_or(2.0);
        let most = number(retrier.get("MaxDelaySeconds")).unwrap_or(f64::MAX);
        let mut delay = number(retrier.get("IntervalSeconds")).unwrap_or(1.0);
        // More attempts than these take longer than any limit.
        for _ in 0..attempts.clamp(0.0, 1_000.0) as usize {
            total += delay.min(most) + timeout;
            delay = (delay * rate).min(1e12);
        }
    }
    Some(total)
}

/// Returns whether a retrier tries again after a timeout.
fn retries_timeouts(retrier: &Json) -> bool {
    let errors = retrier.get("ErrorEquals").and_then(Json::as_array).unwrap_or(&[]);
    errors
        .iter()
        .filter_map(Json::as_str)
        .any(|error| matches!(error, "States.ALL" | "States.Timeout" | "States.HeartbeatTimeout"))
}
