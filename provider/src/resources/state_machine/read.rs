//! From AWS to a state.

use asl::policy::{Account, Document};
use sfn_aws::state_machine::Described;
use sfn_aws::{AwsError, Call, role, state_machine};
use tfplugin::{Diagnostic, Diagnostics, Value};

use super::{refused, same_policy, settings};
use crate::configuration::Configured;
use crate::{definition, encryption, tags};

/// Reads the state machine; `None` when it is gone. `prior` is null for an import. Three calls at most tell that nothing
/// has changed.
pub(super) async fn read(
    configured: &Configured,
    call: &Call,
    arn: &str,
    prior: &Value,
) -> Result<Option<(Value, Diagnostics)>, Diagnostics> {
    let refused = |error: AwsError| refused(&format!("read the state machine `{arn}`"), &error);
    let aws = &configured.aws;
    let Some(described) = state_machine::describe(aws, call, arn).await.map_err(refused)? else {
        return Ok(None);
    };
    let found = sfn_aws::tags::read(aws, call, arn).await.map_err(refused)?;
    let account = Account::of_arn(arn);
    let mut warnings = Diagnostics::default();
    let mut state = if prior.is_null() { Value::object::<String>([]) } else { prior.clone() };
    read_definition(&mut state, &described, prior, &mut warnings);
    for (name, value) in [
        ("id", &described.arn),
        ("arn", &described.arn),
        ("name", &described.name),
        ("type", &described.kind),
        ("status", &described.status),
        ("creation_date", &described.creation_date),
        ("role_arn", &described.role_arn),
    ] {
        state.set(name, value.as_str());
    }
    state.set("logging_configuration", settings::logging_block(&described, prior, &account));
    state.set("tracing_configuration", settings::tracing_block(&described, prior));
    state.set("encryption_configuration", encryption::state_of(described.encryption.as_ref(), prior));
    let (own, all) = tags::of_object(found, prior, &configured.tags);
    state.set("tags", own);
    state.set("tags_all", all);
    let region = account.region.clone().unwrap_or_default();
    let policy = match settings::owned_role(prior, &region) {
        // A role without a policy allows as much as one with an empty policy.
        Some(owned) => {
            let found = role::read_policy(aws, call, &owned.name).await.map_err(refused)?;
            found.or_else(|| Some(Document::default().to_json()))
        }
        None => settings::policy_of_text(&state, &account).map(|document| document.to_json()),
    };
    if !same_policy(policy.as_deref(), prior.get("policy_json").as_str()) {
        state.set("policy_json", policy);
    }
    let revision = Value::from(described.revision_id);
    // Somebody has changed the state machine, and may have published a version as well.
    if revision != *prior.get("revision_id") && prior.get("publish").as_bool() == Some(true) {
        state.set("state_machine_version_arn", state_machine::newest_version(aws, call, arn).await.map_err(refused)?);
    }
    state.set("revision_id", revision);
    Ok(Some((state, warnings)))
}

/// The definition in the words of `prior` as far as those still fit.
fn read_definition(state: &mut Value, described: &Described, prior: &Value, warnings: &mut Diagnostics) {
    let text = &described.definition;
    if prior.get("asl").as_str().is_some_and(|before| definition::same(before, text)) {
        return;
    }
    state.set("asl", text.as_str());
    if definition::is_text(prior) {
        state.set("definition", text.as_str());
        return;
    }
    let held = match asl::parse(text) {
        Ok((document, _)) => asl_hcl::from_asl(&document.root, prior),
        Err(finding) => Err(finding.message),
    };
    match held {
        Ok(value) => {
            for (name, value) in value.as_map().into_iter().flatten() {
                state.set(name, value.clone());
            }
        }
        Err(reason) => {
            for attribute in definition::attributes() {
                state.set(&attribute.name, Value::Null);
            }
            for block in definition::blocks() {
                state.set(&block.name, Value::object::<String>([]));
            }
            state.set("definition", text.as_str());
            warnings.push(Diagnostic::warning(
                format!("blocks cannot hold the definition of `{}`", described.name),
                format!("It is kept as `definition` instead: {reason}."),
            ));
        }
    }
}
