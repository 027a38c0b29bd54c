//! Carrying out changes, so that nothing is lost when one of them fails.

use asl::policy::{Account, Document};
use sfn_aws::state_machine::{self, Change, Changed, New};
use sfn_aws::{AwsError, Call, log_group};
use tfplugin::{ApplyRequest, Failed, Present, Value};

use super::{present, refused, same_policy, settings};
use crate::configuration::Configured;
use crate::definition;
use crate::execution_role::{self, Owned};
use crate::known::known;

/// A step that failed, with what exists by then.
fn failed(doing: &str, error: &AwsError, left: Option<Value>) -> Failed {
    let left = left.map(|state| Box::new(present(known(state), Default::default())));
    Failed { diagnostics: refused(doing, error), left }
}

/// Creates log group, role and state machine, in this order. Each step finds again what an interrupted run has left.
pub(super) async fn create(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let aws = &configured.aws;
    let mut state = request.planned.clone();
    if state.get("name").is_unknown() {
        state.set("name", generated_name(state.get("name_prefix").as_str()));
    }
    let name = settings::name(&state).to_owned();
    let doing = format!("create the state machine `{name}`");
    let evaluated = definition::evaluate(&request.config);
    if let (Some(text), true) = (evaluated.text, state.get("asl").is_unknown()) {
        state.set("asl", text);
    }
    let identity = aws.identity(call).await.map_err(|error| failed(&doing, &error, None))?;
    let account = execution_role::account(identity);
    for attribute in ["id", "arn"] {
        state.set(attribute, Value::Null);
    }
    if settings::keeps_log_group(&state) {
        write_log_group(configured, call, &state, &account).await.map_err(|error| failed(&doing, &error, None))?;
    }
    let document = settings::policy_of_text(&state, &account).unwrap_or_default();
    state.set("policy_json", document.to_json());
    let tags = state.get("tags_all").string_map();
    if let Some(owned) = settings::owned_role(&state, &identity.region) {
        let arn = owned.ensure(aws, call, &document, identity, &tags).await;
        state.set("role_arn", arn.map_err(|error| failed(&doing, &error, Some(state.clone())))?);
    }
    let kind = state.get("type").as_str().unwrap_or("STANDARD").to_owned();
    let new = New { name, kind, tags };
    let wanted = settings::wanted(&state, &account);
    let created = state_machine::create(aws, call, &new, &wanted, &settings::publish(&state)).await;
    let created = created.map_err(|error| failed(&doing, &error, Some(state.clone())))?;
    state.set("version_arn", created.version_arn.clone());
    finish(configured, call, state, created, &doing).await
}

/// Fills in what only AWS knows.
async fn finish(
    configured: &Configured,
    call: &Call,
    mut state: Value,
    changed: Changed,
    doing: &str,
) -> Result<Present, Failed> {
    state.set("id", changed.arn.as_str());
    state.set("arn", changed.arn.as_str());
    let described = state_machine::describe(&configured.aws, call, &changed.arn).await;
    let described = described.map_err(|error| failed(doing, &error, Some(state.clone())))?;
    if let Some(described) = described {
        state.set("status", described.status);
        state.set("creation_date", described.creation_date);
        state.set("revision_id", described.revision_id.or(changed.revision_id));
    }
    Ok(present(known(state), Default::default()))
}

async fn write_log_group(
    configured: &Configured,
    call: &Call,
    state: &Value,
    account: &Account,
) -> Result<(), AwsError> {
    let (aws, name) = (&configured.aws, settings::name(state));
    let group = settings::log_group(name);
    log_group::ensure(aws, call, &group, &log_owner(name, account)).await?;
    match settings::retention(state) {
        Some(days) => log_group::write_retention(aws, call, &group, Some(days)).await,
        None => Ok(()),
    }
}

/// By what a log group is known to belong to a state machine.
fn log_owner(name: &str, account: &Account) -> String {
    format!("state-machine/{}/{name}", account.region.as_deref().unwrap_or_default())
}

/// A name that nothing else has: a prefix, and 26 digits of time and chance.
fn generated_name(prefix: Option<&str>) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let chance = u64::from(now.subsec_nanos()) ^ (u64::from(std::process::id()) << 20);
    format!(
        "{}{:014}{:012}",
        prefix.unwrap_or("terraform-"),
        now.as_millis() % 100_000_000_000_000,
        chance % 1_000_000_000_000
    )
}

/// Changes what differs: new permissions first, then the state machine, then what is no longer needed goes.
pub(super) async fn update(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let (aws, prior) = (&configured.aws, &request.prior);
    let mut state = request.planned.clone();
    let arn = prior.get("arn").as_str().unwrap_or_default().to_owned();
    let account = Account::of_arn(&arn);
    let doing = format!("update the state machine `{}`", settings::name(prior));
    let evaluated = definition::evaluate(&request.config);
    if let (Some(text), true) = (evaluated.text, state.get("asl").is_unknown()) {
        let same = prior.get("asl").as_str().filter(|before| definition::same(before, &text));
        state.set("asl", same.map_or(text.clone(), str::to_owned));
    }
    // What is reached so far; each step that goes through moves it on.
    let mut reached = prior.clone();
    let region = account.region.clone().unwrap_or_default();
    let (before, after) = (settings::owned_role(prior, &region), settings::owned_role(&state, &region));
    write_changed_log_group(configured, call, prior, &state, &account)
        .await
        .map_err(|error| failed(&doing, &error, Some(reached.clone())))?;
    let policy = settings::policy_of_text(&state, &account).unwrap_or_default();
    let mut written = prior.get("policy_json").as_str().filter(|_| before.is_some()).map(str::to_owned);
    if let Some(owned) = &after {
        let role_arn = grant(configured, call, owned, before.as_ref(), prior, &state, &policy, &mut written).await;
        state.set("role_arn", role_arn.map_err(|error| failed(&doing, &error, Some(reached.clone())))?);
        reached.set("policy_json", written.clone());
    }
    let change = Change::between(&settings::wanted(prior, &account), &settings::wanted(&state, &account));
    let publish = settings::publish(&state);
    let mut changed = Changed { arn: arn.clone(), ..Changed::default() };
    if !change.is_empty() {
        changed = state_machine::update(aws, call, &arn, &change, &publish)
            .await
            .map_err(|error| failed(&doing, &error, Some(reached.clone())))?;
    } else if publish.publish && prior.get("version_arn").is_null() {
        let version = state_machine::publish(aws, call, &arn, publish.description.as_deref()).await;
        changed.version_arn = Some(version.map_err(|error| failed(&doing, &error, Some(reached.clone())))?);
    }
    let version = changed.version_arn.clone().map_or_else(|| prior.get("version_arn").clone(), Value::from);
    state.set("version_arn", version);
    state.set("revision_id", changed.revision_id.clone().map_or_else(|| prior.get("revision_id").clone(), Value::from));
    // From here on everything but tags and clearing up is as planned.
    let tags = (prior.get("tags_all").string_map(), state.get("tags_all").string_map());
    let final_policy = policy.to_json();
    reached = state.clone();
    for name in ["tags", "tags_all"] {
        reached.set(name, prior.get(name).clone());
    }
    reached
        .set("policy_json", if after.is_some() { Value::from(written.clone()) } else { final_policy.as_str().into() });
    if let Some(owned) = &after
        && !same_policy(written.as_deref(), Some(&final_policy))
    {
        let outcome = owned.write(aws, call, &policy).await;
        outcome.map_err(|error| failed(&doing, &error, Some(reached.clone())))?;
    }
    state.set(
        "policy_json",
        if same_policy(Some(&final_policy), prior.get("policy_json").as_str()) {
            prior.get("policy_json").clone()
        } else {
            final_policy.into()
        },
    );
    clear_up(configured, call, prior, &state, (before, after.as_ref()), &account)
        .await
        .map_err(|error| failed(&doing, &error, Some(reached.clone())))?;
    state_machine::write_tags(aws, call, &arn, &tags.0, &tags.1)
        .await
        .map_err(|error| failed(&doing, &error, Some(reached.clone())))?;
    if *state.get("revision_id") == *prior.get("revision_id") && change.is_empty() && changed.version_arn.is_none() {
        return Ok(present(known(state), Default::default()));
    }
    finish(configured, call, state, changed, &doing).await
}

async fn write_changed_log_group(
    configured: &Configured,
    call: &Call,
    prior: &Value,
    state: &Value,
    account: &Account,
) -> Result<(), AwsError> {
    match (settings::keeps_log_group(prior), settings::keeps_log_group(state)) {
        (false, true) => write_log_group(configured, call, state, account).await,
        (true, true) if settings::retention(prior) != settings::retention(state) => {
            let group = settings::log_group(settings::name(state));
            log_group::write_retention(&configured.aws, call, &group, settings::retention(state)).await
        }
        _ => Ok(()),
    }
}

/// Gives the role what the old and the new definition need, and remembers in `written` what it has by then.
#[expect(clippy::too_many_arguments, reason = "each is a different thing, and they meet only here")]
async fn grant(
    configured: &Configured,
    call: &Call,
    owned: &Owned,
    before: Option<&Owned>,
    prior: &Value,
    state: &Value,
    policy: &Document,
    written: &mut Option<String>,
) -> Result<String, AwsError> {
    let aws = &configured.aws;
    match before {
        Some(before) if before.is_same(owned) => {
            owned.write_boundary(aws, call, before).await?;
            let account = Account::of_arn(prior.get("arn").as_str().unwrap_or_default());
            let mut both = settings::policy_of_text(prior, &account).unwrap_or_default();
            let old = both.clone();
            both.merge(policy);
            let has_all = both == old && same_policy(written.as_deref(), Some(&old.to_json()));
            if !has_all && !same_policy(written.as_deref(), Some(&both.to_json())) {
                match owned.write(aws, call, &both).await {
                    // Somebody has deleted the role: it is made again, under the same name and ARN.
                    Err(error) if error.is_not_found() => {
                        let tags = state.get("tags_all").string_map();
                        owned.ensure(aws, call, &both, aws.identity(call).await?, &tags).await?;
                    }
                    outcome => outcome?,
                }
                *written = Some(both.to_json());
            }
            Ok(prior.get("role_arn").as_str().unwrap_or_default().to_owned())
        }
        _ => {
            let identity = aws.identity(call).await?;
            let arn = owned.ensure(aws, call, policy, identity, &state.get("tags_all").string_map()).await?;
            *written = Some(policy.to_json());
            Ok(arn)
        }
    }
}

/// Deletes what the state machine no longer uses.
async fn clear_up(
    configured: &Configured,
    call: &Call,
    prior: &Value,
    state: &Value,
    (before, after): (Option<Owned>, Option<&Owned>),
    account: &Account,
) -> Result<(), AwsError> {
    if let Some(before) = before.filter(|before| after.is_none_or(|after| !after.is_same(before))) {
        before.delete(&configured.aws, call).await?;
    }
    if settings::keeps_log_group(prior) && !settings::keeps_log_group(state) {
        delete_log_group(configured, call, prior, account).await?;
    }
    Ok(())
}

async fn delete_log_group(
    configured: &Configured,
    call: &Call,
    state: &Value,
    account: &Account,
) -> Result<(), AwsError> {
    let name = settings::name(state);
    let (group, arn) = (settings::log_group(name), settings::log_group_arn(name, account));
    log_group::delete(&configured.aws, call, &group, &arn, &log_owner(name, account)).await
}

/// Deletes the state machine, and then what only it used.
pub(super) async fn delete(configured: &Configured, state: &Value, call: &Call) -> Result<(), Failed> {
    let aws = &configured.aws;
    let doing = format!("delete the state machine `{}`", settings::name(state));
    let failed = |error: AwsError| failed(&doing, &error, Some(state.clone()));
    // Without an ARN the creation had failed before there was a state machine.
    let account = match state.get("arn").as_str() {
        Some(arn) => {
            state_machine::delete(aws, call, arn).await.map_err(failed)?;
            Account::of_arn(arn)
        }
        None => execution_role::account(aws.identity(call).await.map_err(failed)?),
    };
    let region = account.region.clone().unwrap_or_default();
    if let Some(owned) = settings::owned_role(state, &region) {
        owned.delete(aws, call).await.map_err(failed)?;
    }
    if settings::keeps_log_group(state) {
        delete_log_group(configured, call, state, &account).await.map_err(failed)?;
    }
    Ok(())
}
