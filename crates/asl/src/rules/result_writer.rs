//! Where a distributed Map writes its results.

use crate::diagnostic::Diagnostic;
use crate::json::{Json, Members};
use crate::subject::{Item, Subject};

rule! {
    /// The writer of a distributed Map state is empty, or names a place without a bucket. It has a `WriterConfig`, or
    /// `Resource` and `Parameters` (in JSONata `Arguments`), or all of them.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`, but for an empty writer, which it takes. Source: developer guide, "ResultWriter (Map)".
    "ASL1019" "result-writer" Error ResultWriter => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = item.value.get("Resource");
    let payload = ["Parameters", "Arguments"].iter().any(|field| item.value.get(field).is_some());
    let message = match (resource, payload, item.value.get("WriterConfig")) {
        (None, false, None) => "the writer says neither where nor how",
        (Some(_), false, _) => "the writer does not say into which bucket",
        (None, true, _) => "the writer has no `Resource`",
        _ => "",
    };
    let help = "write `Resource: \"arn:aws:states:::s3:putObject\"` and the `Bucket` and `Prefix`, or a `WriterConfig`";
    // AWS takes an empty writer, and writes nothing.
    if item.value.as_object().is_some_and(Members::is_empty) {
        findings.push(RULE.finding(item.at.clone(), message).help(help).as_warning());
    } else if !message.is_empty() {
        findings.push(RULE.finding(item.at.clone(), message).schema(&item.at).help(help));
    }
    let foreign = resource.and_then(Json::as_str).filter(|resource| !resource.ends_with(":states:::s3:putObject"));
    if let Some(resource) = foreign {
        let at = item.at.join("Resource");
        findings.push(
            RULE.finding(at.clone(), format!("results cannot be written to `{resource}`"))
                .schema(&at)
                .help("write `arn:aws:states:::s3:putObject`"),
        );
    }
}
