//! Text that is no JSONata.

use crate::diagnostic::Diagnostic;
use crate::subject::{Content, Item, Subject};

rule! {
    /// What stands between `{%` and `%}` is no JSONata expression. Step Functions has version 2.0.6 of the language,
    /// without the newer operators `?:` and `??`.
    ///
    /// AWS refuses it with `INVALID_JSONATA_EXPRESSION`.
    "ASL3102" "jsonata-syntax" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let Content::Jsonata(Err(error)) = &expression.content else { continue };
        findings.push(
            RULE.inside(expression, &error.span, format!("invalid JSONata: {}", error.message))
                .aws("INVALID_JSONATA_EXPRESSION", Some(expression.at.clone()))
                .help(error.help.clone()),
        );
    }
}
