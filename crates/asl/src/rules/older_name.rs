//! Older names of fields.

use crate::diagnostic::{Diagnostic, Fix};
use crate::subject::{Item, Subject};

rule! {
    /// A Map state has `Iterator` or `Parameters`, the older names of `ItemProcessor` and `ItemSelector`.
    "ASL5014" "older-name" Lint Map => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (older, name) in [("Iterator", "ItemProcessor"), ("Parameters", "ItemSelector")] {
        if item.value.is_set(older) && item.value.get(name).is_none() {
            let at = item.at.join(older);
            findings.push(
                RULE.finding(at.clone(), format!("`{older}` is the older name of `{name}`"))
                    .help(format!("write `{name}`"))
                    .fix(Fix::key(at, name.to_owned())),
            );
        }
    }
}
