//! Names of errors that Step Functions does not have.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean, is_certain};
use crate::subject::{Item, Subject};

/// The errors of Step Functions itself (developer guide, "Handling errors").
pub(crate) const ERRORS: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

rule! {
    /// An error whose name begins with `States.` is none that Step Functions has, so that the retrier or catcher never
    /// fits. Names of your own cannot begin with `States.`.
    ///
    /// AWS takes it.
    "ASL1015" "unknown-error" Warning Any => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.known_members() {
        if field.name != "ErrorEquals" {
            continue;
        }
        for (index, error) in value.as_array().unwrap_or(&[]).iter().enumerate() {
            let Some(name) = error.as_str().filter(|name| name.to_lowercase().starts_with("states.")) else { continue };
            if ERRORS.contains(&name) || name.starts_with("States.Http.StatusCode.") {
                continue;
            }
            let at = item.at.join("ErrorEquals").join(index);
            let finding = RULE.finding(at.clone(), format!("Step Functions has no error `{name}`"));
            findings.push(match did_you_mean(name, ERRORS.iter().copied()) {
                Some(known) => finding
                    .help(format!("did you mean `{known}`?"))
                    .fix_if(is_certain(name, known, ERRORS.iter().copied()), Fix::value(at, known)),
                None => finding.help("names of your own cannot begin with `States.`"),
            });
        }
    }
}
