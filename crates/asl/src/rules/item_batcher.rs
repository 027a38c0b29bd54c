//! Batches without a size.

use crate::diagnostic::Diagnostic;
use crate::subject::{Item, Subject};

rule! {
    /// `ItemBatcher` puts items together without saying how many: it needs `MaxItemsPerBatch`, `MaxInputBytesPerBatch`,
    /// or one of their paths.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Source: developer guide, "ItemBatcher (Map)".
    "ASL1020" "item-batcher" Error ItemBatcher => check
}

const SIZES: [&str; 4] =
    ["MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"];

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    if !SIZES.iter().any(|field| item.value.get(field).is_some()) {
        findings.push(
            RULE.finding(item.at.clone(), "the batches have no size")
                .schema(&item.at)
                .help("write `MaxItemsPerBatch` or `MaxInputBytesPerBatch`"),
        );
    }
}
