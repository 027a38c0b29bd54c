//! Calls of the SDK for which there is a better integration.

use crate::diagnostic::Diagnostic;
use crate::integration::{INTEGRATIONS, Resource};
use crate::subject::{Item, Subject};

rule! {
    /// An operation is called through the AWS SDK although its service has an integration of its own, which can be waited
    /// for and reads and writes JSON.
    "ASL5011" "prefer-optimized" Lint Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = item.resource else { return };
    let Resource::Sdk(called) = resource else { return };
    let better = INTEGRATIONS.iter().find(|known| known.sdk == Some((called.service, called.operation)));
    if let Some(known) = better {
        let message = format!("`{}:{}` has an integration of its own", known.service, known.operation);
        let help = format!("write `arn:aws:states:::{}:{}`", known.service, known.operation);
        findings.push(RULE.finding(item.at.join("Resource"), message).help(help));
    }
}
