//! What a change will lead to.

use asl::policy::Account;
use tfplugin::{AttributePath, Diagnostics, Plan, PlanRequest, Value};

use super::{same_policy, settings};
use crate::checks::Checks;
use crate::definition::{self, Evaluated};
use crate::{execution_role, messages, tags};

/// Plans a creation or an update, without asking AWS.
pub(super) fn plan(request: &PlanRequest, rules: &tags::Rules, checks: &Checks) -> Result<Plan, Diagnostics> {
    let evaluated = definition::evaluate(&request.config, &checks.selection(&request.config));
    let Evaluated { definition, text, diagnostics } = evaluated;
    let mut warnings = diagnostics.into_result()?;
    let prior = request.prior.clone().unwrap_or_default();
    let mut planned = request.proposed.clone();
    keep_what_says_the_same(&mut planned, &prior);
    plan_names(&mut planned, request);
    let role = |state: &Value| settings::owned_role(state, "");
    execution_role::plan(&mut planned, request.prior.as_ref(), "role_arn", role);
    planned.set("tags_all", tags::all(&request.config, rules));
    planned.set("asl", text.map_or(Value::Unknown, |text| kept_text(&prior, &text)));
    let account = Account::of_arn(prior.get("arn").as_str().unwrap_or_default());
    let policy = definition.as_ref().map(|definition| settings::policy(definition, &planned, &account));
    if let Some(definition) = &definition {
        let names = asl::graph::state_names(definition);
        warnings.extend(execution_role::validate_resources(planned.get("execution_role"), &names).into_result()?);
    }
    if let Some((_, findings)) = policy.as_ref().filter(|_| !planned.get("execution_role").is_null()) {
        let flat = asl_hcl::to_asl(&request.config);
        if !definition::is_text(&request.config) {
            // A nested place is a place in the flat form from the last state's name on.
            let selection = checks.selection(&request.config);
            let wanted = findings.iter().filter(|finding| selection.keeps(finding)).cloned();
            let flattened = wanted.map(|mut finding| {
                finding.pointer = in_flat_form(&finding.pointer);
                finding
            });
            warnings.extend(messages::of_blocks(flattened.collect(), &flat));
        }
    }
    let is_known = planned.get("execution_role").is_wholly_known();
    let policy = policy.filter(|_| is_known).map(|(document, _)| document.to_json());
    plan_computed(&mut planned, &prior, policy);
    let requires_replace = ["name", "name_prefix", "type"]
        .into_iter()
        .filter(|name| request.prior.is_some() && prior.get(name) != planned.get(name))
        .map(AttributePath::root);
    Ok(Plan { requires_replace: requires_replace.collect(), planned, private: Vec::new(), warnings })
}

/// The place that a state of a nested definition has in the flat form.
fn in_flat_form(pointer: &asl::Pointer) -> asl::Pointer {
    let tokens = pointer.tokens();
    let last = tokens.iter().rposition(|token| token == "States").unwrap_or_default();
    tokens.iter().skip(last).cloned().collect()
}

/// Where the new configuration says the same as the old one in other words, the old words stay, and nothing is shown.
fn keep_what_says_the_same(planned: &mut Value, prior: &Value) {
    if prior.is_null() {
        return;
    }
    if let (Some(before), Some(after)) = (prior.get("definition").as_str(), planned.get("definition").as_str())
        && definition::same(before, after)
    {
        let before = before.to_owned();
        planned.set("definition", before);
    }
    asl_hcl::keep_equal(prior, planned);
}

fn kept_text(prior: &Value, text: &str) -> Value {
    match prior.get("asl").as_str() {
        Some(before) if definition::same(before, text) => before.into(),
        _ => text.into(),
    }
}

fn plan_names(planned: &mut Value, request: &PlanRequest) {
    let config = &request.config;
    if config.get("type").is_null() {
        planned.set("type", "STANDARD");
    }
    if config.get("name").is_null() {
        let prior = request.prior.as_ref().filter(|prior| prior.get("name_prefix") == config.get("name_prefix"));
        planned.set("name", prior.map_or(Value::Unknown, |prior| prior.get("name").clone()));
    }
}

fn plan_computed(planned: &mut Value, prior: &Value, policy: Option<String>) {
    let is_new = prior.is_null();
    for name in ["id", "arn", "status", "creation_date"] {
        planned.set(name, if is_new { Value::Unknown } else { prior.get(name).clone() });
    }
    let policy = match policy {
        Some(policy) if !is_new => {
            let before = prior.get("policy_json").as_str();
            before
                .filter(|before| same_policy(Some(before), Some(&policy)))
                .map_or(policy.clone(), str::to_owned)
                .into()
        }
        // The account that the ARNs name is known after the creation.
        _ => Value::Unknown,
    };
    planned.set("policy_json", policy);
    let publishes = planned.get("publish").as_bool().unwrap_or_default() || planned.get("publish").is_unknown();
    let changes = is_new || changes(prior, planned);
    let first_version = publishes && prior.get("state_machine_version_arn").is_null();
    let version = match (publishes, changes || first_version) {
        (true, true) => Value::Unknown,
        _ => prior.get("state_machine_version_arn").clone(),
    };
    planned.set("state_machine_version_arn", version);
    planned.set("revision_id", if changes { Value::Unknown } else { prior.get("revision_id").clone() });
}

/// Whether AWS has to be told of a change of the state machine itself.
pub(super) fn changes(prior: &Value, planned: &Value) -> bool {
    let unknown = ["asl", "role_arn", "logging_configuration", "tracing_configuration", "encryption_configuration"]
        .iter()
        .any(|name| !planned.get(name).is_wholly_known());
    let account = Account::default();
    unknown || settings::wanted(prior, &account) != settings::wanted(planned, &account)
}
