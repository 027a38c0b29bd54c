//! Tasks whose failure ends the workflow.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::subject::{Item, Subject};

/// What a call of a function fails with now and then, without anybody's fault (developer guide, "Handle transient Lambda
/// service exceptions").
const TRANSIENT: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "States.TaskFailed",
    "States.ALL",
];

rule! {
    /// Nothing handles the failure of a Task: it has neither `Retry` nor `Catch`, so that one failed call ends the execution;
    /// or it calls a function without trying again after the errors that Lambda has now and then.
    "ASL7003" "unhandled-failure" Lint Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let name = Subject::state_name(&item.at).unwrap_or("");
    let list =
        |field: &str| item.value.get(field).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()));
    if !list("Retry") && !list("Catch") {
        findings.push(
            RULE.finding(item.at.clone(), format!("nothing handles a failure of state `{name}`"))
                .help("write `Retry` for errors that time heals, and `Catch` for the others"),
        );
    } else if calls_function(item) && !retries_transient(item) {
        findings.push(
            RULE.finding(item.at.clone(), format!("state `{name}` does not try again after errors of Lambda itself"))
                .help("add a retrier for `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException` and `Lambda.TooManyRequestsException`"),
        );
    }
}

fn calls_function(item: &Item<'_>) -> bool {
    match item.resource.map(|(_, resource)| resource) {
        Some(Resource::Function { .. }) => true,
        Some(Resource::Optimized(called)) => called.service == "lambda",
        _ => false,
    }
}

fn retries_transient(item: &Item<'_>) -> bool {
    let Some(retriers) = item.value.get("Retry") else { return false };
    let Some(retriers) = retriers.as_array() else { return true };
    retriers.iter().filter_map(|retrier| retrier.get("ErrorEquals")).any(|errors| {
        let errors = errors.as_array().unwrap_or(&[]);
        errors.iter().any(|error| error.as_str().is_none_or(|name| TRANSIENT.contains(&name)))
    })
}
