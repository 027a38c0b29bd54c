//! Carrying out changes, so that nothing is lost when one of them fails.

use asl::policy::{Account, Document};
use sfn_aws::state_machine::{self, Changed, New};
use sfn_aws::{AwsError, Call, log_group};
use tfplugin::{ApplyRequest, Diagnostic, Diagnostics, Failed, Present, Value};

use super::{present, refused, same_policy, settings};
use crate::checks::Checks;
use crate::configuration::Configured;
use crate::definition;
use crate::execution_role::{self, Owned};
use crate::identity;
use crate::known::known;

/// A change under way: each step that goes through moves `reached` on, which is what is kept when the next one fails.
struct Change<'a> {
    configured: &'a Configured,
    call: &'a Call,
    request: &'a ApplyRequest,
    reached: Option<Value>,
}

/// A failed change, with what exists by then.
fn failed(doing: &str, error: &AwsError, left: Option<Value>) -> Failed {
    let left = left.map(|state| Box::new(present(known(state), Default::default())));
    Failed { diagnostics: refused(doing, error), left }
}

/// Creates log group, role and state machine, in this order. Each step finds again what an interrupted run has left.
pub(super) async fn create(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let mut state = rendered(request, &configured.checks);
    if state.get("name").is_unknown() {
        state.set("name", identity::made_up_name(state.get("name_prefix").as_str()));
    }
    let doing = format!("create the state machine `{}`", settings::name(&state));
    let mut change = Change { configured, call, request, reached: None };
    match change.create(state).await {
        Ok(state) => Ok(present(known(state), Default::default())),
        Err(error) => Err(failed(&doing, &error, change.reached)),
    }
}

/// Changes what differs: new permissions first, then the state machine, then what is no longer needed goes.
pub(super) async fn update(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let doing = format!("update the state machine `{}`", settings::name(&request.prior));
    let mut change = Change { configured, call, request, reached: Some(request.prior.clone()) };
    match change.update(rendered(request, &configured.checks)).await {
        Ok(state) => {
            let state = known(state);
            let warnings = delete_old_versions(configured, &request.prior, &state, call).await;
            Ok(present(state, warnings))
        }
        Err(error) => Err(failed(&doing, &error, change.reached)),
    }
}

/// Deletes the versions that are not to be kept; what stands against that is no reason to fail.
async fn delete_old_versions(configured: &Configured, prior: &Value, state: &Value, call: &Call) -> Diagnostics {
    let same = |name: &str| prior.get(name) == state.get(name);
    let keep = state.get("keep_versions").as_i64().and_then(|keep| usize::try_from(keep).ok());
    let Some(keep) = keep.filter(|_| !(same("keep_versions") && same("state_machine_version_arn"))) else {
        return Diagnostics::default();
    };
    let arn = state.get("arn").as_str().unwrap_or_default();
    match state_machine::delete_old_versions(&configured.aws, call, arn, keep).await {
        Ok(()) => Diagnostics::default(),
        Err(error) => {
            let detail = format!("{error}\n\nThe update itself went through. The next one that publishes tries again.");
            let summary = format!("old versions of `{}` are still there", settings::name(state));
            Diagnostic::warning(summary, detail).into()
        }
    }
}

/// What was planned, with the definition that was not known then; the old text stays where it says the same.
fn rendered(request: &ApplyRequest, checks: &Checks) -> Value {
    let mut state = request.planned.clone();
    if let (Some(text), true) =
        (definition::evaluate(&request.config, &checks.selection(&request.config)).text, state.get("asl").is_unknown())
    {
        let before = request.prior.get("asl").as_str().filter(|before| definition::same(before, &text));
        state.set("asl", before.map_or(text.clone(), str::to_owned));
    }
    state
}

impl Change<'_> {
    async fn create(&mut self, mut state: Value) -> Result<Value, AwsError> {
        let (aws, call) = (&self.configured.aws, self.call);
        let identity = aws.identity(call).await?;
        let account = execution_role::account(identity);
        for attribute in ["id", "arn"] {
            state.set(attribute, Value::Null);
        }
        if settings::keeps_log_group(&state) {
            write_log_group(self.configured, call, &state, &account).await?;
            self.reached = Some(state.clone());
        }
        let policy = settings::policy_of_text(&state, &account).unwrap_or_default();
        state.set("policy_json", policy.to_json());
        let tags = state.get("tags_all").string_map();
        if let Some(owned) = settings::owned_role(&state, &identity.region) {
            self.reached = Some(state.clone());
            state.set("role_arn", owned.ensure(aws, call, &policy, identity, &tags).await?);
            self.reached = Some(state.clone());
        }
        let kind = state.get("type").as_str().unwrap_or("STANDARD").to_owned();
        let new = New { name: settings::name(&state).to_owned(), kind, tags };
        let wanted = settings::wanted(&state, &account);
        let created = state_machine::create(aws, call, &new, &wanted, &settings::publish(&state)).await?;
        state.set("state_machine_version_arn", created.version_arn.clone());
        self.describe(state, created).await
    }

    async fn update(&mut self, mut state: Value) -> Result<Value, AwsError> {
        let (configured, call, prior) = (self.configured, self.call, &self.request.prior);
        let arn = prior.get("arn").as_str().unwrap_or_default();
        let account = Account::of_arn(arn);
        let region = account.region.clone().unwrap_or_default();
        let (before, after) = (settings::owned_role(prior, &region), settings::owned_role(&state, &region));
        write_changed_log_group(configured, call, prior, &state, &account).await?;
        let policy = settings::policy_of_text(&state, &account).unwrap_or_default();
        let mut written = prior.get("policy_json").as_str().filter(|_| before.is_some()).map(str::to_owned);
        if let Some(owned) = &after {
            let granted = self.grant(owned, before.as_ref(), &state, &policy, &mut written).await;
            self.reach(|reached| reached.set("policy_json", written.clone()));
            state.set("role_arn", granted?);
        }
        let changed = self.change(&mut state, &account).await?;
        self.reached = Some(self.before_clearing_up(&state, after.is_some().then_some(written.clone()).flatten()));
        if let Some(owned) = after.as_ref().filter(|_| !same_policy(written.as_deref(), Some(&policy.to_json()))) {
            owned.write(&configured.aws, call, &policy).await?;
        }
        let old_policy = prior.get("policy_json");
        let same = same_policy(Some(&policy.to_json()), old_policy.as_str());
        state.set("policy_json", if same { old_policy.clone() } else { policy.to_json().into() });
        if let Some(before) = before.filter(|before| after.as_ref().is_none_or(|after| !after.is_same(before))) {
            before.delete(&configured.aws, call).await?;
        }
        if settings::keeps_log_group(prior) && !settings::keeps_log_group(&state) {
            delete_log_group(configured, call, prior, &account).await?;
        }
        let tags = (prior.get("tags_all").string_map(), state.get("tags_all").string_map());
        sfn_aws::tags::write(&configured.aws, call, arn, &tags.0, &tags.1).await?;
        match changed {
            Some(changed) => self.describe(state, changed).await,
            None => Ok(state),
        }
    }

    fn reach(&mut self, change: impl FnOnce(&mut Value)) {
        if let Some(reached) = &mut self.reached {
            change(reached);
        }
    }

    /// Changes the state machine itself, or publishes it as it is; `None` when neither is needed.
    async fn change(&self, state: &mut Value, account: &Account) -> Result<Option<Changed>, AwsError> {
        let (aws, prior) = (&self.configured.aws, &self.request.prior);
        let arn = prior.get("arn").as_str().unwrap_or_default();
        let publish = settings::publish(state);
        let wanted = (settings::wanted(prior, account), settings::wanted(state, account));
        let change = state_machine::Change::between(&wanted.0, &wanted.1);
        let changed = if !change.is_empty() {
            state_machine::update(aws, self.call, arn, &change, &publish).await?
        } else if publish.publish && prior.get("state_machine_version_arn").is_null() {
            let version = state_machine::publish(aws, self.call, arn, publish.description.as_deref()).await?;
            Changed { arn: arn.to_owned(), version_arn: Some(version), revision_id: None }
        } else {
            for name in ["state_machine_version_arn", "revision_id"] {
                state.set(name, prior.get(name).clone());
            }
            return Ok(None);
        };
        let or_prior =
            |value: &Option<String>, name| value.clone().map_or_else(|| prior.get(name).clone(), Value::from);
        state.set("state_machine_version_arn", or_prior(&changed.version_arn, "state_machine_version_arn"));
        state.set("revision_id", or_prior(&changed.revision_id, "revision_id"));
        Ok(Some(changed))
    }

    /// What there is once the state machine is changed: as planned, but for the tags, for what the role has, and for
    /// what the old state machine used and is still to be deleted.
    fn before_clearing_up(&self, state: &Value, policy: Option<String>) -> Value {
        let prior = &self.request.prior;
        let mut reached = state.clone();
        for name in ["tags", "tags_all"] {
            reached.set(name, prior.get(name).clone());
        }
        if let Some(policy) = policy {
            reached.set("policy_json", policy);
        }
        if !prior.get("execution_role").is_null() && prior.get("execution_role") != state.get("execution_role") {
            reached.set("execution_role", prior.get("execution_role").clone());
        }
        if settings::keeps_log_group(prior) && !settings::keeps_log_group(state) {
            reached.set("logging_configuration", prior.get("logging_configuration").clone());
        }
        reached
    }

    /// Gives the role what the old and the new definition need, and remembers in `written` what it has by then.
    async fn grant(
        &self,
        owned: &Owned,
        before: Option<&Owned>,
        state: &Value,
        policy: &Document,
        written: &mut Option<String>,
    ) -> Result<String, AwsError> {
        let (aws, call, prior) = (&self.configured.aws, self.call, &self.request.prior);
        let tags = state.get("tags_all").string_map();
        let Some(before) = before.filter(|before| before.is_same(owned)) else {
            let arn = owned.ensure(aws, call, policy, aws.identity(call).await?, &tags).await?;
            *written = Some(policy.to_json());
            return Ok(arn);
        };
        owned.write_boundary(aws, call, before).await?;
        let account = Account::of_arn(prior.get("arn").as_str().unwrap_or_default());
        let mut both = settings::policy_of_text(prior, &account).unwrap_or_default();
        both.merge(policy);
        if !same_policy(written.as_deref(), Some(&both.to_json())) {
            match owned.write(aws, call, &both).await {
                // Somebody has deleted the role: it is made again, under the same name and ARN.
                Err(error) if error.is_not_found() => {
                    owned.ensure(aws, call, &both, aws.identity(call).await?, &tags).await?;
                }
                outcome => outcome?,
            }
            *written = Some(both.to_json());
        }
        Ok(prior.get("role_arn").as_str().unwrap_or_default().to_owned())
    }

    /// Fills in what only AWS knows.
    async fn describe(&mut self, mut state: Value, changed: Changed) -> Result<Value, AwsError> {
        state.set("id", changed.arn.as_str());
        state.set("arn", changed.arn.as_str());
        self.reached = Some(state.clone());
        if let Some(described) = state_machine::describe(&self.configured.aws, self.call, &changed.arn).await? {
            state.set("status", described.status);
            state.set("creation_date", described.creation_date);
            state.set("revision_id", described.revision_id.or(changed.revision_id));
        }
        Ok(state)
    }
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
