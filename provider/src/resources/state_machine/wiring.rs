//! Whether what a workflow calls is there and fits, before it is deployed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asl::policy::Account;
use asl::wiring::{Facts, FunctionFacts, Kind, Use, judge, uses};
use asl::{Diagnostic as Finding, Json};
use asl_hcl::to_asl;
use sfn_aws::{AwsError, Call, activity, alias, existence, function, role, state_machine};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics, PlanRequest, Severity, Value};
use tokio::task::JoinSet;

use super::settings;
use crate::checks::{Checks, Wiring};
use crate::configuration::{Configured, Shared};
use crate::{definition, execution_role, messages};

/// How long AWS may take for all that a workflow calls; the plan goes on without the rest.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that is called, by what tells it from all others.
type Object = (Kind, String);

/// Looks at everything that the workflow of a plan calls, each thing once in a run of Terraform.
pub(super) async fn check(
    shared: &Shared,
    checks: &Checks,
    request: &PlanRequest,
    planned: &Value,
    cx: &Context,
) -> Diagnostics {
    let changed = |name: &str| request.prior.as_ref().is_none_or(|prior| prior.get(name) != planned.get(name));
    let looks = match checks.wiring {
        Wiring::Off => false,
        Wiring::Required => true,
        Wiring::Auto => ["asl", "publish", "role_arn"].into_iter().any(changed),
    };
    let Ok(configured) = shared.get() else { return Diagnostics::default() };
    if !looks {
        return Diagnostics::default();
    }
    let (root, flat) = match request.config.get("definition") {
        Value::Null => {
            let flat = to_asl(&request.config);
            (flat.json.clone(), Some(flat))
        }
        text => match text.as_str().and_then(|text| asl::parse(text).ok()) {
            Some((document, _)) => (document.root, None),
            None => return Diagnostics::default(),
        },
    };
    let call = Call::new(PATIENCE, cx.cancelled.clone());
    let found = uses(&root);
    let facts = look(shared, &configured, &call, &found).await;
    let publishes = planned.get("publish").as_bool() == Some(true);
    let prior = request.prior.as_ref().and_then(|prior| prior.get("asl").as_str()).unwrap_or_default();
    let mut findings: Vec<Finding> = Vec::new();
    let mut unseen = None;
    for used in &found {
        match facts.get(&(used.kind, used.id.clone())) {
            Some(Ok(Facts::Missing)) if may_be_made(shared, used, prior, checks) => {}
            Some(Ok(facts)) => findings.extend(judge(used, facts, publishes)),
            Some(Err(error)) => unseen = unseen.or(Some(error.clone())),
            None => {}
        }
    }
    match refusals(&configured, &call, planned, &root, request).await {
        Ok(refused) => findings.extend(refused),
        Err(error) => unseen = unseen.or(Some(error)),
    }
    let selection = checks.selection(&request.config);
    let wanted: Vec<Finding> = findings.into_iter().filter(|finding| selection.keeps(finding)).collect();
    let mut diagnostics = match &flat {
        Some(flat) => messages::of_blocks(wanted, flat),
        None => wanted
            .into_iter()
            .map(|finding| messages::of_finding(finding).at(AttributePath::root("definition")))
            .collect(),
    };
    if checks.wiring == Wiring::Required {
        diagnostics =
            diagnostics.iter().map(|found| Diagnostic { severity: Severity::Error, ..found.clone() }).collect();
    }
    diagnostics.extend(unseen.and_then(|error| cannot_look(&error, checks)));
    diagnostics
}

/// Whether something that is not there may be made by the same apply. What this provider is going to make is known; what is
/// called by its plain name may be made by another provider, unless the workflow called it before.
fn may_be_made(shared: &Shared, used: &Use, prior: &str, checks: &Checks) -> bool {
    let is_plain = !used.id.contains(':');
    shared.making.has(used.kind, &used.id)
        || (is_plain && checks.wiring == Wiring::Auto && !prior.contains(&format!("\"{}\"", used.id)))
}

fn cannot_look(error: &AwsError, checks: &Checks) -> Option<Diagnostic> {
    let summary = "what the workflows call could not be looked at";
    let detail = format!(
        "{error}\n\nAllow the reading calls to see whether it is there and fits, or turn this off with `checks {{ wiring = \"off\" }}` \
         in the provider block."
    );
    match checks.wiring {
        Wiring::Required => Some(Diagnostic::error(summary, detail)),
        Wiring::Auto if checks.miss() => Some(Diagnostic::warning(summary, detail)),
        Wiring::Auto | Wiring::Off => None,
    }
}

/// Asks AWS about each object, all at once; what was asked before in this run is not asked again.
async fn look(
    shared: &Shared,
    configured: &Arc<Configured>,
    call: &Call,
    uses: &[Use],
) -> BTreeMap<Object, Result<Facts, AwsError>> {
    let Ok(identity) = configured.aws.identity(call).await else { return BTreeMap::new() };
    let own = identity.account.clone().unwrap_or_default();
    let mut tasks = JoinSet::new();
    let objects: std::collections::BTreeSet<Object> = uses.iter().map(|used| (used.kind, used.id.clone())).collect();
    let mut facts = BTreeMap::new();
    for (kind, id) in objects {
        // What the same run changes is judged as it will be.
        if let Some(planned) = shared.making.function(&id).filter(|_| kind == Kind::Function) {
            facts.insert((kind, id), Ok(Facts::Function(planned)));
            continue;
        }
        let (region, account) = place(kind, &id);
        // What is in another account cannot be looked at with these credentials.
        if account.is_some_and(|account| account != own) {
            continue;
        }
        let there = shared.in_region(region.or_else(|| Some(identity.region.clone())));
        let Ok(there) = there.get() else { continue };
        let (configured, call) = (configured.clone(), call.clone());
        tasks.spawn(async move {
            let ask = || ask(&there, &call, kind, &id);
            let facts = configured.seen.once((kind, id.clone()), ask).await;
            ((kind, id), facts)
        });
    }
    while let Some(Ok((object, found))) = tasks.join_next().await {
        facts.insert(object, found);
    }
    facts
}

/// The region and the account that an id says.
fn place(kind: Kind, id: &str) -> (Option<String>, Option<String>) {
    if kind == Kind::Queue {
        let mut parts = id.split("://").nth(1).unwrap_or_default().split('/');
        let host = parts.next().unwrap_or_default();
        let region = host.strip_prefix("sqs.").and_then(|host| host.split('.').next()).map(str::to_owned);
        return (region, parts.next().map(str::to_owned));
    }
    if !id.starts_with("arn:") {
        return (None, None);
    }
    let account = Account::of_arn(id);
    (account.region, account.id)
}

async fn ask(configured: &Configured, call: &Call, kind: Kind, id: &str) -> Result<Facts, AwsError> {
    let aws = &configured.aws;
    let is_there = match kind {
        Kind::Function => {
            let described = function::describe(aws, call, id).await?;
            return Ok(described.map_or(Facts::Missing, |found| {
                Facts::Function(FunctionFacts {
                    state: found.state,
                    runtime: found.configuration.runtime,
                    timeout_seconds: found.configuration.timeout,
                    reserved_concurrency: found.reserved_concurrency,
                })
            }));
        }
        Kind::StateMachine => {
            let qualifier = id.split(':').nth(7);
            match qualifier.filter(|name| name.parse::<u64>().is_err()) {
                Some(_) => alias::describe(aws, call, id).await?.is_some(),
                None => state_machine::describe(aws, call, id).await?.is_some(),
            }
        }
        Kind::Activity => activity::describe(aws, call, id).await?.is_some(),
        Kind::Queue => existence::queue(aws, call, id).await?,
        Kind::Topic => existence::topic(aws, call, id).await?,
        Kind::Table => existence::table(aws, call, id).await?,
    };
    Ok(if is_there { Facts::There } else { Facts::Missing })
}

/// What the role may not do that the workflow does, where the role is made elsewhere and known.
async fn refusals(
    configured: &Configured,
    call: &Call,
    planned: &Value,
    root: &Json,
    request: &PlanRequest,
) -> Result<Vec<Finding>, AwsError> {
    let Some(role_arn) = planned.get("role_arn").as_str().filter(|_| planned.get("execution_role").is_null()) else {
        return Ok(Vec::new());
    };
    let definition =
        if definition::is_text(&request.config) { root.clone() } else { asl::flat::nest(root).unwrap_or(Json::Null) };
    let account = execution_role::account(configured.aws.identity(call).await?);
    let (policy, _) = settings::policy(&definition, planned, &account);
    let mut findings = Vec::new();
    for statement in policy.statements() {
        // A version or alias of a function is covered by what covers the function; a wildcard cannot be simulated.
        let resource = statement.resources.iter().find(|resource| !resource.contains('*'));
        let Some(resource) = resource.filter(|_| statement.conditions.is_empty()) else { continue };
        let denied = role::denied(&configured.aws, call, role_arn, &statement.actions, resource).await?;
        findings.extend(denied.iter().map(|action| asl::wiring::denied(role_arn, action, resource)));
    }
    Ok(findings)
}
