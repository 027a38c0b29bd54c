//! Text that is no path.

use crate::diagnostic::Diagnostic;
use crate::shape::Reads;
use crate::subject::{Content, Item, Subject};

rule! {
    /// A field takes a JSONPath and holds something else. A path starts with `$` for the input, `$$` for the context
    /// object or `$name` for a variable, and goes on with `.name`, `['name']`, `[0]`, `[*]` and the like. Intrinsic
    /// functions cannot stand here.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Step Functions reads the dialect of Jayway's JsonPath.
    "ASL3001" "invalid-path" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item).filter(|expression| expression.field.reads != Reads::Template) {
        let (error, message) = match &expression.content {
            Content::Path(Err(error)) => (error, format!("`{}` is no path: {}", expression.field.name, error.message)),
            Content::Intrinsic(Err(error)) => {
                (error, format!("`{}` is no intrinsic function: {}", expression.field.name, error.message))
            }
            _ => continue,
        };
        let intrinsic = expression.text.starts_with("States.") && expression.field.reads != Reads::PathOrIntrinsic;
        let help = match (intrinsic, error.help.is_empty()) {
            (true, _) => "intrinsic functions cannot stand here: make the value in an earlier state",
            (false, false) => error.help.as_str(),
            (false, true) => "write a path such as `$.order.id`",
        };
        findings.push(RULE.inside(expression, &error.span, message).schema(&expression.at).help(help));
    }
}
