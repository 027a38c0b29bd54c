//! Missing and unknown parameters of integrations.

use super::parameters::{Call, Given, plain};
use crate::diagnostic::{Diagnostic, Fix};
use crate::integration::Operation;
use crate::json::{Json, Members};
use crate::pointer::JsonPointer;
use crate::rules::list;
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
    let Some(call) = Call::of(model, node) else {
        return;
    };
    let other = if call.field == "Parameters" {
        "Arguments"
    } else {
        "Parameters"
    };
    match node.value.get(call.field) {
        Some(Json::Object(members)) => {
            check_members(node, members, &call, findings);
            if let Some(request) = call.request(node) {
                request.walk(&mut |given| check_nested(given, &call, findings));
            }
        }
        // ASL1009 reports the field of the other query language.
        None if node.value.get(other).is_none() => {
            let message = format!("`{}` is called without `{}`", call.name, call.field);
            findings.push(
                RULE.finding(node.at.join("Resource"), message)
                    .schema(&node.at.join("Resource"))
                    .help(needs(&call)),
            );
        }
        _ => {}
    }
}

fn needs(call: &Call) -> String {
    match call.operation.required.as_slice() {
        [] => format!("write `{}: {{}}`", call.field),
        required => format!(
            "write `{}` with {}",
            call.field,
            list(required.iter().copied())
        ),
    }
}

fn check_members(node: &Node<'_>, members: &Members, call: &Call, findings: &mut Vec<Diagnostic>) {
    let at = node.at.join(call.field);
    let given: Vec<(&str, &String)> = members.keys().map(|key| (plain(key), key)).collect();
    let Operation {
        required, optional, ..
    } = &*call.operation;
    let mut unused: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| !has(&given, name))
        .collect();
    let known = required.iter().chain(optional).copied();
    for (name, key) in &given {
        if known.clone().any(|known| known == *name) {
            continue;
        }
        let message = format!("`{}` has no parameter `{name}`", call.name);
        let (finding, guess) = unknown(&at, key, message, known.clone());
        unused.retain(|known| Some(*known) != guess);
        findings.push(finding);
    }
    for name in unused {
        let message = format!("`{}` is called without `{name}`", call.name);
        findings.push(
            RULE.finding(at.clone(), message)
                .schema(&at)
                .help(needs(call)),
        );
    }
}

/// Checks the names of the members of an object in a parameter.
fn check_nested(given: &Given<'_>, call: &Call, findings: &mut Vec<Diagnostic>) {
    if given.path.is_empty() {
        return;
    }
    for key in given.members.keys() {
        let name = plain(key);
        if given.structure.name(name).is_none() {
            let message = format!("`{}` of `{}` has no member `{name}`", given.path, call.name);
            findings.push(unknown(&given.at, key, message, given.structure.names()).0);
        }
    }
}

/// Returns the finding for an unknown member, and the most similar known name.
fn unknown(
    at: &JsonPointer,
    key: &str,
    message: String,
    known: impl Iterator<Item = &'static str> + Clone,
) -> (Diagnostic, Option<&'static str>) {
    let name = plain(key);
    let guess = known
        .clone()
        .find(|known| known.eq_ignore_ascii_case(name))
        .or_else(|| did_you_mean(name, known.clone()));
    let place = at.join(key.to_owned());
    let finding = RULE.finding(place.clone(), message).schema(at).about_name();
    let finding = match guess {
        Some(known_name) => finding
            .help(format!("did you mean `{known_name}`?"))
            .fix_if(
                is_certain(name, known_name, known),
                Fix::key(
                    place,
                    if key.ends_with(".$") {
                        format!("{known_name}.$")
                    } else {
                        known_name.to_owned()
                    },
                ),
            ),
        None => finding.help("remove it"),
    };
    (finding, guess)
}

fn has(given: &[(&str, &String)], wanted: &str) -> bool {
    given
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}
