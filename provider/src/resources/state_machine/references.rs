//! Checks before deployment that the resources that a workflow calls exist and fit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use asl::Diagnostic as Finding;
use asl::linter::Linter;
use asl::policy::Account;
use asl::references::{
    DeniedAction, ExternalReference, FunctionInfo, Kind, KnownReference, ResourceInfo,
};
use aws_arn::StateMachineArn;
use sfn_aws::{AwsError, Call, activity, alias, existence, function, role, state_machine};
use tfplugin::model::Attr;
use tfplugin::{Diagnostic, Diagnostics, Severity};
use tokio::task::JoinSet;

use super::StateMachine;
use crate::session::{ProviderContext, ProviderSession};
use crate::shared::checks::{Checks, Wiring};
use crate::shared::execution_role;
use crate::shared::managed::Change;
use crate::workflow::Workflow;

/// Time limit for all lookups in AWS. The plan continues without the remaining results.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// A referenced object, as a key.
type Object = (Kind, String);

/// Checks all references of a planned workflow. Each object is looked up once in a run of
/// Terraform.
pub(super) async fn check(
    planned: &StateMachine,
    change: &Change<'_, StateMachine>,
    workflow: &Workflow,
) -> Diagnostics {
    let (provider, checks) = (change.provider, change.provider.checks());
    let is_changed = |prior: &StateMachine| {
        prior.asl != planned.asl
            || prior.publish != planned.publish
            || prior.role_arn != planned.role_arn
    };
    let is_wanted = match checks.wiring {
        Wiring::Off => false,
        Wiring::Required => true,
        Wiring::Auto => change.prior.is_none_or(is_changed),
    };
    let Some(session) = provider
        .session()
        .ok()
        .filter(|session| is_wanted && session.can_read())
    else {
        return Diagnostics::default();
    };
    let call = Call::new(LOOKUP_TIMEOUT, change.cx.cancelled.clone());
    let references = workflow.references();
    let publishes = planned.publish == Attr::Known(true);
    let prior = change
        .prior
        .and_then(|prior| prior.asl.text())
        .unwrap_or("");
    let linter = workflow.linter(&checks.filter(&planned.ignore_diagnostics));
    let mut findings: Vec<Finding> = Vec::new();
    let (facts, mut unverified) = match look_up(provider, &session, &call, &references).await {
        Ok(facts) => (facts, None),
        Err(error) => (BTreeMap::new(), Some(error)),
    };
    for reference in &references {
        match facts.get(&(reference.kind, reference.id.clone())) {
            Some(Ok(ResourceInfo::Missing)) if may_be_made(provider, reference, prior, &checks) => {
            }
            Some(Ok(info)) => findings.extend(linter.check_reference(&KnownReference {
                reference,
                info,
                publishes,
            })),
            Some(Err(error)) => unverified = unverified.or(Some(error.clone())),
            None => {}
        }
    }
    match refusals(&session, &call, planned, workflow, &linter).await {
        Ok(refused) => findings.extend(refused),
        Err(error) => unverified = unverified.or(Some(error)),
    }
    let mut diagnostics = workflow.report_references(findings);
    if checks.wiring == Wiring::Required {
        diagnostics = diagnostics
            .into_iter()
            .map(|found| Diagnostic {
                severity: Severity::Error,
                ..found
            })
            .collect();
    }
    diagnostics.extend(unverified.and_then(|error| cannot_verify(&error, &checks)));
    diagnostics
}

/// Whether an object that does not exist may be created by the same apply. Objects that this
/// provider will create are known. Objects that are referenced by name may be created by another
/// provider, unless the workflow already called them.
fn may_be_made(
    provider: &ProviderContext,
    used: &ExternalReference,
    prior: &str,
    checks: &Checks,
) -> bool {
    let is_plain = !used.id.contains(':');
    provider.planned().is_new(used.kind, &used.id)
        || (is_plain
            && checks.wiring == Wiring::Auto
            && !prior.contains(&format!("\"{}\"", used.id)))
}

fn cannot_verify(error: &AwsError, checks: &Checks) -> Option<Diagnostic> {
    let summary = "could not verify the resources that workflows call";
    let detail = format!(
        "{error}\n\nGrant the permissions for the read operations, or disable the check with \
         `checks {{ wiring = \"off\" }}` in the provider block."
    );
    match checks.wiring {
        Wiring::Required => Some(Diagnostic::error(summary, detail)),
        Wiring::Auto if checks.record_unverified() => Some(Diagnostic::warning(summary, detail)),
        Wiring::Auto | Wiring::Off => None,
    }
}

/// Looks up all objects in parallel. Results of this run are reused.
///
/// # Errors
///
/// When the account of the credentials cannot be determined.
async fn look_up(
    provider: &ProviderContext,
    session: &Arc<ProviderSession>,
    call: &Call,
    uses: &[ExternalReference],
) -> Result<BTreeMap<Object, Result<ResourceInfo, AwsError>>, AwsError> {
    if uses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let identity = session.aws.identity(call).await?;
    let own = &identity.account;
    let mut tasks = JoinSet::new();
    let objects: BTreeSet<Object> = uses
        .iter()
        .map(|used| (used.kind, used.id.clone()))
        .collect();
    let mut facts = BTreeMap::new();
    for (kind, id) in objects {
        let (region, account) = place(kind, &id);
        // Objects in another account cannot be read with these credentials.
        if own
            .as_ref()
            .zip(account.as_ref())
            .is_some_and(|(own, account)| own != account)
        {
            continue;
        }
        // Objects that the same run changes are checked with their planned values.
        if let Some(planned) = provider
            .planned()
            .function(&id)
            .filter(|_| kind == Kind::Function)
        {
            facts.insert((kind, id), Ok(ResourceInfo::Function(planned)));
            continue;
        }
        if own.is_none() && account.is_some() {
            continue;
        }
        let there = provider.in_region(region.or_else(|| Some(identity.region.clone())));
        let Ok(there) = there.session() else { continue };
        let (session, call) = (session.clone(), call.clone());
        tasks.spawn(async move {
            let ask = || ask(&there, &call, kind, &id);
            let facts = session.lookups.get_or_fetch((kind, id.clone()), ask).await;
            ((kind, id), facts)
        });
    }
    while let Some(Ok((object, found))) = tasks.join_next().await {
        facts.insert(object, found);
    }
    Ok(facts)
}

/// Region and account of a reference.
fn place(kind: Kind, id: &str) -> (Option<String>, Option<String>) {
    if kind == Kind::Queue {
        let mut parts = id.split("://").nth(1).unwrap_or("").split('/');
        let host = parts.next().unwrap_or("");
        let region = host
            .strip_prefix("sqs.")
            .and_then(|host| host.split('.').next())
            .map(str::to_owned);
        return (region, parts.next().map(str::to_owned));
    }
    if !id.starts_with("arn:") {
        return (None, None);
    }
    let account = Account::of_arn(id);
    (account.region, account.id)
}

async fn ask(
    session: &ProviderSession,
    call: &Call,
    kind: Kind,
    id: &str,
) -> Result<ResourceInfo, AwsError> {
    let aws = &session.aws;
    let is_there = match kind {
        Kind::Function => {
            let described = function::describe(aws, call, id).await?;
            return Ok(described.map_or(ResourceInfo::Missing, |found| {
                ResourceInfo::Function(FunctionInfo {
                    state: found.state,
                    runtime: found.configuration.runtime,
                    timeout_seconds: found.configuration.timeout,
                    durable_timeout_seconds: found
                        .configuration
                        .durable
                        .map(|durable| durable.execution_timeout),
                    reserved_concurrency: found.reserved_concurrency,
                })
            }));
        }
        Kind::StateMachine => match StateMachineArn::parse(id) {
            Some(arn) if arn.alias().is_some() => alias::describe(aws, call, id).await?.is_some(),
            _ => state_machine::describe(aws, call, id).await?.is_some(),
        },
        Kind::Activity => activity::describe(aws, call, id).await?.is_some(),
        Kind::Queue => existence::queue(aws, call, id).await?,
        Kind::Topic => existence::topic(aws, call, id).await?,
        Kind::Table => existence::table(aws, call, id).await?,
    };
    Ok(if is_there {
        ResourceInfo::There
    } else {
        ResourceInfo::Missing
    })
}

/// Actions of the workflow that the role does not allow, if the role is known and created
/// elsewhere.
async fn refusals(
    session: &ProviderSession,
    call: &Call,
    planned: &StateMachine,
    workflow: &Workflow,
    linter: &Linter,
) -> Result<Vec<Finding>, AwsError> {
    let Some(role_arn) = planned
        .role_arn
        .text()
        .filter(|_| planned.execution_role.is_null())
    else {
        return Ok(Vec::new());
    };
    let account = execution_role::account(session.aws.identity(call).await?);
    let Some(definition) = workflow.definition() else {
        return Ok(Vec::new());
    };
    let (policy, _) = asl::policy::derive(definition, &planned.policy_settings(&account));
    let mut findings = Vec::new();
    for statement in policy.statements() {
        // A permission for a function covers its versions and aliases. Wildcards cannot be
        // simulated.
        let resource = statement
            .resources
            .iter()
            .find(|resource| !resource.contains('*'));
        let Some(resource) = resource.filter(|_| statement.conditions.is_empty()) else {
            continue;
        };
        let denied =
            role::denied(&session.aws, call, role_arn, &statement.actions, resource).await?;
        findings.extend(denied.iter().flat_map(|action| {
            linter.check_denied(&DeniedAction {
                role: role_arn,
                action,
                resource,
            })
        }));
    }
    Ok(findings)
}
