//! Carrying out changes, so that nothing is lost when one of them fails.

use asl::policy::Account;
use sfn_aws::function::{self, Code, New};
use sfn_aws::{AwsError, Call};
use tfplugin::{ApplyRequest, Diagnostic, Diagnostics, Failed, Present, Value};

use super::plan::{code_changes, configuration_changes};
use super::{policy, present, settings};
use crate::configuration::Configured;
use crate::execution_role::{self, Owned};
use crate::known::known;
use crate::messages;

/// A change under way: each step that goes through moves `reached` on, which is what is kept when the next one fails.
struct Change<'a> {
    configured: &'a Configured,
    call: &'a Call,
    request: &'a ApplyRequest,
    reached: Option<Value>,
}

/// A failed change, with what exists by then.
fn failed(doing: &str, error: &AwsError, left: Option<Value>) -> Failed {
    let left = left.map(|state| Box::new(present(known(state))));
    Failed { diagnostics: messages::of_aws(doing, error).into(), left }
}

/// Creates the role and the function; each step finds again what an interrupted run has left.
pub(super) async fn create(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let doing = format!("create the function `{}`", settings::name(&request.planned));
    let mut change = Change { configured, call, request, reached: None };
    match change.create(request.planned.clone()).await {
        Ok(state) => Ok(present(state)),
        Err(error) => Err(failed(&doing, &error, change.reached)),
    }
}

/// Changes what differs, one thing after the other, as Lambda wants it.
pub(super) async fn update(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let doing = format!("update the function `{}`", settings::name(&request.prior));
    let mut change = Change { configured, call, request, reached: Some(request.prior.clone()) };
    match change.update(request.planned.clone()).await {
        Ok(state) => Ok(present(state)),
        Err(error) => Err(failed(&doing, &error, change.reached)),
    }
}

/// The code that a state describes.
fn code(state: &Value) -> Result<Code, AwsError> {
    settings::code(state).map_err(|error| AwsError::local("reading the code", error.to_string()))
}

impl Change<'_> {
    async fn create(&mut self, mut state: Value) -> Result<Value, AwsError> {
        let (aws, call) = (&self.configured.aws, self.call);
        let code = code(&state)?;
        let hash = settings::hash(&code);
        let tags = state.get("tags_all").string_map();
        if let Some(owned) = settings::owned_role(&state, &aws.region().await?) {
            let identity = aws.identity(call).await?;
            let policy = policy::policy(&state, &execution_role::account(identity));
            self.reached = Some(state.clone());
            state.set("role", owned.ensure(aws, call, &policy, identity, &tags).await?);
            self.reached = Some(state.clone());
        }
        let new = New {
            name: settings::name(&state).to_owned(),
            architectures: state.get("architectures").strings(),
            code,
            configuration: settings::configuration(&state),
            publish: settings::publishes(&state),
            tags,
        };
        let described = function::create(aws, call, &new, hash.as_deref()).await?;
        state.set("version", Value::Null);
        let state = known(state);
        let made = settings::state(&described, &state, &self.configured.tags);
        self.reached = Some(made.clone());
        function::reserve(aws, call, &new.name, described.reserved_concurrency, settings::reserved(&state)).await?;
        let number = state.get("reserved_concurrent_executions").clone();
        let mut made = made;
        made.set("reserved_concurrent_executions", number);
        Ok(made)
    }

    async fn update(&mut self, mut state: Value) -> Result<Value, AwsError> {
        let (aws, call, prior) = (&self.configured.aws, self.call, &self.request.prior);
        let (name, arn) = (settings::name(prior), prior.get("arn").as_str().unwrap_or_default());
        let account = Account::of_arn(arn);
        let region = account.region.clone().unwrap_or_default();
        let (before, after) = (settings::owned_role(prior, &region), settings::owned_role(&state, &region));
        if let Some(owned) = &after {
            state.set("role", self.grant(owned, before.as_ref(), &state, &account).await?);
        }
        let changes = (code_changes(prior, &state), configuration_changes(prior, &state));
        if changes.1 {
            let (before, wanted) = (settings::configuration(prior), settings::configuration(&state));
            function::update_configuration(aws, call, name, &before, &wanted).await?;
            self.reached = Some(self.configured_only(&state));
        }
        if changes.0 {
            let kinds = state.get("architectures").strings();
            function::update_code(aws, call, name, &code(&state)?, &kinds).await?;
            if let Some(reached) = &mut self.reached {
                reached.set("source_code_hash", state.get("source_code_hash").clone());
            }
        }
        function::reserve(aws, call, name, settings::reserved(prior), settings::reserved(&state)).await?;
        let first = prior.get("version").as_str() == Some("$LATEST");
        if settings::publishes(&state) && (changes.0 || changes.1 || first) {
            let version = function::publish(aws, call, name).await?;
            state.set("qualified_arn", format!("{arn}:{version}"));
            state.set("version", version);
        }
        if let Some(before) = before.filter(|before| after.as_ref().is_none_or(|after| !after.is_same(before))) {
            before.delete(aws, call).await?;
        }
        let tags = (prior.get("tags_all").string_map(), state.get("tags_all").string_map());
        function::write_tags(aws, call, arn, &tags.0, &tags.1).await?;
        let state = known(state);
        if !(changes.0 || changes.1) {
            return Ok(state);
        }
        let described = function::describe(aws, call, name).await?;
        Ok(match described {
            Some(described) => settings::state(&described, &state, &self.configured.tags),
            None => state,
        })
    }

    /// What there is once the configuration is changed, and nothing else; a role that is still to be deleted stays
    /// known.
    fn configured_only(&self, state: &Value) -> Value {
        let prior = &self.request.prior;
        let mut reached = state.clone();
        for name in [
            "source_code_hash",
            "architectures",
            "source_code_size",
            "version",
            "qualified_arn",
            "tags",
            "tags_all",
            "reserved_concurrent_executions",
            "image_uri",
        ] {
            reached.set(name, prior.get(name).clone());
        }
        if !prior.get("execution_role").is_null() {
            reached.set("execution_role", prior.get("execution_role").clone());
        }
        reached
    }

    /// Gives the role what the function needs now, and gives its ARN.
    async fn grant(
        &self,
        owned: &Owned,
        before: Option<&Owned>,
        state: &Value,
        account: &Account,
    ) -> Result<String, AwsError> {
        let (aws, call, prior) = (&self.configured.aws, self.call, &self.request.prior);
        let policy = policy::policy(state, account);
        let Some(before) = before.filter(|before| before.is_same(owned)) else {
            let tags = state.get("tags_all").string_map();
            return owned.ensure(aws, call, &policy, aws.identity(call).await?, &tags).await;
        };
        owned.write_boundary(aws, call, before).await?;
        if policy != policy::policy(prior, account) {
            owned.write(aws, call, &policy).await?;
        }
        Ok(prior.get("role").as_str().unwrap_or_default().to_owned())
    }
}

/// Deletes the function, and then what only it used.
pub(super) async fn delete(configured: &Configured, state: &Value, call: &Call) -> Result<Diagnostics, Failed> {
    let aws = &configured.aws;
    let name = settings::name(state);
    let doing = format!("delete the function `{name}`");
    let failed = |error: AwsError| failed(&doing, &error, Some(state.clone()));
    if state.get("skip_destroy").as_bool() == Some(true) {
        let detail = "`skip_destroy` says so. Delete it in the console, or import it again.";
        return Ok(Diagnostic::warning(format!("the function `{name}` is still there"), detail).into());
    }
    // Without an ARN the creation had failed before there was a function.
    let region = match state.get("arn").as_str() {
        Some(arn) => {
            function::delete(aws, call, name).await.map_err(failed)?;
            Account::of_arn(arn).region.unwrap_or_default()
        }
        None => aws.region().await.map_err(failed)?,
    };
    if let Some(owned) = settings::owned_role(state, &region) {
        owned.delete(aws, call).await.map_err(failed)?;
    }
    Ok(Diagnostics::default())
}
