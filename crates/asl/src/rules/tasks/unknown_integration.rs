//! Unknown and unsupported integrations.

use crate::diagnostic::{Diagnostic, Fix};
use crate::integration::{
    Called, INTEGRATIONS, Integration, Resource, integration, is_supported, operation, operations,
    services,
};
use crate::pointer::JsonPointer;
use crate::semantic::{Node, SemanticModel};
use crate::suggest::{did_you_mean, is_certain};

rule! {
    /// ## What it does
    ///
    /// Checks for tasks that call an integration that Step Functions does not have.
    ///
    /// The service or its operation does not exist, or Step Functions does not support the operation, for example
    /// because it streams events. Operations without an optimized integration are called as
    /// `arn:aws:states:::aws-sdk:SERVICE:OPERATION`. The service and the operation have their names in the AWS SDK
    /// for Java: the service in lowercase, the operation with a lowercase first letter. Operations that Step
    /// Functions does not support must be called from a Lambda function.
    ///
    /// Services that the AWS SDK no longer contains are not reported.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::dynamodb:query",
    ///   "Parameters": {
    ///     "TableName": "Orders",
    ///     "KeyConditionExpression": "CustomerId = :id",
    ///     "ExpressionAttributeValues": {
    ///       ":id": {
    ///         "S.$": "$.customerId"
    ///       }
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
    ///   "Resource": "arn:aws:states:::aws-sdk:dynamodb:query",
    ///   "Parameters": {
    ///     "TableName": "Orders",
    ///     "KeyConditionExpression": "CustomerId = :id",
    ///     "ExpressionAttributeValues": {
    ///       ":id": {
    ///         "S.$": "$.customerId"
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Integrating optimized services with Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html)
    /// - [Learning to use AWS service SDK integrations in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html)
    "ASL5002" "unknown-integration" [] Error
    Task => check
}

/// Services that the SDK no longer contains. AWS decides whether it accepts them.
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

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((text, resource)) = node.resource else {
        return;
    };
    let at = node.at.join("Resource");
    match resource {
        Resource::Optimized(called) if integration(called.service, called.operation).is_none() => {
            findings.push(optimized(called, text, at));
        }
        Resource::Sdk(called)
            if operation(called.service, called.operation).is_none()
                && !RETIRED.contains(&called.service) =>
        {
            findings.push(sdk(called, text, at));
        }
        Resource::Sdk(called)
            if operation(called.service, called.operation).is_some()
                && !is_supported(called.service, called.operation) =>
        {
            let message = format!(
                "Step Functions does not support `{}:{}`",
                called.service, called.operation
            );
            findings.push(
                finding(at, text, called.operation, message).help("call it from a Lambda function"),
            );
        }
        _ => {}
    }
}

fn optimized(called: Called<'_>, text: &str, at: JsonPointer) -> Diagnostic {
    let Called {
        service,
        operation: name,
        ..
    } = called;
    let of_service: Vec<&str> = INTEGRATIONS
        .iter()
        .filter(|known| known.service == service)
        .map(|known| known.operation)
        .collect();
    if of_service.is_empty() {
        let finding = finding(
            at,
            text,
            service,
            format!("no integration supports the service `{service}`"),
        );
        if operation(service, name).is_some() {
            return finding.help(format!("write `arn:aws:states:::aws-sdk:{service}:{name}`"));
        }
        let services = INTEGRATIONS.iter().map(|known| known.service);
        return guess(finding, text, service, services, "").map_fix(|fix| fix.safe_if(false));
    }
    let finding = finding(
        at,
        text,
        name,
        format!("unknown integration `{service}:{name}`"),
    );
    let sdk = INTEGRATIONS
        .iter()
        .find(|known| known.service == service)
        .and_then(Integration::sdk);
    if let Some((sdk, _)) = sdk.filter(|(sdk, _)| operation(sdk, name).is_some()) {
        return finding.help(format!("write `arn:aws:states:::aws-sdk:{sdk}:{name}`"));
    }
    let help = format!(
        "`{service}` has {}",
        crate::rules::list(of_service.iter().copied())
    );
    guess(finding, text, name, of_service.into_iter(), &help)
}

fn sdk(called: Called<'_>, text: &str, at: JsonPointer) -> Diagnostic {
    let Called {
        service,
        operation: name,
        ..
    } = called;
    match operations(service) {
        None => {
            let finding = finding(
                at,
                text,
                service,
                format!("the AWS SDK has no service `{service}`"),
            );
            let help = "write the name of the service in the AWS SDK for Java, in lowercase";
            let services = services().collect::<Vec<_>>().into_iter();
            // The repair is not safe: another service has a different behavior.
            guess(finding, text, service, services, help).map_fix(|fix| fix.safe_if(false))
        }
        Some(names) => {
            let finding = finding(
                at,
                text,
                name,
                format!("the service `{service}` has no operation `{name}`"),
            );
            let help = "write the operation as in the API reference, with a lowercase first letter";
            guess(
                finding,
                text,
                name,
                names.collect::<Vec<_>>().into_iter(),
                help,
            )
        }
    }
}

fn finding(at: JsonPointer, text: &str, word: &str, message: String) -> Diagnostic {
    let start = text.rfind(word).unwrap_or(0);
    RULE.finding(at.clone(), message)
        .schema(&at)
        .inside(text, start..start + word.len())
}

/// Adds the most similar known name to a finding.
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
            finding
                .help(format!("did you mean `{known}`?"))
                .fix_if(certain, Fix::value(at, replacement))
        }
        None => finding.help(help),
    }
}
