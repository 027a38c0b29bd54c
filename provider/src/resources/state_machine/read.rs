//! Conversion from AWS to the state.

use asl::policy::{Account, Document};
use sfn_aws::state_machine::{self, Described};
use sfn_aws::{log_group, role, tags};
use tfplugin::model::Attr;
use tfplugin::{Diagnostic, Diagnostics};

use super::StateMachine;
use super::settings::same_policy;
use crate::shared::encryption::Encryption;
use crate::shared::managed::{Observed, Operation, Refusal};
use crate::workflow::{WorkflowBlocks, same_definition};

/// Reads the state machine. `None` if it does not exist. At most three calls show that nothing has
/// changed.
pub(super) async fn read(
    before: &StateMachine,
    operation: &Operation,
) -> Result<Option<Observed<StateMachine>>, Refusal> {
    let (aws, call) = (operation.aws(), &operation.call);
    let Some(arn) = before.arn.text() else {
        // The creation failed before the state machine existed. The role and log group are still to
        // be deleted.
        return Ok(Some(Observed::tagged(
            before.clone(),
            operation.tags.clone(),
        )));
    };
    let Some(found) = state_machine::describe(aws, call, arn).await? else {
        return Ok(None);
    };
    let found_tags = tags::read(aws, call, arn).await?;
    let account = Account::of_arn(arn);
    let owns_log_group = owns_log_group(before, &found, &account, operation).await?;
    let mut warnings = Diagnostics::default();
    let (asl, workflow) = read_definition(before, &found, &mut warnings);
    let mut model = StateMachine {
        asl,
        workflow,
        id: found.arn.as_str().into(),
        arn: found.arn.as_str().into(),
        name: found.name.as_str().into(),
        kind: found.kind.as_str().into(),
        status: found.status.as_str().into(),
        creation_date: found.creation_date.as_str().into(),
        role_arn: found.role_arn.as_str().into(),
        logging_configuration: before.observed_logging(&found, owns_log_group),
        tracing_configuration: before.observed_tracing(&found),
        encryption_configuration: Encryption::observed(
            found.encryption.as_ref(),
            &before.encryption_configuration,
        ),
        ..before.clone()
    };
    read_policy(&mut model, before, &account, operation).await?;
    let revision = Attr::from(found.revision_id);
    // The state machine was changed outside of Terraform, and a version may have been published.
    if revision != before.revision_id && before.publish == Attr::Known(true) {
        model.state_machine_version_arn =
            state_machine::newest_version(aws, call, arn).await?.into();
    }
    model.revision_id = revision;
    Ok(Some(Observed {
        warnings,
        ..Observed::tagged(model, found_tags)
    }))
}

/// Whether the state machine uses the log group of the provider. The `logging_configuration` in the
/// state shows it, or for an imported state machine the tag of the log group.
async fn owns_log_group(
    before: &StateMachine,
    found: &Described,
    account: &Account,
    operation: &Operation,
) -> Result<bool, Refusal> {
    let named = StateMachine {
        name: found.name.as_str().into(),
        ..before.clone()
    };
    let arn = named.log_group_arn(account);
    if found
        .logging
        .destination
        .as_deref()
        .is_none_or(|destination| destination.trim_end_matches(":*") != arn)
    {
        return Ok(false);
    }
    if !before.logging_configuration.is_null() {
        return Ok(true);
    }
    match log_group::is_owned(
        operation.aws(),
        &operation.call,
        &arn,
        &named.log_group_owner(account),
    )
    .await
    {
        // The owner is unknown then. With its ARN in the configuration, the log group is not
        // changed.
        Err(error) if error.is_denied() => Ok(false),
        outcome => Ok(outcome?),
    }
}

/// The policy of the role that the provider manages, or the permissions that the definition
/// requires.
async fn read_policy(
    model: &mut StateMachine,
    before: &StateMachine,
    account: &Account,
    operation: &Operation,
) -> Result<(), Refusal> {
    let region = account.region.as_deref().unwrap_or("");
    let policy = match before.managed_role(region) {
        // A role without a policy is equivalent to one with an empty policy.
        Some(managed) => {
            let found = role::read_policy(operation.aws(), &operation.call, &managed.name).await?;
            Some(found.unwrap_or_else(|| Document::default().to_json()))
        }
        None => model
            .policy_of_asl(account)
            .map(|document| document.to_json()),
    };
    if !same_policy(policy.as_deref(), before.policy_json.text()) {
        model.policy_json = policy.into();
    }
    Ok(())
}

/// The definition in the form of the state, if it still fits.
fn read_definition(
    before: &StateMachine,
    found: &Described,
    warnings: &mut Diagnostics,
) -> (Attr<String>, WorkflowBlocks) {
    let text = &found.definition;
    if before
        .asl
        .text()
        .is_some_and(|before| same_definition(before, text))
    {
        return (before.asl.clone(), before.workflow.clone());
    }
    if before.workflow.is_text() {
        return (text.as_str().into(), WorkflowBlocks::of_text(text));
    }
    let held = match asl::parse(text) {
        Ok((document, _)) => asl_hcl::from_asl(&document.root, &before.workflow.0),
        Err(finding) => Err(finding.message),
    };
    match held {
        Ok(value) => {
            let mut blocks = before.workflow.clone();
            blocks.0.extend(value);
            (text.as_str().into(), blocks)
        }
        Err(reason) => {
            warnings.push(Diagnostic::warning(
                format!("blocks cannot hold the definition of `{}`", found.name),
                format!("It is kept as `definition` instead: {reason}."),
            ));
            (text.as_str().into(), WorkflowBlocks::of_text(text))
        }
    }
}
