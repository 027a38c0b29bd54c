//! Parameters of integrations.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Fix};
use crate::integration::{Nesting, Operation, Resource, Structure, integration, operation};
use crate::json::{Json, Members};
use crate::model::QueryLanguage;
use crate::pointer::JsonPointer;
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
    known: Cow<'static, Operation>,
}

fn wanted(resource: Resource<'_>) -> Option<Wanted> {
    let (known, called) = match resource {
        Resource::Optimized(called) => (integration(called.service, called.operation)?.operation()?, called),
        Resource::Sdk(called) => (Cow::Borrowed(operation(called.service, called.operation)?), called),
        _ => return None,
    };
    Some(Wanted { name: format!("{}:{}", called.service, called.operation), known })
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
    let given: Vec<(&str, &String)> = members.keys().map(|key| (plain(key), key)).collect();
    let Operation { required, optional, request, .. } = &*wanted.known;
    let mut unused: Vec<&str> = required.iter().copied().filter(|name| !has(&given, name)).collect();
    for (name, key) in &given {
        let known = required.iter().chain(optional).copied();
        if known.clone().any(|known| known == *name) {
            if let Some((nesting, structure)) = request.and_then(|request| request.inner(name)) {
                let nested = Nested { wanted, path: (*name).to_owned(), structure };
                nested.check(nesting, members.get(*key), &at.join(*key), findings);
            }
            continue;
        }
        let message = format!("`{}` has no parameter `{name}`", wanted.name);
        let (finding, guess) = unknown(&at, key, message, known);
        unused.retain(|known| Some(*known) != guess);
        findings.push(finding);
    }
    for name in unused {
        let message = format!("`{}` is called without `{name}`", wanted.name);
        findings.push(RULE.finding(at.clone(), message).schema(&at).help(needs(wanted, field)));
    }
}

/// The name of a member without the mark of a path.
fn plain(key: &str) -> &str {
    key.strip_suffix(".$").unwrap_or(key)
}

/// The finding about a member that is not known, and the name that was likely meant.
fn unknown(
    at: &JsonPointer,
    key: &str,
    message: String,
    known: impl Iterator<Item = &'static str> + Clone,
) -> (Diagnostic, Option<&'static str>) {
    let name = plain(key);
    let guess =
        known.clone().find(|known| known.eq_ignore_ascii_case(name)).or_else(|| did_you_mean(name, known.clone()));
    let place = at.join(key.to_owned());
    let finding = RULE.finding(place.clone(), message).schema(at).about_name();
    let finding = match guess {
        Some(known_name) => finding.help(format!("did you mean `{known_name}`?")).fix_if(
            is_certain(name, known_name, known),
            Fix::key(place, if key.ends_with(".$") { format!("{known_name}.$") } else { known_name.to_owned() }),
        ),
        None => finding.help("remove it"),
    };
    (finding, guess)
}

/// A structure inside of a parameter.
struct Nested<'w> {
    wanted: &'w Wanted,
    /// The way to it, such as `NetworkConfiguration.AwsvpcConfiguration`.
    path: String,
    structure: Structure,
}

impl Nested<'_> {
    fn check(&self, nesting: Nesting, value: Option<&Json>, at: &JsonPointer, findings: &mut Vec<Diagnostic>) {
        match (nesting, value) {
            (Nesting::Single, Some(Json::Object(members))) => self.check_members(members, at, findings),
            (Nesting::List, Some(Json::Array(elements))) => {
                for (index, element) in elements.iter().enumerate() {
                    self.check(Nesting::Single, Some(element), &at.join(index), findings);
                }
            }
            (Nesting::Map, Some(Json::Object(members))) => {
                for (key, value) in members {
                    self.check(Nesting::Single, Some(value), &at.join(key), findings);
                }
            }
            _ => {}
        }
    }

    fn check_members(&self, members: &Members, at: &JsonPointer, findings: &mut Vec<Diagnostic>) {
        for (key, value) in members {
            let name = plain(key);
            // Abbreviations such as `SS` are taken in both ways of writing them.
            let known = self.structure.names().find(|known| *known == name || *known == sdk_name(name));
            let Some(known) = known else {
                let message = format!("`{}` of `{}` has no member `{name}`", self.path, self.wanted.name);
                findings.push(unknown(at, key, message, self.structure.names().collect::<Vec<_>>().into_iter()).0);
                continue;
            };
            if let Some((nesting, structure)) = self.structure.inner(known) {
                let path = format!("{}.{name}", self.path);
                Nested { wanted: self.wanted, path, structure }.check(nesting, Some(value), &at.join(key), findings);
            }
        }
    }
}

/// A name as the AWS SDK for Java has it: of capitals at the beginning only the first stays, and the one that begins the next
/// word.
fn sdk_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |index: usize| letters.get(index).is_some_and(|letter| letter.is_ascii_uppercase());
    let begins_word = |index: usize| index + 1 < letters.len() && !is_upper(index + 1);
    let end = (1..letters.len()).find(|index| !is_upper(*index) || begins_word(*index)).unwrap_or(letters.len());
    let lower = |(index, letter): (usize, &char)| {
        if (1..end).contains(&index) { letter.to_ascii_lowercase() } else { *letter }
    };
    letters.iter().enumerate().map(lower).collect()
}

fn has(given: &[(&str, &String)], wanted: &str) -> bool {
    given.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}
