//! Ways of waiting that an integration does not have.

use crate::diagnostic::Diagnostic;
use crate::integration::{Resource, integration};
use crate::subject::{Item, Subject};

rule! {
    /// The integration cannot be waited for in this way. `.sync` waits for a job that the service has started,
    /// `.waitForTaskToken` until somebody returns the token; not every integration has them, and `.sync:2`, whose output
    /// is JSON and not text, only `states:startExecution`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL5003" "integration-pattern" Error Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, resource)) = item.resource else { return };
    let (called, patterns): (_, &[&str]) = match resource {
        Resource::Optimized(called) => match integration(called.service, called.operation) {
            Some(known) => (called, known.patterns),
            None => return,
        },
        Resource::Sdk(called) => (called, &["waitForTaskToken"]),
        _ => return,
    };
    if called.pattern.is_empty() || patterns.contains(&called.pattern) {
        return;
    }
    let at = item.at.join("Resource");
    let start = text.len() - called.pattern.len() - 1;
    let message = format!("`{}:{}` cannot be waited for with `.{}`", called.service, called.operation, called.pattern);
    let help = match patterns {
        [] => "remove the ending: the state ends when the service has answered".to_owned(),
        patterns => {
            let list = patterns.iter().map(|pattern| format!("`.{pattern}`")).collect::<Vec<_>>().join(" or ");
            format!("write {list}, or nothing to end when the service has answered")
        }
    };
    findings.push(RULE.finding(at.clone(), message).schema(&at).inside(text, start..text.len()).help(help));
}
