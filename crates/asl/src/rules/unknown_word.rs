//! Words outside an enumeration.

use crate::check::Subject;
use crate::diagnostic::{Diagnostic, Fix, did_you_mean};
use crate::json::Json;
use crate::shape::Shape;

rule! {
    /// A field takes one of a few words, and another one is written. Words are case-sensitive.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1005" "unknown-word" check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    super::each_field(subject, &mut |field, value, at| {
        let (Shape::Enum(words), Json::String(text)) = (&field.shape, value) else {
            return;
        };
        if words.contains(text) {
            return;
        }
        let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let finding = Diagnostic::error(RULE.code, at.clone(), format!("`{}` is `{text}`", field.name));
        findings.push(match did_you_mean(text, words.iter().map(String::as_str)) {
            Some(word) => finding.help(format!("did you mean `{word}`? It takes one of {list}")).fix(Fix {
                pointer: at,
                is_key: false,
                replacement: word.to_owned(),
            }),
            None => finding.help(format!("it takes one of {list}")),
        });
    });
}
