//! Maximum times of states and executions.

use crate::json::Json;

/// Maximum time of an Express execution, in seconds (service quotas).
pub(crate) const EXPRESS_SECONDS: f64 = 300.0;

/// Returns a value as a number. `None` if it is unknown or not a number.
pub(crate) fn number(value: Option<&Json>) -> Option<f64> {
    match value? {
        Json::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// Returns the maximum time of a task in seconds: the timeouts of all attempts and the intervals between them. `None`
/// without a timeout.
pub(crate) fn longest_time(task: &Json) -> Option<f64> {
    let timeout = number(task.get("TimeoutSeconds"))?;
    let retriers = task.get("Retry").and_then(Json::as_array).unwrap_or(&[]);
    let mut total = timeout;
    for retrier in retriers.iter().filter(|retrier| retries_timeouts(retrier)) {
        let attempts = number(retrier.get("MaxAttempts")).unwrap_or(3.0);
        let rate = number(retrier.get("BackoffRate")).unwrap_or(2.0);
        let most = number(retrier.get("MaxDelaySeconds")).unwrap_or(f64::MAX);
        let mut delay = number(retrier.get("IntervalSeconds")).unwrap_or(1.0);
        // More attempts exceed any limit.
        for _ in 0..attempts.clamp(0.0, 1_000.0) as usize {
            total += delay.min(most) + timeout;
            delay = (delay * rate).min(1e12);
        }
    }
    Some(total)
}

/// Returns whether a retrier retries timeouts.
fn retries_timeouts(retrier: &Json) -> bool {
    let errors = retrier
        .get("ErrorEquals")
        .and_then(Json::as_array)
        .unwrap_or(&[]);
    errors.iter().filter_map(Json::as_str).any(|error| {
        matches!(
            error,
            "States.ALL" | "States.Timeout" | "States.HeartbeatTimeout"
        )
    })
}
