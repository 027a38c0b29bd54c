//! Calls of HTTP APIs.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// The methods that can be used (developer guide, "Call HTTPS APIs").
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
/// The longest time a call may take, in seconds.
const MAX_SECONDS: f64 = 60.0;

rule! {
    /// A call of an HTTP API has no connection, an address that is not HTTPS, a method that does not exist, or a timeout
    /// over the 60 seconds after which Step Functions gives up. The connection of EventBridge holds the credentials of the
    /// API; it is named by `Authentication.ConnectionArn` or `InvocationConfig.ConnectionArn`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`, or the state fails.
    "ASL5005" "http-task" Error Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    if !matches!(item.resource, Some((_, Resource::Optimized(called))) if called.service == "http") {
        return;
    }
    for (field, payload) in item.payloads().filter(|(_, payload)| matches!(payload, Json::Object(_))) {
        check_payload(item, field, payload, findings);
    }
    if let Some(Json::Number(seconds)) = item.value.get("TimeoutSeconds")
        && seconds.as_f64().is_some_and(|seconds| seconds > MAX_SECONDS)
    {
        let message = format!("a call of an HTTP API takes at most {MAX_SECONDS} s, and the timeout is {seconds} s");
        let at = item.at.join("TimeoutSeconds");
        findings.push(RULE.finding(at, message).as_warning().help("write at most 60, or start a job and poll it"));
    }
}

fn check_payload(item: &Item<'_>, field: &'static str, payload: &Json, findings: &mut Vec<Diagnostic>) {
    let at = item.at.join(field);
    let connection = |holder: &str| match payload.get(holder) {
        None => false,
        Some(Json::Object(members)) => members.contains_key("ConnectionArn") || members.contains_key("ConnectionArn.$"),
        Some(_) => true,
    };
    let whole = |name: &str| payload.get(&format!("{name}.$")).is_some();
    if !["Authentication", "InvocationConfig"].iter().any(|holder| connection(holder) || whole(holder)) {
        findings.push(
            RULE.finding(at.clone(), "the call of the HTTP API has no connection")
                .schema(&at)
                .help("write `Authentication: {\"ConnectionArn\": …}` with the ARN of a connection of EventBridge"),
        );
    }
    let text = |name: &str| payload.get(name).and_then(Json::as_str).filter(|text| !text.starts_with("{%"));
    if let Some(address) = text("ApiEndpoint").filter(|address| !address.to_lowercase().starts_with("https://")) {
        let place = at.join("ApiEndpoint");
        let finding = RULE
            .finding(place, format!("`{address}` is no HTTPS address"))
            .schema(&at)
            .help("write an address that begins with `https://`");
        findings.push(if address.contains("://") { finding } else { finding.as_warning() });
    }
    if let Some(method) = text("Method").filter(|method| !METHODS.contains(method)) {
        findings.push(
            RULE.finding(at.join("Method"), format!("there is no method `{method}`"))
                .schema(&at)
                .help(format!("it takes one of {}", super::list(METHODS.iter().copied()))),
        );
    }
}
