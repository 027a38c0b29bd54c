//! Two inputs of a Map.

use crate::diagnostic::Diagnostic;
use crate::subject::{Item, Subject};

rule! {
    /// A Map state has both `ItemSelector` and its older name `Parameters`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1022" "duplicate-map-input" Error Map => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    if item.value.is_set("ItemSelector") && item.value.is_set("Parameters") {
        findings.push(
            RULE.finding(item.at.join("Parameters"), "both `ItemSelector` and `Parameters` are there")
                .schema(&item.at)
                .help("remove `Parameters`, the older name of `ItemSelector`"),
        );
    }
}
