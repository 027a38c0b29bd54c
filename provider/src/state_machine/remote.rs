//! What AWS itself says about a definition before it is deployed.

use std::time::Duration;

use asl::{Pointer, Severity, Token};
use asl_hcl::to_asl;
use sfn_aws::{Call, Verdict};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics, PlanRequest, Value};

use crate::checks::Checks;
use crate::configuration::Shared;
use crate::definition;

/// How long AWS may take; the plan goes on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks AWS about a definition that is new or changed and wholly known. When AWS cannot be asked there is one warning for
/// the whole run.
pub(super) async fn check(
    shared: &Shared,
    checks: &Checks,
    request: &PlanRequest,
    planned: &Value,
    cx: &Context,
) -> Diagnostics {
    let (Some(text), Some(kind)) = (planned.get("asl").as_str(), planned.get("type").as_str()) else {
        return Diagnostics::default();
    };
    let before = request.prior.as_ref().and_then(|prior| prior.get("asl").as_str());
    if !checks.asks_aws() || before == Some(text) {
        return Diagnostics::default();
    }
    let Ok(configured) = shared.get() else { return Diagnostics::default() };
    let call = Call::new(PATIENCE, cx.cancelled.clone());
    match configured.aws.validate_definition(&call, text, kind).await {
        Ok(verdicts) => of_verdicts(verdicts, &request.config, checks, text),
        Err(error) if checks.refuse() => Diagnostic::warning(
            "AWS could not be asked about the workflows",
            format!(
                "{error}\n\nThe provider's own checks were made. Allow `states:ValidateStateMachineDefinition`, or turn this off \
                 with `checks {{ remote = false }}` in the provider block."
            ),
        )
        .into(),
        Err(_) => Diagnostics::default(),
    }
}

fn of_verdicts(verdicts: Vec<Verdict>, config: &Value, checks: &Checks, text: &str) -> Diagnostics {
    let selection = checks.selection(config);
    let wanted = |verdict: &Verdict| verdict.is_error || selection.level >= Severity::Warning;
    let flat = (!definition::is_text(config)).then(|| to_asl(config));
    let diagnostic = |verdict: Verdict| {
        let place = verdict.location.as_deref().map(|location| format!(" at `{location}`")).unwrap_or_default();
        let detail = format!("AWS says so{place}. ({})", verdict.code);
        let diagnostic = if verdict.is_error {
            Diagnostic::error(verdict.message, detail)
        } else {
            Diagnostic::warning(verdict.message, detail)
        };
        let path = match &flat {
            None => Some(AttributePath::root("definition")),
            Some(flat) => verdict
                .location
                .and_then(|location| flat_pointer(&location, text))
                .and_then(|place| flat.line_path(&place)),
        };
        match path {
            Some(path) => diagnostic.at(path),
            None => diagnostic,
        }
    };
    verdicts.into_iter().filter(|verdict| wanted(verdict)).map(diagnostic).collect()
}

/// The place in the flat form that AWS means by a location in the nested definition. Names of states are not escaped in a
/// location, so that the states of the definition tell where one ends.
fn flat_pointer(location: &str, text: &str) -> Option<Pointer> {
    let (document, _) = asl::parse(text).ok()?;
    let graph = asl::graph::Graph::of(&document.root);
    let places = graph.states.iter().map(|node| (node.at.aws_location(), node.name));
    let is_inside =
        |place: &str| location.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']));
    let (place, name) = places.filter(|(place, _)| is_inside(place)).max_by_key(|(place, _)| place.len())?;
    let rest = location.get(place.len()..)?.replace('[', "/").replace(']', "");
    let inside = rest.split('/').filter(|step| !step.is_empty());
    Some(["States", name].into_iter().chain(inside).map(Token::named).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn locations_of_aws_are_found_in_the_flat_form() {
        let text = r#"{"StartAt":"a/b","States":{"a/b":{"Type":"Parallel","Branches":[{"StartAt":"c","States":{"c":{"Type":"Task","Retry":[{}]}}}]}}}"#;
        let place = |location: &str| super::flat_pointer(location, text).map(|pointer| pointer.to_string());
        assert_eq!(place("/States/a/b/Next").as_deref(), Some("/States/a~1b/Next"));
        assert_eq!(
            place("/States/a/b/Branches[0]/States/c/Retry[0]/ErrorEquals").as_deref(),
            Some("/States/c/Retry/0/ErrorEquals")
        );
        assert_eq!(place("/StartAt"), None);
    }
}
