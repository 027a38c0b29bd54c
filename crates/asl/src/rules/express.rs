//! What Express executions cannot do.

use crate::diagnostic::Diagnostic;
use crate::graph::distributed;
use crate::integration::Resource;
use crate::subject::{Item, Subject};

rule! {
    /// An Express execution cannot wait for a job (`.sync`), a token (`.waitForTaskToken`) or an activity, and cannot have a
    /// distributed Map state; nor can the runs of a distributed Map state whose `ExecutionType` is `EXPRESS`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL5006" "express" Error State => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(state) = subject.state_of(item).filter(|state| state.express) else { return };
    let resource = item.resource.map(|(_, resource)| resource);
    let wait = match resource {
        Some(Resource::Activity) => Some("an activity".to_owned()),
        Some(resource) if !resource.pattern().is_empty() => Some(format!("`.{}`", resource.pattern())),
        _ => None,
    };
    if let Some(wait) = wait {
        let at = item.at.join("Resource");
        findings.push(
            RULE.finding(at.clone(), format!("an Express execution cannot wait for {wait}"))
                .schema(&at)
                .help("remove the ending of the integration, or use a state machine of type STANDARD"),
        );
    }
    if let Some(field) = distributed(item.value).filter(|_| state.ty == "Map") {
        let at = item.at.join(field).join("ProcessorConfig").join("Mode");
        findings.push(
            RULE.finding(at.clone(), "an Express execution cannot have a distributed Map state")
                .schema(&at)
                .help("write `INLINE`, or use a state machine of type STANDARD"),
        );
    }
}
