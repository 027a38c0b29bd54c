//! Words outside an enumeration.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean, is_certain};
use crate::shape::Shape;
use crate::subject::{Item, Subject};

rule! {
    /// A field takes one of a few words, and another one is written. Words are case-sensitive.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1005" "unknown-word" Error Any => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.known_members() {
        let (Shape::Enum(words), Some(text)) = (&field.shape, value.as_str()) else {
            continue;
        };
        if words.iter().any(|word| word == text) {
            continue;
        }
        let at = item.at.join(&field.name);
        let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let finding = RULE.finding(at.clone(), format!("`{}` is `{text}`", field.name)).schema(&at);
        findings.push(match did_you_mean(text, words.iter().map(String::as_str)) {
            Some(word) => finding
                .help(format!("did you mean `{word}`? It takes one of {list}"))
                .fix_if(is_certain(text, word, words.iter().map(String::as_str)), Fix::value(at, word)),
            None => finding.help(format!("it takes one of {list}")),
        });
    }
}
