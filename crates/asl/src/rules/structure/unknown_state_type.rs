//! States with a missing or unknown type.

use crate::diagnostic::{Diagnostic, Fix};
use crate::json::Json;
use crate::schema::Language;
use crate::semantic::SemanticModel;
use crate::suggest::{did_you_mean, is_certain};

rule! {
    /// ## What it does
    ///
    /// Checks for states whose `Type` is missing or is not one of the eight types of the language.
    ///
    /// The types are `Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel` and `Map`. They are
    /// case-sensitive. The rule also reports a `Type` that is not a string and a state that is not an object.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Sleep",
    ///   "Seconds": 60,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": 60,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Discovering workflow states to use in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html)
    "ASL1007" "unknown-state-type" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let types = || {
        Language::get()
            .states
            .iter()
            .map(|state| state.name.as_str())
    };
    let list = types()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    for state in model
        .states
        .iter()
        .filter(|state| Language::get().state(state.ty).is_none())
    {
        let (name, at) = (state.name, &state.at);
        let finding = match (state.value, state.value.get("Type")) {
            (Json::Unknown, _) | (_, Some(Json::Unknown)) => continue,
            (Json::Object(_), None) => RULE
                .finding(at.clone(), format!("state `{name}` has no `Type`"))
                .schema(at)
                .help(format!("write one of {list}")),
            (Json::Object(_), Some(Json::String(ty))) => {
                let at = at.join("Type");
                let finding = RULE
                    .finding(at.clone(), format!("unknown state type `{ty}`"))
                    .schema(&at);
                match did_you_mean(ty, types()) {
                    Some(known) => finding
                        .help(format!("did you mean `{known}`?"))
                        .fix_if(is_certain(ty, known, types()), Fix::value(at, known)),
                    None => finding.help(format!("write one of {list}")),
                }
            }
            (Json::Object(_), Some(other)) => RULE
                .finding(
                    at.join("Type"),
                    format!("`Type` is {}, not a string", other.kind()),
                )
                .schema(&at.join("Type"))
                .help(format!("write one of {list}")),
            (other, _) => RULE
                .finding(
                    at.clone(),
                    format!("state `{name}` is {}, not an object", other.kind()),
                )
                .schema(at)
                .help("write an object with the `Type` of the state"),
        };
        findings.push(finding);
    }
}
