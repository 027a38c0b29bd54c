//! Payload templates that cannot be filled.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::shape::Reads;
use crate::subject::{Content, Item, Subject};

rule! {
    /// In a payload template, a member whose name ends in `.$` takes a path or an intrinsic function as a string. Anything
    /// else cannot be looked up.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Specification, "Payload Template".
    "ASL3003" "payload-template" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item).filter(|expression| expression.field.reads == Reads::Template) {
        let (error, kind) = match &expression.content {
            Content::Path(Err(error)) => (error, "path"),
            Content::Intrinsic(Err(error)) => (error, "intrinsic function"),
            _ => continue,
        };
        let container = item.at.join(&expression.field.name);
        let key = expression.at.tokens().last().map(ToString::to_string).unwrap_or_default();
        let plain = key.strip_suffix(".$").unwrap_or(&key);
        let message = if kind == "path" && !expression.text.starts_with('$') {
            format!("the value of `{key}` is neither a path nor an intrinsic function")
        } else {
            format!("the value of `{key}` is no {kind}: {}", error.message)
        };
        let help = match (error.help.is_empty(), expression.text.starts_with('$') || kind != "path") {
            (false, _) => error.help.clone(),
            (true, true) => "write a path such as `$.order.id`, or an intrinsic function".to_owned(),
            (true, false) => {
                format!("write a path that starts with `$`, or call the member `{plain}` for a fixed value")
            }
        };
        findings.push(RULE.inside(expression, &error.span, message).schema(&container).help(help));
    }
    for (container, value) in super::templates(subject, item) {
        value.walk(&container, &mut |way, inner| {
            let Some(key) = way.name().filter(|key| key.ends_with(".$")) else { return true };
            if !matches!(inner, Json::String(_) | Json::Unknown) {
                let message = format!("the value of `{key}` is {}, not a path or an intrinsic function", inner.kind());
                let plain = key.strip_suffix(".$").unwrap_or(key);
                let help = format!("write a path as a string, or call the member `{plain}` for a fixed value");
                findings.push(RULE.finding(way.pointer(), message).schema(&container.pointer()).help(help));
            }
            false
        });
    }
}
