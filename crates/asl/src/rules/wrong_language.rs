//! Fields of the other query language.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::subject::{Item, Subject};

rule! {
    /// A field belongs to the other query language: `Parameters`, `ResultPath` and the other paths to JSONPath,
    /// `Arguments` and `Output` to JSONata.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. A state without `QueryLanguage` has that of the state machine, not
    /// that of the Map or Parallel state around it.
    "ASL1009" "wrong-language" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (Some(language), Some(state)) = (subject.language_of(item), subject.state_of(item)) else { return };
    for (field, _) in item.members() {
        let name = field.name.as_str();
        if field.language.is_none_or(|only| only == language) || !item.value.is_set(name) {
            continue;
        }
        let message =
            format!("`{name}` is a field of {:?}, and state `{}` has {language:?}", other(language), state.name);
        let help = match (name, language) {
            ("Output" | "Condition" | "Items" | "Arguments", QueryLanguage::JSONPath) => {
                "write `QueryLanguage: \"JSONata\"` in the state, or use the fields of JSONPath".to_owned()
            }
            ("Parameters", _) => "write `Arguments` with JSONata expressions between `{%` and `%}`".to_owned(),
            ("ResultPath" | "ResultSelector" | "OutputPath", _) => {
                "write `Output`, which can read `$states.input` and `$states.result`".to_owned()
            }
            ("ItemsPath", _) => "write `Items` with a JSONata expression".to_owned(),
            ("Variable", _) => "write `Condition` with a JSONata expression".to_owned(),
            (name, _) => match name.strip_suffix("Path") {
                Some(plain) => format!("write `{plain}` with a JSONata expression between `{{%` and `%}}`"),
                None => "remove it, or change the query language of the state".to_owned(),
            },
        };
        findings.push(RULE.finding(item.at.join(name), message).schema(&state.at).help(help));
    }
}

fn other(language: QueryLanguage) -> QueryLanguage {
    match language {
        QueryLanguage::JSONPath => QueryLanguage::JSONata,
        QueryLanguage::JSONata => QueryLanguage::JSONPath,
    }
}
