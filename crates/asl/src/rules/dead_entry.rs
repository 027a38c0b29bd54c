//! Retriers and catchers that never count.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// A retrier or catcher never counts, because earlier ones fit every error that it is for: the first that fits counts.
    /// `States.TaskFailed` stands for every error of a task but `States.Timeout`. `States.Runtime` can neither be retried
    /// nor caught.
    ///
    /// Source: developer guide, "Handling errors in Step Functions workflows".
    "ASL7004" "dead-entry" Warning State => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for list in ["Retry", "Catch"] {
        let mut earlier: Vec<&str> = Vec::new();
        for (index, entry) in item.value.get(list).and_then(Json::as_array).unwrap_or(&[]).iter().enumerate() {
            let Some(errors) = entry.get("ErrorEquals").and_then(Json::as_array) else { continue };
            let names: Vec<&str> = errors.iter().filter_map(Json::as_str).collect();
            if names.len() != errors.len() || names.is_empty() {
                continue;
            }
            let at = item.at.join(list).join(index).join("ErrorEquals");
            let kind = if list == "Retry" { "retrier" } else { "catcher" };
            if names.iter().all(|name| covered(name, &earlier)) {
                findings.push(
                    RULE.finding(at, format!("this {kind} never counts: earlier ones fit all its errors"))
                        .help("put it before the more general ones, or remove it"),
                );
            } else if names == ["States.Runtime"] {
                findings.push(
                    RULE.finding(at, "`States.Runtime` can neither be retried nor caught")
                        .help("remove it, and keep the error from happening: it comes from paths that lead nowhere"),
                );
            }
            earlier.extend(names);
        }
    }
}

fn covered(name: &str, earlier: &[&str]) -> bool {
    let timeout =
        matches!(name, "States.Timeout" | "States.HeartbeatTimeout" | "States.ALL" | "States.DataLimitExceeded");
    earlier.contains(&name) || (earlier.contains(&"States.TaskFailed") && !timeout)
}
