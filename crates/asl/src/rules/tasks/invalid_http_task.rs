//! Invalid calls of HTTP APIs.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

/// Supported methods (developer guide, "Call HTTPS APIs").
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
/// Maximum time of a call, in seconds.
const MAX_SECONDS: f64 = 60.0;

rule! {
    /// ## What it does
    ///
    /// Checks for HTTP calls without a connection, or with an invalid address, method or timeout.
    ///
    /// An HTTP call (`arn:aws:states:::http:invoke`) needs:
    ///
    /// - An EventBridge connection, which holds the credentials of the API. Set its ARN in
    ///   `Authentication.ConnectionArn` or `InvocationConfig.ConnectionArn`.
    /// - An `ApiEndpoint` that begins with `https://`.
    /// - One of the methods `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `OPTIONS` and `HEAD`.
    /// - A timeout of at most 60 seconds, if a timeout is set. Step Functions ends the call after 60 seconds.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated, or
    /// the state fails in the execution.
    ///
    /// A timeout over 60 seconds has no effect: a longer call fails before the timeout. It is reported as a warning,
    /// as is an address without `https://` and without another protocol.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::http:invoke",
    ///   "Parameters": {
    ///     "ApiEndpoint": "http://api.example.com/charges",
    ///     "Method": "POST",
    ///     "RequestBody.$": "$.charge"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::http:invoke",
    ///   "Parameters": {
    ///     "ApiEndpoint": "https://api.example.com/charges",
    ///     "Method": "POST",
    ///     "Authentication": {
    ///       "ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/payments/0d1c2b3a"
    ///     },
    ///     "RequestBody.$": "$.charge"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Call HTTPS APIs in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/connect-third-party-apis.html)
    "ASL5005" "invalid-http-task" ["http-task"] Error
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    if !matches!(node.resource, Some((_, Resource::Optimized(called))) if called.service == "http")
    {
        return;
    }
    for (field, payload) in node
        .payloads()
        .filter(|(_, payload)| matches!(payload, Json::Object(_)))
    {
        check_payload(node, field, payload, findings);
    }
    if let Some(Json::Number(seconds)) = node.value.get("TimeoutSeconds")
        && seconds
            .as_f64()
            .is_some_and(|seconds| seconds > MAX_SECONDS)
    {
        let message =
            format!("the timeout of an HTTP call must be at most {MAX_SECONDS} s, got {seconds} s");
        let at = node.at.join("TimeoutSeconds");
        findings.push(
            RULE.finding(at, message)
                .as_warning()
                .help("write at most 60, or start a job and poll it"),
        );
    }
}

fn check_payload(
    node: &Node<'_>,
    field: &'static str,
    payload: &Json,
    findings: &mut Vec<Diagnostic>,
) {
    let at = node.at.join(field);
    let connection = |holder: &str| match payload.get(holder) {
        None => false,
        Some(Json::Object(members)) => {
            members.contains_key("ConnectionArn") || members.contains_key("ConnectionArn.$")
        }
        Some(_) => true,
    };
    let whole = |name: &str| payload.get(&format!("{name}.$")).is_some();
    if !["Authentication", "InvocationConfig"]
        .iter()
        .any(|holder| connection(holder) || whole(holder))
    {
        findings.push(
            RULE.finding(at.clone(), "the call of the HTTP API has no connection")
                .schema(&at)
                .help("write `Authentication: {\"ConnectionArn\": …}` with the ARN of an EventBridge connection"),
        );
    }
    let text = |name: &str| {
        payload
            .get(name)
            .and_then(Json::as_str)
            .filter(|text| !text.starts_with("{%"))
    };
    if let Some(address) =
        text("ApiEndpoint").filter(|address| !address.to_lowercase().starts_with("https://"))
    {
        let place = at.join("ApiEndpoint");
        let finding = RULE
            .finding(place, format!("`{address}` is not an HTTPS address"))
            .schema(&at)
            .help("write an address that begins with `https://`");
        findings.push(if address.contains("://") {
            finding
        } else {
            finding.as_warning()
        });
    }
    if let Some(method) = text("Method").filter(|method| !METHODS.contains(method)) {
        findings.push(
            RULE.finding(at.join("Method"), format!("unsupported method `{method}`"))
                .schema(&at)
                .help(format!(
                    "valid values: {}",
                    crate::rules::list(METHODS.iter().copied())
                )),
        );
    }
}
