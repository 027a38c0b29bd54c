//! Integrations that do not exist.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean, is_certain};
use crate::integration::{Called, INTEGRATIONS, Resource, integration, is_supported, operation, operations, services};
use crate::pointer::Pointer;
use crate::subject::{Item, Subject};

rule! {
    /// Step Functions has no such integration: the service, or the operation of the service, does not exist, or is one that Step
    /// Functions does not call, such as one that streams events. Operations
    /// that have no integration of their own are called as `arn:aws:states:::aws-sdk:SERVICE:OPERATION`, with the
    /// names of the AWS SDK for Java.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL5002" "unknown-integration" Error Task => check
}

/// Services that the SDK has no longer, and what became of them is for AWS to say.
const RETIRED: &[&str] = &[
    "apptest",
    "elasticinference",
    "elastictranscoder",
    "evidently",
    "finspace",
    "finspacedata",
    "honeycode",
    "iotanalytics",
    "iotevents",
    "ioteventsdata",
    "iotfleethub",
    "lookoutequipment",
    "lookoutmetrics",
    "lookoutvision",
    "opsworks",
    "opsworkscm",
    "panorama",
    "privatenetworks",
    "qldb",
    "qldbsession",
    "robomaker",
    "simspaceweaver",
    "sms",
    "tnb",
];

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, resource)) = item.resource else { return };
    let at = item.at.join("Resource");
    match resource {
        Resource::Optimized(called) if integration(called.service, called.operation).is_none() => {
            findings.push(optimized(called, text, at));
        }
        Resource::Sdk(called)
            if operation(called.service, called.operation).is_none() && !RETIRED.contains(&called.service) =>
        {
            findings.push(sdk(called, text, at));
        }
        Resource::Sdk(called)
            if operation(called.service, called.operation).is_some()
                && !is_supported(called.service, called.operation) =>
        {
            let message = format!("Step Functions does not call `{}:{}`", called.service, called.operation);
            findings.push(finding(at, text, called.operation, message).help("call it from a Lambda function"));
        }
        _ => {}
    }
}

fn optimized(called: Called<'_>, text: &str, at: Pointer) -> Diagnostic {
    let Called { service, operation: name, .. } = called;
    let of_service: Vec<&str> =
        INTEGRATIONS.iter().filter(|known| known.service == service).map(|known| known.operation).collect();
    if of_service.is_empty() {
        let finding = finding(at, text, service, format!("there is no integration of a service `{service}`"));
        if operation(service, name).is_some() {
            return finding.help(format!("write `arn:aws:states:::aws-sdk:{service}:{name}`"));
        }
        let services = INTEGRATIONS.iter().map(|known| known.service);
        return guess(finding, text, service, services, "").map_fix(|fix| fix.safe_if(false));
    }
    let finding = finding(at, text, name, format!("there is no integration `{service}:{name}`"));
    let sdk = INTEGRATIONS.iter().find(|known| known.service == service).and_then(|known| known.sdk);
    if let Some((sdk, _)) = sdk.filter(|(sdk, _)| operation(sdk, name).is_some()) {
        return finding.help(format!("write `arn:aws:states:::aws-sdk:{sdk}:{name}`"));
    }
    let help = format!("`{service}` has {}", super::list(of_service.iter().copied()));
    guess(finding, text, name, of_service.into_iter(), &help)
}

fn sdk(called: Called<'_>, text: &str, at: Pointer) -> Diagnostic {
    let Called { service, operation: name, .. } = called;
    match operations(service) {
        None => {
            let finding = finding(at, text, service, format!("the AWS SDK has no service `{service}`"));
            let help = "write the name of the service in the AWS SDK for Java, in small letters";
            let services = services().collect::<Vec<_>>().into_iter();
            // Another service does something else.
            guess(finding, text, service, services, help).map_fix(|fix| fix.safe_if(false))
        }
        Some(names) => {
            let finding = finding(at, text, name, format!("the service `{service}` has no operation `{name}`"));
            let help = "write the operation as the API has it, with a small first letter";
            guess(finding, text, name, names.collect::<Vec<_>>().into_iter(), help)
        }
    }
}

fn finding(at: Pointer, text: &str, word: &str, message: String) -> Diagnostic {
    let start = text.rfind(word).unwrap_or(0);
    RULE.finding(at.clone(), message).schema(&at).inside(text, start..start + word.len())
}

/// The finding with the name among `known` that the word is likely meant to be.
fn guess<'a>(
    finding: Diagnostic,
    text: &str,
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    help: &str,
) -> Diagnostic {
    match did_you_mean(word, known.clone()) {
        Some(guess) => {
            let (certain, known) = (is_certain(word, guess, known), guess);
            let at = finding.pointer.clone();
            let start = text.rfind(word).unwrap_or(0);
            let mut replacement = text.to_owned();
            replacement.replace_range(start..start + word.len(), known);
            finding.help(format!("did you mean `{known}`?")).fix_if(certain, Fix::value(at, replacement))
        }
        None => finding.help(help),
    }
}
