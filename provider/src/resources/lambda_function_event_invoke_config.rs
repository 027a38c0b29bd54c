//! `resource "sfn_lambda_function_event_invoke_config"`.

use async_trait::async_trait;
use sfn_aws::AwsError;
use sfn_aws::function::event_invoke::{self, Wanted};
use tfplugin::schema::{Attribute, Block, IdentitySchema, NestedBlock, Nesting, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, Plan, PlanRequest,
    Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::function_permission::without_qualifier;
use crate::known::known;
use crate::{identity, messages, timeouts};

/// The block of the destinations.
const DESTINATIONS: &str = "destination_config";
/// How long an event waits by default, in seconds, which is the longest time.
const MAX_AGE: i32 = 21_600;
/// How often a failed call is tried again by default, which is the most.
const MAX_ATTEMPTS: i32 = 2;
/// How long an event waits and how often it is tried, with what Lambda takes (API reference, PutFunctionEventInvokeConfig).
const NUMBERS: [(&str, i64, i64); 2] =
    [("maximum_event_age_in_seconds", 60, MAX_AGE as i64), ("maximum_retry_attempts", 0, MAX_ATTEMPTS as i64)];

/// The resource.
pub struct FunctionEventInvoke {
    shared: Shared,
}

impl FunctionEventInvoke {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for FunctionEventInvoke {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_function_event_invoke_config"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::required(
                "function_name",
                Type::String,
                "Name or ARN of the function. A change replaces the configuration.",
            ),
            Attribute::optional(
                "qualifier",
                Type::String,
                "Version or alias; the function itself if absent. A change replaces the configuration.",
            ),
            Attribute::optional(
                "maximum_event_age_in_seconds",
                Type::Number,
                "How long an event waits at the most, from 60 to 21600 seconds; six hours if absent.",
            ),
            Attribute::optional(
                "maximum_retry_attempts",
                Type::Number,
                "How often a failed call is tried again, from 0 to 2; 2 if absent.",
            ),
            Attribute::computed("id", Type::String, "The function, and the qualifier behind a colon."),
        ];
        let destination = |name: &str, description: &str| {
            let arn = Attribute::required("destination", Type::String, "ARN of a queue, topic, bus or function.");
            let block = Block { attributes: vec![arn], description: description.into(), ..Block::default() };
            NestedBlock::new(name, Nesting::Single, block)
        };
        let destinations = Block {
            blocks: vec![
                destination("on_failure", "Where events go that the function did not deal with."),
                destination("on_success", "Where results go."),
            ],
            description: "What becomes of events and results. The function's role has to be allowed to send there."
                .into(),
            ..Block::default()
        };
        let block = Block {
            attributes,
            blocks: vec![NestedBlock::new(DESTINATIONS, Nesting::Single, destinations), timeouts::block()],
            description: "What becomes of asynchronous calls of a Lambda function.".into(),
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema_of(&[
            ("function_name", "Name of the function.", true),
            ("qualifier", "Version or alias.", false),
        ]))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        for (name, least, most) in NUMBERS {
            if let Some(number) = config.get(name).as_i64().filter(|number| *number < least || *number > most) {
                let error =
                    Diagnostic::error(format!("`{name}` is {number}"), format!("It must be from {least} to {most}."));
                diagnostics.push(error.at(AttributePath::root(name)));
            }
        }
        let empty = ["on_failure", "on_success"].iter().all(|name| config.get(DESTINATIONS).get(name).is_null());
        if empty && NUMBERS.iter().all(|(name, ..)| config.get(name).is_null()) {
            let detail = "Write `maximum_event_age_in_seconds`, `maximum_retry_attempts` or a destination.";
            let error = Diagnostic::error("nothing is configured", detail);
            diagnostics.push(error.at(AttributePath::root("function_name")));
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            planned.set("id", Value::Unknown);
            return Ok(Plan { planned, ..Plan::default() });
        };
        let replaced = ["function_name", "qualifier"].into_iter().filter(|name| prior.get(name) != planned.get(name));
        let requires_replace: Vec<_> = replaced.map(AttributePath::root).collect();
        if !requires_replace.is_empty() {
            planned.set("id", Value::Unknown);
        }
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let state = known(request.planned);
        let (aws, function, wanted) = (&configured.aws, state.text("function_name"), wanted(&state));
        let found = event_invoke::describe(aws, &call, function, qualifier(&state)).await;
        let found = found.map_err(|error| refused("create", &state, &error))?;
        if found.is_some_and(|(_, found)| !is_same(&found, &wanted)) {
            let detail = "Import it with an `import` block or `terraform import`, so that nothing of it is lost.";
            let message = format!("`{function}` has another configuration of asynchronous calls already");
            return Err(Diagnostics::from(Diagnostic::error(message, detail)).into());
        }
        let written = event_invoke::write(aws, &call, function, qualifier(&state), &wanted).await;
        written.map_err(|error| refused("create", &state, &error))?;
        Ok(present(state))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, call) = (state.text("function_name"), timeouts::read(cx));
        let found = event_invoke::describe(&configured.aws, &call, function, qualifier(&state)).await;
        let found = found.map_err(|error| refused("read", &state, &error))?;
        Ok(found.map_or(Found::Gone, |(_, found)| Found::Present(Box::new(present(state_of(&found, state))))))
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        let (function, wanted) = (state.text("function_name"), wanted(&state));
        let written = event_invoke::write(&configured.aws, &call, function, qualifier(&state), &wanted).await;
        written.map_err(|error| Failed {
            diagnostics: refused("update", &state, &error),
            left: Some(Box::new(present(request.prior.clone()))),
        })?;
        Ok(present(state))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        let (call, state) = (timeouts::call(&request.prior, "delete", cx), &request.prior);
        let function = state.text("function_name");
        let deleted = event_invoke::delete(&configured.aws, &call, function, qualifier(state)).await;
        deleted.map_err(|error| refused("delete", state, &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, qualifier) = match key {
            ImportKey::Id(id) => without_qualifier(&id),
            ImportKey::Identity(identity) => {
                let qualifier = identity.get("qualifier").as_str().map(str::to_owned);
                (identity.text("function_name").to_owned(), qualifier)
            }
        };
        let found = event_invoke::describe(&configured.aws, &timeouts::read(cx), &function, qualifier.as_deref()).await;
        let doing = format!("import the configuration of asynchronous calls of `{function}`");
        match found.map_err(|error| messages::of_aws(&doing, &error))? {
            Some((_, found)) => {
                let state = Value::object([("function_name", function.into()), ("qualifier", qualifier.into())]);
                Ok(present(state_of(&found, state)))
            }
            None => {
                let detail = "Give `FUNCTION`, or `FUNCTION:ALIAS`.";
                let message = format!("`{function}` has no configuration of asynchronous calls");
                Err(Diagnostic::error(message, detail).into())
            }
        }
    }
}

fn qualifier(state: &Value) -> Option<&str> {
    state.get("qualifier").as_str().filter(|text| !text.is_empty())
}

fn wanted(state: &Value) -> Wanted {
    let number = |name: &str| state.get(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let destination = |name: &str| state.get(DESTINATIONS).get(name).get("destination").as_str().map(str::to_owned);
    Wanted {
        maximum_event_age: number("maximum_event_age_in_seconds"),
        maximum_retry_attempts: number("maximum_retry_attempts"),
        on_failure: destination("on_failure"),
        on_success: destination("on_success"),
    }
}

/// Whether both say the same; what is absent is Lambda's default.
fn is_same(one: &Wanted, other: &Wanted) -> bool {
    let whole = |wanted: &Wanted| Wanted {
        maximum_event_age: Some(wanted.maximum_event_age.unwrap_or(MAX_AGE)),
        maximum_retry_attempts: Some(wanted.maximum_retry_attempts.unwrap_or(MAX_ATTEMPTS)),
        ..wanted.clone()
    };
    whole(one) == whole(other)
}

/// The state with what was found; what was written stays where it says the same.
fn state_of(found: &Wanted, mut state: Value) -> Value {
    let before = wanted(&state);
    if is_same(found, &before) {
        return state;
    }
    // AWS fills in its defaults for what was not written.
    for (name, number, default) in [
        ("maximum_event_age_in_seconds", found.maximum_event_age, MAX_AGE),
        ("maximum_retry_attempts", found.maximum_retry_attempts, MAX_ATTEMPTS),
    ] {
        let unwritten = state.get(name).is_null() && number == Some(default);
        state.set(name, number.filter(|_| !unwritten).map(i64::from));
    }
    let destination =
        |arn: &Option<String>| arn.as_deref().map_or(Value::Null, |arn| Value::object([("destination", arn.into())]));
    let none = found.on_failure.is_none() && found.on_success.is_none();
    let block =
        Value::object([("on_failure", destination(&found.on_failure)), ("on_success", destination(&found.on_success))]);
    state.set(DESTINATIONS, if none { Value::Null } else { block });
    state
}

fn present(mut state: Value) -> Present {
    let id = [Some(state.text("function_name")), qualifier(&state)].into_iter().flatten().collect::<Vec<_>>();
    let id = id.join(":");
    state.set("id", id);
    identity::present(state, &["function_name", "qualifier"])
}

fn refused(verb: &str, state: &Value, error: &AwsError) -> Diagnostics {
    let doing = format!("{verb} the configuration of asynchronous calls of `{}`", state.text("function_name"));
    messages::of_aws(&doing, error).into()
}
