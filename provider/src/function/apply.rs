//! Carrying out changes, so that nothing is lost when one of them fails.

use asl::policy::Account;
use sfn_aws::function::{self, New};
use sfn_aws::{AwsError, Call};
use tfplugin::{ApplyRequest, Diagnostic, Failed, Present, Value};

use super::plan::{code_changes, configuration_changes};
use super::{present, settings};
use crate::configuration::Configured;
use crate::execution_role;
use crate::known::known;
use crate::messages;

/// A step that failed, with what exists by then.
fn failed(doing: &str, error: &AwsError, left: Option<&Value>) -> Failed {
    let left = left.map(|state| Box::new(present(known(state.clone()))));
    Failed { diagnostics: messages::of_aws(doing, error).into(), left }
}

fn unreadable(error: &std::io::Error) -> Failed {
    Failed { diagnostics: Diagnostic::error("the code cannot be read", error.to_string()).into(), left: None }
}

/// Creates the role and the function; each step finds again what an interrupted run has left.
pub(super) async fn create(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let aws = &configured.aws;
    let mut state = request.planned.clone();
    let name = settings::name(&state).to_owned();
    let doing = format!("create the function `{name}`");
    let code = settings::code(&state).map_err(|error| unreadable(&error))?;
    let hash = settings::hash(&code);
    let tags = state.get("tags_all").string_map();
    let region = aws.region().await.map_err(|error| failed(&doing, &error, None))?;
    if let Some(owned) = settings::owned_role(&state, &region) {
        let identity = aws.identity(call).await.map_err(|error| failed(&doing, &error, None))?;
        let policy = settings::policy(&state, &execution_role::account(identity));
        let arn = owned.ensure(aws, call, &policy, identity, &tags).await;
        state.set("role", arn.map_err(|error| failed(&doing, &error, Some(&state)))?);
    }
    let new = New {
        name,
        architectures: state.get("architectures").strings(),
        code,
        configuration: settings::configuration(&state),
        publish: state.get("publish").as_bool().unwrap_or_default(),
        tags,
    };
    let described = function::create(aws, call, &new, hash.as_deref()).await;
    let described = described.map_err(|error| failed(&doing, &error, Some(&state)))?;
    state.set("version", Value::Null);
    Ok(present(settings::state(&described, &known(state), &configured.default_tags)))
}

/// Changes what differs, one thing after the other, as Lambda wants it.
pub(super) async fn update(configured: &Configured, request: &ApplyRequest, call: &Call) -> Result<Present, Failed> {
    let (aws, prior) = (&configured.aws, &request.prior);
    let mut state = request.planned.clone();
    let name = settings::name(prior).to_owned();
    let doing = format!("update the function `{name}`");
    let arn = prior.get("arn").as_str().unwrap_or_default().to_owned();
    let account = Account::of_arn(&arn);
    let region = account.region.clone().unwrap_or_default();
    // What is reached so far; each step that goes through moves it on.
    let mut reached = prior.clone();
    let (before, after) = (settings::owned_role(prior, &region), settings::owned_role(&state, &region));
    if let Some(owned) = &after {
        let policy = settings::policy(&state, &account);
        let kept = before.as_ref().filter(|before| before.is_same(owned));
        let outcome = match kept {
            Some(before) => {
                let outcome = owned.write_boundary(aws, call, before).await;
                match outcome {
                    Ok(()) if policy == settings::policy(prior, &account) => Ok(()),
                    Ok(()) => owned.write(aws, call, &policy).await,
                    Err(error) => Err(error),
                }
                .map(|()| prior.get("role").clone())
            }
            None => match aws.identity(call).await {
                Ok(identity) => {
                    let tags = state.get("tags_all").string_map();
                    owned.ensure(aws, call, &policy, identity, &tags).await.map(Value::from)
                }
                Err(error) => Err(error),
            },
        };
        state.set("role", outcome.map_err(|error| failed(&doing, &error, Some(&reached)))?);
    }
    let changes = (code_changes(prior, &state), configuration_changes(prior, &state));
    if changes.1 {
        let outcome = function::update_configuration(aws, call, &name, &settings::configuration(&state)).await;
        outcome.map_err(|error| failed(&doing, &error, Some(&reached)))?;
        let code: Vec<_> =
            ["source_code_hash", "architectures", "source_code_size", "version", "qualified_arn", "tags", "tags_all"]
                .map(|name| (name, prior.get(name).clone()))
                .into();
        reached = state.clone();
        code.into_iter().for_each(|(name, value)| reached.set(name, value));
    }
    if changes.0 {
        let code = settings::code(&state)
            .map_err(|error| Failed { left: Some(Box::new(present(known(reached.clone())))), ..unreadable(&error) })?;
        let kinds = state.get("architectures").strings();
        let outcome = function::update_code(aws, call, &name, &code, &kinds).await;
        outcome.map_err(|error| failed(&doing, &error, Some(&reached)))?;
        reached.set("source_code_hash", state.get("source_code_hash").clone());
    }
    let publishes = state.get("publish").as_bool().unwrap_or_default();
    let first = prior.get("version").as_str() == Some("$LATEST");
    if publishes && (changes.0 || changes.1 || first) {
        let version = function::publish(aws, call, &name).await;
        let version = version.map_err(|error| failed(&doing, &error, Some(&reached)))?;
        state.set("qualified_arn", format!("{arn}:{version}"));
        state.set("version", version);
    }
    if let Some(before) = before.filter(|before| after.as_ref().is_none_or(|after| !after.is_same(before))) {
        before.delete(aws, call).await.map_err(|error| failed(&doing, &error, Some(&reached)))?;
    }
    let tags = (prior.get("tags_all").string_map(), state.get("tags_all").string_map());
    function::write_tags(aws, call, &arn, &tags.0, &tags.1)
        .await
        .map_err(|error| failed(&doing, &error, Some(&reached)))?;
    if !(changes.0 || changes.1) {
        return Ok(present(known(state)));
    }
    let described =
        function::describe(aws, call, &name).await.map_err(|error| failed(&doing, &error, Some(&reached)))?;
    let state = known(state);
    Ok(present(
        described
            .map_or_else(|| state.clone(), |described| settings::state(&described, &state, &configured.default_tags)),
    ))
}

/// Deletes the function, and then what only it used.
pub(super) async fn delete(configured: &Configured, state: &Value, call: &Call) -> Result<(), Failed> {
    let aws = &configured.aws;
    let name = settings::name(state);
    let doing = format!("delete the function `{name}`");
    let failed = |error: AwsError| failed(&doing, &error, Some(state));
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
    Ok(())
}
