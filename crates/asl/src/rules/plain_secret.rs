//! Secrets that stand in the definition.

use crate::diagnostic::Diagnostic;
use crate::pointer::Way;
use crate::subject::{Item, Subject};

/// Endings of names, in small letters without `-` and `_`, behind which secrets stand.
const NAMES: &[&str] =
    &["password", "passwd", "secret", "apikey", "accesskey", "secretkey", "privatekey", "authtoken", "authorization"];

rule! {
    /// A password, key or token seems to stand in the definition, where everybody can read it who may see the state machine
    /// or its executions.
    "ASL5015" "plain-secret" Warning Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, payload) in item.payloads() {
        payload.walk(&Way::Field(&item.at, field), &mut |way, inner| {
            if let (Some(name), Some(text)) = (way.name(), inner.as_str())
                && is_secret(name, text)
            {
                findings.push(
                    RULE.finding(way.pointer(), format!("`{name}` seems to hold a secret"))
                        .private()
                        .help("read it in the task from Secrets Manager, or use a connection of EventBridge"),
                );
            }
            true
        });
    }
}

fn is_secret(key: &str, text: &str) -> bool {
    let name: String = key.chars().filter(|c| !"-_".contains(*c)).flat_map(char::to_lowercase).collect();
    let looked_up =
        text.starts_with("{%") || text.starts_with('$') || text.starts_with("arn:") || text.contains("resolve:");
    NAMES.iter().any(|ending| name.ends_with(ending)) && !looked_up && text.chars().count() >= 6
}
