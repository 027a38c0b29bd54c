//! Plan of a change.

use asl::policy::Account;
use aws_arn::region_of;
use sfn_aws::Identity;
use tfplugin::model::{Attr, BlockField as _};
use tfplugin::{Diagnostic, Diagnostics};

use super::settings::same_policy;
use super::{StateMachine, references, remote};
use crate::shared::managed::{Change, PlanOutcome};
use crate::shared::{execution_role, identity};
use crate::workflow::Workflow;

/// Completes a plan, and makes the checks that depend on AWS. The rules are not checked again,
/// because Terraform validates the same configuration right before it plans.
pub(super) async fn plan(
    planned: &mut StateMachine,
    change: &Change<'_, StateMachine>,
) -> Result<PlanOutcome, Diagnostics> {
    let checks = change.provider.checks();
    let filter = checks.filter(&planned.ignore_diagnostics);
    let workflow = change.config.workflow();
    let mut warnings = workflow.check_resources(&filter).into_result()?;
    if let Some(prior) = change.prior {
        planned.workflow.keep_equal(&prior.workflow);
    }
    planned.name = identity::planned_name(
        &planned.name,
        &planned.name_prefix,
        change.prior.map(|prior| &prior.name_prefix),
    );
    plan_role(planned, change)?;
    planned.asl = plan_text(&workflow, change.prior);
    let assumed = change.provider.assumed_identity();
    let arn = match change.prior {
        Some(prior) => prior.arn.text().map(str::to_owned),
        None => assumed.map(|identity| identity.arn("states", "*")),
    };
    let account = arn
        .as_deref()
        .map_or_else(Account::default, Account::of_arn);
    let policy = workflow.policy(&planned.policy_settings(&account), &filter);
    if let (Some(role), true) = (
        planned.execution_role.known(),
        workflow.definition().is_some(),
    ) {
        warnings.extend(
            role.validate_resources(&workflow.state_names())
                .into_result()?,
        );
    }
    let policy = policy.map(|(document, reported)| {
        if !planned.execution_role.is_null() {
            warnings.extend(reported);
        }
        planned.with_statements(document).to_json()
    });
    plan_computed(planned, change.prior, arn.and(policy));
    warnings.extend(
        remote::check(planned, change, &workflow)
            .await
            .into_result()?,
    );
    warnings.extend(
        references::check(planned, change, &workflow)
            .await
            .into_result()?,
    );
    Ok(PlanOutcome {
        warnings,
        ..PlanOutcome::default()
    })
}

/// Completes the plan of a new state machine without AWS.
pub(super) fn assume(planned: &mut StateMachine, identity: &Identity) {
    let Some(name) = planned.name.text() else {
        return;
    };
    let arn = identity.arn("states", &format!("stateMachine:{name}"));
    if planned.publishes() {
        planned.state_machine_version_arn = format!("{arn}:1").into();
    }
    if planned.role_arn.is_unknown()
        && let Some(role) = planned.managed_role(&identity.region)
    {
        planned.role_arn = role.arn(identity).into();
    }
    planned.id = arn.as_str().into();
    planned.arn = arn.into();
}

fn plan_role(
    planned: &mut StateMachine,
    change: &Change<'_, StateMachine>,
) -> Result<(), Diagnostic> {
    let region = change.prior.and_then(|prior| region_of(prior.arn.text()?));
    let region = region.as_deref().unwrap_or("");
    let after = planned.managed_role(region);
    let before = change
        .prior
        .and_then(|prior| Some((prior.managed_role(region)?, &prior.role_arn)));
    let is_known = planned.execution_role.write().is_wholly_known();
    planned.role_arn = match &planned.execution_role {
        Attr::Null => planned.role_arn.clone(),
        _ if !is_known => Attr::Unknown,
        _ => execution_role::plan(
            &planned.role_arn,
            after.as_ref(),
            before.as_ref().map(|(role, arn)| (role, *arn)),
        )?,
    };
    Ok(())
}

/// Text of the definition. The prior text is kept if it is equivalent.
fn plan_text(workflow: &Workflow, prior: Option<&StateMachine>) -> Attr<String> {
    let Some(text) = workflow.text() else {
        return Attr::Unknown;
    };
    let before = prior.and_then(|prior| prior.asl.text());
    let kept = before.filter(|before| same_policy(Some(before), Some(&text)));
    kept.map_or(text.as_str(), |before| before).into()
}

fn plan_computed(planned: &mut StateMachine, prior: Option<&StateMachine>, policy: Option<String>) {
    let is_known = planned.execution_role.write().is_wholly_known();
    planned.policy_json = match (policy.filter(|_| is_known), prior) {
        (Some(policy), Some(prior)) => {
            let kept = prior
                .policy_json
                .text()
                .filter(|before| same_policy(Some(before), Some(&policy)));
            kept.map_or(policy.as_str(), |before| before).into()
        }
        (Some(policy), None) => policy.into(),
        // The account in ARNs is known after the creation.
        (None, _) => Attr::Unknown,
    };
    let changes = prior.is_none_or(|prior| changes(planned, prior));
    let first = prior.is_none_or(|prior| prior.state_machine_version_arn.is_null());
    planned.state_machine_version_arn = match prior {
        _ if planned.publishes() && (changes || first) => Attr::Unknown,
        Some(prior) => prior.state_machine_version_arn.clone(),
        None => Attr::Null,
    };
    planned.revision_id = match prior {
        Some(prior) if !changes => prior.revision_id.clone(),
        _ => Attr::Unknown,
    };
}

/// Whether the state machine itself changes, apart from its role and tags.
fn changes(planned: &StateMachine, prior: &StateMachine) -> bool {
    let blocks = [
        planned.logging_configuration.write(),
        planned.tracing_configuration.write(),
        planned.encryption_configuration.write(),
    ];
    let is_known = blocks.iter().all(tfplugin::Value::is_wholly_known);
    let account = Account::default();
    match (planned.wanted(&account), prior.wanted(&account)) {
        (Ok(after), Ok(before)) => !is_known || before != after,
        _ => true,
    }
}
