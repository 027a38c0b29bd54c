//! What an integration is given.

use crate::diagnostic::{Diagnostic, Fix};
use crate::integration::{Operation, Resource, integration, operation};
use crate::json::{Json, Members};
use crate::model::QueryLanguage;
use crate::semantic::{Node, SemanticModel};
use crate::suggest::{did_you_mean, is_certain};

rule! {
    /// ## What it does
    ///
    /// Checks for integrations with missing or unknown parameters, or without any parameters.
    ///
    /// Integrations need `Parameters` in JSONPath, or `Arguments` in JSONata, even if the operation has no required
    /// parameter. In this case, write an empty object. The name of a parameter begins with a capital letter, whatever
    /// the API of the service uses.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// For AWS SDK integrations, AWS checks only the names of the given parameters. If a required parameter is
    /// missing, AWS accepts the definition, and the call fails in the execution.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::sqs:sendMessage",
    ///   "Parameters": {
    ///     "QueueURL": "https://sqs.eu-west-1.amazonaws.com/123456789012/Orders",
    ///     "MessageBody.$": "$"
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
    ///   "Resource": "arn:aws:states:::sqs:sendMessage",
    ///   "Parameters": {
    ///     "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/Orders",
    ///     "MessageBody.$": "$"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Passing parameters to a service API in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html)
    /// - [Learning to use AWS service SDK integrations in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html)
    "ASL5004" "invalid-task-parameters" ["task-parameters"] Error
    Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = node.resource else { return };
    let Some(wanted) = wanted(resource) else { return };
    let (field, other) = match model.language_of(node) {
        Some(QueryLanguage::JSONPath) => ("Parameters", "Arguments"),
        Some(QueryLanguage::JSONata) => ("Arguments", "Parameters"),
        None => return,
    };
    match node.value.get(field) {
        Some(Json::Object(members)) if !members.is_empty() || !wanted.known.required.is_empty() => {
            check_members(node, field, members, &wanted, findings);
        }
        // The field of the other query language is reported by itself.
        None if node.value.get(other).is_none() => {
            let message = format!("`{}` is called without `{field}`", wanted.name);
            findings.push(
                RULE.finding(node.at.join("Resource"), message)
                    .schema(&node.at.join("Resource"))
                    .help(needs(&wanted, field)),
            );
        }
        _ => {}
    }
}

struct Wanted {
    /// What is called, for messages.
    name: String,
    known: Operation,
    /// Whether the names of all parameters are known.
    complete: bool,
}

fn wanted(resource: Resource<'_>) -> Option<Wanted> {
    match resource {
        Resource::Optimized(called) => {
            let known = integration(called.service, called.operation)?;
            let name = format!("{}:{}", called.service, called.operation);
            let sdk = known.sdk.and_then(|(service, name)| operation(service, name));
            let complete = sdk.is_some();
            let known = sdk.unwrap_or_else(|| Operation { required: known.required.to_vec(), optional: Vec::new() });
            Some(Wanted { name, known, complete })
        }
        Resource::Sdk(called) => {
            let known = operation(called.service, called.operation)?;
            Some(Wanted { name: format!("{}:{}", called.service, called.operation), known, complete: true })
        }
        _ => None,
    }
}

fn needs(wanted: &Wanted, field: &str) -> String {
    match wanted.known.required.as_slice() {
        [] => format!("write `{field}: {{}}`"),
        required => format!("write `{field}` with {}", crate::rules::list(required.iter().copied())),
    }
}

fn check_members(
    node: &Node<'_>,
    field: &'static str,
    members: &Members,
    wanted: &Wanted,
    findings: &mut Vec<Diagnostic>,
) {
    let at = node.at.join(field);
    let plain = |key: &str| key.strip_suffix(".$").unwrap_or(key).to_owned();
    let given: Vec<(String, &String)> = members.keys().map(|key| (plain(key), key)).collect();
    let Operation { required, optional } = &wanted.known;
    let mut unused: Vec<&str> = required.iter().copied().filter(|name| !has(&given, name)).collect();
    if wanted.complete {
        for (name, key) in &given {
            let mut known = required.iter().chain(optional).copied();
            if known.clone().any(|known| known == name) {
                continue;
            }
            let like = known.clone().find(|known| known.eq_ignore_ascii_case(name));
            let guess = like.or_else(|| did_you_mean(name, known.by_ref()));
            unused.retain(|known| Some(*known) != guess);
            let place = at.join(*key);
            let message = format!("`{}` has no parameter `{name}`", wanted.name);
            let finding = RULE.finding(place.clone(), message).schema(&at).about_name();
            findings.push(match guess {
                Some(known) => finding.help(format!("did you mean `{known}`?")).fix_if(
                    is_certain(name, known, required.iter().chain(optional).copied()),
                    Fix::key(place, if key.ends_with(".$") { format!("{known}.$") } else { known.to_owned() }),
                ),
                None => finding.help("remove it"),
            });
        }
    }
    for name in unused {
        let message = format!("`{}` is called without `{name}`", wanted.name);
        findings.push(RULE.finding(at.clone(), message).schema(&at).help(needs(wanted, field)));
    }
}

fn has(given: &[(String, &String)], wanted: &str) -> bool {
    given.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}
