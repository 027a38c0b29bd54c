//! Catchers that drop the input.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::subject::{Item, Subject};

rule! {
    /// A catcher has no `ResultPath` (in JSONata no `Output`), so that the error takes the place of the input and the state
    /// it leads to does not know what failed.
    "ASL6002" "lost-input" Lint Catcher => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (field, help) = match subject.language_of(item) {
        Some(QueryLanguage::JSONPath) => ("ResultPath", "write `ResultPath`, such as `$.error`, to keep the input"),
        Some(QueryLanguage::JSONata) => {
            ("Output", "write `Output` with `$states.input` and `$states.errorOutput` to keep the input")
        }
        None => return,
    };
    let target = item.value.get("Next").and_then(crate::Json::as_str);
    let target = subject
        .state_of(item)
        .zip(target)
        .and_then(|(state, name)| subject.states.get(subject.graph.state_named(state.namespace, name)?));
    let fails = target.is_some_and(|target| target.ty == "Fail");
    if item.value.get(field).is_none() && !fails {
        findings.push(RULE.finding(item.at.clone(), "the error takes the place of the input").help(help));
    }
}
