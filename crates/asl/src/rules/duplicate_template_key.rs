//! Members that a template makes twice.

use crate::diagnostic::Diagnostic;
use crate::subject::{Item, Subject};

rule! {
    /// A payload template has the same member twice, once with `.$` and once without.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Specification, "Payload Template".
    "ASL3004" "duplicate-template-key" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (container, value) in super::templates(subject, item) {
        value.walk(&container, &mut |way, inner| {
            for key in inner.as_object().into_iter().flat_map(|members| members.keys()) {
                if let Some(plain) = key.strip_suffix(".$").filter(|plain| inner.get(plain).is_some()) {
                    let message = format!("both `{plain}` and `{key}` are there");
                    let help = "both make the same member: remove one of the two";
                    let at = way.pointer().join(key);
                    findings.push(RULE.finding(at, message).schema(&container.pointer()).help(help));
                }
            }
            true
        });
    }
}
