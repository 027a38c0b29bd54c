//! Paths to several places where one is asked for.

use crate::diagnostic::Diagnostic;
use crate::jsonpath::Root;
use crate::shape::Reads;
use crate::subject::{Content, Item, Subject};

rule! {
    /// A field takes a Reference Path, which leads to exactly one place: no `*`, `..`, filters, slices or lists. A result
    /// goes into the input, not into the context object or a variable.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Specification, "Reference Paths".
    "ASL3002" "reference-path" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let (Content::Path(Ok(path)), reads) = (&expression.content, expression.field.reads) else { continue };
        if !matches!(reads, Reads::ReferencePath | Reads::ResultPath) {
            continue;
        }
        let name = &expression.field.name;
        let finding = if let Some(segment) = path.indefinite() {
            let message = format!("`{name}` must lead to one place, and this step leads to several or to none");
            RULE.inside(expression, &segment.span, message)
                .help("write only names and numbers, such as `$.orders[0].id`")
        } else if reads == Reads::ResultPath && path.root == Root::Context {
            let message = format!("`{name}` cannot write into the context object");
            RULE.inside(expression, &(0..2), message).help("write a path that starts with `$.`")
        } else if let (Reads::ResultPath, Root::Variable(variable)) = (reads, &path.root) {
            let message = format!("`{name}` cannot write into the variable `${variable}`");
            RULE.inside(expression, &(0..variable.len() + 1), message).help("set variables with `Assign`")
        } else {
            continue;
        };
        findings.push(finding.schema(&expression.at));
    }
}
