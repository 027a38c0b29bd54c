//! Two inputs of a Map.

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// A Map state has both `ItemSelector` and its older name `Parameters`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1022" "duplicate-map-input" Error check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for item in super::objects(subject, "Map") {
        if item.value.get("ItemSelector").is_some() && item.value.get("Parameters").is_some() {
            findings.push(
                RULE.finding(item.at.join("Parameters"), "both `ItemSelector` and `Parameters` are there")
                    .schema(&item.at)
                    .help("remove `Parameters`, the older name of `ItemSelector`"),
            );
        }
    }
}
