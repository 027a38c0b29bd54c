//! Modes of Map states.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// The fields of a Map state that only the distributed mode reads (specification, "Map State").
const DISTRIBUTED_ONLY: &[&str] = &[
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
];

rule! {
    /// A distributed Map state needs an `ExecutionType`, an inline one has none, and fields such as `ItemReader` mean
    /// something only in distributed mode.
    ///
    /// AWS refuses the first two with `SCHEMA_VALIDATION_FAILED`, and ignores or refuses the third when the state runs.
    "ASL1017" "processor-config" Error ProcessorConfig => check, Map => distributed_only
}

/// Modes and types that do not go together.
fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let mode = item.value.get("Mode");
    let execution_type = item.value.get("ExecutionType");
    if mode.and_then(Json::as_str) == Some("DISTRIBUTED") && execution_type.is_none() {
        findings.push(
            RULE.finding(item.at.clone(), "a distributed Map state needs an `ExecutionType`")
                .schema(&item.at)
                .help("write `STANDARD`, or `EXPRESS` for items that take less than five minutes"),
        );
    }
    let inline = mode.is_none() || mode.and_then(Json::as_str) == Some("INLINE");
    if inline && item.value.is_set("ExecutionType") {
        findings.push(
            RULE.finding(item.at.join("ExecutionType"), "an inline Map state has no `ExecutionType`")
                .schema(&item.at)
                .help("remove it, or write `Mode: \"DISTRIBUTED\"`"),
        );
    }
}

/// Fields that mean nothing in an inline Map state.
fn distributed_only(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    if !is_inline(item) {
        return;
    }
    let present: Vec<_> = DISTRIBUTED_ONLY.iter().copied().filter(|field| item.value.is_set(field)).collect();
    for field in present {
        findings.push(
            RULE.finding(item.at.join(field), format!("`{field}` means nothing in an inline Map state"))
                .as_warning()
                .help("write `ProcessorConfig` with `Mode: \"DISTRIBUTED\"` and an `ExecutionType`, or remove it"),
        );
    }
}

fn is_inline(item: &Item<'_>) -> bool {
    let processor = ["ItemProcessor", "Iterator"].iter().find_map(|field| item.value.get(field));
    let Some(processor) = processor.filter(|processor| !matches!(processor, Json::Unknown)) else { return false };
    match processor.get("ProcessorConfig") {
        None => true,
        Some(config) => match config.get("Mode") {
            None => !matches!(config, Json::Unknown),
            Some(mode) => mode.as_str() == Some("INLINE"),
        },
    }
}
