//! States that do not say how to go on, or say it twice.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// A state that does not decide or end by its type has either `Next` or `End: true`. This one has neither, or both.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL2005" "transition" Error Any => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (item.shape, item.value, &item.at);
    if object.field("Next").is_none() || object.field("End").is_none() {
        return;
    }
    let name = Subject::state_name(at).unwrap_or("");
    let next = value.is_set("Next");
    let finding = match (next, value.get("End")) {
        (_, Some(Json::Unknown)) => return,
        // A next state that is not known yet may still be absent.
        (false, _) if value.get("Next").is_some() => return,
        (true, Some(Json::Bool(true))) => {
            let message = format!("state `{name}` has a next state and ends as well");
            RULE.finding(at.join("End"), message).schema(at).help("remove `Next` or `End`")
        }
        (false, None | Some(Json::Bool(false))) => RULE
            .finding(at.clone(), format!("state `{name}` does not say how to go on"))
            .schema(at)
            .help("write `Next` with the name of a state, or `End: true`"),
        _ => return,
    };
    findings.push(finding);
}
