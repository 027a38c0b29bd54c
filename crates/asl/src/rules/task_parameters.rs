//! What an integration is given.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean, is_certain};
use crate::integration::{Operation, Resource, integration, operation};
use crate::json::{Json, Members};
use crate::model::QueryLanguage;
use crate::subject::{Item, Subject};

rule! {
    /// An integration is given no parameters, lacks one that it must have, or is given one that it does not have. Names
    /// begin with a capital letter, whatever the API of the service has.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`; of operations of the SDK it looks only at the names.
    "ASL5004" "task-parameters" Error Task => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = item.resource else { return };
    let Some(wanted) = wanted(resource) else { return };
    let (field, other) = match subject.language_of(item) {
        Some(QueryLanguage::JSONPath) => ("Parameters", "Arguments"),
        Some(QueryLanguage::JSONata) => ("Arguments", "Parameters"),
        None => return,
    };
    match item.value.get(field) {
        Some(Json::Object(members)) if !members.is_empty() || !wanted.known.required.is_empty() => {
            check_members(item, field, members, &wanted, findings);
        }
        // The field of the other query language is reported by itself.
        None if item.value.get(other).is_none() => {
            let message = format!("`{}` is called without `{field}`", wanted.name);
            findings.push(
                RULE.finding(item.at.join("Resource"), message)
                    .schema(&item.at.join("Resource"))
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
        required => format!("write `{field}` with {}", super::list(required.iter().copied())),
    }
}

fn check_members(
    item: &Item<'_>,
    field: &'static str,
    members: &Members,
    wanted: &Wanted,
    findings: &mut Vec<Diagnostic>,
) {
    let at = item.at.join(field);
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
