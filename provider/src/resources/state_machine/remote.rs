//! Validation of a definition by AWS before it is deployed.

use std::time::Duration;

use asl::Severity;
use sfn_aws::{Call, Verdict};
use tfplugin::{Diagnostic, Diagnostics};

use super::StateMachine;
use crate::shared::checks::Checks;
use crate::shared::managed::Change;
use crate::workflow::Workflow;

/// Time limit for the validation by AWS. The plan continues without it.
const VALIDATION_TIMEOUT: Duration = Duration::from_secs(10);

/// Validates a known definition in AWS, if it is new or changed. If the call fails, one warning is
/// shown for the whole run.
pub(super) async fn check(
    planned: &StateMachine,
    change: &Change<'_, StateMachine>,
    workflow: &Workflow,
) -> Diagnostics {
    let checks = change.provider.checks();
    let (Some(text), Some(kind)) = (planned.asl.text(), planned.kind.text()) else {
        return Diagnostics::default();
    };
    let is_same = change
        .prior
        .is_some_and(|prior| prior.asl.text() == Some(text));
    let Some(session) = change
        .provider
        .session()
        .ok()
        .filter(|session| checks.asks_aws() && !is_same && session.can_read())
    else {
        return Diagnostics::default();
    };
    let call = Call::new(VALIDATION_TIMEOUT, change.cx.cancelled.clone());
    match session.aws.validate_definition(&call, text, kind).await {
        Ok(verdicts) => of_verdicts(verdicts, planned, &checks, workflow),
        Err(error) if checks.record_unavailable() => Diagnostic::warning(
            "could not validate the workflows in AWS",
            format!(
                "{error}\n\nThe checks of the provider were completed. Allow \
                 `states:ValidateStateMachineDefinition`, or disable the check with \
                 `checks {{ remote = false }}` in the provider block."
            ),
        )
        .into(),
        Err(_) => Diagnostics::default(),
    }
}

fn of_verdicts(
    verdicts: Vec<Verdict>,
    planned: &StateMachine,
    checks: &Checks,
    workflow: &Workflow,
) -> Diagnostics {
    let filter = checks.filter(&planned.ignore_diagnostics);
    let wanted = |verdict: &Verdict| verdict.is_error || filter.level >= Severity::Warning;
    let diagnostic = |verdict: Verdict| {
        let place = verdict
            .location
            .as_deref()
            .map_or_else(String::new, |location| format!(" at `{location}`"));
        let detail = format!("Reported by AWS{place}. ({})", verdict.code);
        let diagnostic = if verdict.is_error {
            Diagnostic::error(verdict.message, detail)
        } else {
            Diagnostic::warning(verdict.message, detail)
        };
        match workflow.locate(verdict.location.as_deref().unwrap_or("")) {
            Some(path) => diagnostic.at(path),
            None => diagnostic,
        }
    };
    verdicts
        .into_iter()
        .filter(wanted)
        .map(diagnostic)
        .collect()
}
