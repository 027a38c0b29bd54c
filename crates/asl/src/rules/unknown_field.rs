//! Fields that do not exist.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean, is_certain};
use crate::shape::Language;
use crate::subject::{Item, Subject};

rule! {
    /// An object has a field that the language does not have there: it is misspelt, or belongs to another type of state.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Names of fields are case-sensitive.
    "ASL1001" "unknown-field" Error Any => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, at) = (item.shape, &item.at);
    let is_state = Language::get().state(&object.name).is_some();
    let members = item.value.as_object().into_iter().flat_map(|members| members.keys());
    for (key, field) in members.zip(&item.fields) {
        if (is_state && key == "Type") || field.is_some() {
            continue;
        }
        let message = format!("{} has no field `{key}`", describe(&object.name, is_state));
        let elsewhere = || holders(key);
        let place = at.join(key);
        let finding = RULE.finding(place.clone(), message).schema(at).about_name();
        findings.push(match did_you_mean(key, object.fields.iter().map(|field| field.name.as_str())) {
            Some(name) => finding.help(format!("did you mean `{name}`?")).fix_if(
                is_certain(key, name, object.fields.iter().map(|field| field.name.as_str())),
                Fix::key(place, name),
            ),
            None => match elsewhere() {
                Some(holders) => finding.help(format!("remove it: the language has it in {holders}")),
                None => finding.help("remove it"),
            },
        });
    }
}

fn describe(name: &str, is_state: bool) -> String {
    match name {
        "Definition" => "a state machine".to_owned(),
        name if is_state => format!("a {name} state"),
        name => format!("`{name}`"),
    }
}

/// The types of state that have a field of this name.
fn holders(key: &str) -> Option<String> {
    let states = Language::get().states.iter();
    let names: Vec<String> =
        states.filter(|state| state.field(key).is_some()).map(|state| format!("{} states", state.name)).collect();
    let (last, rest) = names.split_last()?;
    Some(if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) })
}
