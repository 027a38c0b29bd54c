//! Secrets in the definition.

use crate::diagnostic::Diagnostic;
use crate::pointer::PathBuilder;
use crate::semantic::{Node, SemanticModel};

/// Endings of the names of secrets, in lowercase and without `-` and `_`.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authtoken",
    "authorization",
];

rule! {
    /// ## What it does
    ///
    /// Checks for passwords, keys and tokens that seem to be written in the definition.
    ///
    /// The rule checks the fields of `Parameters` and `Arguments` whose name ends with `password`, `passwd`,
    /// `secret`, `apikey`, `accesskey`, `secretkey`, `privatekey`, `authtoken` or `authorization`. Upper and lower
    /// case, `-` and `_` make no difference. The value is a string of at least 6 characters.
    ///
    /// ARNs, paths, JSONata expressions and CloudFormation references such as `{{resolve:secretsmanager:…}}` are not
    /// reported.
    ///
    /// ## Why is this bad?
    ///
    /// Every user with permission to view the state machine or its executions can read the secret. Store it
    /// in AWS Secrets Manager and read it in the task, or use an EventBridge connection for HTTP calls.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "ChargeCard",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId",
    ///       "apiKey": "example-key-0001"
    ///     }
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
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "ChargeCard",
    ///     "Payload": {
    ///       "orderId.$": "$.orderId",
    ///       "apiKeyArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:PaymentApiKey-a1b2c3"
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [What is AWS Secrets Manager?](https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html)
    /// - [Call HTTPS APIs in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/connect-third-party-apis.html)
    "ASL5015" "plain-text-secret" ["plain-secret"] Warning
    Task => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, payload) in node.payloads() {
        payload.walk(&PathBuilder::Field(&node.at, field), &mut |way, inner| {
            if let (Some(name), Some(text)) = (way.name(), inner.as_str())
                && is_secret(name, text)
            {
                findings.push(
                    RULE.finding(way.pointer(), format!("`{name}` may contain a secret"))
                        .private()
                        .help("read it in the task from Secrets Manager, or use an EventBridge connection"),
                );
            }
            true
        });
    }
}

fn is_secret(key: &str, text: &str) -> bool {
    let name: String = key
        .chars()
        .filter(|c| !"-_".contains(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let looked_up = text.starts_with("{%")
        || text.starts_with('$')
        || text.starts_with("arn:")
        || text.contains("resolve:");
    NAMES.iter().any(|ending| name.ends_with(ending)) && !looked_up && text.chars().count() >= 6
}
